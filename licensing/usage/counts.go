package usage

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"slices"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/ledger"
)

// counts is the file counts.json of a ledger: what was counted when somebody could read it, for a process that starts while the key
// store is locked, and for entries whose keys went with a locked process. It is a hint for what is shown here and for quotas here.
// The vendor counts from the ledger alone: who edits this file changes nothing there.
type counts struct {
	Version int    `json:"v"`
	Seq     uint64 `json:"seq"` // up to this entry
	All     Totals `json:"all"` // everything counted; Unread: entries that stay closed
	// Lost is of entries that stay closed here, Runs of those whose process was locked to its end, until their keys are looked for.
	Lost Totals `json:"lost,omitzero"`
	Runs []away `json:"runs,omitempty"`
	// Taken is the last epoch up to which a receipt added to Lost what was missing.
	Taken uint64 `json:"taken,omitempty"`
}

// away is what a process counted while the key store was locked. Epoch and Place name its first key, as the file of keys does.
type away struct {
	Epoch uint64 `json:"epoch"`
	Place uint64 `json:"place,omitempty"`
	Totals
}

const (
	countsName = "counts.json"
	maxCounts  = 8 << 20
	maxDays    = 20_000 // sums by day that are kept, the newest
	maxAway    = 64
)

// parseCounts reads counts.json. One that cannot be understood says nothing.
func parseCounts(data []byte) (counts, bool) {
	var c counts
	if len(data) > maxCounts || json.Unmarshal(data, &c) != nil || c.Version != 1 || len(c.Runs) > maxAway || !c.All.ok() || !c.Lost.ok() ||
		slices.ContainsFunc(c.Runs, func(a away) bool { return !a.ok() }) {
		return counts{Version: 1}, false
	}
	return c, true
}

func (t *Totals) ok() bool {
	bad := func(s Sum) bool {
		year := s.Day.Year()
		return !(meterName{s.Product, s.Meter, s.Kind}).ok() || s.Units < 0 || s.Over < 0 || !s.Day.IsZero() && (year < 1970 || year > 9999)
	}
	return len(t.Since) <= maxMeters && len(t.Days) <= maxDays && !slices.ContainsFunc(t.Since, bad) && !slices.ContainsFunc(t.Days, bad)
}

// plus adds what other counted.
func (t Totals) plus(other Totals) Totals {
	since, days := tally{}, tally{}
	for _, x := range []Totals{t, other} {
		since.sums(x.Since, false)
		days.sums(x.Days, true)
	}
	return Totals{Since: since.list(), Days: newest(days.list()), Unread: t.Unread + other.Unread}
}

// newest are the newest days of sums.
func newest(days []Sum) []Sum {
	if len(days) > maxDays {
		slices.SortStableFunc(days, func(a, b Sum) int { return cmp.Or(b.Day.Compare(a.Day), compareSums(a, b)) })
		days = days[:maxDays]
	}
	return days
}

func countedOn(days tally) Totals {
	since := tally{}
	since.sums(days.list(), false)
	return Totals{Since: since.list(), Days: newest(days.list())}
}

func (b *Book) countsPath() string { return filepath.Join(b.dir, countsName) }

func (b *Book) readCounts() counts {
	data, err := disk.ReadFile(b.o.FS, b.countsPath(), maxCounts)
	if err != nil {
		return counts{Version: 1}
	}
	c, _ := parseCounts(data)
	return c
}

// recall works out what is counted beside what can be read now; lost is what lostRuns found. mu is held; it is the end of load.
func (b *Book) recall(lost []away) {
	if b.keys.Store == nil {
		b.beside = b.was.All
		b.unread += b.was.All.Unread
		return
	}
	for i := range lost {
		b.was.Lost = b.was.Lost.plus(lost[i].Totals)
	}
	if len(b.was.Runs) > 0 || len(b.own) > 0 {
		b.was.Runs, b.own, b.keptAt = nil, tally{}, 0
	}
	b.beside = b.was.Lost
}

