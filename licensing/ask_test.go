package licensing

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestEveryKindOfRequestSaysWhatIsAsked(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	two := v.license("B-1", 3, nil)
	two.Policy.Product.ID = "acmecam"
	if it := c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(two)))); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	until := start.AddDate(0, 2, 0)
	for name, test := range map[string]struct {
		o        RequestOptions
		file     string
		licenses int
	}{
		"a check-in":            {RequestOptions{Kind: exchange.RequestCheckin}, "checkin_acme_", 2},
		"a renewal":             {RequestOptions{Kind: exchange.RequestRenew, Product: "acmecam"}, "renew_acme_acmecam_", 1},
		"more time":             {RequestOptions{Kind: exchange.RequestMoreTime, Until: until}, "moretime_acme_", 2},
		"more time for one":     {RequestOptions{Kind: exchange.RequestMoreTime, Product: "ACMECAD", Until: until}, "moretime_acme_acmecad_", 1},
		"a request to activate": {RequestOptions{Key: testKey(t, 9)}, "request_acme_", 0},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := c.MakeRequest(context.Background(), test.o)
			if err != nil || m.Again {
				t.Fatalf("%+v, %v", m, err)
			}
			q := parseRequest(t, m.File)
			_, code := c.deviceID()
			if want := test.file + code + "_2026-11-03.hfreq"; m.Name != want {
				t.Errorf("name %s, want %s", m.Name, want)
			}
			if len(q.Licenses) != test.licenses || !q.Wanted.Equal(test.o.Until) || q.Restored || q.Changed || len(q.Device.Hints) == 0 {
				t.Errorf("%+v", q)
			}
			if m.Request.Kind != q.Kind || m.Request.Product != q.Product || !m.Request.Wanted.Equal(q.Wanted) {
				t.Errorf("facts %+v, file %+v", m.Request, q)
			}
			again, err := c.MakeRequest(context.Background(), test.o)
			if err != nil || !again.Again || again.Request.ID != m.Request.ID || string(again.File) != string(m.File) {
				t.Errorf("again: %+v, %v", again.Request, err)
			}
		})
	}
	c.reopen()
	if n := len(c.Snapshot().Requests); n != 6 { // with the one that was answered
		t.Errorf("%d requests", n)
	}
	if lower := c.rec.Requests[c.Snapshot().Requests[0].ID].Lower; lower.IsZero() {
		t.Error("the lower bound was not kept")
	}
}

func TestAMadeRequestFileTellsAPersonWhatItIs(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	var asked []string
	c.o.Text = func(id string, args map[string]any) string { asked = append(asked, id); return "Hello " + id }
	for _, kind := range []string{exchange.RequestCheckin, exchange.RequestRenew, exchange.RequestMoreTime} {
		m, err := c.MakeRequest(context.Background(), RequestOptions{Kind: kind, Until: start.AddDate(0, 1, 0)})
		if want := "Hello file." + kind; err != nil || !strings.HasPrefix(string(m.File), want) {
			t.Errorf("%.40s, want %s: %v", m.File, want, err)
		}
	}
}

