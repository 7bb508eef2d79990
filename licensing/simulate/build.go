package simulate

import (
	"slices"
	"strconv"
	"time"

	"holdfast/licensing/terms"
)

// builder makes the stretches of a world.
type builder struct {
	*world
	online   bool
	try      changes
	shortest time.Duration

	offset time.Duration // of the clock as it is now
	before stretch
	helped bool // what is tried has come
	base   terms.Facts
}

// build goes through all moments at which something but time changes.
func (b *builder) build(wall time.Time) {
	b.offset = wall.Round(0).Sub(b.start)
	b.base = b.facts
	b.announce()
	dates := []time.Time{b.start}
	add := func(t time.Time) {
		if t.After(b.start) {
			dates = append(dates, t.Round(0).UTC())
		}
	}
	for i := range b.conditions {
		add(b.conditions[i].From)
		add(b.conditions[i].end())
	}
	add(b.try.contact)
	add(b.try.right)
	add(b.try.proved)
	for len(dates) > 0 {
		slices.SortFunc(dates, time.Time.Compare)
		t := dates[0]
		for len(dates) > 0 && dates[0].Equal(t) {
			dates = dates[1:]
		}
		s := b.stretch(t)
		if s.wall.unsure {
			dates = append(dates, s.wall.until)
		}
		b.stretches, b.before = append(b.stretches, s), s
	}
}

// stretch is the one that begins at t.
func (b *builder) stretch(t time.Time) stretch {
	first := len(b.stretches) == 0
	s := stretch{from: t, contact: b.before.contact, met: b.before.met}
	if first {
		s.contact = b.part.contact
	}
	tried := t.Equal(b.try.contact) && !b.try.contact.IsZero()
	by, reach := b.clockAt(t)
	s.online = b.online && reach
	switch {
	case s.online, tried:
		s.contact, s.met = t, true
	case b.before.online, first && b.online && b.breaksNow(t):
		s.contact, s.met = t, true // up to this moment
	}
	if s.met && !b.clockTried(t) && by > 0 {
		by, b.offset = 0, 0
	}
	s.wall = b.wallAt(t, by, s.met, tried)
	s.facts, s.version = b.factsAt(t, s.met, tried)
	return s
}

// clockAt is how far the clock is ahead at t, and whether anything can arrive then.
func (b *builder) clockAt(t time.Time) (by time.Duration, reach bool) {
	by, reach = b.offset, true
	right := b.try.setRight(t)
	if right || b.clockTried(t) {
		by = 0
	}
	tried := false
	for i := range b.conditions {
		c := &b.conditions[i]
		switch {
		case !c.at(t):
		case c.Kind == Clock && right:
		case c.Kind == Clock:
			by, tried = by+c.By, true
		case c.breaks():
			reach = false
		}
	}
	if tried && b.tooFar(by) {
		reach = false
	}
	return by, reach
}

// setRight says that the clock was set right by t, settles that the new computer had its answer by then.
func (c *changes) setRight(t time.Time) bool { return !c.right.IsZero() && !t.Before(c.right) }

func (c *changes) settles(t time.Time) bool { return !c.proved.IsZero() && !t.Before(c.proved) }

// clockTried says that a condition has set the clock by t.
func (b *builder) clockTried(t time.Time) bool {
	return slices.ContainsFunc(b.conditions, func(c Condition) bool { return c.Kind == Clock && !c.From.After(t) })
}

// tooFar says that a clock is so far ahead that an answer from the vendor would show it, or that the time without contact would
// seem to be over at once. Nothing is taken to arrive then.
func (b *builder) tooFar(by time.Duration) bool {
	return by > ahead || by > 0 && b.shortest > 0 && b.shortest <= by+by/2+24*time.Hour
}

// breaksNow says that contact breaks exactly at t and not before.
func (b *builder) breaksNow(t time.Time) bool {
	by, _ := b.clockAt(t)
	for i := range b.conditions {
		c := &b.conditions[i]
		if c.at(t) && c.From.Before(t) && (c.breaks() || c.Kind == Clock && b.tooFar(by)) {
			return false
		}
	}
	return true
}

// wallAt is the clock from t on.
func (b *builder) wallAt(t time.Time, by time.Duration, met, tried bool) wallClock {
	before := b.before.wall
	if len(b.stretches) == 0 {
		before = wallClock{ahead: b.offset}
		if c := b.facts.Clock; !c.Line.IsZero() && b.offset > 0 {
			before = wallClock{ahead: b.offset, unsure: true, line: c.Line.Sub(b.start), since: t, from: c.From, until: t.Add(max(c.Left, 0))}
		}
	}
	if tried { // the answer shows what the time is
		before = wallClock{}
	}
	return before.goOn(t, by, b.proven(met))
}

