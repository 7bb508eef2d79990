package simulate

import (
	"slices"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
)

// oracle works out the facts of one moment from a scenario the slow way: for each moment anew, from all facts, without stretches,
// and with the clock of the engine itself. It shares nothing with world.
type oracle struct {
	facts    terms.Facts
	wall     time.Time
	scenario Scenario
	online   bool
	root     string
	vendor   terms.Vendor
	product  string
	start    time.Time
}

func newOracle(f terms.Facts, wall time.Time, s Scenario, online bool, root, product string) *oracle {
	o := &oracle{facts: f, wall: wall, scenario: s, online: online, root: root, product: product, start: wall}
	for _, v := range f.Vendors {
		if v.Root == root {
			o.vendor = v
		}
	}
	if !f.Clock.Line.IsZero() {
		o.start = f.Clock.Line
	}
	if f.Lower[root].After(o.start) {
		o.start = f.Lower[root]
	}
	return o
}

// began is when a condition begins, over when it is over; zero: never.
func (o *oracle) began(c Condition) time.Time {
	if c.From.IsZero() {
		return later(o.scenario.From, o.start)
	}
	return c.From
}

func (o *oracle) over(c Condition) time.Time {
	if !c.For.Lasts() || c.Kind == Silent || c.Kind == Version || c.Kind == Revoked {
		return time.Time{}
	}
	return o.began(c).AddDate(0, 0, c.For.Days).Add(c.For.Span)
}

func (o *oracle) holds(c Condition, t time.Time) bool {
	if (c.Vendor != "" && c.Vendor != o.root || c.Product != "" && c.Product != o.product) && c.Kind != Offline && c.Kind != Clock && c.Kind != Replaced {
		return false
	}
	over := o.over(c)
	return !t.Before(o.began(c)) && (over.IsZero() || t.Before(over))
}