// lostRuns are the runs whose first key was not kept after all, and whose entries are still here.
func (b *Book) lostRuns(segs []ledger.Segment) ([]away, error) {
	b.mu.Lock()
	runs := b.was.Runs
	b.mu.Unlock()
	var lost []away
	for _, a := range runs {
		for _, s := range segs {
			if s.Number != a.Epoch || a.Place > s.Last {
				continue
			}
			key, own, err := b.keysOf(s.Number, s.Header, true)
			if err != nil {
				return nil, err
			}
			if _, ok := own[a.Place]; !ok && (a.Place != 0 || key == nil) {
				lost = append(lost, a)
			}
		}
	}
	return lost, nil
}

// staysClosed returns what says, entry by entry of an epoch, that one which cannot be read now will not be after unlocking: no key of its
// session was kept.
func (b *Book) staysClosed(e *RawEpoch) (func(en *RawEntry) bool, error) {
	b.mu.Lock()
	locked, known := b.keys.Store == nil, b.was.Seq
	b.mu.Unlock()
	if !locked {
		return func(*RawEntry) bool { return true }, nil
	}
	s, err := b.readSide(e.Number)
	if err != nil {
		return nil, err
	}
	o, _ := parseOwner(e.Header)
	kept := o.Wrapped != nil || s.Keys[0] != nil
	now := kept
	return func(en *RawEntry) bool {
		switch en.Type {
		case TypeSession:
			now = kept
		case TypeFresh:
			now = s.Keys[en.Seq] != nil
		}
		return !now && en.Seq > known
	}, nil
}

// Lost is what was counted in entries that stay closed here, as far as it is known, without days.
func (b *Book) Lost() []Sum {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.was.Lost.Since)
}

// Take adds what a receipt for everything up to an epoch counted beyond what is known here, on the day that the sums say. It does so once
// for each epoch; false: it was done.
func (b *Book) Take(epoch uint64, missing []Sum) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if epoch <= b.was.Taken || b.keys.Store == nil {
		return false
	}
	t := tally{}
	t.sums(missing, true)
	b.was.Taken, b.was.Lost = epoch, b.was.Lost.plus(countedOn(t))
	b.beside, b.keptAt = b.was.Lost, 0
	return true
}

// KeepCounts writes what is counted now, when it changed, for a process that cannot read the ledger. Recording goes on without it.
func (b *Book) KeepCounts() error {
	if b.o.ReadOnly {
		return nil
	}
	b.keeping.Lock()
	defer b.keeping.Unlock()
	var c counts
	same := false
	err := b.l.Do(func() error {
		seq, _ := b.l.Tail()
		b.mu.Lock()
		same = seq == b.keptAt
		b.mu.Unlock()
		if same {
			return nil
		}
		days, err := b.Sums(time.Time{}, time.Time{})
		if err != nil {
			return err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		c = b.was
		c.Version, c.Seq = 1, seq
		c.All = Totals{Since: b.sinceBeside(), Days: newest(days), Unread: b.unread}
		if b.keys.Store == nil && len(b.kept) > 0 {
			a := away{Epoch: b.kept[0].epoch, Place: b.kept[0].place, Totals: countedOn(b.own)}
			c.All.Unread += seq - b.first
			if c.Runs = slices.Clone(c.Runs); len(c.Runs) == maxAway {
				c.Lost, c.Runs = c.Lost.plus(c.Runs[0].Totals), c.Runs[1:]
			}
			c.Runs = append(c.Runs, a)
		}
		return nil
	})
	if err != nil || same {
		return err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if err := disk.WriteFile(b.o.FS, b.countsPath(), data, 0o600); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keptAt = c.Seq
	return nil
}

// sinceBeside is what each meter counted, with what cannot be read here; mu is held.
func (b *Book) sinceBeside() []Sum {
	if len(b.beside.Since) == 0 {
		return b.totals.list()
	}
	return Totals{Since: b.totals.list()}.plus(Totals{Since: b.beside.Since}).Since
}
