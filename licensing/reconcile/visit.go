package reconcile

import (
	"context"
	"errors"
	"slices"
	"time"

	"holdfast/licensing/exchange"
)

const (
	batch     = 256 << 10 // content of one usage file
	batchSlow = 32 << 10  // the same on a slow way
	batches   = 1000      // usage files of one contact, at most
)

// visit is one contact while it is under way.
type visit struct {
	r          *Runner
	parent     context.Context // ends when a person or the program stops it
	ctx        context.Context // ends with the budget too
	line       Line
	began      time.Duration
	contact    Contact
	retryAfter time.Duration
	more       bool
	stuck      bool          // usage was sent, and none of it confirmed
	planned    time.Duration // when the next contact was planned before a person asked for this one; -1: none was
	again      bool          // the last contact left usage out because the way was slow
}

// make makes one contact, records it and plans the next one.
func (r *Runner) make(ctx context.Context, root string, p Plan) (Contact, error) {
	v, ok := r.vendor(root)
	if !ok {
		return Contact{}, ErrNoVendor
	}
	p.At, p.Running = r.now(v).UTC(), true
	p.Paused, p.Outside = false, false
	set := r.settings()
	r.mu.Lock()
	m := r.memory(v)
	t := &visit{
		r: r, parent: ctx, began: r.elapsed(), again: m.slow, planned: -1,
		contact: Contact{ID: r.name(), At: p.At, Reason: p.Reason, Root: root},
	}
	if p.Reason == ReasonPerson {
		t.planned = r.unasked(v, m, set)
	}
	m.begin(p.Reason, t.began)
	r.mu.Unlock()
	r.o.Home.ShowPlan(root, p)

	t.run(v.URLs, p.Essential)

	before := v
	if after, ok := r.vendor(root); ok {
		v = after
	}
	left := v.Requests
	if left > 0 && v.RequestAt.After(before.RequestAt) {
		left-- // one that was made meanwhile was not carried
	}
	sent := slices.ContainsFunc(t.contact.Sent, func(p Piece) bool { return p.What == string(exchange.KindUsage) })
	t.stuck = sent && v.Usage > 0 && v.Usage >= before.Usage && v.UsageSince.Equal(before.UsageSince)
	r.mu.Lock()
	elapsed := r.elapsed()
	t.contact.Took = elapsed - t.began
	if t.retryAfter > 0 {
		t.contact.RetryAt = p.At.Add(t.contact.Took + t.retryAfter)
	}
	m.end(t, elapsed, left, r.draw())
	list, held := m.log.keep(t.contact, elapsed), m.log.held
	r.mu.Unlock()
	r.keep(ctx, list)
	if held != nil && held.ID == t.contact.ID {
		r.o.Home.ShowContact(*held)
	}
	return t.contact, nil
}

// keep records contacts, also when the program ends: what left the computer is never without a record.
func (r *Runner) keep(ctx context.Context, list []Contact) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for _, c := range list {
		if err := r.o.Home.KeepContact(ctx, c); err != nil {
			r.o.Log.Warn("contact not recorded", "contact", c.ID, "error", err)
		}
	}
}

// run goes through everything there is to say, what is essential first.
func (t *visit) run(urls []string, essential bool) {
	var cancel context.CancelFunc
	t.ctx, cancel = context.WithTimeout(t.parent, t.r.o.Budget)
	defer cancel()
	t.line = t.r.o.Carrier.Open(urls)
	defer t.line.Close()
	if t.waiting() && t.checkIn() {
		t.usage(essential)
	}
	if t.contact.Cause == CauseStopped {
		t.contact.Detail.Person = errors.Is(context.Cause(t.parent), ErrByPerson)
	}
}

// waiting carries the requests that wait. It says whether the contact goes on.
func (t *visit) waiting() bool {
	calls, err := t.r.o.Home.WaitingCalls(t.ctx, t.contact.Root)
	if err != nil {
		return t.broken(err)
	}
	for _, c := range calls {
		if _, ok := t.carry(c); !ok {
			return false
		}
	}
	return true
}

// checkIn asks what is new; in full, once, when the answer says that this computer and the vendor differ.
func (t *visit) checkIn() bool {
	for _, full := range []bool{false, true} {
		c, ok, err := t.r.o.Home.CheckInCall(t.ctx, t.contact.Root, full)
		switch {
		case err != nil:
			return t.broken(err)
		case !ok:
			return true
		}
		taken, ok := t.carry(c)
		if !ok || !taken.Full {
			return ok
		}
	}
	return true
}

