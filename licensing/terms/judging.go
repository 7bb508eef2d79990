package terms

import (
	"maps"
	"time"
)

// Judging evaluates one home again and again. What it worked out about a product counts again as long as everything it came from is
// the same and none of its dates has come since; then only the decision time differs. So its verdicts are those of Evaluate,
// and thousands of products cost little. The zero value is ready. It is not for concurrent use.
//
// Licenses are the same when their document (a hash of their content), serial, version and dates are. One without a document
// is judged each time.
type Judging struct {
	device   Device
	keyStore KeyStore
	told     map[string]Told
	known    map[productKey]*settled
}

type productKey struct{ vendor, product string }

// settled is the outcome for one product, and for how long it counts.
type settled struct {
	outcome
	held   []heldKey
	vendor Vendor
	until  time.Time // the first date of it that has not come; zero: none
}

// Evaluate is the function of this name, without a query.
func (j *Judging) Evaluate(f Facts, wall time.Time) Verdict {
	if proof(f.Device) != j.device || f.KeyStore != j.keyStore || !maps.Equal(f.Told, j.told) {
		*j = Judging{device: proof(f.Device), keyStore: f.KeyStore, told: maps.Clone(f.Told)}
	}
	e := newEvaluation(&f, wall)
	groups := e.groups(Query{})
	known := make(map[productKey]*settled, len(groups))
	for _, held := range groups {
		k := productKey{held[0].Vendor, held[0].Policy.Product.ID}
		s := j.known[k].again(e, held)
		if s == nil {
			s = settle(e, held)
		}
		known[k] = s
		e.products = append(e.products, &s.outcome)
	}
	j.known = known
	return e.verdict(Query{}, groups)
}

// proof is what of a device decides: when it was last proven counts only while it is not.
func proof(d Device) Device {
	if d.Proven {
		d.ProvenAt, d.HintsMatch = time.Time{}, false
	}
	return d
}

// margin is more than any rule of Evaluate looks around a date.
const margin = 2 * time.Second

// again returns what is known at the present time, or nil when it has to be worked out anew.
func (s *settled) again(e *evaluation, held []*Held) *settled {
	if s == nil || len(held) != len(s.held) || *e.vendor(held[0].Vendor) != s.vendor {
		return nil
	}
	at := e.decision(held[0].Vendor)
	if at.Before(s.At) || !s.until.IsZero() && !at.Add(margin).Before(s.until) {
		return nil
	}
	for i, h := range held {
		if h.Document == "" || heldKeyOf(h) != s.held[i] {
			return nil
		}
	}
	// Earlier verdicts share what s holds, so the times go into a copy.
	now := *s
	now.At, now.main.at = at, at
	now.lines = make([]ranked, len(s.lines))
	for i, l := range s.lines {
		l.at = at
		now.lines[i] = l
	}
	return &now
}

func settle(e *evaluation, held []*Held) *settled {
	p := e.judge(held)
	s := &settled{outcome: p.outcome, vendor: *p.vendor, held: make([]heldKey, len(held)), until: p.nextDate()}
	for i, h := range held {
		s.held[i] = heldKeyOf(h)
	}
	return s
}

// nextDate is the first of all dates that the outcome was compared with and that has not come.
func (p *product) nextDate() time.Time {
	var first time.Time
	add := func(t time.Time) {
		if !t.IsZero() && !t.Before(p.At.Add(-margin)) {
			first = sooner(first, t)
		}
	}
	for i := range p.licenses {
		j := &p.licenses[i]
		for _, t := range []time.Time{j.starts, j.term, j.Ends, j.grace, j.unproven, j.firstUse} {
			add(t)
		}
		if from, ok := j.reminder(); ok {
			add(from)
		}
		for _, r := range j.rights {
			add(r.start)
			add(r.full)
		}
		if !j.firstUse.IsZero() { // its days are counted by midnights
			y, m, d := p.At.In(j.zone).Date()
			add(time.Date(y, m, d+1, 0, 0, 0, 0, j.zone))
		}
	}
	return first
}

// heldKey is what tells one license from another.
type heldKey struct {
	document, serial, keyID, keyHash, customer string
	version, policy                            int
	binding                                    Binding
	device                                     BoundDevice
	issued, starts, ends, taken, firstUsed     time.Time
}

func heldKeyOf(h *Held) heldKey {
	k := heldKey{
		document: h.Document, serial: h.Serial, keyID: h.KeyID, keyHash: h.KeyHash, customer: h.Customer, version: h.Version,
		policy: h.Policy.Version, binding: h.Binding, issued: h.Issued, starts: h.Starts, ends: h.Ends, taken: h.Taken, firstUsed: h.FirstUsed,
	}
	if h.Device != nil {
		k.device = *h.Device
	}
	return k
}