// moments are all at which a condition begins or ends, after the start.
func (o *oracle) moments() []time.Time {
	all := []time.Time{o.start}
	for _, c := range o.scenario.Conditions {
		for _, t := range []time.Time{o.began(c), o.over(c)} {
			if t.After(o.start) {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// set is how far conditions have put the clock ahead, and whether any has.
func (o *oracle) set(t time.Time) (by time.Duration, ever, now bool) {
	for _, c := range o.scenario.Conditions {
		if c.Kind == Clock {
			ever = ever || !o.began(c).After(t)
			if o.holds(c, t) {
				by, now = by+c.By, true
			}
		}
	}
	return by, ever, now
}

// reached says whether something arrives at t.
func (o *oracle) reached(t time.Time) bool {
	if !o.online {
		return false
	}
	for _, c := range o.scenario.Conditions {
		if o.holds(c, t) && (c.Kind == Offline || c.Kind == Outage || c.Kind == Maintenance || c.Kind == Silent) {
			return false
		}
	}
	by, _, now := o.set(t)
	return !now || !o.far(by)
}

func (o *oracle) far(by time.Duration) bool {
	if by > 7*24*time.Hour {
		return true
	}
	for _, h := range o.facts.Licenses {
		w := h.Policy.Offline.Window
		if h.Vendor == o.root && h.Policy.Product.ID == o.product && w.Lasts() && by > 0 && time.Duration(w.Days)*24*time.Hour+w.Span <= by*3/2+24*time.Hour {
			return true
		}
	}
	return false
}

// met is the last contact at or before t in the scenario; zero: none.
func (o *oracle) met(t time.Time) time.Time {
	if o.reached(t) {
		return t
	}
	all := o.moments()
	for i := len(all) - 1; i >= 0; i-- {
		m := all[i]
		if m.After(t) || o.reached(m) {
			continue
		}
		if !m.Equal(o.start) {
			if o.reached(m.Add(-time.Second)) {
				return m
			}
			continue
		}
		// Nothing arrives from the start on: was there contact up to it?
		by, _, _ := o.set(m)
		for _, c := range o.scenario.Conditions {
			breaks := c.Kind == Offline || c.Kind == Outage || c.Kind == Maintenance || c.Kind == Silent || c.Kind == Clock && o.far(by)
			if o.holds(c, m) && breaks && o.began(c).Before(m) {
				return time.Time{}
			}
		}
		if o.online {
			return m
		}
	}
	return time.Time{}
}

// showing is what the clock shows at t.
func (o *oracle) showing(t time.Time) time.Time {
	now := o.wall.Sub(o.start)
	by, ever, _ := o.set(t)
	switch {
	case ever:
		return t.Add(by)
	case !o.met(t).IsZero() && now > 0:
		return t
	}
	return t.Add(now)
}

func (o *oracle) lower(t time.Time) time.Time {
	if !o.met(t).IsZero() {
		return t
	}
	if l := o.facts.Lower[o.root]; !l.IsZero() {
		return l.Add(t.Sub(o.start))
	}
	return time.Time{}
}

// course follows the clock of the engine from the start to t, looking whenever something can change.
func (o *oracle) course(t time.Time) clock.Course {
	course := clock.Course{Line: o.wall}
	if c := o.facts.Clock; !c.Line.IsZero() {
		course = clock.Course{Line: c.Line, From: c.From, To: o.wall, Ran: clock.JumpWait - c.Left}
	}
	var looks []time.Time
	add := func(at time.Time) {
		if !at.Before(o.start) && !at.After(t) {
			looks = append(looks, at)
		}
	}
	for _, m := range o.moments() {
		add(m)
		add(m.Add(clock.JumpWait))
	}
	add(o.start.Add(o.facts.Clock.Left))
	add(t)
	slices.SortFunc(looks, time.Time.Compare)
	for _, at := range looks {
		course = course.Look(clock.Reading{Wall: o.showing(at), Boot: "b", Running: at.Sub(o.start)}, o.lower(at))
		course.Boot = "b"
	}
	return course
}

// verdict is what the engine says about the product at t, asked about everything or about the product alone.
func (o *oracle) verdict(t time.Time, everything bool) (terms.ProductVerdict, terms.State) {
	f := o.facts
	f.Contact = map[string]time.Time{o.root: later(f.Contact[o.root], time.Time{})}
	if met := o.met(t); !met.IsZero() {
		f.Contact[o.root] = met
		f.Device.Changed = nil
		if f.Records.State == terms.StateRolledBack {
			f.Records = terms.Records{}
		}
	}
	f.Lower = map[string]time.Time{}
	if l := o.lower(t); !l.IsZero() {
		f.Lower[o.root] = l
	}
	course := o.course(t)
	f.Clock = terms.Clock{}
	if course.Unsure() {
		f.Clock = terms.Clock{Line: course.Line, From: course.From, To: course.To, Left: course.Left()}
	}
	q := terms.Query{Vendor: o.root, Product: o.product}
	if everything {
		q = terms.Query{}
	}
	for _, c := range o.scenario.Conditions {
		begun := !o.began(c).After(t)
		about := (c.Vendor == "" || c.Vendor == o.root) && (c.Product == "" || c.Product == o.product)
		switch {
		case !about && c.Kind != Replaced:
		case c.Kind == Outage && begun, c.Kind == Maintenance:
			said := o.began(c)
			if c.Kind == Maintenance {
				said = o.start
			}
			f.Notices = append(slices.Clone(f.Notices), terms.Signed[terms.Notice]{
				Body:   terms.Notice{ID: "one more", Type: string(c.Kind), From: o.began(c), Until: o.over(c), Product: c.Product},
				Vendor: o.root, Document: "simulated", Issued: said,
			})
		case c.Kind == Replaced && o.holds(c, t):
			f.Device, f.KeyStore = terms.Device{ID: "other"}, terms.KeyStore{}
		case c.Kind == Revoked && begun:
			f.Revocations = o.revoked(f, c)
		case c.Kind == Version && begun:
			q = terms.Query{Vendor: o.root, Product: o.product, Version: c.Version}
		}
	}
	v := terms.Evaluate(f, q, o.showing(t))
	state := terms.State("")
	for _, n := range append(v.Others, v.Main) {
		if n.State == terms.StateClockUnsure || n.State == terms.StateClockWrong {
			state = n.State
		}
	}
	i := slices.IndexFunc(v.Products, func(p terms.ProductVerdict) bool { return p.Vendor == o.root && p.ID == o.product })
	for _, c := range o.scenario.Conditions { // it is told on its day
		if date, ok := v.Products[i].Slots["date"].(time.Time); ok && c.Kind == Revoked && !c.For.Lasts() && v.Products[i].State == terms.StateRevoked && date.Equal(o.began(c).Add(-time.Second)) {
			v.Products[i].Slots["date"] = o.began(c)
		}
	}
	return v.Products[i], state
}

func (o *oracle) revoked(f terms.Facts, c Condition) []terms.Signed[terms.Revocation] {
	all := slices.Clone(f.Revocations)
	for _, h := range f.Licenses {
		standing := func(r terms.Signed[terms.Revocation]) bool { return r.Vendor == h.Vendor && r.Body.Serial == h.Serial }
		if h.Vendor != o.root || h.Policy.Product.ID != o.product || slices.ContainsFunc(all, func(r terms.Signed[terms.Revocation]) bool { return standing(r) && !r.Body.Lifted }) {
			continue
		}
		all = slices.DeleteFunc(all, standing)
		r := terms.Revocation{Serial: h.Serial, From: o.began(c)}
		if c.For.Lasts() {
			zone, _ := terms.Zone(h.Policy.Zone)
			r.Until = c.For.After(o.began(c), zone)
		} else {
			r.From = r.From.Add(-time.Second)
		}
		all = append(all, terms.Signed[terms.Revocation]{Body: r, Vendor: o.root})
	}
	return all
}
