package reconcile

import "time"

// Facts are all that the next contact with a vendor depends on. Every time is on the scale of Now; one that lies after Now, where only
// the past makes sense, counts as unknown: a clock that was set back delays nothing.
type Facts struct {
	Now      time.Time // decision time, in the zone that the windows are meant in
	Settings Settings
	Vendor   Vendor
	// Awake is since when this program runs on this computer without a sleep in between.
	Awake time.Time
	// NotBefore is when the service asked for the next contact; zero: it did not.
	NotBefore time.Time
	Nudges    []Nudge // since the last contact began
	// Planned is when the next contact was planned before a person's own try, which then failed; zero: that was not what came last.
	Planned time.Time
	Recent  []time.Time // contacts made by itself within the last day, oldest first
	Left    int         // requests that the last contact left waiting
	More    bool        // the last contact had no time for everything
	Slow    bool        // the last contact left usage out, because the way was slow
	Stuck   bool        // the last contact brought usage that the vendor did not confirm: something earlier is missing there
	Draw    float64     // in [0, 1), drawn anew for each contact: what it spreads stays where it is until then
}

// Nudge says that something happened that may be worth a contact.
type Nudge struct {
	Reason Reason
	At     time.Time
}

// The measures of the table at Next.
const (
	gap        = time.Minute      // between two contacts made by itself
	daily      = 96               // contacts made by itself in 24 hours, at most
	spread     = time.Minute      // after a start, a sleep or a nudge
	wideSpread = 10 * time.Minute // when many may have waited for the same thing to end
	windowWide = 30 * time.Minute // after a time window opened

	fresh       = 6 * time.Hour // a contact so young makes a start, network or resume no reason
	freshSaving = 20 * time.Hour
	freshWindow = time.Hour
	regularFrom = 16 * time.Hour
	regularTo   = 24 * time.Hour

	usageWait   = 2 * time.Hour // to twice that: each upload leaves a receipt here for good
	usageMany   = 1000          // entries that do not wait
	usageGap    = 30 * time.Minute
	usageSlow   = time.Hour      // after a contact over a slow way
	usageStuck  = 6 * time.Hour  // after one in which the vendor confirmed nothing
	savingWait  = 72 * time.Hour // on battery or a metered line
	moreGap     = 2 * time.Minute
	requestWait = time.Hour // to twice that, for an answer that did not come at once

	// LongestRetryAfter bounds what a service may ask for.
	LongestRetryAfter = 24 * time.Hour
)

// stages are how old a contact may be while a date is still left away; the last one is for dates that have passed.
var stages = []struct{ left, every time.Duration }{
	{0, 12 * time.Hour}, // from MoveFrom on
	{72 * time.Hour, 6 * time.Hour},
	{24 * time.Hour, time.Hour},
	{0, 6 * time.Hour},
}

const datePassed = 7 * 24 * time.Hour