// factsAt are the facts from t on, but for clock and contact.
func (b *builder) factsAt(t time.Time, met, tried bool) (*terms.Facts, string) {
	f := b.base
	if met {
		if f.Records.State == terms.StateRolledBack {
			f.Records = terms.Records{}
		}
		f.Device.Changed = nil
	}
	version := ""
	for i := range b.conditions {
		c := &b.conditions[i]
		switch {
		case c.Kind == Outage && !c.From.After(t): // what was said about it stays
			f.Notices = append(slices.Clip(f.Notices), b.notice(i, terms.NoticeOutage, c.From))
		case !c.at(t):
		case c.Kind == Replaced && b.try.settles(t):
		case c.Kind == Replaced:
			f.Device = terms.Device{ID: "another computer"}
			f.KeyStore = terms.KeyStore{}
		case c.Kind == Revoked:
			f.Revocations = b.revoke(f.Revocations, c)
		case c.Kind == Version:
			version = c.Version
		}
	}
	if b.helped = b.helped || tried; b.helped {
		b.help(&f)
	}
	return &f, version
}

// at says whether the condition counts at t.
func (c *Condition) at(t time.Time) bool {
	end := c.end()
	return !t.Before(c.From) && (end.IsZero() || t.Before(end))
}

// announce puts planned work among the facts from the start.
func (b *builder) announce() {
	for i := range b.conditions {
		if c := &b.conditions[i]; c.Kind == Maintenance {
			b.base.Notices = append(slices.Clip(b.base.Notices), b.notice(i, terms.NoticeMaintenance, b.start))
		}
	}
}

// notice is what the vendor would say about a condition.
func (b *builder) notice(i int, kind string, said time.Time) terms.Signed[terms.Notice] {
	c := &b.conditions[i]
	id := "simulated " + strconv.Itoa(i+1)
	return terms.Signed[terms.Notice]{
		Body:     terms.Notice{ID: id, Type: kind, Product: c.Product, From: c.From, Until: c.end()},
		Vendor:   b.vendor.Root,
		Document: id, Issued: said, Taken: said,
	}
}

// revoke adds the withdrawal of every license that is not withdrawn already.
func (b *builder) revoke(all []terms.Signed[terms.Revocation], c *Condition) []terms.Signed[terms.Revocation] {
	now := slices.Clone(all)
	for i := range b.facts.Licenses {
		h := &b.facts.Licenses[i]
		is := func(r terms.Signed[terms.Revocation]) bool { return r.Body.Serial == h.Serial }
		if slices.ContainsFunc(now, func(r terms.Signed[terms.Revocation]) bool { return is(r) && !r.Body.Lifted }) {
			continue
		}
		now = slices.DeleteFunc(now, is)
		r := terms.Revocation{Serial: h.Serial, From: c.From}
		if c.For.Lasts() {
			zone, err := terms.Zone(h.Policy.Zone)
			if err != nil {
				zone = time.UTC
			}
			r.Until = c.For.After(c.From, zone)
		} else {
			r.From = c.From.Add(-time.Second) // the last moment of full use is before it begins
		}
		now = append(now, terms.Signed[terms.Revocation]{Body: r, Vendor: h.Vendor, Document: "simulated", Issued: c.From, Taken: c.From})
	}
	return now
}

// help adds what is tried to the facts.
func (b *builder) help(f *terms.Facts) {
	if !b.try.extend.IsZero() {
		f.Extensions = append(slices.Clip(f.Extensions), terms.Signed[terms.Extension]{
			Body:   terms.Extension{What: terms.ExtendOffline, Until: b.try.extend},
			Vendor: b.vendor.Root, Document: "simulated", Issued: b.try.contact, Taken: b.try.contact,
		})
	}
	if b.try.renew {
		f.Licenses = slices.Clone(f.Licenses)
		for i := range f.Licenses {
			if h := &f.Licenses[i]; !h.Ends.IsZero() {
				h.Ends = later(h.Ends, b.try.contact).AddDate(renewal, 0, 0)
			}
		}
	}
}

// renewal is how many years a license that is tried as renewed goes on: longer than anything that is looked at.
const renewal = 300

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
