package issuer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/licensing/disk"
	"holdfast/licensing/issuer/pgtest"
)

// both runs a test with each kind of store, and with a pooler before the database where there is one. open opens the same records, as often as it is called; the store before is closed then.
func both(t *testing.T, test func(t *testing.T, open func() store)) {
	t.Helper()
	kinds := places(t)
	kinds["pooler"] = func(t testing.TB) string { return startPooler(t, pgtest.Start(t)) }
	for kind, place := range kinds {
		t.Run(kind, func(t *testing.T) {
			at := place(t)
			var last store
			t.Cleanup(func() {
				if last != nil {
					_ = last.Close()
				}
			})
			test(t, func() store {
				if last != nil {
					if err := last.Close(); err != nil {
						t.Fatal(err)
					}
				}
				last = opened(t, at)
				return last
			})
		})
	}
}

// places are functions that find a place for a new store: a file or the address of a database.
func places(t testing.TB) map[string]func(testing.TB) string {
	t.Helper()
	return map[string]func(testing.TB) string{
		"bbolt":    func(t testing.TB) string { return filepath.Join(t.TempDir(), storeName) },
		"postgres": func(t testing.TB) string { return pgtest.Start(t) },
	}
}

func opened(t testing.TB, at string) store {
	t.Helper()
	s, err := openAt(at)
	if err != nil {
		t.Fatal(err)
	}
	return newGroup(s)
}

func openAt(at string) (backend, error) {
	if isAddress(at) {
		return openPostgres(context.Background(), locate(at), "acme", true)
	}
	_, err := disk.OS().Stat(at)
	return openBolt(disk.OS(), at, time.Second, err != nil)
}

