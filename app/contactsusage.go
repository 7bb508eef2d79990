package app

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/reconcile"
)

const (
	wordWait = 7 * 24 * time.Hour // usage waits for a person's word, at most
	wordDue  = 3 * 24 * time.Hour // before a report is due it waits no longer
	useGrain = time.Hour          // what the time of a use is rounded to, so that one of this moment never counts as a later one
)

// SendsFrom is from when usage leaves by itself although nobody answered yet whether it may; zero: nothing waits for an answer.
// send is who decided on sending. A date that was named once stays, unless the report is due sooner. A use of a clock that ran ahead, so
// that it lies after now, waits for nothing: the date would be as far away as that clock was.
func SendsFrom(s Settings, send Source, u licensing.UsageView, now time.Time) time.Time {
	if u.Oldest.After(now.Add(useGrain)) {
		return time.Time{}
	}
	if s.ToldSending || s.HoldUsage || send.Locked() || !s.SendsSince.IsZero() || u.Unsent == 0 || u.Oldest.IsZero() {
		return time.Time{}
	}
	from := u.Oldest.Add(wordWait)
	if last := u.Due.Add(-wordDue); !u.Due.IsZero() && last.Before(from) {
		from = last
	}
	return from
}

// TellUsageFirst has contacts of this process leave usage out until a person was told that it leaves, or until SendsFrom. It is for a
// process that shows a person the question, and is called before StartContacts.
func (a *App) TellUsageFirst() {
	c := &a.contacts
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tellFirst = true
}

// sendAll marks a contact of somebody who asked for everything to be sent.
type sendAll struct{}

// reporter is the home whose usage stays when the settings say so, or waits for a person's word.
type reporter struct {
	*licensing.Engine
	a *App
}

// ContactVendors implements reconcile.Home.
func (h reporter) ContactVendors() []reconcile.Vendor {
	all := h.Engine.ContactVendors()
	for i := range all {
		v := &all[i]
		if v.Usage == 0 {
			continue
		}
		if from, waits := h.word(v); waits || h.a.Settings().HoldUsage {
			v.Usage, v.UsageSince = 0, time.Time{}
		} else if from.After(v.UsageSince) {
			v.UsageSince, v.UsagePromised = from, true // the date that was named counts, and may be the same everywhere
		}
	}
	return all
}

// UsageCall implements reconcile.Home.
func (h reporter) UsageCall(ctx context.Context, root string, most int) (reconcile.Call, bool, error) {
	if h.a.Settings().HoldUsage {
		return reconcile.Call{}, false, nil
	}
	if ctx.Value(sendAll{}) == nil {
		for _, v := range h.Engine.ContactVendors() {
			if v.Root == root && h.waits(&v) {
				return reconcile.Call{}, false, nil
			}
		}
	}
	c, ok, err := h.Engine.UsageCall(ctx, root, most)
	if ok && ctx.Value(sendAll{}) == nil {
		h.a.sendsByItself()
	}
	return c, ok, err
}

// waits says that usage of a vendor waits for a person's word.
func (h reporter) waits(v *reconcile.Vendor) bool {
	_, waits := h.word(v)
	return waits
}

// word is from when usage of a vendor leaves without a person's word, zero when it needs none, and whether it waits for that yet.
func (h reporter) word(v *reconcile.Vendor) (from time.Time, waits bool) {
	h.a.contacts.mu.Lock()
	first := h.a.contacts.tellFirst
	h.a.contacts.mu.Unlock()
	if !first {
		return from, false
	}
	now := v.Now
	if now.IsZero() {
		now = h.a.Now()
	}
	s, send := h.a.Settings(), h.a.SourceOf("hold_usage")
	for _, u := range h.Engine.Snapshot().Usage {
		if u.Root == v.Root {
			from = SendsFrom(s, send, u, now)
			return from, now.Before(from)
		}
	}
	return from, false
}

// awaitsWord says that usage of a vendor stays only because nobody answered yet whether it may leave.
func (a *App) awaitsWord(root string) bool {
	h := reporter{a.engine, a}
	for _, v := range a.engine.ContactVendors() {
		if v.Root == root {
			return v.Usage > 0 && !a.Settings().HoldUsage && h.waits(&v)
		}
	}
	return false
}

// sendsByItself remembers that usage left before anybody answered, so that it does not begin to wait anew. When that cannot be kept it
// waits once more at the next start.
func (a *App) sendsByItself() {
	if s := a.Settings(); s.ToldSending || !s.SendsSince.IsZero() {
		return
	}
	_ = a.ChangeSettings(func(s *Settings) { s.SendsSince = a.Now().UTC().Truncate(time.Second) })
}
