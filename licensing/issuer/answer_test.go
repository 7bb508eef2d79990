package issuer_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestAnAnswerBringsTheLicenseBoundToTheComputerThatAsked(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Customer: "8812", Order: "ORDER-17"})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	a := d.answer(t, pc.request(t, v, made.Key, 1))
	if a.Refused || a.Partly || a.Again {
		t.Fatalf("answer: %+v", a)
	}
	if want := "license_AcmeCAD-Pro_" + pc.Code() + "_valid-to-2027-11-02.hflic"; a.Name != want {
		t.Errorf("file name %q, want %q", a.Name, want)
	}
	first, _, _ := strings.Cut(string(a.File), "\n")
	if want := "This is a license file for AcmeCAD Pro, for computer code " + pc.Code() +
		". Open it with Holdfast: https://acme.example/holdfast. Help: help@acme.example."; first != want {
		t.Errorf("first line %q, want %q", first, want)
	}
	if len(a.File) > 20<<10 {
		t.Errorf("the file has %d bytes, the target is 20 KB", len(a.File))
	}
	r := opened(t, a.File, v)
	if r.Answers == nil || r.Answers.Nonce != "nonce-1" || r.Answers.Device != pc.ID() || r.Answers.Request != "Q-"+pc.Code()+"-1" {
		t.Errorf("it answers %+v", r.Answers)
	}
	if !r.Issued.Equal(monday) || r.Trace != "trace-1" || r.Kind != exchange.KindLicense || len(r.Parts) != 1 {
		t.Errorf("response %+v", r)
	}
	l := r.Parts[0].License
	hash, err := terms.KeyHash(made.Key)
	if err != nil {
		t.Fatal(err)
	}
	if l.Binding != terms.BoundToDevice || l.Device.ID != pc.ID() || l.Device.Code != pc.Code() || l.Serial != made.Serial || l.KeyHash != hash || l.Customer != "8812" {
		t.Errorf("license %+v", l)
	}
	if want := time.Date(2027, 11, 2, 22, 59, 59, 0, time.UTC); !l.Ends.Equal(want) { // end of the day in Berlin
		t.Errorf("it ends %s, want %s", l.Ends, want)
	}
	if l.Places.Total != 2 || l.Places.Used != 1 || l.Policy.Grace.Renewal.Days != 14 || l.Policy.Product.ID != "acmecad" {
		t.Errorf("places %+v, policy %+v", l.Places, l.Policy)
	}
}

func TestTheSameRequestGetsTheSameBytesForEver(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	first := d.answer(t, ask)
	d.now = d.now.AddDate(0, 3, 0) // long after the request ended
	d.reopen(t)
	if _, err := d.RotateKeys(issuer.Rotation{}); err != nil {
		t.Fatal(err)
	}
	again := d.answer(t, ask)
	if !again.Again || !bytes.Equal(first.File, again.File) || first.Name != again.Name {
		t.Error("the second answer differs from the first")
	}
	l, err := d.License(made.Serial)
	if err != nil || l.Used != 1 || l.Version != 2 {
		t.Errorf("after two answers to one request: %d places, version %d, %v", l.Used, l.Version, err)
	}
}

func TestOneRequestBringsEveryLicenseOfTheKey(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17"})
	addon := sample(t)
	addon.Product = terms.Product{ID: "acmecam", Name: terms.Plain("AcmeCAM")}
	addon.Devices.Places = 1
	joined := d.license(t, issuer.NewLicense{Policy: addon, Key: strings.ToLower(made.Key), Order: "ORDER-18"})
	if joined.Mask != made.Mask || joined.Serial == made.Serial {
		t.Fatalf("joined: %+v", joined.License)
	}
	v := d.trusted(t)
	a := d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	r := opened(t, a.File, v)
	if len(r.Parts) != 2 || r.Parts[0].License.Serial != made.Serial || r.Parts[1].License.Serial != joined.Serial {
		t.Fatalf("parts: %+v", r.Parts)
	}
	if !strings.Contains(a.Name, "AcmeCAD-Pro-and-1-more") {
		t.Errorf("name %q", a.Name)
	}
	// The second computer finds a place for the one and none for the other.
	a = d.answer(t, newComputer(t, 2).request(t, v, made.Key, 2))
	r = opened(t, a.File, v)
	if !a.Partly || a.Refused || len(r.Parts) != 2 || r.Parts[0].License == nil || r.Parts[1].Refusal == nil {
		t.Fatalf("second computer: %+v, parts %+v", a, r.Parts)
	}
}

