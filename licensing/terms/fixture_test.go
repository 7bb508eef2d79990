package terms

import (
	"testing"
	"time"
)

const acmeRoot = "root-acme"

// day is a moment at noon UTC, such as day("2026-11-03").
func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t.Add(12 * time.Hour)
}

// endOf is the last second of a day in UTC.
func endOf(s string) time.Time { return EndOfDay(day(s), time.UTC) }

// cadPolicy has a feature of each kind: view after its own grace, keep, pause after a short grace.
func cadPolicy() Policy {
	return Policy{
		Version: 3,
		Product: Product{ID: "acmecad", Name: Plain("AcmeCAD Pro"), Versions: ">=4 <6"},
		Term:    Term{Length: Days(365)},
		Renewal: Renewal{Contact: "sales@acme.example", RemindFrom: Days(60)},
		Features: map[string]Feature{
			"edit":   {Name: Plain("Edit drawings"), Grace: Days(14), After: View, View: Plain("open and print drawings")},
			"export": {Name: Plain("Export"), After: Keep, Was: []string{"export_pdf"}},
			"render": {Name: Plain("Cloud render"), Grace: Days(3), After: Pause},
		},
	}.WithDefaults()
}

// cad is a license from 14 March 2026 to 14 March 2027 for this computer.
func cad(change ...func(*Held)) Held {
	h := Held{
		License: License{
			Serial: "4711", Version: 1, Binding: BoundToDevice, Device: &BoundDevice{ID: "this", Code: "7F3A-2C91"},
			Issued: day("2026-03-14"), Starts: day("2026-03-14"), Ends: endOf("2027-03-14"), KeyHash: "key-1", Policy: cadPolicy(),
		},
		Vendor: acmeRoot, Document: "d4711", KeyID: "k1", Taken: day("2026-03-14"),
	}
	for _, c := range change {
		c(&h)
	}
	return h
}

// home is this computer with Acme trusted and its key proven.
func home(licenses ...Held) Facts {
	return Facts{
		Device:   Device{ID: "this", Code: "7F3A-2C91", Proven: true, HintsMatch: true},
		Vendors:  []Vendor{{ID: "acme", Root: acmeRoot, Name: "Acme GmbH", Support: "help@acme.example", Promise: "2d"}},
		Licenses: licenses,
		Lower:    map[string]time.Time{},
	}
}

func with(f Facts, change ...func(*Facts)) Facts {
	for _, c := range change {
		c(&f)
	}
	return f
}

// away is the cad license with a window of 30 days, whose last contact was on 2 November 2026.
func away(change ...func(*Facts)) Facts {
	return with(home(cad(func(h *Held) {
		h.Policy.Offline = Offline{Window: Days(30), MoreTime: Days(60)}
		h.Policy.Grace = Grace{Offline: Days(14), Renewal: Days(14), Outage: Days(30), Maintenance: Days(2), Migration: Days(30)}
	})), append([]func(*Facts){contact("2026-11-02")}, change...)...)
}

func contact(s string) func(*Facts) {
	return func(f *Facts) { f.Contact = map[string]time.Time{acmeRoot: day(s)} }
}

func signed[T any](body T, issued string) Signed[T] {
	return Signed[T]{Body: body, Vendor: acmeRoot, Document: "n" + issued, KeyID: "k1", Issued: day(issued), Taken: day(issued)}
}

func noticed(n Notice, issued string) func(*Facts) {
	return func(f *Facts) { f.Notices = append(f.Notices, signed(n, issued)) }
}

func extended(x Extension, issued string) func(*Facts) {
	return func(f *Facts) { f.Extensions = append(f.Extensions, signed(x, issued)) }
}

func request(state RequestState, change ...func(*Request)) func(*Facts) {
	r := Request{ID: "r1", Kind: "activate", Vendor: acmeRoot, KeyHash: "key-1", Created: day("2026-11-01"), Until: day("2026-12-01"), File: "request.hfreq", State: state}
	for _, c := range change {
		c(&r)
	}
	return func(f *Facts) { f.Requests = append(f.Requests, r) }
}

func unprovenSince(s string, state State) func(*Facts) {
	return func(f *Facts) {
		f.Device.Proven, f.Device.ProvenAt = false, day(s)
		f.KeyStore = KeyStore{State: state, Name: "Keyring", Waited: 3 * time.Second}
	}
}

// checkFinding holds for every finding that Evaluate makes.
func checkFinding(t interface {
	Helper()
	Errorf(string, ...any)
}, f Finding,
) {
	t.Helper()
	if !f.State.Known() {
		t.Errorf("state %q is not published", f.State)
	}
	if f.Tone != f.State.Tone() && !(f.State == StateOfflineEnding && f.Tone == ToneWarn) {
		t.Errorf("%s has tone %q, published is %q", f.State, f.Tone, f.State.Tone())
	}
	for _, s := range SlotsOf(f.State) {
		if _, ok := f.Slots[s]; !ok {
			t.Errorf("%s lacks slot %q", f.State, s)
		}
	}
	if len(f.Reasons) == 0 {
		t.Errorf("%s has no reason", f.State)
	}
	known := map[string]bool{}
	for _, r := range Rules() {
		known[r] = true
	}
	for _, r := range f.Reasons {
		if !known[r.Rule] {
			t.Errorf("%s has the unknown rule %q", f.State, r.Rule)
		}
	}
}

// checkVerdict applies checkFinding to all findings of a verdict.
func checkVerdict(t interface {
	Helper()
	Errorf(string, ...any)
}, v Verdict,
) {
	t.Helper()
	checkFinding(t, v.Main)
	checkFinding(t, v.Answer)
	for _, f := range v.Others {
		checkFinding(t, f)
	}
	for _, p := range v.Products {
		checkFinding(t, p.Finding)
		if n := len(p.Works) + len(p.View) + len(p.Paused); n != len(p.Features) {
			t.Errorf("%s lists %d of %d features", p.ID, n, len(p.Features))
		}
	}
}

func evaluate(t *testing.T, f Facts, q Query, wall time.Time) Verdict {
	t.Helper()
	v := Evaluate(f, q, wall)
	checkVerdict(t, v)
	return v
}
