package licensing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

const (
	acmeCustomer = "c-8812"
	acmeSite     = "plant 2"
)

// atSite is a license of a customer at a site, with an offline window.
func atSite(l *terms.License) {
	l.Customer, l.Policy.Devices.Site = acmeCustomer, acmeSite
	offline(terms.Days(30), terms.Days(60))(l)
}

func codesOf(it Item) (codes []string) {
	for _, c := range it.Changes {
		codes = append(codes, string(c.Sign)+c.Code)
	}
	return codes
}

func TestWhatAVendorSaysIsTakenAndMeansSomething(t *testing.T) {
	soon, later := start.Add(48*time.Hour), start.Add(240*time.Hour)
	for name, test := range map[string]struct {
		part    exchange.Part
		state   terms.State
		changes []string
		yes     bool
	}{
		"maintenance":                    {noticePart(1, terms.Notice{ID: "N-1", Type: terms.NoticeMaintenance, From: soon, Until: soon.Add(2 * time.Hour)}), terms.StateMaintenance, []string{"=notice"}, false},
		"new rules":                      {noticePart(1, terms.Notice{ID: "N-2", Type: terms.NoticePolicy, From: soon, Old: terms.Plain("a"), New: terms.Plain("b")}), terms.StatePolicyChange, []string{"=policy_change"}, false},
		"an outage that concerns no end": {noticePart(1, terms.Notice{ID: "N-3", Type: terms.NoticeOutage, From: start}), terms.StateActiveOffline, []string{"=notice"}, false},
		"a type of tomorrow":             {noticePart(1, terms.Notice{ID: "N-4", Type: "jubilee", From: start}), terms.StateActiveOffline, []string{"=notice"}, false},
		"more offline time":              {extensionPart("x", terms.Extension{Serial: "A-1", What: terms.ExtendOffline, Until: start.AddDate(0, 2, 0)}), terms.StateGraceExtended, []string{"+extension_offline"}, false},
		"a hold with a date":             {holdPart(1, terms.Hold{Serial: "A-1", AnswerBy: later}), terms.StateOnHold, []string{"-hold"}, true},
		"a hold that stops nothing":      {holdPart(1, terms.Hold{Serial: "A-1"}), terms.StateOnHold, []string{"=hold"}, false},
		"a withdrawal":                   {revocationPart(1, terms.Revocation{Serial: "A-1", From: start, Until: later}), terms.StateRevoked, []string{"-revocation"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.with(v, atSite)
			v.now = start.Add(time.Hour)
			file := v.said(to("customer", acmeCustomer), test.part)
			looked := c.Inspect(context.Background(), []Source{{Name: "f", Data: file}}).Items[0]
			it := c.use(file)
			if looked.NeedsYes != test.yes || it.NeedsYes != test.yes || it.Taken == test.yes {
				t.Fatalf("looked at %+v, used %+v", looked, it)
			}
			if test.yes {
				it = c.use(file, ImportOptions{AcceptLoss: true})
			}
			if !it.Taken || it.Finding.State != test.state || looked.Finding.State != test.state {
				t.Errorf("taken %v, means %s, looked at %s, want %s", it.Taken, it.Finding.State, looked.Finding.State, test.state)
			}
			if got := codesOf(it); !slices.Equal(got, test.changes) {
				t.Errorf("changes %v, want %v", got, test.changes)
			}
			all := c.Notices()
			if len(all) != 1 || all[0].Kind != test.part.Kind || all[0].Over || all[0].Vendor != "acme GmbH" || !slices.Equal(all[0].Products, []string{"acmecad"}) {
				t.Errorf("notices %+v", all)
			}
			if it := c.use(file, ImportOptions{AcceptLoss: true}); it.Taken || it.Finding.State != terms.StateFileKnown {
				t.Errorf("again: %+v", it.Finding)
			}
		})
	}
}

