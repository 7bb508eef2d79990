package licensing

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Evaluate answers q for the present time. Like Snapshot it never waits for a key store.
func (e *Engine) Evaluate(q terms.Query) terms.Verdict {
	s := e.Snapshot()
	if q == (terms.Query{}) {
		return s.Verdict
	}
	return terms.Evaluate(s.Facts, q, e.clockRead().Wall)
}

func (e *Engine) evaluate(q terms.Query, rec *records, r clock.Reading) terms.Verdict {
	return terms.Evaluate(e.facts(rec, r), q, r.Wall)
}

// judge is evaluate without a query for the records as they are. What did not change is not worked out again.
func (e *Engine) judge(r clock.Reading) (terms.Verdict, terms.Facts) {
	f := e.facts(e.rec, r)
	return e.judging.Evaluate(f, r.Wall), f
}

// evaluateProducts is evaluate for these products of a vendor alone: their verdicts depend on no other license.
func (e *Engine) evaluateProducts(rec *records, r clock.Reading, root string, ids map[string]bool) terms.Verdict {
	f := e.conditions(rec, r)
	if v, ok := rec.Vendors[root]; ok {
		f.Vendors = []terms.Vendor{vendorFacts(v)}
	}
	rec.signedParts(root).into(&f)
	for _, l := range rec.Licenses {
		if l.Root == root && ids[l.License.Policy.Product.ID] {
			f.Licenses = append(f.Licenses, heldFacts(*l))
		}
	}
	return terms.Evaluate(f, terms.Query{}, r.Wall)
}

func (e *Engine) decisionTime(r clock.Reading) time.Time { return e.rec.Home.decision("", r) }

// newsFor is how long a one-time fact is shown.
const newsFor = 7 * 24 * time.Hour

// facts turns records and conditions into what Evaluate reads.
func (e *Engine) facts(rec *records, r clock.Reading) terms.Facts {
	f, l := e.conditions(rec, r), e.listsOf(rec)
	f.Vendors, f.Licenses, f.Requests = l.vendors, l.licenses, l.asking.at(e, r)
	l.parts.into(&f)
	f.Metered = e.metered(rec, r)
	now := e.decisionTime(r)
	for _, n := range rec.Home.News {
		if v, ok := rec.Vendors[n.Root]; ok && now.Sub(n.At) < newsFor {
			f.News = append(f.News, n.finding(v.Profile.Name))
		}
	}
	return f
}

// conditions are the facts besides vendors, licenses and requests.
func (e *Engine) conditions(rec *records, r clock.Reading) terms.Facts {
	id, code := e.deviceID()
	f := terms.Facts{
		Device:   terms.Device{ID: id, Code: code, Label: rec.Home.Label, Proven: e.secrets != nil, ProvenAt: rec.Home.Proven},
		KeyStore: e.keyState, Records: e.recordsFacts(&rec.Home), Lower: map[string]time.Time{}, Told: rec.Home.Told,
		Contact: rec.Home.Contacts,
	}
	f.Clock = clockFacts(rec.Home.course(r))
	if f.Device.Proven {
		f.Device.Changed = rec.Home.Changed.facts()
	} else {
		f.Device.HintsMatch = e.sameHardware(rec)
	}
	for root, b := range rec.Home.Bounds {
		f.Lower[root] = b.Lower(r).UTC()
	}
	return f
}

func vendorFacts(v vendorRecord) terms.Vendor {
	p := v.Profile
	return terms.Vendor{
		ID: p.Vendor, Root: v.Root, Name: p.Name, Trusted: v.Trusted,
		Support: cmp.Or(p.Support.Email, p.Support.URL, p.Support.Phone), Promise: promise(p.Promises.Answer),
		Receipt: promise(p.Promises.Receipt),
		Status:  p.StatusPage, NoService: len(p.ServiceURLs()) == 0,
	}
}

func promise(l terms.Length) string {
	if l.IsZero() {
		return ""
	}
	return l.String()
}

// sortedValues returns the values of m in the order of their keys, so that facts do not depend on map order.
func sortedValues[T any](m map[string]T) []T {
	out := make([]T, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// hintKey blinds the hardware hints that stay on this computer.
func (e *Engine) hintKey() []byte {
	sum := sha256.Sum256([]byte("holdfast hints " + e.home.ID))
	return sum[:]
}

const probeLimit = 2 * time.Second

// hardware asks once for as long as the engine is open: on some systems that starts a program.
func (e *Engine) hardware() []device.Fact {
	if e.o.Probe != nil && e.parts == nil {
		ctx, cancel := context.WithTimeout(context.Background(), probeLimit)
		defer cancel()
		e.parts = e.o.Probe(ctx)
	}
	return e.parts
}

func (e *Engine) hints() []exchange.Hint { return device.Blind(e.hardware(), e.hintKey()) }

// sameHardware judges by hardware hints while the device key cannot be used. A computer that shows too few of them to
// be told from others (many containers) has nothing to compare and is believed: the time limit still holds.
func (e *Engine) sameHardware(rec *records) bool {
	if _, _, telling := device.Match(rec.Home.Hints, rec.Home.Hints); !telling {
		return true
	}
	_, _, ok := device.Match(rec.Home.Hints, e.hints())
	return ok
}

// Snapshot returns the present view. While the engine is busy, perhaps waiting for a key store, it returns the view from
// before, so that no window and no check ever waits.
func (e *Engine) Snapshot() Snapshot {
	if last := e.last.Load(); last != nil {
		if !e.mu.TryLock() {
			return *last
		}
	} else {
		e.mu.Lock()
	}
	defer e.mu.Unlock()
	s := e.snapshot()
	e.last.Store(&s)
	return s
}

func (e *Engine) snapshot() Snapshot {
	r := e.clockRead()
	f, l := e.facts(e.rec, r), e.listsOf(e.rec)
	s := Snapshot{
		Revision: e.revision, Home: e.o.Home, Facts: f, Verdict: e.judging.Evaluate(f, r.Wall), Requests: l.requests.at(e, r),
		Device: f.Device, Clock: e.clockView(r),
		KeyStore: KeyStoreView{Backend: e.o.KeyStore.Backend(), Label: e.o.KeyStore.Label(), State: e.keyState.State},
		Records:  RecordsView{State: f.Records.State, Seq: e.rec.Seq, Head: e.rec.Head},
	}
	for _, v := range sortedValues(e.rec.Vendors) {
		s.Vendors = append(s.Vendors, e.vendorView(v))
	}
	s.Usage, s.Contacts = e.usageViews(&s.Facts, &s.Verdict, r), e.contactViews(&s.Verdict, r)
	e.metering.Store(e.newMetering(l, &s.Verdict))
	for _, b := range e.rec.Home.Bounds {
		if b.Signed.After(s.LastContact) {
			s.LastContact = b.Signed
		}
	}
	return s
}

func (e *Engine) vendorView(v vendorRecord) VendorView {
	view := VendorView{Vendor: vendorFacts(v), Version: v.Profile.Version, URLs: v.Profile.ServiceURLs()}
	if root, err := exchange.DecodeKey(v.Profile.Root); err == nil {
		view.Words = exchange.RootWords(root)
	}
	for _, k := range v.Profile.Keys {
		view.KeyIDs = append(view.KeyIDs, k.ID)
	}
	view.HasKey = e.lists.keys[v.Root]
	return view
}
