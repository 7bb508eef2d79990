package licensing

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// checkInCall makes a check-in as a contact does.
func (c *computer) checkInCall(full bool) (reconcile.Call, exchange.Request) {
	c.t.Helper()
	call, ok, err := c.CheckInCall(context.Background(), c.root(), full)
	if err != nil || !ok {
		c.t.Fatalf("check-in: %v %v", ok, err)
	}
	return call, parseRequest(c.t, call.Body)
}

func (c *computer) root() string { return c.Snapshot().Vendors[0].Root }

func (c *computer) take(call reconcile.Call, answer []byte) reconcile.Taken {
	c.t.Helper()
	got, err := c.TakeAnswer(context.Background(), c.root(), call, answer)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

func standingPart(state string, licenses ...exchange.RequestLicense) exchange.Part {
	return exchange.Part{Kind: exchange.KindStanding, Standing: &exchange.Standing{State: state, Licenses: licenses}}
}

// brief is the answer that says that nothing changed.
func (v *vendor) brief(req exchange.Request, state string) []byte {
	return v.file(exchange.KindStanding, v.response(exchange.KindStanding, &req, standingPart(state)))
}

func TestABriefAnswerIsAContactAndLeavesNothingElse(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	before := c.Snapshot()

	c.clock.Advance(10 * 24 * time.Hour)
	v.now = v.now.Add(10 * 24 * time.Hour)
	call, req := c.checkInCall(false)
	if !req.Brief || req.State != "" || len(req.Licenses) != 1 || !call.Essential || call.What != exchange.RequestCheckin {
		t.Fatalf("the first check-in asks %+v", req)
	}
	l := v.license("A-1", 2, bound(req))
	offline(terms.Days(30), terms.Days(60))(&l)
	full := v.checkin(req, l, standingPart("s1"))
	if got := c.take(call, full); got.Cause != "" || len(got.Drift) > 0 {
		t.Fatalf("a full answer: %+v", got)
	}
	if got := c.Snapshot().Verdict.Products[0].OfflineUntil; !got.After(before.Verdict.Products[0].OfflineUntil) {
		t.Fatal("the answer was no contact")
	}
	if len(c.Snapshot().Requests) != len(before.Requests) {
		t.Fatal("a check-in of a contact stays as a request")
	}

	c.clock.Advance(5 * 24 * time.Hour)
	v.now = v.now.Add(5 * 24 * time.Hour)
	files := len(must(c.Files(context.Background())))
	call, req = c.checkInCall(false)
	if req.State != "s1" {
		t.Fatalf("state %q", req.State)
	}
	answer := v.brief(req, "s1")
	if got := c.take(call, answer); got.Cause != "" || len(got.Changes) > 0 || got.Kind != string(exchange.KindStanding) {
		t.Fatalf("a brief answer: %+v", got)
	}
	if got := must(c.Files(context.Background())); len(got) != files {
		t.Fatalf("%d files, there were %d", len(got), files)
	}
	s := c.Snapshot()
	if s.Facts.Contact[c.root()] != v.now {
		t.Fatalf("contact %v, want %v", s.Facts.Contact[c.root()], v.now)
	}
	if got := c.take(call, answer); got.Cause != reconcile.CauseOther {
		t.Fatalf("the same answer again: %+v", got)
	}
	c.reopen()
	if _, req = c.checkInCall(false); req.State != "s1" || c.Snapshot().Facts.Contact[c.root()] != v.now {
		t.Fatal("state or contact is lost with the program")
	}
	if _, req = c.checkInCall(true); req.State != "" {
		t.Fatal("a full check-in names a state")
	}
}

func TestAStateThatIsOldIsNotNamed(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(300), terms.Days(60)))
	version := 1
	full := func() {
		t.Helper()
		call, req := c.checkInCall(false)
		if version++; req.State != "" {
			t.Fatalf("a full answer is due, and state %q is named", req.State)
		}
		l := v.license("A-1", version, bound(req))
		offline(terms.Days(300), terms.Days(60))(&l)
		if got := c.take(call, v.checkin(req, l, standingPart("s1"))); got.Cause != "" {
			t.Fatalf("a full answer: %+v", got)
		}
	}
	full()
	for range 2 {
		for range int(fullEvery / day) { // a short answer makes the state no newer
			c.clock.Advance(day)
			v.now = v.now.Add(day)
			call, req := c.checkInCall(false)
			if req.State != "s1" {
				t.Fatalf("state %q", req.State)
			}
			if got := c.take(call, v.brief(req, "s1")); got.Cause != "" {
				t.Fatalf("a short answer: %+v", got)
			}
		}
		c.clock.Advance(time.Hour)
		v.now = v.now.Add(time.Hour)
		c.reopen()
		full()
	}
	m, now := c.rec.Contacts[c.root()], c.clock.Read().Wall
	for name, at := range map[string]time.Time{"of before": {}, "from later than now": now.Add(time.Minute)} {
		m.StateAt = at
		if c.rec.Contacts[c.root()] = m; m.stateNow(now) != "" {
			t.Errorf("a state in a record %s is named", name)
		}
		full()
		if _, req := c.checkInCall(false); req.State != "s1" {
			t.Errorf("after the full answer to a record %s the state is %q", name, req.State)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAnAnswerForAnotherContactOrComputerChangesNothing(t *testing.T) {
	v, c, other := newVendor(t, "acme"), newComputer(t), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	other.with(v, offline(terms.Days(30), terms.Days(60)))
	call, req := c.checkInCall(false)
	_, theirs := other.checkInCall(false)
	seq := c.Snapshot().Records.Seq
	wrong := req
	wrong.Nonce = theirs.Nonce
	for name, answer := range map[string][]byte{
		"of another computer": v.brief(theirs, "s"),
		"with another nonce":  v.brief(wrong, "s"),
	} {
		if got := c.take(call, answer); got.Cause != reconcile.CauseOther {
			t.Errorf("an answer %s: %+v", name, got)
		}
	}
	for name, answer := range map[string][]byte{
		"cut":         v.brief(req, "s")[:300],
		"a web page":  []byte("<!DOCTYPE html><title>Sign in</title>"),
		"of a vendor": newVendor(t, "other").brief(req, "s"),
		"empty":       {},
	} {
		if got := c.take(call, answer); got.Cause != reconcile.CauseAnswer {
			t.Errorf("an answer that is %s: %+v", name, got)
		}
	}
	for e := range entries(t, c, seq) {
		if e.Kind != "file_refused" {
			t.Errorf("a record %s", e.Kind)
		}
	}
	if got := c.take(call, v.brief(req, "s")); got.Cause != "" {
		t.Fatalf("the right answer afterwards: %+v", got)
	}
}

func entries(t *testing.T, c *computer, after uint64) map[*LedgerEntry]bool {
	all := map[*LedgerEntry]bool{}
	if err := c.Ledger(after+1, func(e LedgerEntry) error { all[&e] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnOutageThatTheServiceStatesIsEvidenceAndNoContact(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, func(l *terms.License) {
		offline(terms.Days(30), terms.Days(60))(l)
		l.Policy.Grace = terms.Grace{Offline: terms.Days(1), Outage: terms.Days(60)}
	})
	met := c.Snapshot().Facts.Contact[c.root()]
	waits := c.asks(RequestOptions{Kind: exchange.RequestRenew, Vendor: "acme"})
	for _, day := range []int{25, 28} {
		c.clock.Advance(start.AddDate(0, 0, day).Sub(c.clock.Read().Wall))
		v.now = start.AddDate(0, 0, day)
		call, req := c.checkInCall(false)
		out := noticePart(1, terms.Notice{ID: "outage-1", Type: terms.NoticeOutage, From: start.AddDate(0, 0, 25)})
		if got := c.take(call, v.file(exchange.KindNotice, v.response(exchange.KindNotice, &req, out))); day == 25 && got.Cause != reconcile.CauseOutage {
			t.Fatalf("an outage: %+v", got)
		}
	}
	if got := c.Snapshot().Facts.Contact[c.root()]; !got.Equal(met) {
		t.Fatal("an outage statement counts as a contact")
	}
	waiting, err := c.WaitingCalls(context.Background(), c.root())
	if err != nil || len(waiting) != 1 || waiting[0].ID != waits.ID {
		t.Fatalf("waiting requests: %+v %v", waiting, err)
	}
	out := noticePart(1, terms.Notice{ID: "outage-1", Type: terms.NoticeOutage, From: start.AddDate(0, 0, 25)})
	c.take(waiting[0], v.file(exchange.KindNotice, v.response(exchange.KindNotice, &waits, out)))
	if waiting, _ = c.WaitingCalls(context.Background(), c.root()); len(waiting) != 1 {
		t.Fatal("an outage statement closed a request")
	}
	c.clock.Advance(start.AddDate(0, 0, 40).Sub(c.clock.Read().Wall))
	c.Refresh(context.Background())
	c.wants(terms.StateGraceVendor)
}

func TestWhatTheVendorWithdrawsOnlineIsWithdrawn(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	call, req := c.checkInCall(false)
	gone := revocationPart(1, terms.Revocation{Serial: "A-1", From: start})
	got := c.take(call, v.file(exchange.KindRevocation, v.profile(), v.response(exchange.KindRevocation, &req, gone, standingPart("s2"))))
	if got.Cause != "" {
		t.Fatalf("a withdrawal: %+v", got)
	}
	c.wants(terms.StateRevoked)
}

func TestARefusedCheckInIsShown(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	call, req := c.checkInCall(false)
	no := exchange.Part{Kind: exchange.KindRefusal, Refusal: &terms.Refusal{Code: "unknown_place", Reason: terms.Plain("No place."), Ref: "R-1"}}
	if got := c.take(call, v.file(exchange.KindRefusal, v.profile(), v.response(exchange.KindRefusal, &req, no))); got.Cause != reconcile.CauseDeclined {
		t.Fatalf("a refusal: %+v", got)
	}
	found := false
	for _, q := range c.Snapshot().Requests {
		found = found || q.ID == req.ID && q.State == terms.RequestRefused
	}
	if !found {
		t.Fatal("nobody sees the refusal")
	}
}

func TestALicenseThatTheVendorGaveAndIsNotHereIsDrift(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	call, req := c.checkInCall(false)
	l := v.license("A-1", 2, bound(req))
	known := []exchange.RequestLicense{{Serial: "A-1", Version: 2}, {Serial: "A-7", Version: 3}}
	got := c.take(call, v.checkin(req, l, standingPart("s", known...)))
	if len(got.Drift) != 1 || got.Drift[0].Code != "license_missing" || got.Drift[0].Subject != "A-7" || !got.Full {
		t.Fatalf("drift: %+v", got)
	}
}

func TestContactsAreKeptAndChangeNoVerdict(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	v.edit = func(p *exchange.Profile) { p.URLs = []string{"https://license.acme.example/api"} }
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	before := c.Snapshot()
	contact := reconcile.Contact{ID: "c1", At: start, Reason: reconcile.ReasonStart, Root: c.root(), Cause: reconcile.CauseDNS, Class: reconcile.ClassNone}
	if err := c.KeepContact(context.Background(), contact); err != nil {
		t.Fatal(err)
	}
	s := c.Snapshot()
	if s.Verdict.Main.State != before.Verdict.Main.State || len(s.Verdict.Others) != len(before.Verdict.Others) {
		t.Fatal("a failed contact changed the verdict")
	}
	view := s.Contacts[0]
	if view.Finding.State != terms.StateNoContact || view.Host != "license.acme.example" || view.Last.Cause != reconcile.CauseDNS {
		t.Fatalf("contact view %+v", view)
	}
	for _, p := range []reconcile.Plan{{At: start.Add(-time.Minute)}, {At: s.Verdict.At}, {At: start.Add(time.Hour), Running: true}} {
		c.ShowPlan(c.root(), p)
		if when := c.Snapshot().Contacts[0].Finding.Slots["when"]; when != nil {
			t.Errorf("%+v is told as the next try: %v", p, when)
		}
	}
	c.ShowPlan(c.root(), reconcile.Plan{At: start.Add(time.Hour)})
	if when := c.Snapshot().Contacts[0].Finding.Slots["when"]; when != start.Add(time.Hour) {
		t.Errorf("the next try is told as %v", when)
	}
	ok := reconcile.Contact{ID: "c2", At: start.Add(time.Hour), Reason: reconcile.ReasonPerson, Root: c.root(), Class: reconcile.ClassGood, Sent: []reconcile.Piece{{What: "checkin"}}}
	nothing := ok
	nothing.ID, nothing.Sent = "c3", nil
	if err := c.KeepContact(context.Background(), ok); err != nil {
		t.Fatal(err)
	}
	nothing.At = nothing.At.Add(time.Hour)
	if err := c.KeepContact(context.Background(), nothing); err != nil {
		t.Fatal(err)
	}
	c.reopen()
	view = c.Snapshot().Contacts[0]
	if view.Finding.State != "" || !view.OK.Equal(ok.At) || view.Last.ID != "c2" {
		t.Fatalf("contact view after a restart %+v", view)
	}
	log := must(c.ContactLog(context.Background(), "", 1))
	if len(log) != 1 || log[0].ID != "c2" {
		t.Fatalf("log %+v", log)
	}
	if log = must(c.ContactLog(context.Background(), c.root(), 0)); len(log) != 2 || log[1].Cause != reconcile.CauseDNS {
		t.Fatalf("log %+v", log)
	}
	vendors := c.ContactVendors()
	if len(vendors) != 1 || vendors[0].Licenses != 1 || vendors[0].NextDate.IsZero() || !vendors[0].LastOK.Equal(ok.At) || len(vendors[0].URLs) != 1 {
		t.Fatalf("vendors %+v", vendors)
	}
}

func TestTheNewestTryIsInTheLogBeforeItIsRecorded(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	try := func(id string, minutes, before int) reconcile.Contact {
		at := start.Add(time.Duration(minutes) * time.Minute)
		return reconcile.Contact{ID: id, At: at, Reason: reconcile.ReasonRetry, Root: c.root(), Cause: reconcile.CauseDNS, Before: before}
	}
	log := func() (all []string) {
		for _, x := range must(c.ContactLog(context.Background(), "", 2)) {
			all = append(all, fmt.Sprintf("%s %d %t", x.ID, x.Before, x.Unrecorded))
		}
		return all
	}
	c.kept(try("c1", 0, 0))
	c.ShowContact(try("c2", 1, 0))
	c.ShowContact(try("c3", 5, 1))
	if got := log(); !slices.Equal(got, []string{"c3 1 true", "c1 0 false"}) {
		t.Errorf("log %q", got)
	}
	if x := c.Snapshot().Contacts[0].Last; x.ID != "c3" {
		t.Errorf("the last contact is %+v", x)
	}
	c.kept(try("c3", 5, 1))
	if got := log(); !slices.Equal(got, []string{"c3 1 false", "c1 0 false"}) {
		t.Errorf("log after it was recorded %q", got)
	}
}

func (c *computer) kept(x reconcile.Contact) {
	c.t.Helper()
	if err := c.KeepContact(context.Background(), x); err != nil {
		c.t.Fatal(err)
	}
}

func TestWhatAContactChangedIsShownOnceAndQuietly(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	main := c.state()
	contact := reconcile.Contact{ID: "c1", At: start, Reason: reconcile.ReasonRegular, Root: c.root(), Sent: []reconcile.Piece{{What: "checkin"}}, Changes: []reconcile.Change{
		{Sign: "+", Code: "feature", Product: "acmecad", Name: terms.Plain("Sheet metal"), New: true}, {Sign: "-", Code: "removed", Product: "acmecad", Name: terms.Plain("Export")},
	}}
	if err := c.KeepContact(context.Background(), contact); err != nil {
		t.Fatal(err)
	}
	news := func() (found []terms.Finding) {
		for _, f := range c.Snapshot().Verdict.Others {
			if f.State == terms.StateUpdated {
				found = append(found, f)
			}
		}
		return found
	}
	c.reopen()
	if got := news(); len(got) != 1 || got[0].Tone != terms.ToneNotice || got[0].Slots["n"] != 2 {
		t.Fatalf("news %+v", got)
	}
	c.wants(main)
	c.clock.Advance(8 * 24 * time.Hour)
	c.Refresh(context.Background())
	if got := news(); len(got) != 0 {
		t.Fatalf("news after a week: %+v", got)
	}
}

func TestTheCheckOfContactsSaysWhoCanBeAsked(t *testing.T) {
	c := newComputer(t)
	check := func(want string) {
		t.Helper()
		all := c.Checks(context.Background())
		i := slices.IndexFunc(all, func(k Check) bool { return k.ID == "contact" })
		k := all[i]
		delete(k.Args, "time")
		if got := fmt.Sprintf("%s %s %v", k.Level, k.State, k.Args); got != want {
			t.Errorf("the check says %s, not %s", got, want)
		}
	}
	check("ok  map[fresh:true]")
	files := newVendor(t, "files")
	c.with(files)
	check("ok  map[case:no_address vendor:files GmbH]")
	asked := newVendor(t, "zebra")
	asked.edit = func(p *exchange.Profile) { p.URLs = []string{"https://license.zebra.example/api"} }
	c.with(asked)
	check("ok  map[case:not_yet vendor:zebra GmbH]")
}