func TestTheHighestVersionOfWhatAVendorSaysCounts(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	hold := func(version int, lifted bool) []byte {
		v.now = v.now.Add(time.Hour)
		return v.said(nil, holdPart(version, terms.Hold{Serial: "A-1", AnswerBy: start.AddDate(0, 1, 0), Lifted: lifted}))
	}
	one, two, three := hold(1, false), hold(2, true), hold(3, false)
	yes := ImportOptions{AcceptLoss: true}
	if it := c.use(two, yes); !it.Taken || it.Finding.State != terms.StateActiveOffline || !slices.Equal(codesOf(it), []string{"+hold_lifted"}) {
		t.Fatalf("lifted: %+v", it)
	}
	if it := c.use(one, yes); it.Taken || it.Finding.State != terms.StateFileOlder {
		t.Fatalf("an older one: %+v", it.Finding)
	}
	c.wants(terms.StateActiveOffline)
	if it := c.use(three, yes); !it.Taken {
		t.Fatalf("a newer one: %+v", it.Finding)
	}
	c.wants(terms.StateOnHold)
	if it := c.use(two, yes); it.Taken || it.Finding.State != terms.StateFileOlder {
		t.Fatalf("one that was used and replaced: %+v", it.Finding)
	}
	once := extensionPart("x-1", terms.Extension{Serial: "A-1", What: terms.ExtendOffline, By: terms.Days(50)})
	if it := c.use(v.said(nil, once)); !it.Taken {
		t.Fatalf("an extension: %+v", it.Finding)
	}
	if it := c.use(v.said(nil, once)); it.Taken || it.Finding.State != terms.StateFileKnown {
		t.Fatalf("the same extension in another file: %+v", it.Finding)
	}
}

func TestWhatIsSaidToOthersIsNotTaken(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	before := c.Snapshot().Records.Seq
	n := noticePart(1, terms.Notice{ID: "N-1", Type: terms.NoticeOutage, From: start})
	for name, file := range map[string][]byte{
		"another customer": v.said(to("customer", "c-1"), n), "another site": v.said(to("site", "plant 3"), n), "another license": v.said(to("license", "A-2"), n),
		"nobody": v.said(to("customer", ""), n), "a scope of tomorrow": v.said(to("galaxy", "x"), n),
		"a license that is not here": v.said(nil, holdPart(1, terms.Hold{Serial: "A-9"})),
	} {
		if it := c.use(file, ImportOptions{AcceptLoss: true}); it.Taken || !it.ForOther || it.Finding.State != terms.StateFileOtherOrg {
			t.Errorf("%s: %+v", name, it)
		}
	}
	if got := c.Snapshot().Records.Seq; got != before {
		t.Errorf("the journal grew by %d", got-before)
	}
	for _, a := range []*exchange.Audience{to("customer", acmeCustomer), to("site", acmeSite), to("license", "A-1"), to("all", "")} {
		n := noticePart(1, terms.Notice{ID: "N-" + a.Scope, Type: terms.NoticeOutage, From: start})
		if it := c.use(v.said(a, n)); !it.Taken {
			t.Errorf("%s: %+v", a.Scope, it.Finding)
		}
	}
}

// heldNow is what the home holds, without when things were taken.
func (c *computer) heldNow() string {
	c.t.Helper()
	s := c.Snapshot()
	b, err := json.Marshal([]any{s.Facts.Licenses, s.Facts.Notices, s.Facts.Extensions, s.Facts.Holds, s.Facts.Revocations, s.Facts.Contact, s.Facts.Lower})
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b) + fmt.Sprintf("%+v", s.Verdict)
}

func TestIndependentFilesGiveTheSameVerdictInEveryOrder(t *testing.T) {
	first, v := newComputer(t), newVendor(t, "acme")
	req := first.with(v, atSite)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	at := func(hours int) *vendor { v.now = start.Add(time.Duration(hours) * time.Hour); return v }
	renewed := at(4).license("A-1", 2, bound(req))
	atSite(&renewed)
	first.clock.Advance(12 * time.Hour)
	files := [][]byte{
		at(1).said(to("site", acmeSite), extensionPart("x-1", terms.Extension{What: terms.ExtendOffline, By: terms.Days(40)})),
		at(3).said(nil, holdPart(1, terms.Hold{Serial: "A-1", AnswerBy: start.AddDate(0, 1, 0)})),
		at(4).file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(renewed))),
		at(5).said(to("customer", acmeCustomer), noticePart(2, terms.Notice{ID: "N-1", Type: terms.NoticeOutage, From: start, Until: start.Add(time.Hour)})),
	}
	want := ""
	permute(len(files), func(order []int) {
		c := apartFrom(t, first)
		c.open()
		defer c.Close()
		for _, i := range order {
			c.use(files[i], ImportOptions{AcceptLoss: true})
		}
		if got := c.heldNow(); want == "" {
			want = got
		} else if got != want {
			t.Fatalf("order %v gives\n%s\nthe first\n%s", order, got, want)
		}
	})
}

