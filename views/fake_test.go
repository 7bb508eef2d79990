package views

import (
	"cmp"
	"context"
	"strconv"
	"sync"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

const (
	acmeRoot  = "root-acme"
	northRoot = "root-north"
)

// day is a moment at noon UTC.
func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t.Add(12 * time.Hour)
}

func endOf(s string) time.Time { return terms.EndOfDay(day(s), time.UTC) }

var words8 = []string{"harbor", "violin", "mango", "cactus", "pioneer", "lunar", "ribbon", "oxygen"}

func cadPolicy(id, name string) terms.Policy {
	return terms.Policy{
		Version: 3, Product: terms.Product{ID: id, Name: terms.Plain(name), Versions: ">=4 <6"},
		Term:    terms.Term{Length: terms.Days(365)},
		Renewal: terms.Renewal{Contact: "sales@acme.example", RemindFrom: terms.Days(60)},
		Features: map[string]terms.Feature{
			"edit":   {Name: terms.Plain("Edit drawings"), Grace: terms.Days(14), After: terms.View, View: terms.Plain("open and print drawings")},
			"export": {Name: terms.Plain("Export"), After: terms.Keep},
			"render": {Name: terms.Plain("Cloud render"), Grace: terms.Days(3), After: terms.Pause},
		},
	}.WithDefaults()
}

func held(id, name, root string, ends time.Time, change ...func(*terms.Held)) terms.Held {
	h := terms.Held{
		License: terms.License{
			Serial: "4711-" + id, Version: 1, Binding: terms.BoundToDevice, Device: &terms.BoundDevice{ID: "this", Code: "7F3A-2C91"},
			Issued: day("2026-03-14"), Starts: day("2026-03-14"), Ends: ends, KeyHash: "key-" + id, Policy: cadPolicy(id, name),
		},
		Vendor: root, Document: "d-" + id, KeyID: "k1", Taken: day("2026-03-14"),
	}
	for _, c := range change {
		c(&h)
	}
	return h
}

// acme is this computer with Acme trusted.
func acme(licenses ...terms.Held) terms.Facts {
	return terms.Facts{
		Device: terms.Device{ID: "this", Code: "7F3A-2C91", Proven: true, HintsMatch: true},
		Vendors: []terms.Vendor{
			{ID: "acme", Root: acmeRoot, Name: "Acme GmbH", Support: "help@acme.example", Promise: "2d"},
			{ID: "acme-audio", Root: northRoot, Name: "Nordlicht Audio", Support: "help@acme.example"},
		},
		Licenses: licenses, Lower: map[string]time.Time{acmeRoot: day("2026-11-02")},
	}
}

func quietFacts() terms.Facts {
	return acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14")),
		held("acmecam", "AcmeCAM", acmeRoot, endOf("2027-06-30")),
		held("studio", "Nordlicht Studio", northRoot, time.Time{}))
}

func graceFacts() terms.Facts {
	return acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14")),
		held("acmecam", "AcmeCAM", acmeRoot, endOf("2026-10-30")),
		held("studio", "Nordlicht Studio", northRoot, time.Time{}))
}

func lockedFacts() terms.Facts {
	f := quietFacts()
	f.Device.Proven, f.Device.ProvenAt = false, day("2026-11-02")
	f.KeyStore = terms.KeyStore{State: terms.StateKeychainLocked, Name: "Keyring"}
	return f
}

func waitingFacts() terms.Facts {
	f := acme()
	f.Requests = []terms.Request{openRequestOf("r1")}
	return f
}

func openRequestOf(id string) terms.Request {
	return terms.Request{
		ID: id, Kind: "activate", Vendor: acmeRoot, KeyHash: "k", Created: day("2026-11-01"), Until: day("2026-12-31"),
		File: "request_acme_7F3A-2C91_2026-11-01.hfreq", State: terms.RequestOpen,
	}
}

