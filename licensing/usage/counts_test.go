package usage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// FuzzCounts reads counts.json: what it takes is within its limits and comes out as it went in.
func FuzzCounts(f *testing.F) {
	f.Add([]byte(`{"v":1,"seq":3,"all":{"since":[{"product":"acmecad","meter":"renders","kind":"counter","units":9,"count":1}],"unread":2}}`))
	f.Add([]byte(`{"v":1,"seq":9,"all":{},"lost":{"days":[{"product":"p","meter":"m","kind":"peak","day":"2026-11-22T00:00:00Z","units":4,"count":2}]},"runs":[{"epoch":2,"place":7}],"taken":1}`))
	f.Add([]byte(`{"v":2}`))
	f.Add([]byte(`{"v":1,"all":{"since":[{"units":-1}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, ok := parseCounts(data)
		if !ok {
			if c.Seq != 0 || len(c.Runs) > 0 || len(c.All.Since) > 0 {
				t.Fatalf("%+v of a file that cannot be understood", c)
			}
			return
		}
		if len(c.Runs) > maxAway || !c.All.ok() || !c.Lost.ok() {
			t.Fatalf("beyond the limits: %+v", c)
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := parseCounts(again); !ok || d.Seq != c.Seq || len(d.Runs) != len(c.Runs) {
			t.Fatalf("%+v, then %+v", c, d)
		}
		c.All.plus(c.Lost)
	})
}

func TestCountsThatCannotBeUnderstoodSayNothing(t *testing.T) {
	for _, text := range []string{
		"", "{", `{"v":2}`, `{"v":1,"all":{"days":[{"product":"p","meter":"m","kind":"counter","units":-4}]}}`,
		`{"v":1,"runs":[` + strings.Repeat(`{},`, maxAway) + `{}]}`, strings.Repeat(" ", maxCounts+1),
	} {
		if c, ok := parseCounts([]byte(text)); ok || c.Seq != 0 {
			t.Errorf("%.40q is taken as %+v", text, c)
		}
	}
}

func TestCountsAreWrittenOnlyWhenTheyChanged(t *testing.T) {
	fsys := bookDisk(t)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, uses(0, 3)...)
	written := func() time.Time {
		t.Helper()
		if err := b.KeepCounts(); err != nil {
			t.Fatal(err)
		}
		info, err := fsys.Stat(b.countsPath())
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	first := written()
	if !written().Equal(first) {
		t.Fatal("it was written again")
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	o := bookOptions(fsys)
	o.Keys = lockedKeys()
	b = openBook(t, o)
	if got := b.Totals(); len(got) == 0 || b.Unread() != 0 {
		t.Fatalf("a locked process knows %v, %d unread", got, b.Unread())
	}
}
