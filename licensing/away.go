package licensing

import (
	"time"

	"holdfast/licensing/terms"
)

// Away says for each product that q names whether a time away until the given moment is covered without any contact, and otherwise
// what can be asked for. Like Snapshot it never waits for a key store.
func (e *Engine) Away(q terms.Query, until time.Time) []Cover {
	s := e.Snapshot()
	q.Feature, q.Version = "", ""
	f := s.Facts
	now := terms.Evaluate(f, q, e.clockRead().Wall)
	f.Clock = terms.Clock{} // then the clock shows what it is
	then := terms.Evaluate(f, q, until)
	later, held := byProduct(then), bySerial(f.Licenses)
	all := make([]Cover, 0, len(now.Products))
	for i := range now.Products {
		p := &now.Products[i]
		c := Cover{Vendor: p.Vendor, Product: p.ID, Name: p.Name, Covered: p.State.ExitCode(false) == 0 && !worksLess(p, later[productKey(p.Vendor, p.ID)])}
		c.Until, c.Grace = lastWithoutContact(p)
		if l := held[productKey(p.Vendor, p.License)]; l != nil {
			c.Most = mostTime(l, p.At)
		}
		if !p.LicenseEnds.IsZero() && p.LicenseEnds.Before(until) {
			c.LicenseEnds = p.LicenseEnds
		}
		c.Granted = !until.After(c.Most) && c.LicenseEnds.IsZero()
		all = append(all, c)
	}
	return all
}

// worksLess says that some feature that works now does not work then, or stops in between.
func worksLess(now, then *terms.ProductVerdict) bool {
	if then == nil {
		return true
	}
	works := make(map[string]bool, len(then.Works))
	for _, id := range then.Works {
		works[id] = true
	}
	for _, id := range now.Works {
		if !works[id] || sooner(now.Features[id].Until, then.At) {
			return true
		}
	}
	return false
}

// lastWithoutContact is the last moment of full use without a contact and without grace, and the last moment of the grace
// after it. Zero: no end, or no grace.
func lastWithoutContact(p *terms.ProductVerdict) (until, grace time.Time) {
	until, grace = p.LicenseEnds, p.GraceEnds
	if sooner(p.OfflineUntil, until) {
		until, grace = p.OfflineUntil, p.OfflineGrace
	}
	for _, ev := range p.Next {
		switch ev.Name {
		case terms.EventRevoked, terms.EventAnswerBy, terms.EventConfirmBy, terms.EventFirstUseEnds, terms.EventUnprovenEnds:
			if sooner(ev.At, until) {
				until, grace = ev.At, time.Time{}
			}
		}
	}
	return until, grace
}

func bySerial(licenses []terms.Held) map[string]*terms.Held {
	all := make(map[string]*terms.Held, len(licenses))
	for i := range licenses {
		all[productKey(licenses[i].Vendor, licenses[i].Serial)] = &licenses[i]
	}
	return all
}

// mostTime is the last moment that a vendor's policy gives without asking a person: more time on top of an ordinary window from
// now on. Zero: none.
func mostTime(l *terms.Held, now time.Time) time.Time {
	o := l.Policy.Offline
	if !o.Window.Lasts() || !o.MoreTime.Lasts() {
		return time.Time{}
	}
	zone, err := terms.Zone(l.Policy.Zone)
	if err != nil {
		zone = time.UTC
	}
	return o.MoreTime.After(o.Window.After(now, zone), zone)
}
