package licensing

import (
	"cmp"
	"maps"
	"net"
	"net/url"
	"strconv"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// ContactVendors are the trusted vendors with what waits for a contact.
func (e *Engine) ContactVendors() []reconcile.Vendor {
	s := e.Snapshot()
	views := map[string]*ContactView{}
	for i := range s.Contacts {
		views[s.Contacts[i].Root] = &s.Contacts[i]
	}
	var all []reconcile.Vendor
	for i := range s.Vendors {
		root := s.Vendors[i].Root
		v := reconcile.Vendor{Root: root, Name: s.Vendors[i].Name, URLs: s.Vendors[i].URLs, Now: s.Clock.decision(root)}
		if c := views[root]; c != nil {
			if v.LastOK, v.Failures = c.OK, c.Failures; c.Last != nil {
				v.LastTry, v.Cause, v.RetryAt = c.Last.At, c.Last.Cause, c.Last.RetryAt
			}
		}
		for j := range s.Facts.Licenses {
			if s.Facts.Licenses[j].Vendor == root {
				v.Licenses++
			}
		}
		for _, q := range s.Requests {
			if q.Vendor == root && q.State == terms.RequestOpen {
				if v.Requests++; q.Created.After(v.RequestAt) {
					v.RequestAt = q.Created
				}
			}
		}
		for j := range s.Usage {
			if u := &s.Usage[j]; u.Root == root {
				v.Usage, v.UsageSince = u.Unsent, u.Oldest
				moves(&v, u.Due, u.Due.Add(-3*24*time.Hour))
			}
		}
		for j := range s.Verdict.Products {
			if p := &s.Verdict.Products[j]; p.Vendor == root {
				met := s.Facts.Contact[root]
				moves(&v, p.OfflineUntil, met.Add(p.OfflineUntil.Sub(met)/2))
				moves(&v, p.LicenseEnds, p.LicenseEnds.Add(-14*24*time.Hour))
			}
		}
		all = append(all, v)
	}
	return all
}

// moves notes a date that a contact would move, from when on that matters. The one that matters first counts.
func moves(v *reconcile.Vendor, date, from time.Time) {
	if !date.IsZero() && (v.NextDate.IsZero() || from.Before(v.MoveFrom)) {
		v.NextDate, v.MoveFrom = date, from
	}
}

// contactViews are the vendors' contacts, as they stand.
func (e *Engine) contactViews(v *terms.Verdict, r clock.Reading) []ContactView {
	var all []ContactView
	doubt := e.rec.Home.clockState(r) != ""
	for _, vendor := range sortedValues(e.rec.Vendors) {
		rec := e.rec.Contacts[vendor.Root]
		c := ContactView{
			Root: vendor.Root, Vendor: cmp.Or(vendor.Profile.Name, vendor.Profile.Vendor), OK: rec.OK, Last: rec.ended(), Failures: rec.Fails,
			Plan: reconcile.Plan{Hold: reconcile.HoldNoAddress}, ClockDoubt: doubt,
		}
		if urls := vendor.Profile.ServiceURLs(); len(urls) > 0 {
			c.Host, c.Plan = hostOf(urls[0]), reconcile.Plan{Hold: reconcile.HoldNobody}
		}
		if l := e.contacts[vendor.Root]; l != nil {
			c.Last, c.Plan = cmp.Or(l.ended, c.Last), cmp.Or(l.plan, c.Plan)
		}
		c.Finding = contactFinding(&c, v)
		all = append(all, c)
	}
	return all
}

// offlineUntil is how long everything of a vendor works without a contact; zero: no end is near.
func offlineUntil(v *terms.Verdict, root string) (until time.Time) {
	for i := range v.Products {
		if p := &v.Products[i]; p.Vendor == root {
			until = earlier(until, p.OfflineUntil)
		}
	}
	return until
}

// contactFinding puts a contact that did not come through into a state. It changes no verdict.
func contactFinding(c *ContactView, v *terms.Verdict) terms.Finding {
	if c.Last == nil {
		return terms.Finding{}
	}
	slots := terms.Slots{
		"vendor": c.Vendor, "time": c.Last.At, "plain_cause": string(c.Last.Cause), "hold": string(c.Plan.Hold), "works_now": v.Works,
	}
	maps.Copy(slots, c.Last.Detail.Slots())
	if until := offlineUntil(v, c.Root); !until.IsZero() {
		slots["date"] = until
	}
	address := cmp.Or(c.Last.Host, c.Host)
	if host, port, err := net.SplitHostPort(address); err == nil {
		slots["host"], slots["port"] = host, port
	} else if address != "" {
		slots["host"] = address
	}
	if c.Plan.At.After(v.At) && !c.Plan.Running {
		slots["when"] = c.Plan.At
	}
	switch cause := c.Last.Cause; {
	case cause.Reached() || cause == reconcile.CauseOutage: // the vendor said so
		return terms.Finding{}
	case cause.Blocked():
		return terms.NewProblem(terms.StateContactBlocked, slots, nil).Finding
	}
	return terms.NewProblem(terms.StateNoContact, slots, nil).Finding
}

// decision is the time that decisions about a vendor use; zero when it is not known.
func (c *ClockView) decision(root string) time.Time {
	for i := range c.Vendors {
		if c.Vendors[i].Root == root {
			return c.Vendors[i].Decision
		}
	}
	return time.Time{}
}

// hostOf is the host of an address, with its port when that is not the usual one.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// drift compares what the vendor believes of this computer with what is here.
func (e *Engine) drift(root string, s *exchange.Standing) []reconcile.Drift {
	var all []reconcile.Drift
	for _, l := range s.Licenses {
		switch held, ok := e.rec.Licenses[root+"/"+l.Serial]; {
		case !ok:
			all = append(all, reconcile.Drift{Code: "license_missing", Subject: l.Serial, There: strconv.Itoa(l.Version)})
		case held.Version < l.Version:
			all = append(all, reconcile.Drift{Code: "license_old", Subject: l.Serial, Here: strconv.Itoa(held.Version), There: strconv.Itoa(l.Version)})
		}
	}
	return append(all, e.ledgerDrift(root, s)...)
}

// ledgerDrift compares how far usage was counted with the receipts that are here.
func (e *Engine) ledgerDrift(root string, s *exchange.Standing) []reconcile.Drift {
	var all []reconcile.Drift
	for _, there := range s.Ledgers {
		l := e.ledgerByID(there.Ledger)
		if l == nil || l.root != root {
			all = append(all, reconcile.Drift{Code: "usage_missing", Subject: there.Ledger, There: strconv.FormatUint(there.Seq, 10)})
			continue
		}
		last, _, _ := l.book.Tail()
		_, here := e.covered(l)
		d := reconcile.Drift{Subject: there.Ledger, Here: strconv.FormatUint(here, 10), There: strconv.FormatUint(there.Seq, 10)}
		switch {
		case there.Seq > last:
			d.Code = "usage_ahead" // more was reported than is here: an older copy
		case there.Seq < here:
			d.Code, d.Corrected = "usage_behind", true // an older copy there; the receipt that goes along puts it right
		case there.Seq > here:
			d.Code, d.Corrected = "receipt_missing", true // the next usage file brings it again
		default:
			continue
		}
		all = append(all, d)
	}
	return all
}