// manyFacts is a computer with more licenses than the Overview has rows.
func manyFacts() terms.Facts {
	var all []terms.Held
	for i := range 40 {
		id := "module" + strconv.Itoa(i+1)
		all = append(all, held(id, "AcmeCAD Module "+strconv.Itoa(i+1), acmeRoot, endOf("2027-01-01").AddDate(0, 0, 9*i)))
	}
	all = append(all, held("acmecam", "AcmeCAM", acmeRoot, endOf("2026-10-30")))
	return acme(all...)
}

// filesFacts has a request that was never saved and one that waits.
func filesFacts() terms.Facts {
	f := quietFacts()
	unsaved := openRequestOf("r2")
	unsaved.File = ""
	f.Requests = []terms.Request{unsaved, openRequestOf("r1")}
	return f
}

func cameIn() []licensing.FileView {
	return []licensing.FileView{
		{
			Hash: "5f1d", Kind: exchange.KindLicense, Root: acmeRoot, Vendor: "Acme GmbH", Serial: "4711-acmecad", Product: terms.Plain("AcmeCAD Pro"),
			Name: "license_AcmeCAD_7F3A-2C91_valid-to-2027-03-14.hflic", Taken: day("2026-11-02"), Issued: day("2026-11-02"), Words: "tulip-orbit-47", InUse: true,
		},
		{
			Hash: "77aa", Kind: exchange.KindLicense, Root: acmeRoot, Vendor: "Acme GmbH", Serial: "4711-old", Product: terms.Plain("AcmeCAD Pro"),
			Name: "license_AcmeCAD_7F3A-2C91_valid-to-2026-03-14.hflic", Taken: day("2025-03-14"), Issued: day("2025-03-14"), Words: "anchor-lime-12",
		},
		{Hash: "90bc", Kind: exchange.KindProfile, Root: acmeRoot, Vendor: "Acme GmbH", Name: "acme.hfkey", Taken: day("2025-03-14"), Issued: day("2025-03-01"), InUse: true},
	}
}

func told(at, kind, reason, who string) licensing.LedgerEntry {
	return licensing.LedgerEntry{At: day(at), Kind: kind, Reason: reason, Authority: who, License: "4711-acmecad", Vendor: acmeRoot}
}

func goodChecks() []licensing.Check {
	return []licensing.Check{
		{ID: "clock", Level: terms.ToneOK, Args: map[string]any{"now": day("2026-11-03")}},
		{ID: "keystore", Level: terms.ToneOK, Args: map[string]any{"keychain": "Keyring"}},
		{ID: "records", Level: terms.ToneOK, Args: map[string]any{"n": 982}},
		{ID: "device", Level: terms.ToneOK, Args: map[string]any{"code": "7F3A-2C91"}},
		{ID: "trust", Level: terms.ToneOK, Args: map[string]any{"n": 2}},
		{ID: "documents", Level: terms.ToneOK, Args: map[string]any{"n": 3, "missing": 0}},
		{ID: "disk", Level: terms.ToneOK},
	}
}

func troubledChecks() []licensing.Check {
	all := goodChecks()
	all[0] = licensing.Check{ID: "clock", Level: terms.ToneNotice, Args: map[string]any{"now": day("2019-01-03"), "signed": day("2026-11-02")}}
	all[1] = licensing.Check{ID: "keystore", Level: terms.ToneWarn, State: terms.StateKeychainLocked, Args: map[string]any{"keychain": "Keyring"}}
	all[5] = licensing.Check{ID: "documents", Level: terms.ToneNotice, Args: map[string]any{"n": 3, "missing": 1}}
	return all
}

// fake is an engine whose facts a test sets. Verdicts are the real ones.
type fake struct {
	mu       sync.Mutex
	facts    terms.Facts
	wall     time.Time
	revision uint64
	report   licensing.Report // of Inspect and, taken, of Import
	after    *terms.Facts     // facts once a file was imported
	fail     error            // of Import, MakeRequest and Unlock
	hold     chan struct{}    // Import and Unlock wait for it
	imports  []licensing.ImportOptions
	requests []licensing.RequestOptions
	cancels  []string
	unlocks  int
	erased   int
	tellings []licensing.Telling
	files    []licensing.FileView
	history  []licensing.LedgerEntry
	checks   []licensing.Check
	places   []licensing.PlaceHeld
	notices  []licensing.NoticeView
	grace    []licensing.GraceEntry
	away     func(until time.Time) []licensing.Cover
	confirms int
	refresh  func(f *fake) // what Refresh finds
	watch    func(licensing.Snapshot)
	metered  metered // usage, of usagefixtures_test.go
	contacts contacting
}

