package licensing

import (
	"maps"
	"slices"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
)

// lists are what facts and snapshots need of the records in order. With thousands of licenses they are worth keeping: they
// are made once for each state of the records, and nobody changes them.
type lists struct {
	of       *records
	changes  uint64
	vendors  []terms.Vendor
	licenses []terms.Held
	asking   requestList // those that a verdict depends on, by id
	requests requestList // all, newest first
	parts    signedParts
	usage    usageRecords
	meters   *meterTable
	levels   map[string]levelInForce // by vendor root
	keys     map[string]bool         // roots of vendors that a license key is kept of
}

// listsOf are the lists of the records. Drafts get their own each time.
func (e *Engine) listsOf(rec *records) *lists {
	if e.lists != nil && e.lists.of == rec && e.lists.changes == rec.changes {
		return e.lists
	}
	l := newLists(rec, e.usageRule)
	if rec == e.rec {
		e.lists = l
	}
	return l
}

func newLists(rec *records, rule UsageRule) *lists {
	l := &lists{of: rec, changes: rec.changes, parts: rec.signedParts(""), usage: rec.usageRecords(), meters: rec.meterTable(), keys: map[string]bool{}}
	l.levels = rec.levelsInForce(l.meters, rule)
	for _, v := range sortedValues(rec.Vendors) {
		l.vendors = append(l.vendors, vendorFacts(v))
	}
	l.licenses = slices.Grow(l.licenses, len(rec.Licenses))
	for _, k := range sortedKeys(rec.Licenses) {
		l.licenses = append(l.licenses, heldFacts(*rec.Licenses[k]))
	}
	for _, k := range rec.Keys {
		l.keys[k.Root] = true
	}
	byID, since := sortedValues(rec.Requests), rec.sinceRefusals()
	for _, q := range byID {
		if !since.settled(q) {
			l.asking.add(q)
		}
	}
	slices.SortStableFunc(byID, func(a, b *requestRecord) int { return b.Created.Compare(a.Created) })
	for _, q := range byID {
		l.requests.add(q)
	}
	return l
}

func heldFacts(l licenseRecord) terms.Held {
	return terms.Held{License: l.License, Vendor: l.Root, Document: l.Document, KeyID: l.KeyID, Taken: l.Taken, FirstUsed: l.FirstUsed}
}

// requestList is a list of requests of which only the open ones depend on the time.
type requestList struct {
	all  []terms.Request
	open []int
}

func (l *requestList) add(q *requestRecord) {
	if q.State == terms.RequestOpen {
		l.open = append(l.open, len(l.all))
	}
	l.all = append(l.all, terms.Request{
		ID: q.ID, Kind: q.Kind, Vendor: q.Vendor, KeyHash: q.KeyHash, Product: q.Product, Wanted: q.Wanted,
		Created: q.Created, Until: q.Until, File: q.File, State: q.State, Refusal: q.Refusal,
	})
}

// at are the requests as they stand at a time.
func (l *requestList) at(e *Engine, r clock.Reading) []terms.Request {
	if len(l.open) == 0 {
		return l.all
	}
	now := slices.Clone(l.all)
	for _, i := range l.open {
		now[i].State = e.openState(now[i], r)
	}
	return now
}

// openState is how an open request stands by the time of its own vendor.
func (e *Engine) openState(q terms.Request, r clock.Reading) terms.RequestState {
	if e.rec.Home.decision(q.Vendor, r).After(q.Until) {
		return terms.RequestExpired
	}
	return terms.RequestOpen
}

// requestFacts is the request as it stands now.
func (e *Engine) requestFacts(q requestRecord, r clock.Reading) terms.Request {
	var l requestList
	l.add(&q)
	return l.at(e, r)[0]
}

// sinceRefusals is what came from, and was asked of, each vendor last: a refusal before it is history.
type sinceRefusals struct {
	asked map[string]time.Time // newest request that was not cancelled, by vendor and kind
	taken map[string]time.Time // newest license
}

func (r *records) sinceRefusals() sinceRefusals {
	s := sinceRefusals{map[string]time.Time{}, map[string]time.Time{}}
	for _, q := range r.Requests {
		if k := q.Vendor + "/" + q.Kind; q.State != terms.RequestCancelled && q.Created.After(s.asked[k]) {
			s.asked[k] = q.Created
		}
	}
	for _, l := range r.Licenses {
		if l.Taken.After(s.taken[l.Root]) {
			s.taken[l.Root] = l.Taken
		}
	}
	return s
}

// refusedAgain says that the records tell of a refused check-in whose refusal says the same. Else the request takes the place of one for
// the same reason, so that contacts do not fill the list.
func (r *records) refusedAgain(req *requestRecord) bool {
	since := r.sinceRefusals()
	for _, q := range sortedValues(r.Requests) {
		if q.Refusal == nil || q.Vendor != req.Vendor || q.Kind != req.Kind || q.Refusal.Code != req.Refusal.Code || q.State != terms.RequestRefused || since.settled(q) {
			continue
		}
		req.ID, req.Nonce, req.Created = q.ID, q.Nonce, q.Created
		return q.Refusal.Until.Equal(req.Refusal.Until) && maps.Equal(q.Refusal.Reason, req.Refusal.Reason)
	}
	return false
}

// settled says that a refusal is history: something newer came from the same vendor, or the same was asked of it again.
func (s sinceRefusals) settled(q *requestRecord) bool {
	return q.State == terms.RequestRefused &&
		(s.asked[q.Vendor+"/"+q.Kind].After(q.Created) || !q.Closed.IsZero() && s.taken[q.Vendor].After(q.Closed))
}
