package issuer

import (
	"bytes"
	"errors"
	"strconv"
	"testing"

	"holdfast/licensing/issuer/pgtest"
)

// direct runs a test with each kind of store. Behind a pooler nothing runs early.
func direct(t *testing.T, test func(t *testing.T, s store)) {
	t.Helper()
	for kind, place := range places(t) {
		t.Run(kind, func(t *testing.T) {
			s := opened(t, place(t))
			defer func() { _ = s.Close() }()
			test(t, s)
		})
	}
}

// TestWhatRanEarlyCountsWhileAllItReadIsSo: in its turn, a function that ran before it runs once more when something that it read is another
// now, and only then.
func TestWhatRanEarlyCountsWhileAllItReadIsSo(t *testing.T) {
	get := func(key string) func(tx) error {
		return func(x tx) error {
			if _, err := x.Get(bucketMeta, key); !errors.Is(err, errNoRecord) {
				return err
			}
			return nil
		}
	}
	walk := func(most int) func(tx) error {
		return func(x tx) error {
			n := 0
			err := x.Each(bucketLetters, "b", func(string, []byte) error {
				if n++; n == most {
					return errEnough
				}
				return nil
			})
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		}
	}
	change := func(bucket, key string) func(tx) error {
		return func(x tx) error { return x.Put(bucket, key, []byte("new")) }
	}
	remove := func(bucket, key string) func(tx) error {
		return func(x tx) error { return x.Delete(bucket, key) }
	}
	cases := []struct {
		name      string
		reads     func(tx) error
		meanwhile func(tx) error
		runs      int
	}{
		{"another record", get("a"), change(bucketMeta, "b"), 1},
		{"another bucket", get("a"), change(bucketLetters, "a"), 1},
		{"the record", get("a"), change(bucketMeta, "a"), 2},
		{"the record goes", get("a"), remove(bucketMeta, "a"), 2},
		{"what was not there", get("c"), change(bucketMeta, "c"), 2},
		{"a record of a range", walk(-1), change(bucketLetters, "b2"), 2},
		{"one more in a range", walk(-1), change(bucketLetters, "b9"), 2},
		{"one less in a range", walk(-1), remove(bucketLetters, "b1"), 2},
		{"beside a range", walk(-1), change(bucketLetters, "c1"), 1},
		{"before where a walk ended", walk(2), change(bucketLetters, "b11"), 2},
		{"behind where a walk ended", walk(2), change(bucketLetters, "b3"), 1},
	}
	direct(t, func(t *testing.T, s store) {
		for _, c := range cases {
			err := s.Update(func(x tx) error {
				for _, key := range []string{"a", "b"} {
					_ = x.Put(bucketMeta, key, []byte("old"))
				}
				for _, key := range []string{"b1", "b2", "b3"} {
					_ = x.Put(bucketLetters, key, []byte("old"))
				}
				return errors.Join(x.Delete(bucketMeta, "c"), x.Delete(bucketLetters, "b9"), x.Delete(bucketLetters, "b11"))
			})
			if err != nil {
				t.Fatal(err)
			}
			writing, ran, written, runs := make(chan bool), make(chan bool), make(chan error), 0
			go func() { // holds the turn until the other has run
				written <- s.Update(func(x tx) error {
					writing <- true
					<-ran
					return c.meanwhile(x)
				})
			}()
			<-writing
			err = s.For(t.Context(), early).Update(func(x tx) error {
				if runs++; runs == 1 {
					defer close(ran)
				}
				return errors.Join(c.reads(x), x.Put(bucketMeta, "done", []byte(c.name)))
			})
			if err := errors.Join(err, <-written); err != nil || runs != c.runs || read(t, s, bucketMeta, "done") != c.name {
				t.Errorf("%s: %d runs, %q, %v", c.name, runs, read(t, s, bucketMeta, "done"), err)
			}
		}
	})
}