func newFake(f terms.Facts) *fake {
	return &fake{facts: f, wall: day("2026-11-03"), files: cameIn(), checks: goodChecks(), history: []licensing.LedgerEntry{
		told("2026-11-02", "license_taken", "answer_to_request", "Acme GmbH"), told("2026-11-02", "verdict_changed", "active:license_term", ""),
		told("2026-11-01", "request_made", "activate", "person"),
	}}
}

func (f *fake) Snapshot() licensing.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := licensing.Snapshot{
		Revision: f.revision, Verdict: terms.Evaluate(f.facts, terms.Query{}, f.wall), Facts: f.facts,
		Requests: f.facts.Requests, Device: f.facts.Device,
		KeyStore: licensing.KeyStoreView{Backend: "os", Label: "Keyring", State: f.facts.KeyStore.State},
		Records:  licensing.RecordsView{State: f.facts.Records.State},
		Usage:    f.usageOf(), Contacts: f.contacts.views,
	}
	s.Clock = clockOf(f.facts, s.Verdict, f.wall)
	if len(f.facts.Vendors) > 0 {
		s.LastContact = f.facts.Lower[acmeRoot]
	}
	for _, v := range f.facts.Vendors {
		s.Vendors = append(s.Vendors, licensing.VendorView{Vendor: v, Words: words8, Version: 1, HasKey: v.Root == northRoot})
	}
	return s
}

func (f *fake) wait(ctx context.Context) {
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
		}
	}
}

func (f *fake) Inspect(context.Context, []licensing.Source) licensing.Report { return f.report }

func (f *fake) Import(ctx context.Context, _ []licensing.Source, o licensing.ImportOptions) (licensing.Report, error) {
	f.wait(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.report, f.fail
	}
	f.imports = append(f.imports, o)
	rep := f.report
	rep.Items = nil
	for _, it := range f.report.Items {
		if it.Usable {
			it.Taken = true
		}
		rep.Items = append(rep.Items, it)
	}
	if f.after != nil {
		f.facts = *f.after
	}
	f.revision++
	return rep, nil
}

func (f *fake) made(r terms.Request, again bool) licensing.Made {
	name := "request"
	if r.Kind != exchange.RequestActivate {
		name = r.Kind
	}
	return licensing.Made{Request: r, File: []byte("file"), Name: cmp.Or(r.File, name+"_acme_7F3A-2C91_2026-11-01.hfreq"), Words: "tulip-orbit-47", Again: again}
}

func (f *fake) MakeRequest(ctx context.Context, o licensing.RequestOptions) (licensing.Made, error) {
	f.wait(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return licensing.Made{}, f.fail
	}
	f.requests = append(f.requests, o)
	r := openRequestOf("r1")
	r.Kind, r.Wanted = cmp.Or(o.Kind, exchange.RequestActivate), o.Until
	if r.Kind != exchange.RequestActivate {
		r.Vendor, r.File = o.Vendor, ""
	}
	f.facts.Requests = append(f.facts.Requests, r)
	f.revision++
	return f.made(r, false), nil
}

func (f *fake) RequestFile(id string) (licensing.Made, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.facts.Requests {
		if r.ID == id {
			return f.made(r, true), nil
		}
	}
	return licensing.Made{}, &licensing.Mistake{Code: "request_unknown"}
}

func (f *fake) RequestSaved(_ context.Context, id, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.facts.Requests {
		if f.facts.Requests[i].ID == id {
			f.facts.Requests[i].File = name
		}
	}
	f.revision++
	return nil
}

func (f *fake) CancelRequest(_ context.Context, id string) (terms.Request, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cancels = append(f.cancels, id)
	f.facts.Requests = nil
	f.revision++
	return terms.Request{ID: id}, nil
}