// Next returns the next contact with a vendor. It is pure; asked again with a later Now and the same facts it gives the same plan until that is due.
//
//	reason    due
//	person    now; nothing but ModeOff and a missing address stands against it
//	request   a new one at once; one that the last contact left waiting 1 to 2 h after it, or when the vendor said (202)
//	date      from MoveFrom on: last good contact 12 h ago; in the last 3 days 6 h, on the last day 1 h; for a week after it 6 h.
//	          The first of each of these spread over half of that
//	usage     oldest 2 to 4 h old, or 1,000 entries; at most every 30 min (1 h on a slow way, 6 h when nothing of it was confirmed); Saving: 3 days old, or a date less than a day away.
//	          Usage whose date a person was told: 2 to 4 h after it, also when it is much and when Saving
//	more      2 min after a contact that had no time for everything
//	regular   last good contact 16 to 24 h ago
//	start, network, resume   last good contact 6 h before (Saving 20 h), or the last one did not succeed; within 1 min of it,
//	          within 10 min after a failure that others may share, unless a request or date presses
//	window    last good contact 1 h before, or the last one did not succeed; at once
//	retry     after a contact that did not succeed nothing but a new request and the nudges above comes before it: full-jitter back-off,
//	          1 min and up to 2 × 1, 2, 4 … 30 min. Where the vendor itself has the trouble (busy, server, outage), no nudge and no time window shortens it
//
// Everything that was due during a sleep or before the start is spread over the first minute, but for a request that was never carried. Then the limits, each of which only moves a
// contact later: 1 min since the last one, 96 within 24 h, the Retry-After of the service (24 h at most), a person's pause, the time windows
// (spread over their first half hour). A try of a person's that failed moves nothing later than it was, but for the first and the third limit.
//
// What a reason wants outside of the time windows is done in the window before, spread over what is left of it, when that is nearer than the
// next one and not too early: regular 6 h, date 1 h after the last good contact, usage and request 30 min after the last one, and usage
// only as often as above; a retry 1 min after the last one, but not where the vendor has the trouble.
func Next(f Facts) Plan {
	f.clean()
	v := &f.Vendor
	switch {
	case f.Settings.Mode == ModeOff:
		return Plan{Hold: HoldOff}
	case len(v.URLs) == 0:
		return Plan{Hold: HoldNoAddress}
	case f.asked():
		return Plan{At: f.Now, Reason: ReasonPerson}
	case f.Settings.Mode == ModeManual:
		return Plan{Hold: HoldManual}
	case v.Licenses == 0 && v.Requests == 0 && v.Usage == 0:
		return Plan{Hold: HoldNothing}
	}
	due := f.due()
	p := f.allowed(due.at)
	if !f.Planned.IsZero() {
		if old := f.allowed(f.Planned); old.At.Before(p.At) {
			p = old
		}
	}
	p.Reason = due.reason
	p.Essential = f.Settings.Saving && p.At.Before(f.saved())
	return p
}

// allowed is when the limits let what is due at at be done, and which of them say so.
func (f *Facts) allowed(at time.Time) (p Plan) {
	at = later(at, f.free())
	if s := f.Settings.Paused; at.Before(s) {
		at, p.Paused = s, s.After(f.Now)
	}
	if f.Settings.Mode == ModeWindows {
		open := f.opening(at)
		at, p.Outside = open, open.After(later(at, f.Now))
	}
	p.At = later(at, f.Now)
	return p
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// clean forgets times that cannot be.
func (f *Facts) clean() {
	past := func(t *time.Time) {
		if t.After(f.Now) {
			*t = time.Time{}
		}
	}
	past(&f.Awake)
	past(&f.Vendor.LastOK)
	past(&f.Vendor.LastTry)
	past(&f.Vendor.UsageSince)
	past(&f.Vendor.RequestAt)
	if f.Vendor.LastTry.Before(f.Vendor.LastOK) {
		f.Vendor.LastTry = f.Vendor.LastOK
	}
	f.Draw = min(max(f.Draw, 0), 1)
}

func (f *Facts) asked() bool {
	for _, n := range f.Nudges {
		if n.Reason == ReasonPerson {
			return true
		}
	}
	return false
}

// drawn is this contact's part of d.
func (f *Facts) drawn(d time.Duration) time.Duration { return time.Duration(f.Draw * float64(d)) }

// free is when the limits that do not depend on the reason allow a contact.
func (f *Facts) free() time.Time {
	v := &f.Vendor
	var at time.Time
	if !v.LastTry.IsZero() {
		at = v.LastTry.Add(gap)
	}
	if v.Cause != CauseWaiting {
		at = later(at, f.retryAfter())
	}
	if n := len(f.Recent) - daily; n >= 0 && !f.Recent[n].After(f.Now) {
		at = later(at, f.Recent[n].Add(24*time.Hour))
	}
	return at
}

// retryAfter is when the service asked for the next contact, within bounds.
func (f *Facts) retryAfter() time.Time {
	if last := f.Vendor.LastTry; f.NotBefore.IsZero() || last.IsZero() {
		return time.Time{}
	} else if most := last.Add(LongestRetryAfter); f.NotBefore.After(most) {
		return most
	}
	return f.NotBefore
}
