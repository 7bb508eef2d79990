package issuer

import (
	"bytes"
	"errors"
	"slices"
	"strings"
)

// earlyMost bounds what a function may read before its turn, in bytes: one that reads more waits for its turn.
const earlyMost = 2 << 20

// readSet remembers what a transaction read, so that it can be seen later whether all of it is still so (H. T. Kung and J. T. Robinson, "On
// Optimistic Methods for Concurrency Control", ACM TODS 6, 1981). What it read once it does not read again.
type readSet struct {
	under  reader
	got    map[recordKey][]byte // nil: there was none
	walks  []walk
	room   int  // bytes that it may still remember
	unsure bool // it could not read something, or not remember it
}

// walk is a range that was gone through. ended: not to its end, but up to its last key.
type walk struct {
	recordKey // bucket and beginning of the keys
	keys      []string
	values    [][]byte
	ended     bool
}

func newReadSet(under reader) *readSet {
	return &readSet{under: under, got: map[recordKey][]byte{}, room: earlyMost}
}

var errTooMuch = errors.New("more than can be remembered was read")

// take notes that something was read.
func (s *readSet) take(key string, value []byte) error {
	const record = 64 // what one costs besides
	if s.room -= len(key) + len(value) + record; s.room < 0 {
		s.unsure = true
		return errTooMuch
	}
	return nil
}

func (s *readSet) Get(bucket, key string) ([]byte, error) {
	k := recordKey{bucket, key}
	value, known := s.got[k]
	if !known {
		var err error
		value, err = s.under.Get(bucket, key)
		if err != nil && !errors.Is(err, errNoRecord) {
			s.unsure = true
			return nil, err
		}
		if err := s.take(key, value); err != nil {
			return nil, err
		}
		s.got[k] = value
	}
	if value == nil {
		return nil, errNoRecord
	}
	return value, nil
}

func (s *readSet) Each(bucket, prefix string, fn func(string, []byte) error) error {
	w := walk{recordKey: recordKey{bucket, prefix}}
	if i := slices.IndexFunc(s.walks, func(o walk) bool { return o.recordKey == w.recordKey && !o.ended }); i >= 0 {
		w = s.walks[i]
		for n, key := range w.keys {
			if err := fn(key, w.values[n]); err != nil {
				return err
			}
		}
		return nil
	}
	own := false // the error is of the function, not of the store
	err := s.under.Each(bucket, prefix, func(key string, value []byte) error {
		if err := s.take(key, value); err != nil {
			return err
		}
		w.keys, w.values = append(w.keys, key), append(w.values, value)
		err := fn(key, value)
		own = err != nil
		return err
	})
	w.ended = err != nil
	s.unsure = s.unsure || w.ended && !own
	s.walks = append(s.walks, w)
	return err
}

func (s *readSet) Fetch(a ...asking) error { return s.under.Fetch(a...) }

// asking are the records that were read.
func (s *readSet) asking() (a asking) {
	for k := range s.got {
		a.keys = append(a.keys, k)
	}
	for _, w := range s.walks {
		a.prefixes = append(a.prefixes, w.recordKey)
	}
	return a
}

// has says whether a record was read, or was looked for.
func (s *readSet) has(k recordKey) bool {
	_, got := s.got[k]
	return got || slices.ContainsFunc(s.walks, func(w walk) bool {
		return w.bucket == k.bucket && strings.HasPrefix(k.key, w.key) && !(w.ended && len(w.keys) > 0 && k.key > w.keys[len(w.keys)-1])
	})
}

// still says whether another transaction reads the same.
func (s *readSet) still(r reader) bool {
	for k, value := range s.got {
		now, err := r.Get(k.bucket, k.key)
		if errors.Is(err, errNoRecord) {
			now, err = nil, nil
		}
		if err != nil || (now == nil) != (value == nil) || !bytes.Equal(now, value) {
			return false
		}
	}
	return !slices.ContainsFunc(s.walks, func(w walk) bool { return !w.still(r) })
}

func (w walk) still(r reader) bool {
	n, same := 0, true
	err := r.Each(w.bucket, w.key, func(key string, value []byte) error {
		if n == len(w.keys) || key != w.keys[n] || !bytes.Equal(value, w.values[n]) {
			same = false
			return errEnough
		}
		if n++; w.ended && n == len(w.keys) {
			return errEnough
		}
		return nil
	})
	return same && n == len(w.keys) && (err == nil || errors.Is(err, errEnough))
}
