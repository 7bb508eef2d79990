package service

import (
	"context"
	"sync"
	"time"
)

// outage remembers since when the store has been away. While it is, one exchange at a time tries whether it is back; the others are told
// at once, so that waiting for a store does not use up every place.
type outage struct {
	mu     sync.Mutex
	since  time.Time
	trying bool
	told   bool   // somebody has the vendor's word for it
	over   []span // told of, and not recorded as ended yet
}

type span struct{ since, until time.Time }

// try says whether to ask the desk. Who may ask calls failed, well or undecided afterwards.
func (o *outage) try() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		return true
	}
	was := o.trying
	o.trying = true
	return !was
}

// began is since when the store has been away; zero when it is back.
func (o *outage) began() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.since
}

// failed says since when the store has been away.
func (o *outage) failed(now time.Time) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trying = false
	if o.since.IsZero() {
		o.since = now.UTC().Truncate(time.Second)
	}
	return o.since
}

// tell notes that somebody got a signed notice of the outage.
func (o *outage) tell() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = o.told || !o.since.IsZero()
}

// undecided is for a try that says nothing about the store.
func (o *outage) undecided() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trying = false
}

// well ends the outage, and returns what the desk has to record.
func (o *outage) well(now time.Time) []span {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trying = false
	if o.told {
		o.over = append(o.over, span{o.since, laterOf(now.UTC().Truncate(time.Second), o.since.Add(time.Second))})
	}
	o.since, o.told = time.Time{}, false
	over := o.over
	o.over = nil
	return over
}

// laterOf: an outage lasts a second at least, or nobody could say that it is over.
func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (o *outage) again(over []span) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = append(over, o.over...)
}

// settle records the ends of outages that computers were told of. What cannot be recorded now is with the next good answer.
func (s *Service) settle(ctx context.Context) {
	over := s.away.well(s.o.now())
	for i, x := range over {
		if err := s.desk.OutageOver(ctx, x.since, x.until); err != nil {
			s.fault(ctx, "outage", err)
			s.away.again(over[i:])
			return
		}
	}
}
