package usage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast/licensing/disk"
)

// promise is what callers were told: events by number of entry that were acknowledged, and those whose outcome they do not know.
type promise struct {
	told    map[int]bool // n of use(n): acknowledged
	unknown map[int]bool
	next    int
}

func newPromise() *promise { return &promise{told: map[int]bool{}, unknown: map[int]bool{}} }

func (p *promise) clone() *promise {
	return &promise{told: maps.Clone(p.told), unknown: maps.Clone(p.unknown), next: p.next}
}

// record sends k new events, each with an id, so that its fate can be looked up.
func (p *promise) record(b *Book, k int) error {
	var events []Event
	first := p.next
	for range k {
		events = append(events, keyedUse(p.next))
		p.next++
	}
	done, err := b.Record(context.Background(), events)
	for i := range events {
		if i < len(done) {
			p.told[first+i] = true
		} else {
			p.unknown[first+i] = true
		}
	}
	return err
}

func keyedUse(n int) Event {
	e := use(n)
	e.ID = "keyed-" + e.At.String()
	return e
}

// settle opens the book after a fault, looks up what is unknown and sends it again where it is not there; then everything has
// been counted once exactly.
func (p *promise) settle(t tester, fsys disk.FS) *Book {
	t.Helper()
	b, _, err := OpenBook(bookDir, bookOptions(fsys))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	for n := range p.told {
		if _, ok, err := look(b, keyedUse(n)); err != nil || !ok {
			t.Fatalf("event %d was acknowledged and is lost: %v", n, err)
		}
	}
	for n := range p.unknown {
		d, ok, err := look(b, keyedUse(n))
		if err != nil {
			t.Fatalf("look: %v", err)
		}
		if again := mustRecord(t, b, keyedUse(n)); again[0].Again != ok || ok && again[0].Seq != d.Seq {
			t.Fatalf("event %d: looked up %v, sent again %+v", n, ok, again)
		}
		p.told[n] = true
	}
	clear(p.unknown)
	return b
}

// check compares everything with the promise. damaged: an epoch was set aside, whose entries are there but not added up as proven.
func (p *promise) check(t tester, b *Book) {
	t.Helper()
	got, sealed := usesOf(t, b)
	count, want := map[string]int{}, map[string]int{}
	for _, u := range got {
		count[fmt.Sprint(u)]++
	}
	var events []Event
	for n := range p.told {
		want[fmt.Sprint(asKept(keyedUse(n)))]++
		events = append(events, keyedUse(n))
	}
	if !reflect.DeepEqual(count, want) || sealed > 0 {
		t.Fatalf("%d uses, %d sealed, want %d:\n got %v\nwant %v", len(got), sealed, len(events), count, want)
	}
	checkSums(t, b, events)
}

// script is a day of a book: records, closes, a prune, twice.
func (p *promise) script(fsys disk.FS) {
	for range 2 {
		b, _, err := OpenBook(bookDir, bookOptions(fsys))
		if err != nil {
			return
		}
		_ = p.record(b, 1)
		_ = p.record(b, 3)
		_ = b.CloseEpoch(context.Background())
		_ = p.record(b, 2)
		_ = p.record(b, 4)
		_ = b.Close()
	}
}