// TestWhatRanEarlyNeedsNoTurnWhenItChangesNothing: neither does one that ends with an error.
func TestWhatRanEarlyNeedsNoTurnWhenItChangesNothing(t *testing.T) {
	stop := errors.New("stop")
	direct(t, func(t *testing.T, s store) {
		writing, proceed, written := make(chan bool), make(chan bool), make(chan error)
		go func() {
			written <- s.Update(func(x tx) error {
				writing <- true
				<-proceed
				return x.Put(bucketMeta, "a", nil)
			})
		}()
		<-writing // nobody else gets a turn
		for _, want := range []error{nil, stop} {
			runs := 0
			err := s.For(t.Context(), early, need(bucketMeta, "a")).Update(func(x tx) error {
				runs++
				if _, err := x.Get(bucketMeta, "a"); !errors.Is(err, errNoRecord) {
					t.Errorf("it sees what is not written: %v", err)
				}
				if want != nil {
					_ = x.Put(bucketMeta, "b", nil)
				}
				return want
			})
			if !errors.Is(err, want) || runs != 1 {
				t.Errorf("%v after %d runs, want %v", err, runs, want)
			}
		}
		close(proceed)
		if err := <-written; err != nil || read(t, s, bucketMeta, "b") != "-" {
			t.Errorf("b=%s, %v", read(t, s, bucketMeta, "b"), err)
		}
	})
}

// TestWhoReadsVeryMuchWaitsForTheTurn: not all of it is remembered, and what comes of it is right all the same.
func TestWhoReadsVeryMuchWaitsForTheTurn(t *testing.T) {
	large := bytes.Repeat([]byte("a"), earlyMost/3)
	both(t, func(t *testing.T, open func() store) {
		s := open()
		err := s.Update(func(x tx) error {
			return errors.Join(x.Put(bucketMeta, "a", large), x.Put(bucketMeta, "b", large), x.Put(bucketMeta, "c", large), x.Put(bucketMeta, "d", large))
		})
		if err != nil {
			t.Fatal(err)
		}
		ends := 0
		err = s.For(t.Context(), early).Update(func(x tx) error {
			size := 0
			if err := x.Each(bucketMeta, "", func(_ string, value []byte) error { size += len(value); return nil }); err != nil {
				return err
			}
			ends++
			return put(x, bucketLetters, "size", size)
		})
		if got := read(t, s, bucketLetters, "size"); err != nil || ends != 1 || got != "2796200" {
			t.Errorf("size %s, %d ends, %v", got, ends, err)
		}
	})
}

// TestManyWhoRunEarlyLeaveTheOthersAConnection: each may take as long as a command that signs.
func TestManyWhoRunEarlyLeaveTheOthersAConnection(t *testing.T) {
	s := opened(t, pgtest.Start(t))
	t.Cleanup(func() { _ = s.Close() })
	const callers = 2 * poolSize
	began, proceed, ended := make(chan bool, callers), make(chan bool), make(chan error, callers)
	for n := range callers {
		go func() {
			ended <- s.For(t.Context(), early).Update(func(x tx) error {
				began <- true
				<-proceed
				return x.Put(bucketLetters, strconv.Itoa(n), nil)
			})
		}()
	}
	for range poolSize - otherConns {
		<-began
	}
	if err := s.Update(func(x tx) error { return x.Put(bucketMeta, "a", []byte("new")) }); err != nil {
		t.Errorf("nobody else can write: %v", err)
	}
	close(proceed)
	for range callers {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestAHistoryKnowsWhatItKnows(t *testing.T) {
	changed := func(keys ...string) (all []change) {
		for _, k := range keys {
			all = append(all, change{recordKey{bucketMeta, k}, nil})
		}
		return all
	}
	read := newReadSet(nil)
	read.got[recordKey{bucketMeta, "a"}] = nil
	var h history
	h.add(changed("a"))
	h.add(changed("b", "c"))
	for since, want := range []bool{false, true, true} {
		if !h.covers(uint64(since)) || h.untouched(read, uint64(since)) != want {
			t.Errorf("since %d: %v", since, !want)
		}
	}
	h.add(make([]change, historyMost+1))
	if h.covers(2) || !h.covers(3) {
		t.Error("one that changed very much is said to be known")
	}
	for range historyKept + 3 {
		h.add(changed("b"))
	}
	if h.covers(5) || !h.covers(6) || !h.untouched(read, 6) {
		t.Error("it knows of more, or of less, than it keeps")
	}
	h.add(changed("a"))
	if h.untouched(read, 7) {
		t.Error("the newest is not looked at")
	}
}
