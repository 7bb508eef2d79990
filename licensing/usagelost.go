package licensing

import (
	"context"
	"maps"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/usage"
)

// Causes of gaps.
const (
	gapDiskFull = "disk_full"
	gapDamaged  = "records_damaged"
)

// lostUses are those that found no room on the disk, until the ledger says so. One with an id may still be sent again.
type lostUses struct {
	from, to time.Time
	named    map[usageName]bool
	unnamed  uint64
	telling  bool
}

// usageName is an event's id, which is one of its product and meter.
type usageName struct{ product, meter, id string }

func nameOfUse(ev *usage.Event) usageName { return usageName{ev.Product, ev.Meter, ev.ID} }

const (
	// retryWithin is how long a use that found no room may be sent again before the ledger calls it missing.
	retryWithin = time.Hour
	// maxLostNames bounds the memory for ids; further uses count one by one.
	maxLostNames = 65_536
)

// missed remembers uses that found no room on the disk, to say so in the ledger when there is some again.
func (l *usageLedger) missed(events []usage.Event, err error) {
	if !disk.IsFull(err) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := &l.lost
	for i := range events {
		ev := &events[i]
		lost.from, lost.to = earlier(lost.from, ev.At), ev.At
		if ev.ID == "" || len(lost.named) >= maxLostNames {
			lost.unnamed++
			continue
		}
		if lost.named == nil {
			lost.named = map[usageName]bool{}
		}
		lost.named[nameOfUse(ev)] = true
	}
}

// came forgets uses that were sent again and are recorded now. It says whether others are missing.
func (l *usageLedger) came(events []usage.Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := &l.lost
	if len(lost.named) > 0 {
		for i := range events {
			delete(lost.named, nameOfUse(&events[i]))
		}
		if lost.n() == 0 {
			*lost = lostUses{}
		}
	}
	return lost.n() > 0
}

func (u *lostUses) n() uint64 { return u.unnamed + uint64(len(u.named)) }

// record makes events durable, and says in the ledger what is missing.
func (l *usageLedger) record(ctx context.Context, events []usage.Event) ([]usage.Done, error) {
	done, err := l.book.Record(ctx, events)
	if l.came(events[:len(done)]) && err == nil {
		l.tellLost(ctx, events[0].At, retryWithin)
	}
	return done, err
}

// tellLost notes in the ledger what is missing: of uses with an id those that were not sent again for so long. What cannot be
// written now is said the next time.
func (l *usageLedger) tellLost(ctx context.Context, at time.Time, wait time.Duration) {
	l.mu.Lock()
	lost := l.lost
	if lost.named = nil; at.Sub(lost.to).Abs() >= wait {
		lost.named = maps.Clone(l.lost.named)
	}
	if lost.telling || lost.n() == 0 {
		l.mu.Unlock()
		return
	}
	l.lost.telling = true
	l.mu.Unlock()
	n := usage.Note{Kind: "gap", At: at, Code: gapDiskFull, From: lost.from, To: lost.to, Count: lost.n()}
	_, err := l.book.Note(ctx, n)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost.telling = false; err != nil {
		return
	}
	l.gaps = append(l.gaps, n)
	l.lost.unnamed -= lost.unnamed
	for name := range lost.named {
		delete(l.lost.named, name)
	}
	if l.lost.n() == 0 {
		l.lost = lostUses{}
	}
}
