package issuer_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// pair is a vendor's desk and the engine of a customer's computer, on one clock.
type pair struct {
	*desk
	t       *testing.T
	engine  *licensing.Engine
	home    string
	keys    *keystore.MemoryStore
	clock   *clock.Driven
	parts   []device.Fact
	license issuer.Created
}

// newPair is a computer that activated a license of the desk.
func newPair(t *testing.T, change ...func(*terms.Policy)) *pair {
	t.Helper()
	p := &pair{desk: newDesk(t), t: t, clock: clock.NewDriven(monday), parts: hardware(1)}
	p.home, p.keys = filepath.Join(t.TempDir(), "home"), keystore.Memory()
	p.start()
	t.Cleanup(func() { _ = p.engine.Close() })
	policy := sample(t)
	for _, c := range change {
		c(&policy)
	}
	p.license = p.desk.license(t, issuer.NewLicense{Policy: policy, Customer: "8812"})
	profile, err := p.Profile()
	if err != nil {
		t.Fatal(err)
	}
	p.use(profile.File)
	made := p.made(licensing.RequestOptions{Key: p.license.Key})
	p.use(p.answered(made, issuer.Decision{}).File)
	p.state(terms.StateActiveOffline)
	return p
}

// rebuilt is the computer an hour later, with other parts.
func (p *pair) rebuilt(parts []device.Fact) {
	p.t.Helper()
	if err := p.engine.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.clock.PowerOff(time.Hour)
	p.now, p.parts = p.now.Add(time.Hour), parts
	p.start()
}

// start opens the computer's engine.
func (p *pair) start() {
	p.t.Helper()
	var err error
	p.engine, err = licensing.Open(p.t.Context(), licensing.Options{Home: p.home, KeyStore: p.keys, Clock: p.clock, Probe: func(context.Context) []device.Fact { return p.parts }, Program: "1.0"})
	if err != nil {
		p.t.Fatal(err)
	}
}

// pass lets days pass on both sides.
func (p *pair) pass(days int) {
	p.now = p.now.AddDate(0, 0, days)
	p.clock.Advance(time.Duration(days) * 24 * time.Hour)
	p.engine.Refresh(p.t.Context())
}

func (p *pair) made(o licensing.RequestOptions) licensing.Made {
	p.t.Helper()
	m, err := p.engine.MakeRequest(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

// answered carries a request to the desk.
func (p *pair) answered(m licensing.Made, by issuer.Decision) issuer.Answer {
	p.t.Helper()
	answers, err := p.DecideFile(p.t.Context(), m.Name, m.File, by)
	if err != nil || len(answers) != 1 {
		p.t.Fatalf("%d answers, %v", len(answers), err)
	}
	return answers[0]
}

// use carries a file to the computer, which has to take it.
func (p *pair) use(file []byte) licensing.Item {
	p.t.Helper()
	r, err := p.engine.Import(p.t.Context(), []licensing.Source{{Name: "file", Data: file}}, licensing.ImportOptions{TrustVendor: true, AcceptLoss: true})
	if err != nil || len(r.Items) != 1 {
		p.t.Fatalf("%d items, %v", len(r.Items), err)
	}
	if !r.Items[0].Taken {
		p.t.Fatalf("it was not taken: %+v", r.Items[0].Finding)
	}
	return r.Items[0]
}

func (p *pair) verdict() terms.ProductVerdict {
	p.t.Helper()
	v := p.engine.Evaluate(terms.Query{Product: "acmecad"})
	if len(v.Products) != 1 {
		p.t.Fatalf("%d products", len(v.Products))
	}
	return v.Products[0]
}

// state is what the computer says of the product, or of anything besides it.
func (p *pair) state(want terms.State) terms.Finding {
	p.t.Helper()
	v := p.engine.Evaluate(terms.Query{Product: "acmecad"})
	all := append([]terms.Finding{v.Main}, v.Others...)
	for _, product := range v.Products {
		all = append(all, product.Finding)
	}
	i := slices.IndexFunc(all, func(f terms.Finding) bool { return f.State == want })
	if i < 0 {
		p.t.Fatalf("no %s, main is %s: %+v", want, v.Main.State, all)
	}
	return all[i]
}

func (p *pair) letter(l issuer.Letter, err error) licensing.Item {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.use(l.File)
}

func TestACheckinStartsTheOfflineTimeAnew(t *testing.T) {
	p := newPair(t)
	if v := p.verdict(); !v.OfflineUntil.Equal(berlin(t, 2026, 12, 2)) {
		t.Fatalf("offline until %s", v.OfflineUntil)
	}
	p.pass(33)
	p.state(terms.StateGraceOffline)
	p.use(p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin}), issuer.Decision{}).File)
	p.state(terms.StateActiveOffline)
	if v := p.verdict(); !v.OfflineUntil.Equal(berlin(t, 2027, 1, 4)) || !v.LastContact.Equal(p.now) {
		t.Errorf("offline until %s, last contact %s", v.OfflineUntil, v.LastContact)
	}
}

