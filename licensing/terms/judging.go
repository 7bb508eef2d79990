package terms

import (
	"maps"
	"runtime"
	"sync"
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
	licenses []Held // those of the last time, and by product
	groups   [][]*Held
}

type productKey struct{ vendor, product string }

// settled is the outcome for one product, and for how long it counts.
type settled struct {
	outcome
	held   []*Held
	vendor Vendor
	until  time.Time // the first date of it that has not come; zero: none
}

// Evaluate is the function of this name, without a query.
func (j *Judging) Evaluate(f Facts, wall time.Time) Verdict {
	if proof(f.Device) != j.device || f.KeyStore != j.keyStore || !maps.Equal(f.Told, j.told) {
		*j = Judging{device: proof(f.Device), keyStore: f.KeyStore, told: maps.Clone(f.Told)}
	}
	e := newEvaluation(&f, wall)
	if !sameSlice(f.Licenses, j.licenses) {
		j.licenses, j.groups = f.Licenses, e.groups(Query{})
	}
	all := make([]*settled, len(j.groups))
	var anew []int
	for i, held := range j.groups {
		s := j.known[keyOf(held)]
		if !s.counts(e, held) {
			anew = append(anew, i)
			continue
		}
		s.held = held // and lets go of the facts of before
		s.move(e.decision(s.Vendor))
		all[i] = s
	}
	settleAll(e, j.groups, anew, all)
	j.known = make(map[productKey]*settled, len(all))
	for i, s := range all {
		j.known[keyOf(j.groups[i])] = s
		e.products = append(e.products, &s.outcome)
	}
	return e.verdict(Query{}, j.groups)
}

func keyOf(held []*Held) productKey { return productKey{held[0].Vendor, held[0].Policy.Product.ID} }

// settleAll works out the groups of these numbers, on all processors when there are many.
func settleAll(e *evaluation, groups [][]*Held, numbers []int, into []*settled) {
	var all sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), 1+len(numbers)/64)
	for w := range workers {
		all.Go(func() {
			for n := w; n < len(numbers); n += workers {
				into[numbers[n]] = settle(e, groups[numbers[n]])
			}
		})
	}
	all.Wait()
}

// sameSlice says that both are one slice; facts are read only.
func sameSlice(a, b []Held) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
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

// counts says whether s is the outcome at the present time too.
func (s *settled) counts(e *evaluation, held []*Held) bool {
	if s == nil || len(held) != len(s.held) || *e.vendor(held[0].Vendor) != s.vendor {
		return false
	}
	at := e.decision(held[0].Vendor)
	if at.Before(s.At) || !s.until.IsZero() && !at.Add(margin).Before(s.until) {
		return false
	}
	for i, h := range held {
		if h.Document == "" || h != s.held[i] && heldKeyOf(h) != heldKeyOf(s.held[i]) {
			return false
		}
	}
	return true
}

// move sets the decision time. Verdicts of before have copies of their own.
func (s *settled) move(at time.Time) {
	s.At, s.main.at = at, at
	for i := range s.lines {
		s.lines[i].at = at
	}
}

func settle(e *evaluation, held []*Held) *settled {
	p := e.judge(held)
	return &settled{outcome: p.outcome, vendor: *p.vendor, held: held, until: p.nextDate()}
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
