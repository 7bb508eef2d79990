package issuer_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// fails is a desk whose store is away, after it was ready once.
func (d *desk) fails(t *testing.T) *issuer.Faults {
	t.Helper()
	if err := d.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := d.Break()
	f.Away.Store(true)
	return f
}

func TestAServiceWithoutItsStoreSaysSoSigned(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	ask := armored(t, pc.request(t, v, made.Key, 1))
	a := d.agent(t, 3)
	a.use(3)
	used, since := a.export(), d.now.Add(-90*time.Second)
	_, err := d.Outage(t.Context(), ask, since)
	wantCode(t, err, issuer.CodeAway, 75) // the store was never read, so nobody knows who signs
	d.reopen(t)
	f := d.fails(t)
	if err := d.Ready(t.Context()); !issuer.Away(err) {
		t.Errorf("ready: %v", err)
	}
	if _, err := d.AnswerFile(t.Context(), "ask", ask); !issuer.Away(err) {
		t.Errorf("answered: %v", err)
	}
	file, err := d.Outage(t.Context(), ask, since)
	if err != nil {
		t.Fatal(err)
	}
	r := opened(t, file, v)
	n := r.Parts[0].Notice
	if len(r.Parts) != 1 || r.Kind != exchange.KindNotice || *r.Answers != (exchange.Answers{Request: "Q-" + pc.Code() + "-1", Nonce: "nonce-1", Device: pc.ID()}) || r.Audience != nil {
		t.Fatalf("response %+v", r)
	}
	if n.Type != terms.NoticeOutage || !n.From.Equal(since) || !n.Until.IsZero() || r.Parts[0].Version != 1 || n.Text.In("de") == n.Text.In("en") || n.Ref == "" {
		t.Errorf("notice %+v", n)
	}
	other, err := d.Outage(t.Context(), armored(t, newComputer(t, 2).request(t, v, made.Key, 2)), since.Add(400*time.Millisecond))
	if err != nil || opened(t, other, v).Parts[0].Notice.ID != n.ID {
		t.Errorf("another computer is told of another outage: %v", err)
	}
	if file, err = d.Outage(t.Context(), used, since); err != nil || opened(t, file, v).Answers.Device != a.ID() {
		t.Errorf("a usage file: %v", err)
	}
	_, err = d.Outage(t.Context(), armored(t, pc.request(t, v, made.Key, 3, func(r *exchange.Request) { r.Vendor = "umbra" })), since)
	wantCode(t, err, issuer.CodeOtherVendor, 23)
	spoiled := pc.request(t, v, made.Key, 4)
	spoiled.Payload = pc.request(t, v, made.Key, 5).Payload
	var problem *terms.Problem
	if _, err = d.Outage(t.Context(), armored(t, spoiled), since); !errors.As(err, &problem) {
		t.Errorf("a request with a wrong seal: %v", err)
	}
	f.Away.Store(false)
	until := since.Add(time.Hour)
	for range 2 { // as often as the service wants
		if err := d.OutageOver(t.Context(), since, until); err != nil {
			t.Fatal(err)
		}
		until = until.Add(time.Hour)
	}
	said := part(t, opened(t, d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 5, nil, func(r *exchange.Request) {
		r.Licenses = []exchange.RequestLicense{{Serial: made.Serial, Version: 1}}
	})).File, v), exchange.KindNotice)
	if said.Version != 2 || said.Notice.ID != n.ID || !said.Notice.Until.Equal(since.Add(time.Hour)) || said.Notice.Ref != n.Ref {
		t.Errorf("afterwards it says %+v", said.Notice)
	}
	wantCode(t, d.OutageOver(t.Context(), since.Add(time.Minute), since), issuer.CodeValue, 2)
	d.now = d.now.AddDate(2, 0, 0)
	late := opened(t, d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 6, []string{made.Serial})).File, v)
	if slices.ContainsFunc(late.Parts, func(p exchange.Part) bool { return p.Notice != nil }) {
		t.Error("it is told for ever")
	}
}