func TestMoreTimeReachesTheComputer(t *testing.T) {
	p := newPair(t)
	until := berlin(t, 2027, 1, 20)
	p.use(p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestMoreTime, Until: until}), issuer.Decision{}).File)
	if v := p.verdict(); !v.OfflineUntil.Equal(until) {
		t.Errorf("offline until %s, want %s", v.OfflineUntil, until)
	}
	// What the computer says it may have at once is what the desk gives at once.
	cover := p.engine.Away(terms.Query{}, berlin(t, 2027, 1, 31))
	if len(cover) != 1 || !cover[0].Granted || !cover[0].Most.Equal(berlin(t, 2027, 1, 31)) {
		t.Errorf("cover %+v", cover)
	}
	far := p.made(licensing.RequestOptions{Kind: exchange.RequestMoreTime, Until: berlin(t, 2027, 2, 5)})
	_, err := p.DecideFile(context.Background(), far.Name, far.File, issuer.Decision{})
	wantCode(t, err, issuer.CodeNeedsPerson, 61)
	p.use(p.answered(far, issuer.Decision{Agent: "J. Doe", Reason: "At sea"}).File)
	if v := p.verdict(); !v.OfflineUntil.Equal(berlin(t, 2027, 2, 5)) {
		t.Errorf("granted by a person: %s", v.OfflineUntil)
	}
}

func TestARefusalOfMoreTimeReachesTheComputer(t *testing.T) {
	p := newPair(t)
	far := p.made(licensing.RequestOptions{Kind: exchange.RequestMoreTime, Until: berlin(t, 2027, 6, 5)})
	p.use(p.answered(far, issuer.Decision{Refuse: "Come back in spring"}).File)
	if f := p.state(terms.StateRequestRefused); f.Slots["reason"] == nil {
		t.Errorf("finding %+v", f)
	}
	if v := p.verdict(); !v.OfflineUntil.Equal(berlin(t, 2026, 12, 2)) {
		t.Errorf("offline until %s", v.OfflineUntil)
	}
}

func TestExtensionsReachTheComputer(t *testing.T) {
	p := newPair(t)
	grant := func(what string, to issuer.To, days int) issuer.NewExtension {
		return issuer.NewExtension{To: to, What: what, By: terms.Days(days), Agent: "J. Doe", Reason: terms.Plain("x")}
	}
	p.letter(p.Extend(t.Context(), grant(terms.ExtendOffline, issuer.To{Customer: "8812"}, 10)))
	if v := p.verdict(); !v.OfflineUntil.Equal(berlin(t, 2026, 12, 12)) {
		t.Errorf("offline until %s", v.OfflineUntil)
	}
	p.letter(p.Extend(t.Context(), grant(terms.ExtendLicense, issuer.To{Serial: p.license.Serial}, 10)))
	if v := p.verdict(); !v.LicenseEnds.Equal(berlin(t, 2027, 11, 12)) {
		t.Errorf("license ends %s", v.LicenseEnds)
	}
	if n := len(p.engine.Notices()); n != 2 {
		t.Errorf("%d extensions are told of", n)
	}
}

func TestAnExtensionOfGraceReachesTheComputer(t *testing.T) {
	p := newPair(t, func(p *terms.Policy) { p.Term.Length = terms.Days(20) })
	p.pass(22)
	p.state(terms.StateGraceRenewal)
	before := p.verdict()
	p.letter(p.Extend(t.Context(), issuer.NewExtension{
		To: issuer.To{Serial: p.license.Serial}, What: terms.ExtendGrace, By: terms.Days(14), Agent: "J. Doe", Reason: terms.Plain("x"),
	}))
	if v := p.verdict(); !v.GraceEnds.Equal(berlin(t, 2026, 12, 8)) || !v.GraceEnds.After(before.GraceEnds) {
		t.Errorf("grace until %s, was %s", v.GraceEnds, before.GraceEnds)
	}
}

func TestNoticesReachTheComputer(t *testing.T) {
	p := newPair(t)
	from := monday.AddDate(0, 0, 10)
	n := issuer.NewNotice{ID: "servers", Type: terms.NoticeMaintenance, From: from, Until: from.Add(2 * time.Hour), Text: terms.Plain("New servers")}
	p.letter(p.Notice(t.Context(), n))
	if f := p.state(terms.StateMaintenance); f.Slots["hours"] != 2 {
		t.Errorf("maintenance %+v", f)
	}
	p.letter(p.Notice(t.Context(), issuer.NewNotice{ID: "servers", Type: terms.NoticeMaintenance, Withdraw: true}))
	if v := p.engine.Evaluate(terms.Query{}); slices.ContainsFunc(v.Others, func(f terms.Finding) bool { return f.State == terms.StateMaintenance }) {
		t.Error("the notice that was taken back is still told")
	}
	// An outage that the offline end falls into covers it.
	p.pass(28)
	p.letter(p.Notice(t.Context(), issuer.NewNotice{ID: "down", Type: terms.NoticeOutage, Text: terms.Plain("Our service is down"), To: issuer.To{Customer: "8812"}}))
	p.pass(4)
	p.state(terms.StateGraceVendor)
}

