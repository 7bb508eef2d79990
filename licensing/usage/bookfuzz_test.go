package usage

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzUse: what is read as a use is written the same.
func FuzzUse(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0})
	f.Add(usePlain{3, 1 << 40, -77, Overage | Offline}.encode(nil))
	f.Add([]byte{0x80, 0x00, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := parseUse(b)
		if err != nil {
			return
		}
		if again := u.encode(nil); !bytes.Equal(again, b) {
			t.Fatalf("%x became %x", b, again)
		}
		s := Session{At: bookStart, Grain: 3600}
		if at := timeOf(u.Slot, s); slotOf(at, s) != u.Slot {
			t.Fatalf("%d grains became %v", u.Slot, at)
		}
	})
}

// FuzzUsageOwner: an owner part that is taken holds to its limits and is written so that it reads the same.
func FuzzUsageOwner(f *testing.F) {
	good := owner{Version: 1, Vendor: "v", Device: "d", Suite: Suite, Key: "k", Enc: make([]byte, encSize)}
	f.Add(must(json.Marshal(map[string]any{"owner": good})))
	good.Wrapped = make([]byte, 72)
	f.Add(must(json.Marshal(map[string]any{"owner": good})))
	f.Add([]byte(`{"owner":{"v":2}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseOwner(b)
		if err != nil {
			return
		}
		again, err := parseOwner(must(json.Marshal(map[string]any{"owner": o})))
		if err != nil || len(again.Enc) != encSize || again.Key != o.Key || !bytes.Equal(again.Wrapped, o.Wrapped) {
			t.Fatalf("%+v became %+v, %v", o, again, err)
		}
	})
}

// FuzzUsageTexts: the JSON texts of entries, totals and key files never stop the program, and read the same when written again.
func FuzzUsageTexts(f *testing.F) {
	f.Add([]byte(`{"product":"acmecad","meter":"render","kind":"counter"}`))
	f.Add([]byte(`{"kind":"prune","at":"2027-03-14T15:09:26Z","seq":8,"count":8}`))
	f.Add([]byte(`{"boot":"b","at":"2027-03-14T15:00:00Z","grain":3600}`))
	f.Add([]byte(`{"since":[{"product":"acmecad","meter":"render","kind":"peak","units":3,"count":1}],"unread":4}`))
	f.Add([]byte(`{"v":1,"keys":{"0":"AAAA","17":"AAAA"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, parseName)
		again(t, b, parseNote)
		again(t, b, parseSession)
		if totals, err := parseTotals(b); err == nil {
			sums := tally{}
			sums.sums(totals.Since, false)
			sums.sums(totals.Days, true)
			sums.list()
		}
		if s, ok := parseSide(b); ok {
			if s2, ok := parseSide(must(json.Marshal(s))); !ok || len(s2.Keys) != len(s.Keys) {
				t.Fatalf("%v became %v", s, s2)
			}
		}
	})
}

// again reads b, and what it is written as.
func again[T any](t *testing.T, b []byte, parse func([]byte) (T, error)) {
	t.Helper()
	v, err := parse(b)
	if err != nil {
		return
	}
	out, err := json.Marshal(v)
	if err != nil {
		return // a time that JSON has no form for, which cannot have been written
	}
	v2, err := parse(out)
	if err != nil {
		return // longer when written in full
	}
	if out2 := must(json.Marshal(v2)); !bytes.Equal(out, out2) {
		t.Fatalf("%s became %s", out, out2)
	}
}

// FuzzUsageSession: the body of a session is taken apart and put together without loss.
func FuzzUsageSession(f *testing.F) {
	f.Add(byte(TypeSession), make([]byte, saltSize+20))
	f.Add(byte(TypeFresh), append([]byte{2, 'a', 'b'}, make([]byte, encSize+saltSize+20)...))
	f.Fuzz(func(t *testing.T, typ byte, b []byte) {
		for _, typ := range []byte{TypeSession, TypeFresh} {
			p, err := splitSession(typ, b)
			if err != nil {
				continue
			}
			front := p.start(nil)
			if whole := append(bytes.Clone(front), p.sealed...); !bytes.Equal(whole, b) {
				t.Fatalf("%x became %x", b, whole)
			}
			if q, err := splitFront(typ, front); err != nil || !bytes.Equal(q.salt, p.salt) || q.key != p.key || !bytes.Equal(q.enc, p.enc) {
				t.Fatalf("%v: %+v", err, q)
			}
		}
	})
}

// FuzzUsageIDs: a file of ids passes only numbers of its epoch.
func FuzzUsageIDs(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0}, uint64(1), uint64(9))
	f.Fuzz(func(t *testing.T, b []byte, first, last uint64) {
		eachID(b, first, last, func(seq uint64, id []byte) {
			if seq < first || seq > last || len(id) != len(idHash{}) {
				t.Fatalf("entry %d with %x", seq, id)
			}
		})
	})
}