func mustPut(t *testing.T, s store, bucket, key, value string) {
	t.Helper()
	if err := s.Update(func(x tx) error { return x.Put(bucket, key, []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

// read is the value of a key; "-" when there is none.
func read(t *testing.T, s store, bucket, key string) (value string) {
	t.Helper()
	err := s.View(func(x tx) error {
		b, err := x.Get(bucket, key)
		value = string(b)
		return err
	})
	if errors.Is(err, errNoRecord) {
		return "-"
	}
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func all(x tx, bucket, prefix string) (keys []string, err error) {
	err = x.Each(bucket, prefix, func(key string, _ []byte) error {
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

func TestStoreChangesAllOrNothing(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		mustPut(t, s, bucketMeta, "a", "1")
		stop := errors.New("stop")
		for name, end := range map[string]func(tx) error{
			"error":          func(tx) error { return stop },
			"panic":          func(tx) error { panic("stop") },
			"write in a key": func(x tx) error { return x.Put(bucketMeta, "", []byte("1")) },
		} {
			err := s.Update(func(x tx) error {
				if err := errors.Join(x.Put(bucketMeta, "a", []byte("2")), x.Put(bucketMeta, "b", []byte("2")), x.Delete(bucketMeta, "a")); err != nil {
					return err
				}
				if _, err := x.Get(bucketMeta, "a"); !errors.Is(err, errNoRecord) {
					t.Errorf("deleted and still there: %v", err)
				}
				return end(x)
			})
			if err == nil || read(t, s, bucketMeta, "a") != "1" || read(t, s, bucketMeta, "b") != "-" {
				t.Errorf("%s: %v left a=%s b=%s", name, err, read(t, s, bucketMeta, "a"), read(t, s, bucketMeta, "b"))
			}
		}
		if err := s.View(func(x tx) error { return x.Put(bucketMeta, "a", []byte("3")) }); !errors.Is(err, errReadOnly) {
			t.Errorf("a view wrote: %v", err)
		}
		s = open()
		if read(t, s, bucketMeta, "a") != "1" {
			t.Error("it is gone after a restart")
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(func(tx) error { return nil }); !errors.Is(err, errClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}

func TestStoreViewSeesOneMoment(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		mustPut(t, s, bucketMeta, "a", "1")
		err := s.View(func(x tx) error {
			if _, err := x.Get(bucketMeta, "a"); err != nil {
				return err
			}
			if err := s.Update(func(y tx) error {
				return errors.Join(y.Put(bucketMeta, "a", []byte("2")), y.Put(bucketMeta, "b", []byte("2")))
			}); err != nil {
				return err
			}
			if _, err := x.Get(bucketMeta, "b"); !errors.Is(err, errNoRecord) {
				t.Errorf("a view sees what came later: %v", err)
			}
			keys, err := all(x, bucketMeta, "")
			if len(keys) != 1 {
				t.Errorf("a view sees %v", keys)
			}
			return err
		})
		if err != nil || read(t, s, bucketMeta, "a") != "2" {
			t.Errorf("%v, a=%s", err, read(t, s, bucketMeta, "a"))
		}
	})
}

// TestStoreDoesWhatAMapDoes compares with a map, in random transactions, with what was changed in them and what was there before.
func TestStoreDoesWhatAMapDoes(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		model := map[string]string{}
		key := rapid.SampledFrom([]string{"a", "a/", "a/b", "a/b/c", "a0", "b", "ä", "ä/1", "z\U0010ffff", "z\U0010ffff1", "\ud7ff", "\ue000", "A", "a b", "%"})
		prefix := rapid.SampledFrom([]string{"", "a", "a/", "a/b", "ä", "z", "z\U0010ffff", "\ud7ff", "q", "\x00", "\xff"})
		rapid.Check(t, func(r *rapid.T) {
			next := maps.Clone(model)
			fail := rapid.IntRange(0, 3).Draw(r, "fail") == 0
			stop := errors.New("stop")
			ask := need(bucketLetters, rapid.SliceOfN(key, 0, 3).Draw(r, "need")...)
			if rapid.Bool().Draw(r, "range") {
				ask = asked(ask, needAll(bucketLetters, prefix.Draw(r, "needAll")))
			}
			err := s.For(t.Context(), ask).Update(func(x tx) error {
				for range rapid.IntRange(0, 8).Draw(r, "steps") {
					k := key.Draw(r, "key")
					switch rapid.IntRange(0, 4).Draw(r, "what") {
					case 0:
						v := strings.Repeat(k, rapid.IntRange(0, 3).Draw(r, "n"))
						if err := x.Put(bucketLetters, k, []byte(v)); err != nil {
							return err
						}
						next[k] = v
					case 1:
						if err := x.Delete(bucketLetters, k); err != nil {
							return err
						}
						delete(next, k)
					case 2:
						b, err := x.Get(bucketLetters, k)
						if v, ok := next[k]; ok != (err == nil) || ok && v != string(b) {
							r.Fatalf("%q is %q, %v; want %q, %v", k, b, err, v, ok)
						}
					case 3:
						if err := x.Fetch(needAll(bucketLetters, k), need(bucketLetters, k)); err != nil {
							return err
						}
					default:
						p := prefix.Draw(r, "prefix")
						got, err := all(x, bucketLetters, p)
						if err != nil {
							return err
						}
						want := slices.DeleteFunc(slices.Sorted(maps.Keys(next)), func(k string) bool { return !strings.HasPrefix(k, p) })
						if !slices.Equal(got, want) {
							r.Fatalf("%q: %q, want %q", p, got, want)
						}
					}
				}
				if fail {
					return stop
				}
				return nil
			})
			switch {
			case fail && !errors.Is(err, stop), !fail && err != nil:
				r.Fatal(err)
			case !fail:
				model = next
			}
		})
		s = open()
		if err := s.View(func(x tx) error {
			keys, err := all(x, bucketLetters, "")
			if !slices.Equal(keys, slices.Sorted(maps.Keys(model))) {
				t.Errorf("after a restart %q", keys)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStoreRefusesToDeleteWhatIsGoneThrough(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		mustPut(t, s, bucketMeta, "a", "1")
		err := s.Update(func(x tx) error {
			err := x.Each(bucketMeta, "", func(key string, _ []byte) error {
				if err := x.Delete(bucketKeys, key); err != nil {
					t.Errorf("another bucket: %v", err)
				}
				return x.Delete(bucketMeta, key)
			})
			if !errors.Is(err, errWalking) {
				t.Errorf("deleted on the way: %v", err)
			}
			return x.Delete(bucketMeta, "a")
		})
		if err != nil || read(t, s, bucketMeta, "a") != "-" {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// TestStoreCountsRightForManyCallers lets some of them end with an error, a panic or their context. They count before their turn, or some of them in their turn.
func TestStoreCountsRightForManyCallers(t *testing.T) {
	for name, when := range map[string][]asking{"early": {early}, "some early": {{}, early}} {
		t.Run(name, func(t *testing.T) { countRight(t, when) })
	}
}

func countRight(t *testing.T, when []asking) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		const callers, turns = 16, 40
		stop := errors.New("stop")
		gone, end := context.WithCancel(t.Context())
		end()
		var wait sync.WaitGroup
		for c := range callers {
			wait.Go(func() {
				for i := range turns {
					ctx, fate := t.Context(), (c+i)%8
					if fate == 3 {
						ctx = gone
					}
					err := s.For(ctx, need(bucketMeta, "n"), when[i%len(when)]).Update(func(x tx) error {
						n, err := get[int](x, bucketMeta, "n")
						if err != nil && !errors.Is(err, errNoRecord) {
							return err
						}
						rows := 0
						if err := x.Each(bucketGrants, "", func(string, []byte) error { rows++; return nil }); err != nil {
							return err
						}
						err = errors.Join(put(x, bucketMeta, "n", n+1), put(x, bucketLetters, fmt.Sprintf("%d/%d", c, i), n+1), put(x, bucketGrants, fmt.Sprintf("%05d", n), rows))
						switch fate {
						case 1:
							return stop
						case 2:
							panic("stop")
						}
						return err
					})
					var own *Error
					if want := map[int]bool{1: errors.Is(err, stop), 2: errors.As(err, &own) && own.Code == CodeDamaged, 3: errors.Is(err, context.Canceled)}; fate == 0 && err != nil || fate > 0 && fate < 4 && !want[fate] {
						t.Errorf("caller %d: %v", c, err)
					}
				}
			})
		}
		wait.Wait()
		s = open()
		err := s.View(func(x tx) error {
			n, err := get[int](x, bucketMeta, "n")
			if err != nil {
				return err
			}
			seen := map[int]bool{}
			err = each(x, bucketLetters, "", func(_ string, n int) error {
				seen[n] = true
				return nil
			})
			err = errors.Join(err, each(x, bucketGrants, "", func(key string, rows int) error {
				if key != fmt.Sprintf("%05d", rows) {
					t.Errorf("%s was written after %d rows", key, rows)
				}
				return nil
			}))
			if want := callers * turns * 5 / 8; n != want || len(seen) != want {
				t.Errorf("%d counted, %d different, want %d", n, len(seen), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestStoreHoldsLargeValuesAndMany(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		large := bytes.Repeat([]byte("0123456789abcdef"), 5<<20/16)
		const n = 3500
		err := s.Update(func(x tx) error {
			for i := range n {
				if err := x.Put(bucketPlaces, fmt.Sprintf("%06d", i), []byte{byte(i), 0}); err != nil {
					return err
				}
			}
			return errors.Join(x.Put(bucketAnswers, "large", large), x.Put(bucketAnswers, "more", large), x.Put(bucketAnswers, "empty", nil))
		})
		if err != nil {
			t.Fatal(err)
		}
		s = open()
		err = s.View(func(x tx) error {
			b, err := x.Get(bucketAnswers, "large")
			if !bytes.Equal(b, large) {
				t.Errorf("%d bytes", len(b))
			}
			if b, err := x.Get(bucketAnswers, "empty"); err != nil || len(b) != 0 {
				t.Errorf("empty: %q, %v", b, err)
			}
			keys, err2 := all(x, bucketPlaces, "")
			if len(keys) != n || !slices.IsSorted(keys) {
				t.Errorf("%d keys", len(keys))
			}
			some, err3 := all(x, bucketPlaces, "0012")
			if len(some) != 100 {
				t.Errorf("%d keys of a range", len(some))
			}
			return errors.Join(err, err2, err3)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestStoreIsNotHurtByStrangeKeys: what is asked for comes from outside.
func TestStoreIsNotHurtByStrangeKeys(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		mustPut(t, s, bucketMeta, "a", "1")
		for _, key := range []string{"", "\x00", "a\x00", "\xff\xfe", strings.Repeat("x", 100_000), "' OR 1=1 --", "\U0010ffff"} {
			err := s.For(t.Context(), need(bucketMeta, key, "a"), needAll(bucketMeta, key)).Update(func(x tx) error {
				if _, err := x.Get(bucketMeta, key); !errors.Is(err, errNoRecord) {
					t.Errorf("%.20q: %v", key, err)
				}
				if _, err := all(x, bucketMeta, key); err != nil {
					t.Errorf("%.20q: %v", key, err)
				}
				b, err := x.Get(bucketMeta, "a")
				if err != nil || string(b) != "1" {
					t.Errorf("%.20q: %q, %v", key, b, err)
				}
				return x.Put(bucketMeta, "b", []byte(fmt.Sprint(len(key))))
			})
			if err != nil || read(t, s, bucketMeta, "b") != fmt.Sprint(len(key)) {
				t.Errorf("%.20q: %v", key, err)
			}
		}
	})
}

// TestStoreForgetsWhoDoesNotWait: a caller whose context ended before its turn changed nothing.
func TestStoreForgetsWhoDoesNotWait(t *testing.T) {
	both(t, func(t *testing.T, open func() store) {
		s := open()
		busy, ran := make(chan struct{}), make(chan error, 1)
		go func() {
			ran <- s.Update(func(x tx) error {
				busy <- struct{}{}
				<-busy
				return x.Put(bucketMeta, "a", []byte("1"))
			})
		}()
		<-busy
		ctx, stop := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { left <- s.For(ctx).Update(func(x tx) error { return x.Put(bucketMeta, "b", []byte("1")) }) }()
		stop()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who waited: %v", err)
		}
		busy <- struct{}{}
		if err := <-ran; err != nil || read(t, s, bucketMeta, "a") != "1" || read(t, s, bucketMeta, "b") != "-" {
			t.Errorf("%v, a=%s b=%s", err, read(t, s, bucketMeta, "a"), read(t, s, bucketMeta, "b"))
		}
	})
}