// outage carries a request of the computer to the service that is away, and its statement back.
func (p *pair) outage(made licensing.Made, since time.Time) {
	p.t.Helper()
	file, err := p.Outage(p.t.Context(), made.File, since)
	if err != nil {
		p.t.Fatal(err)
	}
	p.use(file)
}

// TestAnOutageStatementCoversAComputerAndIsNoContact is an offline window that ends while the service is out of reach.
func TestAnOutageStatementCoversAComputerAndIsNoContact(t *testing.T) {
	none := func(p *terms.Policy) { // no grace but that of an outage
		p.Grace.Offline = terms.Length{None: true}
		for id, f := range p.Features {
			f.Grace = terms.Length{}
			p.Features[id] = f
		}
	}
	p, q := newPair(t, none), newPair(t, none) // q tries to reach nobody
	met := p.verdict().LastContact
	p.pass(28)
	q.pass(28)
	f := p.fails(t)
	since := p.now.Add(-time.Hour)
	made := p.made(licensing.RequestOptions{Kind: exchange.RequestCheckin})
	p.outage(made, since)
	p.pass(10) // the window ended on day 30
	q.pass(10)
	q.state(terms.StateLimited)
	p.state(terms.StateGraceVendor)
	if ok, _ := p.engine.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
		t.Error("it stops although the vendor is out of reach")
	}
	if ok, _ := q.engine.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); ok {
		t.Error("without the statement it goes on too: this test shows nothing")
	}
	if v := p.verdict(); !v.LastContact.Equal(met) || !v.OfflineUntil.Equal(berlin(t, 2026, 12, 2)) {
		t.Errorf("the statement counts as a contact: %s, offline until %s", v.LastContact, v.OfflineUntil)
	}
	// The service is well again. That the outage was over before the window ended takes the cover away.
	f.Away.Store(false)
	n := p.engine.Notices()[0].Notice
	if err := p.OutageOver(t.Context(), since, since.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	p.letter(p.Notice(t.Context(), issuer.NewNotice{ID: n.ID, Type: terms.NoticeOutage}))
	if s := p.verdict().State; s == terms.StateGraceVendor {
		t.Error("the cover goes on after the end of the outage")
	}
	if ok, _ := p.engine.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); ok {
		t.Error("full use goes on after the end of the outage")
	}
	// The request waited all the time, and its answer is a contact.
	answer := p.answered(made, issuer.Decision{})
	p.use(answer.File)
	p.state(terms.StateActiveOffline)
	if v := p.verdict(); !v.LastContact.Equal(p.now) {
		t.Errorf("last contact %s", v.LastContact)
	}
	if again := p.answered(made, issuer.Decision{}); !bytes.Equal(again.File, answer.File) {
		t.Error("the same request got other bytes")
	}
}

func TestAnOutageStatementReachesAComputerThatReportsUsage(t *testing.T) {
	p := newPair(t)
	if _, err := p.engine.RecordUsage(t.Context(), []licensing.UsageEvent{{Product: "acmecad", Meter: "renders", Units: 3}}); err != nil {
		t.Fatal(err)
	}
	profile := p.trusted(t)
	call, ok, err := p.engine.UsageCall(t.Context(), exchange.KeyID(key(t, profile.Root)), 1<<18)
	if err != nil || !ok {
		t.Fatalf("no usage file: %v", err)
	}
	f := p.fails(t)
	file, err := p.Outage(t.Context(), call.Body, p.now)
	if err != nil {
		t.Fatal(err)
	}
	p.use(file)
	if n := p.engine.Notices(); len(n) != 1 || n[0].Notice.Type != terms.NoticeOutage {
		t.Errorf("notices %+v", n)
	}
	f.Away.Store(false)
	p.use(p.receive(t, call.Body).File) // the file waited for its receipt all the time
}