func TestMoreTimeUntilAnotherDateReplacesTheOpenRequest(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	ask := func(days int) Made {
		m, err := c.MakeRequest(context.Background(), RequestOptions{Kind: exchange.RequestMoreTime, Until: start.AddDate(0, 0, days)})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first, seq := ask(40), c.Snapshot().Records.Seq
	old := parseRequest(t, first.File)
	second := ask(50)
	if second.Again || second.Request.ID == first.Request.ID {
		t.Fatalf("%+v", second.Request)
	}
	if got := c.Snapshot().Records.Seq; got != seq+1 {
		t.Errorf("%d records", got-seq)
	}
	if q := c.rec.Requests[first.Request.ID]; q.State != terms.RequestCancelled {
		t.Errorf("the first is %s", q.State)
	}
	grant := extensionPart("x", terms.Extension{Serial: "A-1", What: terms.ExtendOffline, Until: start.AddDate(0, 0, 40)})
	if it := c.use(v.file(exchange.KindExtension, v.response(exchange.KindExtension, &old, grant))); it.Taken || it.Finding.State != terms.StateFileRequestOver {
		t.Errorf("an answer to it: %+v", it.Finding)
	}
	now := parseRequest(t, second.File)
	grant = extensionPart("y", terms.Extension{Serial: "A-1", What: terms.ExtendOffline, Until: start.AddDate(0, 0, 50)})
	it := c.use(v.file(exchange.KindExtension, v.response(exchange.KindExtension, &now, grant)))
	if !it.Taken || it.Finding.State != terms.StateGraceExtended {
		t.Fatalf("an answer to the second: %+v", it.Finding)
	}
	if q := c.rec.Requests[second.Request.ID]; q.State != terms.RequestAnswered {
		t.Errorf("the second is %s", q.State)
	}
}

func TestARequestThatMakesNoSenseIsAMistake(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.use(v.profileFile())
	wants := func(o RequestOptions, code string) {
		t.Helper()
		_, err := c.MakeRequest(context.Background(), o)
		var m *Mistake
		if !errors.As(err, &m) || m.Code != code {
			t.Errorf("%+v: %v, want %s", o, err, code)
		}
	}
	wants(RequestOptions{Kind: exchange.RequestCheckin}, "no_license_yet")
	c.activate(v) // without an offline window
	more := exchange.RequestMoreTime
	wants(RequestOptions{Kind: "move"}, "request_kind")
	wants(RequestOptions{Kind: exchange.RequestRenew, Product: "acmecam"}, "product_unknown")
	wants(RequestOptions{Kind: exchange.RequestCheckin, Vendor: "other"}, "vendor_unknown")
	wants(RequestOptions{Kind: more}, "until_needed")
	wants(RequestOptions{Kind: more, Until: start.Add(-time.Hour)}, "until_past")
	wants(RequestOptions{Kind: more, Until: start.Add(time.Hour)}, "no_offline_window")
}

func TestAProductFindsItsVendor(t *testing.T) {
	c := newComputer(t)
	for _, id := range []string{"acme", "other"} {
		v := newVendor(t, id)
		c.use(v.profileFile())
		c.use(v.welcome(testKey(t, 3)))
	}
	m, err := c.MakeRequest(context.Background(), RequestOptions{Kind: exchange.RequestCheckin, Product: "othercad"})
	if err != nil || !strings.HasPrefix(m.Name, "checkin_other_othercad_") {
		t.Fatalf("%s, %v", m.Name, err)
	}
	if _, err := c.MakeRequest(context.Background(), RequestOptions{Kind: exchange.RequestCheckin}); err == nil {
		t.Fatal("two vendors, and one was chosen")
	}
}

func TestACheckInAnswerIsAContact(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	root := c.Snapshot().Vendors[0].Root
	c.clock.Advance(20 * 24 * time.Hour)
	ask := c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	if got := c.Snapshot().Verdict.Main.State; got == terms.StateNotSetUp {
		t.Fatalf("an open check-in makes the computer %s", got)
	}
	v.now = c.clock.Read().Wall
	held := v.license("A-1", 1, bound(req))
	atSite(&held)
	held.Issued = start
	file := v.checkin(ask, held)
	if it := c.use(file); !it.Taken || it.Finding.State != terms.StateActiveOffline {
		t.Fatalf("the same license: %+v", it.Finding)
	}
	s := c.Snapshot()
	if got := s.Facts.Contact[root]; !got.Equal(v.now) {
		t.Fatalf("contact %v, want %v", got, v.now)
	}
	if got, want := s.Verdict.Products[0].OfflineUntil, terms.Days(30).After(v.now, time.UTC); !got.Equal(want) {
		t.Fatalf("offline until %v, want %v", got, want)
	}
	if it := c.use(file); it.Taken || it.Finding.State != terms.StateFileKnown {
		t.Fatalf("again: %+v", it.Finding)
	}
	c.reopen()
	if got := c.Snapshot().Facts.Contact[root]; !got.Equal(v.now) {
		t.Fatalf("after a start: contact %v", got)
	}
}

func TestARefusalOfMoreTimeIsToldUntilItIsAskedAgain(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	until := start.AddDate(0, 2, 0)
	ask := c.asks(RequestOptions{Kind: exchange.RequestMoreTime, Until: until})
	no := exchange.Part{Kind: exchange.KindRefusal, ID: "r1", Refusal: &terms.Refusal{Code: "person", Reason: terms.Plain("Too long."), Ref: "R-1", At: start}}
	if it := c.use(v.file(exchange.KindRefusal, v.response(exchange.KindRefusal, &ask, no))); !it.Taken || it.Finding.State != terms.StateRequestRefused {
		t.Fatalf("%+v", it.Finding)
	}
	refused := func() bool {
		return slices.ContainsFunc(c.Snapshot().Facts.Requests, func(q terms.Request) bool { return q.State == terms.RequestRefused })
	}
	c.clock.Advance(time.Hour)
	c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	if !refused() {
		t.Error("a check-in made the refusal history")
	}
	c.clock.Advance(time.Hour)
	c.asks(RequestOptions{Kind: exchange.RequestMoreTime, Until: until.AddDate(0, 0, -9)})
	if refused() {
		t.Error("it is told although it was asked for again")
	}
}

func TestANewerLicenseInALateAnswerIsTaken(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	ask := c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	c.clock.Advance(61 * 24 * time.Hour)
	same := v.license("A-1", 1, bound(req))
	if it := c.use(v.checkin(ask, same)); it.Taken || it.Finding.State != terms.StateFileRequestOver {
		t.Fatalf("nothing newer: %+v", it.Finding)
	}
	v.now = start.Add(time.Hour)
	newer := v.license("A-1", 2, bound(req))
	if it := c.use(v.checkin(ask, newer)); !it.Taken {
		t.Fatalf("a newer license: %+v", it.Finding)
	}
	h, err := c.History(context.Background(), "", "A-1", 2)
	if err != nil || len(h) == 0 || !strings.Contains(h[len(h)-1].Reason+h[0].Reason, "newer_version") {
		t.Fatalf("%+v, %v", h, err)
	}
}

func TestTheAnswerToACancelledRequestIsNotTaken(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	ask := c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	if _, err := c.CancelRequest(context.Background(), ask.ID); err != nil {
		t.Fatal(err)
	}
	if it := c.use(v.checkin(ask, v.license("A-1", 2, bound(req)))); it.Taken || it.Finding.State != terms.StateFileRequestOver {
		t.Fatalf("%+v", it.Finding)
	}
}

func TestOnlyFilesForThisComputerAreContacts(t *testing.T) {
	outage := func(id string) exchange.Part {
		return noticePart(1, terms.Notice{ID: id, Type: terms.NoticeOutage, From: start})
	}
	more := extensionPart("x", terms.Extension{What: terms.ExtendGrace, Until: start.AddDate(0, 1, 0)})
	for name, test := range map[string]struct {
		file    func(v *vendor, req exchange.Request) []byte
		contact bool
	}{
		"a profile":                  {func(v *vendor, _ exchange.Request) []byte { v.version = 2; return v.profileFile() }, false},
		"a notice to everybody":      {func(v *vendor, _ exchange.Request) []byte { return v.said(to("all", ""), outage("a")) }, false},
		"a notice to this customer":  {func(v *vendor, _ exchange.Request) []byte { return v.said(to("customer", acmeCustomer), outage("b")) }, false},
		"more time for this site":    {func(v *vendor, _ exchange.Request) []byte { return v.said(to("site", acmeSite), more) }, true},
		"more time for this license": {func(v *vendor, _ exchange.Request) []byte { return v.said(to("license", "A-1"), more) }, true},
		"a hold of this license":     {func(v *vendor, _ exchange.Request) []byte { return v.said(nil, holdPart(1, terms.Hold{Serial: "A-1"})) }, true},
		"a newer license": {func(v *vendor, req exchange.Request) []byte {
			return v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(v.license("A-1", 2, bound(req)))))
		}, true},
		"a notice to another customer": {func(v *vendor, _ exchange.Request) []byte { return v.said(to("customer", "x"), outage("e")) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			req := c.with(v, atSite)
			before := c.Snapshot().Facts.Contact
			v.now = start.Add(5 * 24 * time.Hour)
			c.clock.Set(v.now)
			c.use(test.file(v, req))
			after := c.Snapshot().Facts.Contact
			for root := range before {
				if got := after[root].Equal(v.now); got != test.contact {
					t.Errorf("contact %v, then %v", before[root], after[root])
				}
			}
			if len(before) != 1 {
				t.Errorf("contacts %v", before)
			}
		})
	}
}