func TestARefusalIsSignedAndSaysWhyAndWhatToDo(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 1})
	v := d.trusted(t)
	holder := newComputer(t, 1)
	d.answer(t, holder.request(t, v, made.Key, 1))
	d.now = d.now.Add(time.Hour)
	check := func(a issuer.Answer, code string) terms.Refusal {
		t.Helper()
		r := opened(t, a.File, v)
		if !a.Refused || a.Reason != code || r.Kind != exchange.KindRefusal || len(r.Parts) != 1 || r.Answers == nil {
			t.Fatalf("answer %+v, response %+v", a, r)
		}
		no := *r.Parts[0].Refusal
		if no.Code != code || no.Reason.In("en") == "" || no.WayOut.In("en") == "" || no.Ref == "" || no.Contact == "" || !no.At.Equal(d.now) {
			t.Errorf("refusal %+v", no)
		}
		for _, s := range []string{no.Reason.In("en"), no.WayOut.In("en"), string(a.File)} {
			if strings.Contains(s, "[no text") || strings.Contains(s, "{") {
				t.Errorf("a text with a hole: %q", s)
			}
		}
		return no
	}
	full := check(d.answer(t, newComputer(t, 2).request(t, v, made.Key, 2)), "device_limit")
	if full.Places != 1 || len(full.InUse) != 1 || full.InUse[0].Code != holder.Code() || full.InUse[0].Label != "lab 7" {
		t.Errorf("in use: %+v", full)
	}
	other := newDesk(t, func(o *issuer.Options) { o.Rand = randomness(9) })
	foreign := other.license(t, issuer.NewLicense{})
	check(d.answer(t, newComputer(t, 3).request(t, v, foreign.Key, 3)), "unknown_key")
	d.now = d.now.AddDate(2, 0, 0)
	late := func(r *exchange.Request) { r.Until = d.now.AddDate(0, 0, 1) }
	ended := check(d.answer(t, newComputer(t, 4).request(t, v, made.Key, 4, late)), "ended")
	if ended.Contact != "sales@acme.example" {
		t.Errorf("an ended license names %q, want the one who sells it", ended.Contact)
	}
}

func TestACheckInOfAComputerWithAnOldDateIsAnswered(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	ask := pc.request(t, v, made.Key, 2, func(r *exchange.Request) {
		r.Kind, r.KeyHash, r.Until = exchange.RequestCheckin, "", d.now.AddDate(-1, 0, 0)
		r.Licenses = []exchange.RequestLicense{{Serial: made.Serial, Version: 1}}
	})
	if a, err := d.Answer(context.Background(), ask); err != nil || a.Refused {
		t.Errorf("%+v, %v", a.Reason, err)
	}
}

func TestWhatCannotBeAnsweredChangesNothing(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	ctx := context.Background()
	_, err := d.Answer(ctx, pc.request(t, v, made.Key, 1, func(r *exchange.Request) { r.Vendor = "umbra" }))
	wantCode(t, err, issuer.CodeOtherVendor, 23)
	_, err = d.Answer(ctx, pc.request(t, v, made.Key, 2, func(r *exchange.Request) { r.Until = d.now.Add(-time.Second) }))
	wantCode(t, err, issuer.CodeRequestOver, 28)
	_, err = d.Answer(ctx, pc.request(t, v, made.Key, 3, func(r *exchange.Request) { r.Kind = "dance" }))
	wantCode(t, err, issuer.CodeKindUnknown, 26)
	forged := pc.request(t, v, made.Key, 4)
	forged.Payload = newComputer(t, 2).request(t, v, made.Key, 4).Payload
	_, err = d.Answer(ctx, forged)
	var p *terms.Problem
	if !errors.As(err, &p) || issuer.ExitCode(err) != 20 {
		t.Errorf("a request under another computer's signature: %v", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := d.Answer(stopped, pc.request(t, v, made.Key, 5)); !errors.Is(err, context.Canceled) {
		t.Errorf("after a stop: %v", err)
	}
	if l, err := d.License(made.Serial); err != nil || l.Used != 0 || l.Version != 1 {
		t.Errorf("places %d, version %d, %v", l.Used, l.Version, err)
	}
}

func TestOneFileMayHoldSeveralRequestsAndOneBadOneHoldsUpNone(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	var file []byte
	for n := 1; n <= 2; n++ {
		file = append(file, armored(t, newComputer(t, n).request(t, v, made.Key, n))...)
	}
	file = append(file, armored(t, newComputer(t, 3).request(t, v, made.Key, 3, func(r *exchange.Request) { r.Vendor = "umbra" }))...)
	answers, err := d.AnswerFile(context.Background(), "batch.txt", file)
	if len(answers) != 2 || answers[0].Code == answers[1].Code {
		t.Errorf("answers: %d", len(answers))
	}
	wantCode(t, err, issuer.CodeOtherVendor, 23)
	p, perr := d.Profile()
	if perr != nil {
		t.Fatal(perr)
	}
	_, err = d.AnswerFile(context.Background(), "acme.hfkey", p.File)
	wantCode(t, err, issuer.CodeNoRequest, 27)
}

func TestTheIssuerDoesNotSignWhileItsClockIsBehind(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Places: 9})
	v := d.trusted(t)
	d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	d.now = monday.Add(-4 * time.Minute) // a time server may do that; the signed time stays
	if r := opened(t, d.answer(t, newComputer(t, 2).request(t, v, made.Key, 2)).File, v); !r.Issued.Equal(monday) {
		t.Errorf("signed time went back to %s", r.Issued)
	}
	d.now = monday.Add(-time.Hour)
	ask := newComputer(t, 3).request(t, v, made.Key, 3)
	_, err := d.Answer(context.Background(), ask)
	wantCode(t, err, issuer.CodeClockBehind, 30)
	d.opts.ClockIsRight = true
	d.reopen(t)
	_, err = d.Answer(context.Background(), ask) // the working key did not exist at that time
	wantCode(t, err, issuer.CodeKeyNotYet, 30)
	if _, err := d.RotateKeys(issuer.Rotation{}); err != nil {
		t.Fatal(err)
	}
	d.opts.ClockIsRight = false
	d.reopen(t)
	if r := opened(t, d.answer(t, ask).File, d.trusted(t)); !r.Issued.Equal(d.now) {
		t.Errorf("signed at %s, the clock says %s", r.Issued, d.now)
	}
}
