package terms

import (
	"maps"
	"runtime"
	"slices"
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
	around   around
	told     map[string]Told
	known    map[productKey]*settled
	licenses []Held // those of the last time, and by product
	groups   [][]*Held
}

type productKey struct{ vendor, product string }

// around is everything but the licenses, their vendor and the time that a product's verdict depends on. What vendors signed
// besides is the same when it is one slice: facts are read only.
type around struct {
	device      Device
	changed     time.Time
	keyStore    KeyStore
	records     Records
	notices     *Signed[Notice]
	extensions  *Signed[Extension]
	holds       *Signed[Hold]
	revocations *Signed[Revocation]
	counts      [4]int
}

func aroundOf(f *Facts) around {
	a := around{
		device: proof(f.Device), keyStore: f.KeyStore, notices: first(f.Notices), extensions: first(f.Extensions), holds: first(f.Holds),
		revocations: first(f.Revocations), counts: [4]int{len(f.Notices), len(f.Extensions), len(f.Holds), len(f.Revocations)},
	}
	if c := f.Device.Changed; c != nil {
		a.changed, a.device.Changed = c.Since, nil
	}
	if f.Records.State == StateRolledBack {
		a.records = f.Records
	}
	return a
}

func first[T any](all []T) *T {
	if len(all) == 0 {
		return nil
	}
	return &all[0]
}

// settled is the outcome for one product, and for how long it counts.
type settled struct {
	outcome
	held     []*Held
	vendor   Vendor
	windowed bool // a license of it has a limit on time without contact, so that contact counts
	contact  time.Time
	until    time.Time // the first date of it that has not come; zero: none
}

// Evaluate is the function of this name, without a query.
func (j *Judging) Evaluate(f Facts, wall time.Time) Verdict {
	if a := aroundOf(&f); a != j.around || !maps.Equal(f.Told, j.told) {
		*j = Judging{around: a, told: maps.Clone(f.Told)}
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
	if s == nil || len(held) != len(s.held) || *e.vendor(held[0].Vendor) != s.vendor || s.windowed && !e.facts.Contact[s.Vendor].Equal(s.contact) {
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
	return &settled{outcome: p.outcome, vendor: *p.vendor, windowed: p.windowed(), contact: e.facts.Contact[p.Vendor], held: held, until: p.nextDate()}
}

func (p *product) windowed() bool {
	return slices.ContainsFunc(p.licenses, func(j judged) bool { return !j.contact.IsZero() })
}

// nextDate is the first of all dates that the outcome was compared with and that has not come, with some margin.
func (p *product) nextDate() time.Time {
	var next time.Time
	add := func(t time.Time, _ bool) {
		if !t.IsZero() && !t.Before(p.At.Add(-margin)) {
			next = sooner(next, t)
		}
	}
	p.eachDate(add)
	p.eachMidnight(add)
	return next
}

// change is the first moment after the decision time at which the verdict may differ by time alone; turn goes by dates, not by days.
func (p *product) change() (turn, change time.Time) {
	var next time.Time
	add := func(t time.Time, last bool) {
		if last && !t.IsZero() {
			t = t.Add(time.Nanosecond)
		}
		if t.After(p.At) {
			next = sooner(next, t)
		}
	}
	p.eachDate(add)
	turn = next
	p.eachMidnight(add)
	return turn, next
}

// eachDate calls add for all dates that the outcome is compared with. last tells the last moment of something from the first.
func (p *product) eachDate(add func(t time.Time, last bool)) {
	for i := range p.licenses {
		j := &p.licenses[i]
		add(j.starts, false)
		for _, t := range [...]time.Time{
			j.term, j.Ends, j.ends, j.grace, j.unproven, j.firstUse, j.offline, j.offlineGrace, j.silent, j.held, j.withdrawn,
		} {
			add(t, true)
		}
		if from, ok := j.reminder(); ok {
			add(from, false)
		}
		if !j.offline.IsZero() {
			add(j.offlineFrom(), false)
			add(lastDays(j.offline), false)
		}
		for _, end := range [...]time.Time{j.ends, j.term, j.grace, j.offlineGrace} {
			if !end.IsZero() && len(j.words.extensions) > 0 {
				add(lastDays(end), false)
			}
		}
		for _, n := range j.words.notices {
			add(n.Body.Until, true)
		}
		for i := range j.rights {
			r := &j.rights[i]
			if !r.granted {
				continue
			}
			add(r.start, false)
			add(r.full, true)
			add(r.term, true)
			if len(j.words.extensions) > 0 && !r.full.IsZero() {
				add(lastDays(r.full), false)
			}
		}
	}
	for _, e := range p.Next {
		add(e.At, true)
	}
}

// eachMidnight calls add for the next midnights when days are counted.
func (p *product) eachMidnight(add func(t time.Time, last bool)) {
	if slices.ContainsFunc(p.licenses, func(j judged) bool {
		return !j.firstUse.IsZero() || !j.offline.IsZero() || p.facts.Device.Changed != nil
	}) {
		for i := range p.licenses {
			z := p.licenses[i].zone
			y, m, d := p.At.In(z).Date()
			add(time.Date(y, m, d+1, 0, 0, 0, 0, z), false)
		}
		y, m, d := p.At.Date()
		add(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC), false)
	}
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
