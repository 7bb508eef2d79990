package issuer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"holdfast/licensing/disk"
)

// shelf is a backend in memory that others write to as well. Its next writes end as said, and reads in them can fail like a damaged file.
type shelf struct {
	backend
	records map[recordKey][]byte
	ends    []error
	faulty  string // the key whose reading panics while something is written
	writing bool
}

func (s *shelf) alone() bool               { return false }
func (s *shelf) fits(string, []byte) error { return nil }
func (s *shelf) Fetch(...asking) error     { return nil }
func (s *shelf) Get(bucket, key string) ([]byte, error) {
	if s.writing && key == s.faulty {
		panic("a damaged page")
	}
	if value, ok := s.records[recordKey{bucket, key}]; ok {
		return value, nil
	}
	return nil, errNoRecord
}

func (s *shelf) Each(string, string, func(string, []byte) error) error { return nil }

func (s *shelf) read(_ context.Context, _ asking, fn func(reader) error) error { return fn(s) }

func (s *shelf) write(_ context.Context, _ asking, fn func(reader) ([]change, error)) (err error) {
	defer guardFault(&err)()
	s.writing = true
	defer func() { s.writing = false }()
	changes, err := fn(s)
	if len(s.ends) > 0 {
		err, s.ends = errors.Join(err, s.ends[0]), s.ends[1:]
	}
	for _, c := range changes {
		if err == nil {
			s.records[c.recordKey] = c.value
		}
	}
	return err
}

func served(t *testing.T, back backend, jobs ...*job) []error {
	t.Helper()
	g := &group{back: back}
	for _, j := range jobs {
		j.ctx, j.outcome = t.Context(), make(chan error, 1)
		if j.asking.early {
			if done, err := (caller{g, j.ctx, j.asking}).before(j); done || j.ahead == nil {
				t.Fatalf("it did not run before its turn: %v", err)
			}
		}
	}
	g.serve(jobs)
	var all []error
	for _, j := range jobs {
		all = append(all, <-j.outcome)
	}
	return all
}

// TestWhatIsWrittenIsWhatTheCallerWasTold also when a function ran early, then in its turn because another had changed what it read, and the
// connection was lost before that counted: the other may be gone in the next try, and what was early would be true again.
func TestWhatIsWrittenIsWhatTheCallerWasTold(t *testing.T) {
	s := &shelf{records: map[recordKey][]byte{}, ends: []error{say(CodeAway, nil)}}
	told := byte('0')
	other := &job{fn: func(x tx) error { return x.Put(bucketMeta, "a", nil) }} // is not tried once more
	mine := &job{asking: asked(early, repeatable), fn: func(x tx) error {
		told++
		_, err := x.Get(bucketMeta, "a")
		if !errors.Is(err, errNoRecord) && err != nil {
			return err
		}
		return x.Put(bucketMeta, "told", []byte{told})
	}}
	errs := served(t, s, other, mine)
	if got := string(s.records[recordKey{bucketMeta, "told"}]); !hasCode(errs[0], CodeAway) || errs[1] != nil || got != string(told) {
		t.Errorf("%q is written and %q was told, %v", got, told, errs)
	}
}

// TestAFaultWhileItIsComparedHarmsOneCaller who reads what is damaged, and nobody in the same transaction.
func TestAFaultWhileItIsComparedHarmsOneCaller(t *testing.T) {
	s := &shelf{records: map[recordKey][]byte{}, faulty: "damaged"}
	reads := func(key string) *job {
		return &job{asking: early, fn: func(x tx) error {
			_, err := x.Get(bucketMeta, key)
			if !errors.Is(err, errNoRecord) && err != nil {
				return err
			}
			return x.Put(bucketLetters, key, nil)
		}}
	}
	errs := served(t, s, reads("a"), reads("damaged"), reads("b"))
	if errs[0] != nil || errs[2] != nil || !hasCode(errs[1], CodeDamaged) || len(s.records) != 2 {
		t.Errorf("%v, %d written", errs, len(s.records))
	}
}

// watchedStore notes whether the lock is free while a view is open.
type watchedStore struct {
	store
	mu   *sync.Mutex
	free []bool
}

func (s *watchedStore) View(fn func(tx) error) error {
	free := s.mu.TryLock()
	if free {
		s.mu.Unlock()
	}
	s.free = append(s.free, free)
	return s.store.View(fn)
}

// TestWhoSignsNeverWaitsForAView: it does so inside a transaction, for whose end a larger file waits, and for that a view.
func TestWhoSignsNeverWaitsForAView(t *testing.T) {
	is := &Issuer{keys: &ring{fs: disk.OS(), dir: t.TempDir()}}
	s := opened(t, places(t)["bbolt"](t))
	t.Cleanup(func() { _ = s.Close() })
	w := &watchedStore{store: s, mu: &is.mu}
	is.db = w
	if _, err := is.sealingKey("unknown"); !errors.Is(err, fs.ErrNotExist) || len(w.free) != 1 || !w.free[0] {
		t.Errorf("free: %v, %v", w.free, err)
	}
}

// TestAViewSeesWhatItBeganWithWhileTheFileIsWiped: pages that were replaced since are still its own.
func TestAViewSeesWhatItBeganWithWhileTheFileIsWiped(t *testing.T) {
	s := opened(t, places(t)["bbolt"](t))
	t.Cleanup(func() { _ = s.Close() })
	const records = 40
	fill := func(size int, with string) error {
		return s.Update(func(x tx) error {
			for n := range records {
				if err := x.Put(bucketMeta, fmt.Sprintf("%02d", n), bytes.Repeat([]byte(with), size)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := errors.Join(fill(1<<16, "a"), fill(3000, "b")); err != nil { // what comes later needs no larger file
		t.Fatal(err)
	}
	wiped := make(chan error, 1)
	err := s.View(func(x tx) error {
		changed := make(chan error)
		go func() {
			changed <- fill(3000, "c")
			wiped <- s.Wipe()
		}()
		if err := <-changed; err != nil {
			return err
		}
		for range 2000 {
			n := 0
			if err := x.Each(bucketMeta, "", func(_ string, value []byte) error {
				if n++; value[0] != 'b' {
					return errors.New("it sees what came later")
				}
				return nil
			}); err != nil || n != records {
				return errors.Join(err, fmt.Errorf("%d records", n))
			}
		}
		return nil
	})
	if err := errors.Join(err, <-wiped); err != nil {
		t.Error(err)
	}
}
