package ledger

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzSegment: whatever a file holds, parse ends, stays inside it and its prefix is what it would have written.
func FuzzSegment(f *testing.F) {
	s := newSample(f)
	for _, data := range s.files {
		f.Add(data, uint64(1))
		f.Add(data[:len(data)-7], uint64(5))
		f.Add(data[60:], uint64(9))
		harmed := bytes.Clone(data)
		harmed[len(data)/2] ^= 4
		f.Add(harmed, uint64(1))
	}
	f.Add([]byte{}, uint64(0))
	f.Fuzz(func(t *testing.T, data []byte, first uint64) {
		c := parse(data, first%maxSeq)
		if c.good > len(data) || (c.fault == faultNone && c.good != len(data)) {
			t.Fatalf("%d of %d bytes, fault %d", c.good, len(data), c.fault)
		}
		if c.fault == faultTooNew {
			return
		}
		var again []byte
		if c.body != nil {
			again = appendFrame(again, typeHeader, c.body)
		}
		last := uint64(0)
		if c.body != nil {
			last = c.header.First - 1
		}
		for _, e := range c.entries {
			if again = appendEntry(again, e.Type, e.Body, e.Beside); e.Seq != last+1 {
				t.Fatalf("entry %d follows %d", e.Seq, last)
			}
			last = e.Seq
		}
		if c.closing != nil {
			again = appendFrame(again, typeClose, c.closeBody)
		}
		if !bytes.Equal(again, data[:c.good]) {
			t.Fatal("the intact part is not what was written")
		}
		last = c.last
		for _, e := range c.loose {
			if e.Seq <= last || e.Seq > c.lostTo {
				t.Fatalf("loose entry %d follows %d, at most %d", e.Seq, last, c.lostTo)
			}
			last = e.Seq
		}
	})
}

// FuzzEvent: an event that can be read is written so that it reads the same.
func FuzzEvent(f *testing.F) {
	b, err := encodeEvent(benchEvent())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"v":1,"kind":"x","at":"2027-01-01T00:00:00+02:00","data":{"a":[1,2]}}`))
	f.Add([]byte(`{"v":3,"kind":"x"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEvent(b)
		if err != nil {
			return
		}
		out, err := encodeEvent(e)
		if err != nil {
			return // a time beyond year 9999, which cannot have been written
		}
		e2, err := decodeEvent(out)
		if err != nil {
			t.Fatalf("%s became %s: %v", b, out, err)
		}
		if out2, err := encodeEvent(e2); err != nil || !bytes.Equal(out, out2) {
			t.Fatalf("%s became %s, then %s: %v", b, out, out2, err)
		}
	})
}

// FuzzJournalFile: a journal with any file in it opens, passes nothing wrong, and takes new events.
func FuzzJournalFile(f *testing.F) {
	s := newSample(f)
	names := []string{"00000001.seg", "00000002.seg", "00000003.seg"}
	for i, n := range names {
		f.Add(uint8(i), s.files[n])
		f.Add(uint8(i), s.files[names[(i+1)%3]])
		f.Add(uint8(i), s.files[n][:50])
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		if len(data) > 0 {
			if h, ok := readFrame(data); ok && h.typ == typeHeader {
				if _, err := parseHeader(h.body); errors.Is(err, ErrTooNew) {
					return
				}
			}
		}
		s.meet(t, s.place(t, names[int(which)%3], data))
	})
}