// permute calls fn with every order of n things.
func permute(n int, fn func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var step func(int)
	step = func(k int) {
		if k == n {
			fn(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			step(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	step(0)
}

func TestOneFileServesEveryComputerOfACustomerOrSite(t *testing.T) {
	v := newVendor(t, "acme")
	v.now = start.Add(time.Hour)
	files := map[string][]byte{
		"site":     v.said(to("site", acmeSite), extensionPart("x-1", terms.Extension{What: terms.ExtendOffline, Until: start.AddDate(0, 6, 0)})),
		"customer": v.said(to("customer", acmeCustomer), noticePart(1, terms.Notice{ID: "N-1", Type: terms.NoticeMaintenance, From: start.AddDate(0, 0, 9), Until: start.AddDate(0, 0, 10)})),
	}
	v.now = start
	const computers = 25
	for n := range computers {
		c := newComputer(t)
		c.with(v, atSite, func(l *terms.License) { l.Serial = fmt.Sprintf("A-%d", n) })
		for scope, file := range files {
			if it := c.use(file); !it.Taken {
				t.Fatalf("computer %d, %s: %+v", n, scope, it.Finding)
			}
		}
		s := c.Snapshot()
		if got, want := s.Verdict.Products[0].OfflineUntil, start.AddDate(0, 6, 0); got.Before(want) {
			t.Fatalf("computer %d: offline until %v", n, got)
		}
		if !slices.ContainsFunc(s.Verdict.Others, func(f terms.Finding) bool { return f.State == terms.StateMaintenance }) {
			t.Fatalf("computer %d: %+v", n, s.Verdict.Others)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// full is a computer that holds one of each.
func fullComputer(t *testing.T) (*computer, *vendor, exchange.Request) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	for i, file := range [][]byte{
		v.said(to("customer", acmeCustomer), noticePart(1, terms.Notice{ID: "N-1", Type: terms.NoticeOutage, From: start, Until: start.AddDate(1, 0, 0)})),
		v.said(nil, extensionPart("x-1", terms.Extension{Serial: "A-1", What: terms.ExtendGrace, By: terms.Days(40)})),
		v.said(nil, holdPart(1, terms.Hold{Serial: "A-1"})),
		v.said(nil, revocationPart(1, terms.Revocation{Serial: "A-1", From: start, Until: start.AddDate(0, 6, 0)})),
	} {
		if it := c.use(file, ImportOptions{AcceptLoss: true}); !it.Taken {
			t.Fatalf("file %d: %+v", i, it.Finding)
		}
	}
	return c, v, req
}

// saidHere is what the vendor said, as the home knows it.
func (c *computer) saidHere() string {
	c.t.Helper()
	f := c.Snapshot().Facts
	if len(f.Notices) != 1 || len(f.Extensions) != 1 || len(f.Holds) != 1 || len(f.Revocations) != 1 {
		return fmt.Sprintf("%d notices, %d extensions, %d holds, %d revocations", len(f.Notices), len(f.Extensions), len(f.Holds), len(f.Revocations))
	}
	b, err := json.Marshal([]any{f.Notices, f.Extensions, f.Holds, f.Revocations, f.Contact})
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

func TestWhatAVendorSaidSurvivesTheLossOfAnyTwoCopies(t *testing.T) {
	for name, lost := range map[string][]string{
		"nothing": nil, "journal": {journalDir}, "journal and index": {journalDir, indexFile}, "journal and checkpoint": {journalDir, checkpointFile},
		"index and checkpoint": {indexFile, checkpointFile}, "documents": {documentsDir}, "tail": {tailFile},
	} {
		t.Run(name, func(t *testing.T) {
			c, _, _ := fullComputer(t)
			before := c.saidHere()
			c.lose(lost...)
			if got := c.saidHere(); got != before {
				t.Fatalf("%s\nwant %s", got, before)
			}
			c.lose(indexFile, checkpointFile, documentsDir)
			if got := c.saidHere(); got != before {
				t.Fatalf("from the journal alone: %s\nwant %s", got, before)
			}
			c.keys.Fail(keystore.Locked)
			c.reopen()
			if got := c.saidHere(); got != before {
				t.Fatalf("without the key store: %s\nwant %s", got, before)
			}
		})
	}
}

func TestWhatAVendorSaidStaysWhenItsKeyIsWithdrawn(t *testing.T) {
	c, v, _ := fullComputer(t)
	before := c.saidHere()
	v.now, v.version = start.Add(time.Hour), 2
	v.keys = append(v.keys[:0], keyFrom("acme work 2"))
	if it := c.use(v.profileFile()); !it.Taken {
		t.Fatalf("newer profile: %+v", it.Finding)
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if got := c.saidHere(); got != before {
		t.Fatalf("without the key store: %s\nwant %s", got, before)
	}
}

func TestPartsThatAnEarlierProgramLeftAreTaken(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	v.now = start.Add(time.Hour)
	l := v.license("A-1", 2, bound(req))
	atSite(&l)
	c.clock.Advance(2 * time.Hour)
	file := v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(l),
		holdPart(3, terms.Hold{Serial: "A-1", AnswerBy: start.AddDate(0, 1, 0)}),
		extensionPart("x-7", terms.Extension{Serial: "A-1", What: terms.ExtendOffline, By: terms.Days(40)}),
		exchange.Part{Kind: exchange.KindReceipt, ID: "r-1", Receipt: &exchange.Receipt{Number: 1, Ledger: "u-1"}}))
	// An earlier program took the license, and noted that there is more in the file.
	p := c.plan(ImportOptions{AcceptLoss: true})
	for _, d := range p.documents([]Source{{Name: "f", Data: file}}) {
		s := p.take(d)
		s.change.Parts, s.change.Documents[0].Pending, s.change.Documents[0].Looked = nil, true, 0
		if err := c.keep(context.Background(), p, d, s); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Snapshot().Facts; len(got.Holds)+len(got.Extensions) != 0 {
		t.Fatalf("%d holds and %d extensions before", len(got.Holds), len(got.Extensions))
	}
	for range 2 {
		c.reopen()
		f := c.Snapshot().Facts
		if len(f.Holds) != 1 || len(f.Extensions) != 1 || f.Holds[0].Body.AnswerBy.IsZero() {
			t.Fatalf("holds %+v, extensions %+v", f.Holds, f.Extensions)
		}
	}
	c.wants(terms.StateOnHold)
	h, err := c.History(context.Background(), "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(h, func(en LedgerEntry) bool { return en.Kind != "parts_taken" })); n != 1 {
		t.Fatalf("%d records of it", n)
	}
	if it := c.use(file); it.Taken || it.Finding.State != terms.StateFileKnown {
		t.Fatalf("again: %+v", it.Finding)
	}
}

func TestFilesAndHistoryTellWhatAVendorSaid(t *testing.T) {
	c, _, _ := fullComputer(t)
	ctx := context.Background()
	files, err := c.Files(ctx)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[exchange.Kind]bool{}
	for _, f := range files {
		if f.Kind == exchange.KindHold && (f.Serial != "A-1" || !f.InUse || len(f.Product) == 0) {
			t.Errorf("%+v", f)
		}
		kinds[f.Kind] = f.InUse
	}
	for _, k := range []exchange.Kind{exchange.KindNotice, exchange.KindExtension, exchange.KindHold, exchange.KindRevocation} {
		if !kinds[k] {
			t.Errorf("no file of kind %s is in use: %v", k, kinds)
		}
	}
	h, err := c.History(ctx, c.Snapshot().Vendors[0].Root, "A-1", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"extension_taken", "hold_taken", "revocation_taken"} {
		if !slices.ContainsFunc(h, func(en LedgerEntry) bool {
			return en.Kind == kind && en.Reason == "vendor_said" && en.License == "A-1"
		}) {
			t.Errorf("the history of the license lacks %s", kind)
		}
	}
}

func TestNoticesAreListedNewestFirstAndSayWhenTheyAreOver(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	work := terms.Notice{ID: "N-1", Type: terms.NoticeMaintenance, From: start.Add(24 * time.Hour), Until: start.Add(26 * time.Hour)}
	c.use(v.said(to("all", ""), noticePart(1, work)))
	v.now = start.Add(time.Hour)
	c.use(v.said(to("all", ""), noticePart(1, terms.Notice{ID: "N-2", Type: terms.NoticeOutage, Product: "acmecam", From: start})))
	list := func() string {
		var out []string
		for _, n := range c.Notices() {
			out = append(out, fmt.Sprint(n.Ref, n.Over, n.Finding.State, n.Products))
		}
		return fmt.Sprint(out)
	}
	if got, want := list(), "[N-2false[] N-1falsemaintenance[acmecad]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	c.clock.Advance(27 * time.Hour)
	if got, want := list(), "[N-2false[] N-1true[acmecad]]"; got != want {
		t.Errorf("after the work: %s, want %s", got, want)
	}
	v.now = start.Add(2 * time.Hour)
	c.use(v.said(to("all", ""), noticePart(2, terms.Notice{ID: "N-2", Type: terms.NoticeOutage, From: start, Withdrawn: true})))
	if got, want := list(), "[N-2true[acmecad] N-1true[acmecad]]"; got != want {
		t.Errorf("taken back: %s, want %s", got, want)
	}
}
