package licensing

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
)

// piece is a part of what a computer keeps, which may be put back from an older copy.
type piece struct {
	name  string
	files []string // of the home
	items []string // of the key store, without the name of the home
}

// pieces are those of row R7 of the scorecard. The checkpoint is a copy of the index that the key store is not needed for.
var pieces = []piece{
	{name: "index", files: []string{indexFile, indexFile + ".sum", checkpointFile, tailFile}},
	{name: "journal", files: []string{journalDir}},
	{name: "key store item", items: []string{"journal", "keys"}},
}

// putBack replaces pieces of d, which is closed, by those of old.
func (d *computer) putBack(old *computer, which ...piece) {
	d.t.Helper()
	check := func(err error) {
		if err != nil {
			d.t.Helper()
			d.t.Fatal(err)
		}
	}
	for _, p := range which {
		for _, name := range p.files {
			to, from := filepath.Join(d.home, name), filepath.Join(old.home, name)
			check(os.RemoveAll(to))
			info, err := os.Stat(from)
			switch {
			case errors.Is(err, os.ErrNotExist):
			case info.IsDir():
				check(os.CopyFS(to, os.DirFS(from)))
			default:
				b, err := os.ReadFile(from)
				check(err)
				check(os.WriteFile(to, b, 0o600))
			}
		}
		for _, item := range p.items {
			b, err := old.keys.Get(context.Background(), old.item(item))
			check(err)
			check(d.keys.Set(context.Background(), old.item(item), b))
		}
	}
}

// twoAges returns a closed computer whose license has version 2, and a copy of it from when it had version 1.
func twoAges(t *testing.T) (now, old *computer, v *vendor) {
	now, v = newComputer(t), newVendor(t, "acme")
	req := now.activate(v)
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	old = apartFrom(t, now)
	old.Engine = now.Engine // for the names of its items
	now.open()
	now.clock.Advance(day)
	v.now = start.Add(day)
	now.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	return now, old, v
}

// TestOlderCopiesInEveryCombination is row R7 of the scorecard, as far as this computer can see it: nothing is lost while one newer
// copy is left, records that are behind are told of, and only a copy of everything looks like what it is a copy of.
func TestOlderCopiesInEveryCombination(t *testing.T) {
	now, old, _ := twoAges(t)
	for set := 1; set < 1<<len(pieces); set++ {
		var name string
		var back []piece
		in := map[string]bool{}
		for i, p := range pieces {
			if set&(1<<i) != 0 {
				name, back, in[p.name] = name+p.name+" ", append(back, p), true
			}
		}
		t.Run(name, func(t *testing.T) {
			d := apartFrom(t, now)
			d.putBack(old, back...)
			d.open()
			defer d.Close()
			version, state, seen := 2, terms.StateActive, []string{}
			switch {
			case len(in) == 3: // the vendor sees it, with the next file from here
				version = 1
			case in["index"] && in["journal"]:
				version, state, seen = 1, terms.StateRolledBack, []string{"rolled_back"}
			case in["journal"]: // the index gives back what the journal lacks
				seen = []string{"records_repaired"}
				if s := d.Snapshot().Records.State; s != terms.StateRecordsRepaired {
					t.Errorf("the records are %q", s)
				}
			}
			d.wants(state)
			if got := d.Snapshot().Facts.Licenses[0].Version; got != version {
				t.Errorf("the license has version %d, want %d", got, version)
			}
			kinds := []string{}
			if err := d.Ledger(1, func(en LedgerEntry) error {
				if en.Kind == "rolled_back" || en.Kind == "records_repaired" {
					kinds = append(kinds, en.Kind)
				}
				return nil
			}); err != nil || !slices.Equal(kinds, seen) {
				t.Errorf("recorded %v, want %v: %v", kinds, seen, err)
			}
			d.allowed(true)
			if a, err := d.readAnchor(context.Background()); err != nil || a.Seq > d.rec.Seq {
				t.Errorf("the anchor is %+v at entry %d: %v", a, d.rec.Seq, err)
			}
			d.reopen()
			d.wants(state)
		})
	}
}