// TestNothingAcknowledgedIsLostOrCountedTwiceWhenThePowerGoesAtAnyCall is scorecard R2 for usage; HOLDFAST_POWER_STATES asks for more states.
func TestNothingAcknowledgedIsLostOrCountedTwiceWhenThePowerGoesAtAnyCall(t *testing.T) {
	whole := bookDisk(t)
	newPromise().script(whole)
	calls, states, damages := whole.Calls(), 0, 0
	seeds := uint64(12)
	if testing.Short() {
		seeds = 2
	}
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_POWER_STATES")); err == nil {
		seeds = uint64(n/calls + 1)
	}
	for n := range calls {
		for seed := range seeds {
			fsys, p := bookDisk(t), newPromise()
			fsys.PowerOffAfter(n)
			p.script(fsys)
			after := fsys.PowerOn() // as kill -9 leaves it
			if seed > 0 {
				after = fsys.Crash(rand.New(rand.NewPCG(seed, uint64(n))))
			}
			b := p.settle(t, after)
			if damaged(b) {
				damages++
			} else {
				p.check(t, b)
			}
			if err := p.record(b, 1); err != nil {
				t.Fatalf("call %d seed %d: afterwards: %v", n, seed, err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			verified(t, after)
			states++
		}
	}
	if damages*10 > states {
		t.Errorf("%d of %d states left a damaged epoch", damages, states)
	}
	t.Logf("%d states after power loss at %d calls; %d with an epoch set aside", states, calls, damages)
}

// damaged says whether an epoch was set aside: torn writes of a batch can leave a hole. Its entries are found by id all the same.
func damaged(b *Book) bool {
	for _, s := range b.l.Segments() {
		if s.Damaged {
			return true
		}
	}
	return false
}

var diskFaults = []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EMFILE}

// TestEveryFaultOfTheDiskLeavesTheTruth is scorecard R3: the n-th call fails, for every n, once or from then on.
func TestEveryFaultOfTheDiskLeavesTheTruth(t *testing.T) {
	start := newPromise()
	before := bookDisk(t)
	start.script(before) // there is something to open
	files := filesOf(before)
	for i, errno := range diskFaults {
		step := 1 // all four meet the same calls: every one once, then a part of them
		if i > 0 || testing.Short() {
			step = 7
		}
		for _, broken := range []bool{false, true} {
			calls := 0
			for n := 1; ; n += step {
				inner, p := placeBook(t, files), start.clone()
				fsys := disk.NewFaulty(inner, n, errno)
				if broken {
					fsys = disk.NewBroken(inner, n, errno)
				}
				var errs []error
				b, _, err := OpenBook(bookDir, bookOptions(fsys))
				if errs = append(errs, err); err == nil {
					for i := range 10 {
						errs = append(errs, p.record(b, i%3+1))
						if i == 4 {
							errs = append(errs, b.CloseEpoch(context.Background()))
							_, err := b.Prune(context.Background(), 2, bookStart)
							errs = append(errs, err)
						}
					}
					fsys.Heal()
					for u := range p.unknown { // in the same process, the same rule: look up, then decide
						d, ok, err := look(b, keyedUse(u))
						if err != nil {
							t.Fatalf("%v at call %d: look: %v", errno, n, err)
						}
						if again := mustRecord(t, b, keyedUse(u)); again[0].Again != ok || ok && again[0].Seq != d.Seq {
							t.Fatalf("%v at call %d: event %d looked up %v, sent again %+v", errno, n, u, ok, again)
						}
						p.told[u] = true
					}
					clear(p.unknown)
					if err := p.record(b, 1); err != nil {
						t.Fatalf("%v at call %d: afterwards: %v", errno, n, err)
					}
					checkTold(t, b, p)
					if err := b.Close(); err != nil {
						t.Fatal(err)
					}
				}
				for _, err := range errs {
					if err != nil && !errors.Is(err, errno) {
						t.Fatalf("%v at call %d: the error is %v", errno, n, err)
					}
				}
				fsys.Heal()
				checkTold(t, p.settle(t, inner), p)
				verified(t, inner)
				if !fsys.Tripped() {
					break
				}
				calls++
			}
			if calls*step < 150 {
				t.Fatalf("%v: only %d calls failed", errno, calls)
			}
			t.Logf("%v, broken %v: %d calls failed, one after the other", errno, broken, calls)
		}
	}
}

// checkTold compares the sums, which outlive a prune, with the promise.
func checkTold(t tester, b *Book, p *promise) {
	t.Helper()
	if damaged(b) {
		t.Fatalf("an epoch was set aside")
	}
	var events []Event
	for n := range p.told {
		events = append(events, keyedUse(n))
	}
	checkSums(t, b, events)
}

