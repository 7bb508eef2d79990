package licensing

import (
	"context"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestASucceededRootNeverComesBack(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.use(v.profileFile())
	old := *v
	v.prev, v.root, v.version = v.root, keyFrom("acme root 2"), 2
	if it := c.use(v.profileFile()); !it.Taken {
		t.Fatalf("succession: %+v", it.Finding)
	}
	old.version, old.now = 3, start.Add(time.Hour)
	it := c.use(old.profileFile())
	if it.Taken || it.NeedsTrust || it.Finding.State != terms.StateFileUnknownSender {
		t.Fatalf("the old root: %+v", it)
	}
}

func TestAudiencesThatDoNotReachThisHome(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	file := func(scope, id string, version int) []byte {
		k := v.keys[0]
		r := exchange.Response{
			Header: v.header(exchange.ResponseSchema, k), Kind: exchange.KindLicense, Audience: &exchange.Audience{Scope: scope, ID: id},
			Parts: []exchange.Part{licensePart(v.license("A-1", version, bound(req)))},
		}
		return v.file(exchange.KindLicense, v.sign(r, exchange.ResponseType, exchange.KeySigner(k)))
	}
	if it := c.use(file("customer", "someone else", 2)); it.Taken || it.Finding.State != terms.StateFileOtherOrg {
		t.Fatalf("another customer's: %+v", it.Finding)
	}
	if it := c.use(file("license", "A-1", 3)); !it.Taken {
		t.Fatalf("this license's: %+v", it.Finding)
	}
}

func TestPartsThatThisVersionCannotActOnAreNotSwallowed(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	file := v.file(exchange.KindReview, v.response(exchange.KindReview, nil, exchange.Part{
		Kind: exchange.KindReview, ID: "r-1", Review: &exchange.ReviewAnswer{Ref: "V-1", Result: "kept", Who: "Kim", Text: terms.Plain("It stays.")},
	}))
	for range 2 {
		if it := c.use(file); it.Taken || it.Finding.State != terms.StateFileTooNew {
			t.Fatalf("item %+v", it.Finding)
		}
	}
}

func TestAnOlderPartStopsNothing(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	v.now = start.Add(time.Hour)
	c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(v.license("A-1", 3, bound(req))))))
	m, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme", Key: testKey(t, 1)})
	if err != nil {
		t.Fatal(err)
	}
	again := parseRequest(t, m.File)
	two := v.license("A-2", 1, bound(again))
	two.Policy.Product.ID = "acmecam"
	it := c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, &again, licensePart(v.license("A-1", 2, bound(again))), licensePart(two))))
	if !it.Taken {
		t.Fatalf("item %+v", it.Finding)
	}
	for _, l := range c.Snapshot().Facts.Licenses {
		if l.Serial == "A-1" && l.Version != 3 {
			t.Fatalf("version %d replaced 3", l.Version)
		}
	}
	if n := len(c.Snapshot().Facts.Licenses); n != 2 {
		t.Fatalf("%d licenses", n)
	}
}

func TestASupersededFileIsOlderNotKnown(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	first := v.answer(req)
	c.use(first)
	v.now = start.Add(time.Hour)
	c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(v.license("A-1", 2, bound(req))))))
	if it := c.use(first); it.Finding.State != terms.StateFileOlder || it.Taken {
		t.Fatalf("item %+v", it.Finding)
	}
}

func TestARenewalThatOvertookTheAnswerIsTaken(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	l := v.license("A-1", 2, bound(req))
	l.KeyHash = req.KeyHash
	if it := c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(l)))); !it.Taken {
		t.Fatalf("item %+v", it.Finding)
	}
	c.wants(terms.StateActive)
	if it := c.use(v.answer(req)); it.Taken {
		t.Fatal("the older answer was taken afterwards")
	}
	if got := c.Snapshot().Facts.Licenses[0].Version; got != 2 {
		t.Fatalf("version %d", got)
	}
}

func TestARefusalIsHistoryOnceSomethingNewerCame(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	refuse := exchange.Part{Kind: exchange.KindRefusal, ID: "r1", Refusal: &terms.Refusal{Code: "unknown_key", Reason: terms.Plain("no such key"), Ref: "R-1", At: start}}
	c.use(v.file(exchange.KindRefusal, v.response(exchange.KindRefusal, &req, refuse)))
	c.wants(terms.StateRequestRefused)
	c.clock.Advance(time.Hour)
	c.request(v, testKey(t, 2))
	c.wants(terms.StateRequestWaiting)
}

func TestOneYesTrustsOneVendor(t *testing.T) {
	c := newComputer(t)
	src := []Source{
		{Name: "a", Data: newVendor(t, "acme").profileFile(), Of: "stick"},
		{Name: "b", Data: newVendor(t, "nordlicht").profileFile(), Of: "stick"},
	}
	rep, err := c.Import(context.Background(), src, ImportOptions{TrustVendor: true})
	if err != nil || len(c.Snapshot().Vendors) != 0 || rep.Finding.State != terms.StateVendorNew {
		t.Fatalf("%d vendors, %+v, %v", len(c.Snapshot().Vendors), rep.Finding, err)
	}
}

func TestAnotherVendorCannotClaimAKey(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	for _, name := range []string{"thief", "a thief", "zz thief"} { // before and after acme in any order
		thief := newVendor(t, name)
		thief.keys = append(thief.keys, v.keys[0])
		c.use(thief.profileFile())
	}
	c.activate(v)
	c.wants(terms.StateActive)
}

func TestAKeyMayBeTypedWithoutItsPrefix(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	full := testKey(t, 1)
	req := c.request(v, full[len("ACME-"):])
	if want, err := terms.KeyHash(full); err != nil || req.KeyHash != want {
		t.Fatalf("hash %s, want %s (%v)", req.KeyHash, want, err)
	}
}