func TestAHoldReachesTheComputerAndItsEndToo(t *testing.T) {
	p := newPair(t)
	p.letter(p.Hold(t.Context(), issuer.NewHold{Serial: p.license.Serial, Reason: terms.Plain("Still yours?"), AnswerBy: berlin(t, 2026, 11, 20)}))
	p.state(terms.StateOnHold)
	p.pass(5)
	p.use(p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin}), issuer.Decision{}).File)
	p.state(terms.StateOnHold) // a check-in does not answer the question
	p.pass(1)
	if _, err := p.Hold(t.Context(), issuer.NewHold{Serial: p.license.Serial, Lift: true}); err != nil {
		t.Fatal(err)
	}
	p.use(p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin}), issuer.Decision{}).File)
	p.state(terms.StateActiveOffline) // the answer brought the end of the hold
}

func TestAWithdrawalReachesTheComputerByFileAndByCheckinAndARenewalEndsIt(t *testing.T) {
	for _, byFile := range []bool{true, false} {
		p := newPair(t)
		l, err := p.Revoke(t.Context(), issuer.NewRevocation{Serial: p.license.Serial, Reason: terms.Plain("Returned"), By: "J. Doe", Until: berlin(t, 2026, 11, 10)})
		file := l.File
		if !byFile {
			p.pass(1)
			file = p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin}), issuer.Decision{}).File
		}
		if err != nil {
			t.Fatal(err)
		}
		p.use(file)
		p.state(terms.StateRevoked)
		if ok, _ := p.engine.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
			t.Error("it stops before its last day of full use")
		}
		p.pass(10)
		if ok, _ := p.engine.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); ok {
			t.Error("it goes on after its last day of full use")
		}
		renewed, err := p.Renew(t.Context(), p.license.Serial, "")
		if err != nil || len(renewed.Files) != 1 {
			t.Fatal(err)
		}
		p.use(renewed.Files[0].File)
		p.state(terms.StateActiveOffline)
	}
}

func TestAPublishedPolicyReachesTheComputer(t *testing.T) {
	p := newPair(t)
	from := monday.AddDate(0, 0, 20)
	out, err := p.Publish(t.Context(), shorter(t), from)
	if err != nil {
		t.Fatal(err)
	}
	before := p.verdict()
	p.use(out.Files[0].File)
	after := p.verdict()
	if f := p.state(terms.StatePolicyChange); f.Slots["old"] == nil {
		t.Errorf("finding %+v", f)
	}
	if after.OfflineUntil.Before(before.OfflineUntil) || after.OfflineGrace.Before(before.OfflineGrace) || len(after.Features) < len(before.Features) {
		t.Errorf("offline until %s and grace until %s, before %s and %s", after.OfflineUntil, after.OfflineGrace, before.OfflineUntil, before.OfflineGrace)
	}
	// A check-in half a year later is under the new rules alone.
	p.pass(180)
	p.use(p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin}), issuer.Decision{}).File)
	if v := p.verdict(); !v.OfflineUntil.Equal(terms.Days(14).After(p.now, mustZone(t))) {
		t.Errorf("offline until %s", v.OfflineUntil)
	}
}

func TestAChangedComputerIsConfirmedByACheckin(t *testing.T) {
	p := newPair(t)
	p.rebuilt(hardware(60))
	p.state(terms.StateComputerChanged)
	p.use(p.answered(p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin}), issuer.Decision{}).File)
	p.state(terms.StateActiveOffline)
	if l, err := p.License(p.license.Serial); err != nil || l.Used != 1 {
		t.Errorf("%d places, %v", l.Used, err)
	}
}

func TestARenewalIsAskedForByFile(t *testing.T) {
	p := newPair(t)
	p.pass(350)
	made := p.made(licensing.RequestOptions{Kind: exchange.RequestRenew, Product: "acmecad"})
	_, err := p.DecideFile(t.Context(), made.Name, made.File, issuer.Decision{})
	wantCode(t, err, issuer.CodeNeedsPerson, 61)
	p.use(p.answered(made, issuer.Decision{Agent: "J. Doe", Reason: "Paid by card"}).File)
	if v := p.verdict(); !v.LicenseEnds.Equal(berlin(t, 2028, 11, 1)) {
		t.Errorf("license ends %s", v.LicenseEnds)
	}
}

func mustZone(t *testing.T) *time.Location {
	t.Helper()
	z, err := terms.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return z
}
