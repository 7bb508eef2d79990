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
	return terms.Evaluate(e.Snapshot().Facts, q, e.clockRead().Wall)
}

func (e *Engine) evaluate(q terms.Query, rec *records, r clock.Reading) terms.Verdict {
	return terms.Evaluate(e.facts(rec, r), q, r.Wall)
}

// lower is the latest time proven to have passed for the vendor; for "" the latest over all vendors.
func (e *Engine) lower(root string, r clock.Reading) time.Time {
	var l time.Time
	for k, b := range e.rec.Home.Bounds {
		if t := b.Lower(r); (root == "" || k == root) && t.After(l) {
			l = t
		}
	}
	return l
}

func (e *Engine) decisionTime(r clock.Reading) time.Time {
	return clock.Decide(e.lower("", r), r).UTC()
}

// newsFor is how long a one-time fact is shown.
const newsFor = 7 * 24 * time.Hour

// facts turns records and conditions into what Evaluate reads.
func (e *Engine) facts(rec *records, r clock.Reading) terms.Facts {
	id, code := e.deviceID()
	f := terms.Facts{
		Device:   terms.Device{ID: id, Code: code, Label: rec.Home.Label, Proven: e.secrets != nil, ProvenAt: rec.Home.Proven},
		KeyStore: e.keyState, Records: e.recState, Lower: map[string]time.Time{},
	}
	if f.Records.State == "" && rec.Home.Damage != "" {
		f.Records = terms.Records{State: rec.Home.Damage, At: rec.Home.Since}
	}
	if !f.Device.Proven {
		f.Device.HintsMatch = e.sameHardware(rec)
	}
	now := e.decisionTime(r)
	for root, b := range rec.Home.Bounds {
		f.Lower[root] = b.Lower(r).UTC()
	}
	for _, v := range sortedValues(rec.Vendors) {
		f.Vendors = append(f.Vendors, vendorFacts(v))
	}
	for _, l := range sortedValues(rec.Licenses) {
		f.Licenses = append(f.Licenses, terms.Held{License: l.License, Vendor: l.Root, Document: l.Document, KeyID: l.KeyID, Taken: l.Taken, FirstUsed: l.FirstUsed})
	}
	for _, q := range sortedValues(rec.Requests) {
		if !rec.settled(q) {
			f.Requests = append(f.Requests, e.requestFacts(q, r))
		}
	}
	for _, n := range rec.Home.News {
		if v, ok := rec.Vendors[n.Root]; ok && now.Sub(n.At) < newsFor {
			f.News = append(f.News, terms.Finding{State: n.State, Tone: n.State.Tone(), Slots: terms.Slots{"vendor": v.Profile.Name}})
		}
	}
	return f
}

func vendorFacts(v vendorRecord) terms.Vendor {
	p := v.Profile
	return terms.Vendor{
		ID: p.Vendor, Root: v.Root, Name: p.Name, Trusted: v.Trusted,
		Support: cmp.Or(p.Support.Email, p.Support.URL, p.Support.Phone), Promise: promise(p.Promises.Answer),
	}
}

func promise(l terms.Length) string {
	if l.IsZero() {
		return ""
	}
	return l.String()
}

// settled says that a refusal is history: something newer came from, or was asked of, the same vendor.
func (r *records) settled(q requestRecord) bool {
	if q.State != terms.RequestRefused {
		return false
	}
	for _, other := range r.Requests {
		if other.Vendor == q.Vendor && other.ID != q.ID && other.Created.After(q.Created) && other.State != terms.RequestCancelled {
			return true
		}
	}
	for _, l := range r.Licenses {
		if l.Root == q.Vendor && l.Taken.After(q.Closed) && !q.Closed.IsZero() {
			return true
		}
	}
	return false
}

// requestFacts is the request as it stands now, by the time of its own vendor.
func (e *Engine) requestFacts(q requestRecord, r clock.Reading) terms.Request {
	s := q.State
	if s == terms.RequestOpen && clock.Decide(e.lower(q.Vendor, r), r).After(q.Until) {
		s = terms.RequestExpired
	}
	return terms.Request{ID: q.ID, Kind: q.Kind, Vendor: q.Vendor, KeyHash: q.KeyHash, Created: q.Created, Until: q.Until, File: q.File, State: s, Refusal: q.Refusal}
}

// sortedValues returns the values of m in the order of their keys, so that facts do not depend on map order.
func sortedValues[T any](m map[string]T) []T {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]T, 0, len(m))
	for _, k := range keys {
		out = append(out, m[k])
	}
	return out
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
	f := e.facts(e.rec, r)
	s := Snapshot{
		Revision: e.revision, Home: e.o.Home, Facts: f, Verdict: terms.Evaluate(f, terms.Query{}, r.Wall),
		Device:   f.Device,
		KeyStore: KeyStoreView{Backend: e.o.KeyStore.Backend(), Label: e.o.KeyStore.Label(), State: e.keyState.State},
		Records:  RecordsView{State: f.Records.State, Seq: e.rec.Seq, Head: e.rec.Head},
	}
	for _, q := range sortedValues(e.rec.Requests) {
		s.Requests = append(s.Requests, e.requestFacts(q, r))
	}
	slices.SortStableFunc(s.Requests, func(a, b terms.Request) int { return b.Created.Compare(a.Created) })
	for _, v := range sortedValues(e.rec.Vendors) {
		s.Vendors = append(s.Vendors, e.vendorView(v))
	}
	for _, b := range e.rec.Home.Bounds {
		if b.Signed.After(s.LastContact) {
			s.LastContact = b.Signed
		}
	}
	return s
}

func (e *Engine) vendorView(v vendorRecord) VendorView {
	view := VendorView{Vendor: vendorFacts(v), Version: v.Profile.Version}
	if root, err := exchange.DecodeKey(v.Profile.Root); err == nil {
		view.Words = exchange.RootWords(root)
	}
	for _, k := range v.Profile.Keys {
		view.KeyIDs = append(view.KeyIDs, k.ID)
	}
	for _, k := range e.rec.Keys {
		view.HasKey = view.HasKey || k.Root == v.Root
	}
	return view
}
