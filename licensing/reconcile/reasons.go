package reconcile

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

type due struct {
	at     time.Time
	reason Reason
}

// due is the earliest reason.
func (f *Facts) due() due {
	v := &f.Vendor
	floor := f.Awake
	if !floor.IsZero() {
		floor = floor.Add(f.drawn(spread))
	}
	var first due
	// early is from when on a reason may be met when the time windows leave no other time near. A window that a limit closes is none.
	open := later(later(f.Awake, f.free()), f.Settings.Paused)
	add := func(r Reason, at, early time.Time) {
		if at = f.before(later(at, floor), later(early, open)); first.reason == "" || at.Before(first.at) {
			first = due{at, r}
		}
	}
	failed := !v.LastTry.IsZero() && !v.Cause.Reached()
	if v.Requests > f.Left {
		if v.RequestAt.After(v.LastTry) { // never carried, and a person waits: that was no crowd
			return due{reason: ReasonRequest}
		}
		add(ReasonRequest, time.Time{}, v.LastTry.Add(gap))
	}
	if failed {
		again, early := v.LastTry.Add(gap+f.drawn(2*backOff(v.Failures))), v.LastTry.Add(gap)
		if v.Cause.vendors() { // a window that closes is no reason to press a vendor in trouble
			early = again
		}
		add(ReasonRetry, again, early)
	} else {
		if v.Requests > 0 {
			again, early := v.LastTry.Add(requestWait+f.drawn(requestWait)), v.LastTry.Add(usageGap)
			if v.Cause == CauseWaiting && !f.retryAfter().IsZero() {
				again, early = f.retryAfter(), f.retryAfter()
			}
			add(ReasonRequest, again, early)
		}
		if at, ok := f.dated(); ok {
			add(ReasonDate, at, f.since(freshWindow))
		}
		if at, early, ok := f.usageDue(); ok {
			add(ReasonUsage, at, early)
		}
		if f.More {
			add(ReasonMore, v.LastTry.Add(moreGap), v.LastTry.Add(moreGap))
		}
		regular := time.Time{}
		if !v.LastOK.IsZero() {
			regular = v.LastOK.Add(regularFrom + f.drawn(regularTo-regularFrom))
		}
		add(ReasonRegular, regular, f.since(fresh))
	}
	for _, n := range f.Nudges {
		if f.Worth(n) && !(failed && v.Cause.vendors()) {
			add(n.Reason, n.At.Add(f.drawn(f.nudgeSpread(n, failed))), n.At)
		}
	}
	return first
}

// since is so long after the last good contact; zero when there was none.
func (f *Facts) since(d time.Duration) time.Time {
	if f.Vendor.LastOK.IsZero() {
		return time.Time{}
	}
	return f.Vendor.LastOK.Add(d)
}

// Worth says whether a nudge is a reason for a contact, by what it met when it came.
func (f *Facts) Worth(n Nudge) bool {
	old := fresh
	switch n.Reason {
	case ReasonStart, ReasonNetwork, ReasonResume:
		if f.Settings.Saving {
			old = freshSaving
		}
	case ReasonWindow:
		old = freshWindow
	default:
		return false
	}
	v := &f.Vendor
	return !n.At.After(f.Now) && (!v.Cause.Reached() || v.LastOK.IsZero() || n.At.Sub(v.LastOK) >= old)
}

func (f *Facts) nudgeSpread(n Nudge, failed bool) time.Duration {
	switch {
	case n.Reason == ReasonWindow:
		return 0
	case failed && f.Vendor.Requests == 0 && !f.pressing(n.At):
		return wideSpread
	}
	return spread
}

// dated is when the next date presses.
func (f *Facts) dated() (time.Time, bool) {
	v := &f.Vendor
	if v.NextDate.IsZero() {
		return time.Time{}, false
	}
	for i, s := range stages {
		from, to := v.NextDate.Add(-s.left), v.NextDate.Add(datePassed)
		if i == 0 || from.Before(v.MoveFrom) {
			from = v.MoveFrom
		}
		if i+1 < len(stages) {
			to = v.NextDate.Add(-stages[i+1].left)
		}
		// A date may be the same for many.
		at := from.Add(f.drawn(max(min(s.every, to.Sub(from))/2, 0)))
		if !v.LastOK.IsZero() {
			at = later(at, v.LastOK.Add(s.every))
		}
		if at.Before(to) {
			return at, true
		}
	}
	return time.Time{}, false
}

// pressing says that a date is less than a day away, or has just passed.
func (f *Facts) pressing(at time.Time) bool {
	next := f.Vendor.NextDate
	return !next.IsZero() && !at.Before(next.Add(-24*time.Hour)) && at.Before(next.Add(datePassed))
}

// saved is until when usage is held back on battery or a metered line.
func (f *Facts) saved() time.Time {
	v := &f.Vendor
	if v.Usage == 0 {
		return f.Now.Add(savingWait) // what comes until then can wait
	}
	if v.UsagePromised {
		return v.UsageSince
	}
	until := v.UsageSince.Add(savingWait)
	if last := v.NextDate.Add(-24 * time.Hour); !v.NextDate.IsZero() && v.UsageSince.Before(v.NextDate.Add(datePassed)) && last.Before(until) {
		until = last
	}
	return until
}

// usageDue is when usage wants to leave, and from when on it may.
func (f *Facts) usageDue() (at, early time.Time, ok bool) {
	v := &f.Vendor
	if v.Usage == 0 {
		return at, early, false
	}
	if (v.Usage < usageMany || v.UsagePromised) && !v.UsageSince.IsZero() { // a date that was told may be the same for many
		at = v.UsageSince.Add(usageWait + f.drawn(usageWait))
	}
	if last := v.LastTry; !last.IsZero() {
		wait := usageGap
		switch {
		case f.Stuck:
			wait = usageStuck
		case f.Slow:
			wait = usageSlow
		}
		early = last.Add(wait)
	}
	if f.Settings.Saving {
		early = later(early, f.saved())
	}
	return later(at, early), early, true
}

// backOff is the interval after so many failures in a row. The library's own jitter would make Next impure, so Next draws itself, over
// twice the interval as with its RandomizationFactor 1.
func backOff(failures int) time.Duration {
	b := backoff.ExponentialBackOff{InitialInterval: time.Minute, Multiplier: 2, MaxInterval: 30 * time.Minute}
	d := b.NextBackOff()
	for range min(failures, 16) - 1 {
		d = b.NextBackOff()
	}
	return d
}

// Reached says that the vendor was reached and answered: no cause, or one of the vendor's own decisions.
func (c Cause) Reached() bool { return c == "" || c == CauseDeclined || c == CauseWaiting }

// vendors says that the trouble is the vendor's, so that nothing that happens here ends it.
func (c Cause) vendors() bool { return c == CauseBusy || c == CauseServer || c == CauseOutage }