// restored is a computer whose records were put back from an older copy.
func restored(t *testing.T) (*computer, *vendor) {
	now, old, v := twoAges(t)
	d := apartFrom(t, now)
	d.putBack(old, pieces[0], pieces[1])
	d.open()
	t.Cleanup(func() { _ = d.Close() })
	d.wants(terms.StateRolledBack)
	return d, v
}

func TestARestoreIsConfirmedAndCheckedIn(t *testing.T) {
	c, v := restored(t)
	seen := c.Snapshot().Facts.Records
	if want := terms.EndOfDay(start.Add(15*day), time.UTC); !seen.Until.Equal(want) || seen.Restored {
		t.Fatalf("seen as %+v, want until %v", seen, want)
	}
	if err := c.ConfirmRestore(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := c.ConfirmRestore(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(2 * day)
	c.reopen()
	if f := c.Snapshot().Facts.Records; !f.Restored || !f.Until.Equal(seen.Until) {
		t.Fatalf("after the confirmation: %+v", f)
	}
	if got := c.told("restore"); !slices.Equal(got, []string{"confirmed"}) {
		t.Fatalf("recorded: %v", got)
	}
	req := c.checkin(v)
	if !req.Restored {
		t.Error("the request does not say that the records were restored")
	}
	v.now = c.clock.Read().Wall
	if it := c.use(v.met(c, req)); !it.Taken {
		t.Fatalf("answer: %+v", it.Finding)
	}
	c.wants(terms.StateActive)
	c.reopen()
	c.wants(terms.StateActive)
	var m *Mistake
	if err := c.ConfirmRestore(context.Background()); !errors.As(err, &m) || m.Code != "restore_none" {
		t.Fatalf("confirming nothing: %v", err)
	}
}

func TestASecondRestoreGivesNoMoreTime(t *testing.T) {
	d := clock.NewDriven(start)
	var h homeRecord
	h.putBack(anchor{}, start, d.Read())
	first := h.Behind
	d.Advance(10 * day)
	h.putBack(anchor{}, start, d.Read())
	if !h.Behind.Equal(first) || !first.Equal(start) {
		t.Fatalf("counts from %v, then from %v", first, h.Behind)
	}
}

func TestARestoreIsSettledByAnyNewerFileAndByAnAnswerUnderAWrongClock(t *testing.T) {
	t.Run("any newer file", func(t *testing.T) {
		c, v := restored(t)
		c.newer(v, start.Add(2*day))
		c.wants(terms.StateActive)
	})
	t.Run("answer", func(t *testing.T) {
		c, v := restored(t)
		c.rec.Home.Since = start.AddDate(1, 0, 0) // kept while the clock was ahead: no signed time is newer
		c.checkedIn(v, start.Add(2*day))
		c.wants(terms.StateActive)
	})
}

func TestARestoredCopyDoesNotTurnTimeBack(t *testing.T) {
	now, old, v := twoAges(t)
	now.open()
	now.clock.Advance(100 * day)
	now.newer(v, start.Add(101*day))
	if err := now.Close(); err != nil {
		t.Fatal(err)
	}
	d := apartFrom(t, now)
	d.putBack(old, pieces[0], pieces[1])
	d.clock.Reboot() // the running time until now is gone with the newer records
	d.clock.Set(start.Add(2 * day))
	d.open()
	defer d.Close()
	d.decides(start.Add(101 * day))
	if b, err := d.keys.Get(context.Background(), d.item("journal")); err != nil || len(b) > 200 {
		t.Errorf("the anchor has %d bytes: %v", len(b), err)
	}
	if s := d.Snapshot().Clock.State; s != terms.StateClockWrong {
		t.Errorf("the clock is %q", s)
	}
}
