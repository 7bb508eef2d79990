package licensing

import (
	"cmp"
	"context"
	"slices"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// clockMark is what the journal says of the wall clock, so that each change of it is recorded once: the jump that is not believed
// yet, and whether the wall clock lies behind a signed time.
type clockMark struct {
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	Wrong bool      `json:"wrong,omitempty"`
}

// clockNote is what a record about the clock tells: two times, before and after. For "wrong" they are the time that is sure and
// what the clock says.
type clockNote struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Reasons of clock records.
const (
	clockBoot     = "boot"      // the computer was started
	clockJump     = "jump"      // the clock went further ahead than running time explains
	clockSettled  = "settled"   // and is believed now
	clockCameBack = "came_back" // or went back: nothing happened
	clockWrong    = "wrong"     // the clock lies behind a signed time
	clockRight    = "right"     // and no longer does
	clockLowered  = "lowered"   // an answer proved that a signed time of before was ahead
)

// sideRecord is a journal record about clock or computer, with the times that it tells.
type sideRecord struct {
	event ledger.Event
	note  *clockNote
}

func clockRecord(reason string, from, to time.Time) sideRecord {
	return sideRecord{ledger.Event{Kind: "clock", Reason: reason, Authority: "system"}, &clockNote{from.UTC(), to.UTC()}}
}

// lower is the latest time proven to have passed for the vendor; for "" the latest over all vendors.
func (h *homeRecord) lower(root string, r clock.Reading) time.Time {
	var l time.Time
	for k, b := range h.Bounds {
		if t := b.Lower(r); (root == "" || k == root) && t.After(l) {
			l = t
		}
	}
	return l
}

func (e *Engine) lower(root string, r clock.Reading) time.Time { return e.rec.Home.lower(root, r) }

// course is what is known of the wall clock at r.
func (h *homeRecord) course(r clock.Reading) clock.Course { return h.Course.Look(r, h.lower("", r)) }

// decision is the time that decisions about the vendor use; for "" the latest over all vendors.
func (h *homeRecord) decision(root string, r clock.Reading) time.Time {
	return clock.Decide(h.lower(root, r), h.Course.Believed(r, h.lower("", r))).UTC()
}

func clockFacts(c clock.Course) terms.Clock {
	if !c.Unsure() {
		return terms.Clock{}
	}
	return terms.Clock{Line: c.Line, From: c.From, To: c.To, Left: c.Left()}
}

// clockState is clock_wrong or clock_unsure, or "" for a clock in order.
func (h *homeRecord) clockState(r clock.Reading) terms.State {
	switch {
	case h.lower("", r).Sub(r.Wall) > terms.BehindMost:
		return terms.StateClockWrong
	case h.course(r).Unsure():
		return terms.StateClockUnsure
	}
	return ""
}

// clockRecords are those that the journal lacks about the wall clock, and the mark that says that it has them.
func (h *homeRecord) clockRecords(r clock.Reading) (all []sideRecord, mark clockMark) {
	mark = h.Clock
	switch c := h.course(r); {
	case c.Unsure() && !mark.From.Equal(c.From):
		mark.From, mark.To = c.From, c.To
		all = append(all, clockRecord(clockJump, c.From, c.To))
	case !c.Unsure() && !mark.To.IsZero():
		reason := clockCameBack
		if !r.Wall.Before(mark.To.Add(-clock.JumpMost)) {
			reason = clockSettled
		}
		all = append(all, clockRecord(reason, mark.To, r.Wall))
		mark.From, mark.To = time.Time{}, time.Time{}
	}
	if wrong := h.clockState(r) == terms.StateClockWrong; wrong != mark.Wrong {
		reason := clockRight
		if mark.Wrong = wrong; wrong {
			reason = clockWrong
		}
		all = append(all, clockRecord(reason, h.lower("", r), r.Wall))
	}
	return all, mark
}

// recordLook records what the journal lacks about wall clock, boot and computer.
func (e *Engine) recordLook(ctx context.Context, r clock.Reading) (wrote bool, err error) {
	all, mark := e.rec.Home.clockRecords(r)
	if e.booted(r) {
		boot := ledger.Event{Kind: "clock", Reason: clockBoot, Authority: "system"}
		all = slices.Insert(all, 0, sideRecord{event: boot})
	}
	if len(all) == 0 && !e.lookDue(r) {
		return false, nil
	}
	home := e.proven(e.rec.Home)
	home.Clock = mark
	for _, s := range append(all, computerRecords(&e.rec.Home, home)...) {
		if err := e.record(ctx, s.event, change{Home: home, Clock: s.note}); err != nil {
			return wrote, err
		}
		e.noteClock(s.event.Reason, s.note)
		wrote = true
	}
	return wrote, nil
}

// lookDue says that running time and device proof were not kept for a while.
func (e *Engine) lookDue(r clock.Reading) bool {
	d := e.decisionTime(r).Sub(e.rec.Home.Proven)
	return d < 0 || d >= lookEvery
}

// sawAnswer is saw for the answer to a request of this computer. The request was made no later than the vendor signed: a lower bound
// that was later then falls to it, and a wall clock that was later then, and has not gone back since, is not believed. What was seen
// before the request is settled. asked is nil when the file answers no request; heard is not set when the vendor did not look at what
// this computer says: a notice alone, such as that of an outage, settles nothing.
func (p *planner) sawAnswer(rec *records, root string, signed time.Time, asked *requestRecord, heard bool) (*homeRecord, []sideRecord) {
	h := p.saw(rec, root, signed)
	if !heard {
		h.Damage, h.Since, h.Behind, h.Restored = rec.Home.Damage, rec.Home.Since, rec.Home.Behind, rec.Home.Restored
	}
	if asked == nil {
		return h, nil
	}
	var also []sideRecord
	was := rec.Home.Bounds[root].Lower(p.r)
	h.Bounds[root] = rec.Home.Bounds[root].Answered(signed, asked.Lower, p.r)
	if now := h.Bounds[root].Lower(p.r); was.After(now) {
		also = append(also, clockRecord(clockLowered, was, now))
		h.metNoLater(root, signed)
	}
	if asked.Created.After(asked.Lower) && asked.Created.Sub(signed) > clock.JumpMost && !p.r.Wall.Before(asked.Created) {
		h.Course = h.Course.Disproved(p.r, h.lower("", p.r))
	}
	if heard && p.e.confirm(h, asked) {
		also = append(also, sideRecord{event: ledger.Event{Kind: "computer_confirmed", Reason: "answer_to_request", Authority: rec.Vendors[root].Profile.Name, Vendor: root}})
	}
	return h, also
}

// provesLess says that an answer to the open request could not show that a signed time is ahead, and one to a new request could:
// that time came since.
func (h *homeRecord) provesLess(q *requestRecord, r clock.Reading) bool {
	return h.clockState(r) == terms.StateClockWrong && h.Bounds[q.Vendor].Signed.After(q.Lower)
}

// metNoLater forgets a contact that an answer proved to lie ahead.
func (h *homeRecord) metNoLater(root string, signed time.Time) {
	if h.Contacts[root].After(signed) {
		h.Contacts = cloneWith(h.Contacts, root, signed.UTC())
	}
}

// clockView is what is known of the time, for people.
func (e *Engine) clockView(r clock.Reading) ClockView {
	h := &e.rec.Home
	v := ClockView{Wall: r.Wall.UTC(), Decision: h.decision("", r), State: h.clockState(r), Line: clockFacts(h.course(r))}
	believed := h.Course.Believed(r, h.lower("", r))
	for _, vendor := range sortedValues(e.rec.Vendors) {
		b := h.Bounds[vendor.Root]
		sure := b.Lower(r).UTC()
		v.Vendors = append(v.Vendors, VendorClock{
			Root: vendor.Root, Name: cmp.Or(vendor.Profile.Name, vendor.Profile.Vendor), Signed: b.Signed.UTC(), Sure: sure,
			Decision: clock.Decide(sure, believed).UTC(), Contact: h.Contacts[vendor.Root], Behind: max(0, sure.Sub(r.Wall)),
		})
	}
	return v
}