// usage carries usage, batch by batch, each with its receipt before the next, while time is left and the way is good.
func (t *visit) usage(essential bool) {
	most, last := batch, ""
	for range batches {
		slow := t.contact.Class == ClassSlow
		left := t.r.o.Budget - (t.r.elapsed() - t.began)
		late := left < t.r.o.Budget/5
		// What a slow way left out the last time goes now, in one small batch, as long as that leaves time enough.
		if slow && t.again && last == "" && left > t.r.o.Budget/2 {
			slow, most = false, batchSlow
		}
		if essential || slow || late {
			if v, ok := t.r.vendor(t.contact.Root); ok && v.Usage > 0 {
				t.contact.Essential = essential || slow
				t.more = late && !t.contact.Essential
			}
			return
		}
		c, ok, err := t.r.o.Home.UsageCall(t.ctx, t.contact.Root, most)
		if err != nil {
			t.broken(err)
			return
		}
		if !ok || c.ID == last {
			return
		}
		last = c.ID
		taken, ok := t.carry(c)
		if !ok || !taken.Cause.Reached() || !taken.Remains {
			return
		}
	}
	t.more = true
}

// carry makes one exchange and gives the answer to Home. It says whether the contact goes on.
func (t *visit) carry(c Call) (Taken, bool) {
	got := t.line.Carry(t.ctx, c)
	if got.Host != "" {
		t.contact.Host = got.Host
	}
	if got.Class != ClassUnknown && t.contact.Class != ClassSlow {
		t.contact.Class = got.Class
	}
	if got.Sent > 0 {
		t.contact.Sent = append(t.contact.Sent, Piece{
			What: c.What, ID: c.ID, Bytes: int64(len(c.Body)), Wire: got.Sent, Entries: c.Entries, Trace: c.Trace,
		})
	}
	t.retryAfter = max(t.retryAfter, got.RetryAfter)
	if got.Err != nil {
		t.r.o.Log.Info("exchange", "contact", t.contact.ID, "trace", c.Trace, "host", got.Host, "cause", string(got.Cause),
			"status", got.Status, "code", got.Code, "error", got.Err)
	}
	if got.Answer == nil {
		t.note(got.Cause)
		if t.contact.Cause == got.Cause {
			t.contact.Detail = got.Detail
		}
		return Taken{Cause: got.Cause}, !got.Cause.stops() || got.Code != "" && got.Cause == CauseNotService
	}
	taken, err := t.r.o.Home.TakeAnswer(t.ctx, t.contact.Root, c, got.Answer)
	if err != nil {
		return Taken{Cause: CauseHere}, t.broken(err)
	}
	t.contact.Came = append(t.contact.Came, Piece{
		What: taken.Kind, ID: c.ID, Bytes: int64(len(got.Answer)), Wire: got.Came, Trace: got.Trace,
	})
	t.contact.Changes = append(t.contact.Changes, taken.Changes...)
	t.contact.Drift = append(t.contact.Drift, taken.Drift...)
	if got.Cause == CauseOutage {
		// Only what the vendor signed counts as its outage.
		if taken.Cause == "" || taken.Cause == CauseOutage {
			taken.Cause = CauseOutage
		} else {
			taken.Cause = CauseServer
		}
	}
	t.note(taken.Cause)
	return taken, !taken.Cause.stops()
}

// broken notes an error of Home: the end of the contact's time, or something here. It is false: the contact ends.
func (t *visit) broken(err error) bool {
	switch {
	case t.parent.Err() != nil:
		t.note(CauseStopped)
	case errors.Is(t.ctx.Err(), context.DeadlineExceeded):
		t.note(CauseTimeout)
	default:
		t.note(CauseHere)
		t.r.o.Log.Warn("contact", "contact", t.contact.ID, "error", err)
	}
	return false
}

// note keeps what tells most: the first cause for which something did not come through, before what the vendor decided.
func (t *visit) note(c Cause) {
	have := t.contact.Cause
	if have == "" || have.Reached() && !c.Reached() || have == CauseDeclined && c == CauseWaiting {
		t.contact.Cause = c
	}
}

// stops says that nothing more can come through in this contact. An answer to one request may be bad while others are good.
func (c Cause) stops() bool {
	switch c {
	case "", CauseDeclined, CauseWaiting, CauseAnswer, CauseOther:
		return false
	}
	return true
}