func TestABookKeepsItsPromiseOverManyCrashesClosesAndPrunes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fsys, p := bookDisk(t), newPromise()
		b := openBook(t, bookOptions(fsys))
		whole := true // nothing was pruned or set aside
		t.Repeat(map[string]func(*rapid.T){
			"record": func(t *rapid.T) {
				if err := p.record(b, rapid.IntRange(1, 6).Draw(t, "events")); err != nil {
					t.Fatalf("%v", err)
				}
			},
			"record again": func(t *rapid.T) {
				if p.next == 0 {
					return
				}
				n := rapid.IntRange(0, p.next-1).Draw(t, "n")
				d, ok, err := look(b, keyedUse(n))
				if err != nil {
					t.Fatalf("%v", err)
				}
				if !ok {
					t.Fatalf("event %d is not known", n)
				}
				if again := mustRecord(t, b, keyedUse(n)); !again[0].Again || again[0].Seq != d.Seq {
					t.Fatalf("%+v", again)
				}
			},
			"close the epoch": func(t *rapid.T) {
				if err := b.CloseEpoch(context.Background()); err != nil {
					t.Fatalf("%v", err)
				}
			},
			"prune": func(t *rapid.T) {
				_, _, epoch := b.Tail()
				n, err := b.Prune(context.Background(), uint64(rapid.IntRange(0, int(epoch)).Draw(t, "through")), bookStart)
				if err != nil {
					t.Fatalf("%v", err)
				}
				whole = whole && n.Count == 0
			},
			"reopen": func(t *rapid.T) {
				if err := b.Close(); err != nil {
					t.Fatalf("%v", err)
				}
				b = openBook(t, bookOptions(fsys))
			},
			"lose power": func(t *rapid.T) {
				fsys.PowerOffAfter(rapid.IntRange(0, 8).Draw(t, "calls"))
				for range rapid.IntRange(1, 3).Draw(t, "batches") {
					_ = p.record(b, rapid.IntRange(1, 3).Draw(t, "events"))
				}
				fsys = fsys.Crash(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7)))
				b = p.settle(t, fsys)
				whole = whole && !damaged(b)
			},
			"": func(t *rapid.T) {
				if damaged(b) {
					return
				}
				if whole {
					p.check(t, b)
				}
				checkTold(t, b, p)
			},
		})
	})
}

func TestNoSessionOfAProcessIsUsedAgainAfterAFault(t *testing.T) {
	fsys := disk.NewFaulty(bookDisk(t), 0, syscall.EIO)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, use(0))
	for range 3 {
		fsys.Arm(1) // the write
		if _, err := b.Record(context.Background(), []Event{use(4)}); !errors.Is(err, syscall.EIO) {
			t.Fatalf("%v", err)
		}
	}
	fsys.Arm(0)
	mustRecord(t, b, use(4))
	salts := map[string]bool{}
	e := must(b.epoch(1))
	for _, en := range e.Entries {
		if en.Type == TypeSession {
			salts[string(must(splitSession(en.Type, en.Body)).salt)] = true
		}
	}
	if len(salts) != 2 {
		t.Fatalf("%d sessions", len(salts))
	}
	checkBook(t, b, []Event{use(0), use(4)})
	if at, err := b.Oldest(0); err != nil || !at.Equal(bookStart.Truncate(time.Hour)) {
		t.Fatalf("%v, %v", at, err)
	}
}

func TestAWriteThatCannotBeTakenBackIsUnknownUntilTheDiskAnswers(t *testing.T) {
	fsys := disk.NewBroken(bookDisk(t), 0, syscall.EIO)
	b := openBook(t, bookOptions(fsys))
	mustRecord(t, b, use(0))
	fsys.Arm(1)
	if _, err := b.Record(context.Background(), []Event{use(4)}); !errors.Is(err, ErrUnknown) {
		t.Fatalf("%v", err)
	}
	if _, _, err := look(b, use(4)); err == nil {
		t.Fatal("it answers though it cannot know")
	}
	fsys.Heal()
	if _, ok, err := look(b, use(4)); ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	if done := mustRecord(t, b, use(4)); done[0].Again {
		t.Fatal("counted before")
	}
	checkBook(t, b, []Event{use(0), use(4)})
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }
