package terms

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// keyState is the state of the key store; without one, an unproven device means that its key is gone.
func keyState(f *Facts) State {
	if f.KeyStore.State == "" && !f.Device.Proven {
		return StateKeyMissing
	}
	return f.KeyStore.State
}

var keyActions = map[State]Action{
	StateKeychainLocked: ActUnlock, StateKeychainMute: ActTryAgain, StateKeychainDenied: ActTryAgain,
	StateKeychainNone: ActPassphrase, StateKeyMissing: ActSetUpAgain,
}

// keyFinding is about the key store. until is when the first license stops deciding for want of proof; zero: none
// does, or it did already.
func keyFinding(f *Facts, vendor string, works Kept, until time.Time) Finding {
	state := keyState(f)
	works.Unread = f.KeyStore.Unread
	k := finding(state, Slots{
		"keychain": f.KeyStore.Name, "seconds": f.KeyStore.Seconds(), "works_now": works, "works_now_or_unread": works,
		"date_or_none": until, "restore_if_any": "", "vendor": vendor,
	}, keyActions[state])
	k.Reasons = []Reason{{Rule: RuleKeyStore, Evidence: pairs("key_store", string(state), "proven", f.Device.ProvenAt), At: until}}
	return k
}

// recordsFinding is about journal and index.
func recordsFinding(f *Facts, vendor string, works Kept, wall time.Time) ranked {
	r := f.Records
	s := Slots{"works_now": works, "restore_if_any": "", "vendor": vendor}
	var act Action
	rank := rankFix
	switch r.State {
	case StateRecordsRepaired:
		s["time"], s["n"] = r.At, r.Lost
		rank = rankInformation
	case StateRecordsDamaged:
		act = ActSetUpAgain
	case StateRolledBack:
		act = ActConfirmRestore
		if r.Restored {
			act = ActCheckin
		}
		s["date"], s["until"], s["days"] = r.At, r.Until, 0
		if !r.Until.IsZero() {
			s["days"] = daysUntil(r.Until, wall, time.UTC)
		}
	case StateDiskFull:
		s["size"] = r.NeedMB
		act = ActTryAgain
	}
	d := finding(r.State, s, act)
	d.Reasons = []Reason{{Rule: RuleRecords, Evidence: pairs("records", string(r.State), "time", r.At, "lost", r.Lost), At: r.At}}
	return ranked{Finding: d, rank: rank, date: r.Until, at: wall}
}

// changedFinding is about a computer of which too few parts are what they were. until is when that must be confirmed.
func changedFinding(c *Changed, works Kept, until, at time.Time) Finding {
	f := finding(StateComputerChanged, Slots{
		"date": until, "days": daysUntil(until, at, time.UTC), "n": c.Same, "m": c.Of, "parts": slices.Clone(c.Parts),
		"works_now": works,
	}, ActConfirmComputer)
	f.Reasons = []Reason{{
		Rule: RuleComputerChanged, Evidence: pairs("same", c.Same, "of", c.Of, "parts", strings.Join(c.Parts, ","), "since", c.Since), At: until,
	}}
	return f
}

// requestFindings are the requests that wait, and the refusals that nothing has answered yet, newest first.
// A product that is not known may be any.
func (e *evaluation) requestFindings(q Query, works Kept) []ranked {
	var all []ranked
	requests := newestFirst(e.facts.Requests)
	for i := range requests {
		r := &requests[i]
		if !e.asksVendor(q, r.Vendor) || (q.Product != "" && r.Product != "" && !equalFold(r.Product, q.Product)) {
			continue
		}
		at := e.decision(r.Vendor)
		switch {
		case r.State == RequestOpen && !past(at, r.Until):
			all = append(all, e.waiting(r, works, at))
		case r.State == RequestRefused && r.Refusal != nil && !e.answered(r):
			all = append(all, e.refused(r, works, at))
		}
	}
	return all
}

// newestFirst are the requests that may ask for something, in an order that does not depend on the facts' order.
func newestFirst(requests []Request) []Request {
	var sorted []Request
	for i := range requests {
		if s := requests[i].State; s == RequestOpen || s == RequestRefused {
			sorted = append(sorted, requests[i])
		}
	}
	slices.SortFunc(sorted, func(a, b Request) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return sorted
}

func (e *evaluation) waiting(r *Request, works Kept, at time.Time) ranked {
	v := e.vendor(r.Vendor)
	promise, _ := ParseLength(v.Promise)
	act := ActUseFile
	if r.File == "" {
		act = ActShowRequest // nobody can have sent it
	}
	f := finding(StateRequestWaiting, Slots{
		"date": r.Created, "name": r.File, "promise": promise, "works_now": works, "until": r.Until, "vendor": v.Name,
	}, act)
	f.Product = r.Product
	f.Reasons = []Reason{{Rule: RuleRequest, Evidence: pairs("request", r.ID, "made", r.Created, "good_until", r.Until), Authority: v.Name, At: r.Until}}
	return ranked{Finding: f, rank: rankWaiting, at: at}
}

func (e *evaluation) refused(r *Request, works Kept, at time.Time) ranked {
	v, no := e.vendor(r.Vendor), r.Refusal
	var f Finding
	if no.Code == string(StateDeviceLimit) {
		f = finding(StateDeviceLimit, Slots{"n": no.Places, "vendor": v.Name, "date": no.At, "list": no.InUse}, "")
	} else {
		contact := or(no.Contact, v.Support)
		f = finding(StateRequestRefused, Slots{
			"vendor": v.Name, "reason": no.Reason, "ref": no.Ref, "works_now": works, "way_out": no.WayOut, "contact": contact, "deadline": no.Until,
			"asked": r.Kind,
		}, askAgain(r.Kind))
	}
	f.Product = r.Product
	f.Reasons = []Reason{{Rule: RuleRefused, Evidence: pairs("request", r.ID, "code", no.Code, "reference", no.Ref), Authority: v.Name, At: no.At}}
	return ranked{Finding: f, rank: rankBlocked, at: at}
}

// askAgain is how a request of a kind is made once more.
func askAgain(kind string) Action {
	switch kind {
	case "checkin":
		return ActCheckin
	case "moretime":
		return ActMoreTime
	case "renew":
		return ActTellBuyer
	}
	return ActRequest
}

// answered says whether something newer makes a refusal old news: a license from the same key that was issued
// later, or a newer request for it.
func (e *evaluation) answered(r *Request) bool {
	if e.newest == nil {
		e.newest = e.facts.newestByKey()
	}
	n := e.newest[vendorKey{r.Vendor, r.KeyHash, r.asks()}]
	if n.issued.After(r.Refusal.At) || n.asked.After(r.Created) {
		return true
	}
	if r.Product == "" {
		return false
	}
	same := func(vendor, product string) bool { return vendor == r.Vendor && equalFold(product, r.Product) }
	return slices.ContainsFunc(e.facts.Licenses, func(h Held) bool {
		return same(h.Vendor, h.Policy.Product.ID) && h.Issued.After(r.Refusal.At)
	}) || slices.ContainsFunc(e.facts.Requests, func(q Request) bool {
		return same(q.Vendor, q.Product) && q.asks() == r.asks() && q.lives() && q.Created.After(r.Created)
	})
}

// asks is what a request is for: a license by default.
func (q *Request) asks() string { return or(q.Kind, "activate") }

type vendorKey struct{ vendor, keyHash, kind string }

// newest is when the newest license from a license key was issued, and the newest request for it made.
type newest struct{ issued, asked time.Time }

func (f *Facts) newestByKey() map[vendorKey]newest {
	all := map[vendorKey]newest{}
	for i := range f.Licenses {
		k := vendorKey{f.Licenses[i].Vendor, f.Licenses[i].KeyHash, "activate"}
		n := all[k]
		n.issued = later(n.issued, f.Licenses[i].Issued)
		all[k] = n
	}
	for i := range f.Requests {
		if q := &f.Requests[i]; q.lives() {
			k := vendorKey{q.Vendor, q.KeyHash, q.asks()}
			n := all[k]
			n.asked = later(n.asked, q.Created)
			all[k] = n
		}
	}
	return all
}

// lives says that the request was answered or may be.
func (q *Request) lives() bool { return q.State != RequestCancelled && q.State != RequestExpired }