func TestAwaySaysWhatIsCoveredAndWhatCanBeAskedFor(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	day := func(n int) time.Time { return terms.EndOfDay(start.AddDate(0, 0, n), time.UTC) }
	for name, test := range map[string]struct {
		until                time.Time
		covered, granted, is bool
	}{
		"within the window":        {start.AddDate(0, 0, 29), true, true, false},
		"within grace":             {start.AddDate(0, 0, 40), true, true, false},
		"past grace":               {start.AddDate(0, 0, 50), false, true, false},
		"past what is given alone": {start.AddDate(0, 0, 100), false, false, false},
		"past the license":         {start.AddDate(1, 1, 0), false, false, true},
	} {
		all := c.Away(terms.Query{}, test.until)
		if len(all) != 1 {
			t.Fatalf("%d products", len(all))
		}
		a := all[0]
		if a.Covered != test.covered || a.Granted != test.granted || a.LicenseEnds.IsZero() == test.is {
			t.Errorf("%s: %+v", name, a)
		}
		if !a.Until.Equal(day(30)) || !a.Grace.Equal(day(44)) || !a.Most.Equal(day(90)) || a.Product != "acmecad" {
			t.Errorf("%s: until %v, grace %v, most %v", name, a.Until, a.Grace, a.Most)
		}
	}
	if got := c.Away(terms.Query{Product: "other"}, start); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	c2, v2 := newComputer(t), newVendor(t, "acme")
	c2.activate(v2)
	if a := c2.Away(terms.Query{}, start.AddDate(0, 3, 0))[0]; !a.Covered || a.Granted || !a.Most.IsZero() || !a.Until.Equal(day(365)) {
		t.Errorf("without a window: %+v", a)
	}
}