func (f *fake) Unlock(ctx context.Context) error {
	f.wait(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unlocks++
	if f.fail != nil {
		return f.fail
	}
	f.facts.KeyStore, f.facts.Device.Proven = terms.KeyStore{}, true
	f.revision++
	return nil
}

func (f *fake) SetUpAgain(context.Context) error { return f.fail }

func (f *fake) Tell(_ context.Context, t licensing.Telling) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tellings = append(f.tellings, t)
	f.revision++
	return f.fail
}

func (f *fake) Files(context.Context) ([]licensing.FileView, error) { return f.files, f.fail }

func (f *fake) History(context.Context, string, string, int) ([]licensing.LedgerEntry, error) {
	return f.history, f.fail
}

func (f *fake) Checks(context.Context) []licensing.Check { return f.checks }

func (f *fake) Erase(ctx context.Context) error {
	f.wait(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	f.erased++
	f.facts = terms.Facts{Device: terms.Device{HintsMatch: true}}
	f.revision++
	return nil
}

// Refresh tries a key store that was out of reach, as the engine does.
func (f *fake) Refresh(context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refresh != nil {
		f.refresh(f)
		f.revision++
	}
	if f.fail == nil && f.facts.KeyStore.State != "" {
		f.facts.KeyStore, f.facts.Device.Proven = terms.KeyStore{}, true
		f.revision++
	}
}

func (f *fake) PlacesHeld() []licensing.PlaceHeld { return f.places }

func (f *fake) Watch(fn func(licensing.Snapshot)) func() {
	f.watch = fn
	return func() { f.watch = nil }
}

// licenseReport is what the engine says of a good license file for this computer.
func licenseReport() licensing.Report {
	l := held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14")).License
	after := terms.Evaluate(acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"))), terms.Query{}, day("2026-11-03"))
	it := licensing.Item{
		Source: "/media/stick/license_AcmeCAD_7F3A-2C91_valid-to-2027-03-14.hflic", Kind: exchange.KindLicense, Vendor: "Acme GmbH", Root: acmeRoot,
		Words: "tulip-orbit-47", Issued: day("2026-11-02"), Finding: after.Products[0].Finding, Usable: true, License: &l,
		Changes: []licensing.Change{
			{Sign: '+', Code: "product", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2027-03-14"), Was: endOf("2026-03-14")},
			{Sign: '+', Code: "feature", Product: "acmecad", Name: terms.Plain("Sheet metal"), New: true},
		},
	}
	return licensing.Report{Items: []licensing.Item{it}, ForHere: 1, Finding: it.Finding}
}

func lossReport() licensing.Report {
	r := licenseReport()
	it := &r.Items[0]
	it.NeedsYes = true
	it.Changes = append(it.Changes, licensing.Change{Sign: '-', Code: "removed", Product: "acmecad", Name: terms.Plain("Trial CAM")})
	it.Finding = terms.NewProblem(terms.StateUpdated, terms.Slots{"n": 3, "vendor": "Acme GmbH", "date": day("2026-11-02")}, nil).Finding
	r.Finding = it.Finding
	return r
}

func trustReport() licensing.Report {
	it := licensing.Item{
		Source: "/home/kim/Downloads/welcome_acme.hfkey", Kind: exchange.KindProfile, Words: "anchor-lime-12", NeedsTrust: true, Usable: true,
		RootWords: words8,
		Finding:   terms.NewProblem(terms.StateVendorNew, terms.Slots{"name": "Acme GmbH", "words": "harbor violin mango cactus pioneer lunar ribbon oxygen"}, nil).Finding,
	}
	return licensing.Report{Items: []licensing.Item{it}, Finding: it.Finding}
}

// badReport is a file that cannot be used.
func badReport(name string, s terms.State, slots terms.Slots) licensing.Report {
	it := licensing.Item{Source: name, Words: "anchor-lime-12", Finding: terms.NewProblem(s, slots, nil).Finding}
	return licensing.Report{Items: []licensing.Item{it}, Finding: it.Finding}
}
