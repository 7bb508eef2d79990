package licensing

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

func TestEmptyHomeIsNotSetUpAndNothingIsWritten(t *testing.T) {
	c := newComputer(t)
	c.wants(terms.StateNotSetUp)
	if _, err := os.Stat(c.home); !os.IsNotExist(err) {
		t.Fatalf("the home was made by looking: %v", err)
	}
}

func TestFromRequestToWorkingLicense(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	c.wants(terms.StateRequestWaiting)
	it := c.use(v.answer(req))
	if !it.Taken || it.Finding.State != terms.StateActive {
		t.Fatalf("item %+v", it)
	}
	c.wants(terms.StateActive)
	c.reopen()
	c.wants(terms.StateActive)
	if ok, f := c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
		t.Fatalf("edit is not allowed: %v", f)
	}
	if r := c.Snapshot().Requests; len(r) != 1 || r[0].State != terms.RequestAnswered {
		t.Fatalf("requests %+v", r)
	}
}

func TestSameFileTwiceIsHarmless(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	file := v.answer(c.request(v, testKey(t, 1)))
	c.use(file)
	before := c.Snapshot().Records.Seq
	for range 2 {
		if it := c.use(file); it.Finding.State != terms.StateFileKnown || it.Taken {
			t.Fatalf("item %+v", it)
		}
		c.reopen()
	}
	if after := c.Snapshot().Records.Seq; after != before {
		t.Fatalf("the journal grew from %d to %d", before, after)
	}
	c.wants(terms.StateActive)
}

func TestOlderVersionNeverReplacesNewer(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	renew := func(version int) []byte {
		l := v.license("A-1", version, bound(req))
		l.Ends = l.Ends.AddDate(1, 0, 0)
		return v.file(exchange.KindLicense, v.profile(), v.response(exchange.KindLicense, nil, licensePart(l)))
	}
	v.now = start.Add(time.Hour)
	two := renew(2)
	v.now = start.Add(2 * time.Hour)
	three := renew(3)
	if it := c.use(three); !it.Taken {
		t.Fatalf("renewal not taken: %+v", it.Finding)
	}
	if it := c.use(two); it.Finding.State != terms.StateFileOlder || it.Taken {
		t.Fatalf("older file: %+v", it.Finding)
	}
	if got := c.Snapshot().Facts.Licenses[0].Version; got != 3 {
		t.Fatalf("version %d is held", got)
	}
}

func TestEachWrongAnswerHasItsOwnState(t *testing.T) {
	v := newVendor(t, "acme")
	other := newComputer(t)
	othersAnswer := v.answer(other.request(v, testKey(t, 1)))
	stranger := newVendor(t, "acme")
	stranger.root, stranger.keys = keyFrom("another root"), nil
	stranger.keys = append(stranger.keys, keyFrom("another key"))

	tests := []struct {
		name string
		want terms.State
		file func(c *computer, req exchange.Request) []byte
	}{
		{"other computer", terms.StateOtherComputer, func(*computer, exchange.Request) []byte { return othersAnswer }},
		{"another request", terms.StateFileWrongRequest, func(_ *computer, r exchange.Request) []byte { r.ID = "ffff"; return v.answer(r) }},
		{"another nonce", terms.StateFileWrongRequest, func(_ *computer, r exchange.Request) []byte { r.Nonce = "x"; return v.answer(r) }},
		{"no request at all", terms.StateFileWrongRequest, func(_ *computer, r exchange.Request) []byte {
			return v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(v.license("B-9", 1, bound(r)))))
		}},
		{"cancelled", terms.StateFileRequestOver, func(c *computer, r exchange.Request) []byte {
			if _, err := c.CancelRequest(context.Background(), r.ID); err != nil {
				t.Fatal(err)
			}
			return v.answer(r)
		}},
		{"expired", terms.StateFileRequestOver, func(c *computer, r exchange.Request) []byte {
			c.clock.Advance(requestLife + time.Hour)
			return v.answer(r)
		}},
		{"a vendor of the same name with another root", terms.StateFileUnknownSender, func(_ *computer, r exchange.Request) []byte { return stranger.answer(r) }},
		{"a request", terms.StateFileRequest, func(c *computer, r exchange.Request) []byte {
			m, err := c.RequestFile(r.ID)
			if err != nil {
				t.Fatal(err)
			}
			return m.File
		}},
		{"cut off", terms.StateFileCut, func(_ *computer, r exchange.Request) []byte { b := v.answer(r); return b[:len(b)/2] }},
		{"empty", terms.StateFileEmpty, func(*computer, exchange.Request) []byte { return nil }},
		{"a web page", terms.StateFileOtherKind, func(*computer, exchange.Request) []byte {
			return []byte("<!doctype html><html><body>Please sign in</body></html>")
		}},
		{"one letter changed", terms.StateFileChanged, func(_ *computer, r exchange.Request) []byte {
			b := v.answer(r)
			i := bytes.LastIndex(b, []byte("-----END")) - 40
			if b[i] == 'A' {
				b[i] = 'B'
			} else {
				b[i] = 'A'
			}
			return b
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newComputer(t)
			req := c.request(v, testKey(t, 1))
			it := c.use(tt.file(c, req))
			if it.Finding.State != tt.want || it.Taken {
				t.Fatalf("state %q (taken %v), want %q", it.Finding.State, it.Taken, tt.want)
			}
			if n := len(c.Snapshot().Facts.Licenses); n != 0 {
				t.Fatalf("%d licenses were taken", n)
			}
		})
	}
}

func TestLicenseFileNeverBringsItsOwnTrust(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	other := newComputer(t)
	file := v.answer(other.request(v, testKey(t, 1)))
	it := c.use(file, ImportOptions{TrustVendor: true, AcceptLoss: true})
	if it.Finding.State != terms.StateFileUnknownSender || it.Taken || len(c.Snapshot().Vendors) != 0 {
		t.Fatalf("item %+v", it)
	}
}

func TestNewVendorNeedsAPerson(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	it := c.use(v.profileFile(), ImportOptions{})
	if it.Finding.State != terms.StateVendorNew || len(it.RootWords) != 8 || it.Taken {
		t.Fatalf("item %+v", it)
	}
	if it := c.use(v.profileFile()); !it.Taken {
		t.Fatalf("with trust: %+v", it)
	}
	if vs := c.Snapshot().Vendors; len(vs) != 1 || len(vs[0].Words) != 8 {
		t.Fatalf("vendors %+v", vs)
	}
}

func TestWelcomeFileWorksAtOnceAndPreparesTheRequest(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	key := testKey(t, 5)
	file := v.welcome(key)
	if it := c.use(file, ImportOptions{}); it.Finding.State != terms.StateVendorNew {
		t.Fatalf("without trust: %+v", it.Finding)
	}
	it := c.use(file)
	if !it.Taken || it.Finding.State != terms.StateFirstUse {
		t.Fatalf("item %+v", it)
	}
	c.reopen()
	c.wants(terms.StateFirstUse)
	m, err := c.RequestFile("")
	if err != nil {
		t.Fatal(err)
	}
	req := parseRequest(t, m.File)
	if want, _ := terms.KeyHash(key); req.KeyHash != want {
		t.Fatalf("request names key %s, want %s", req.KeyHash, want)
	}
	by := c.Snapshot().Verdict.Main.Coming()
	it = c.use(v.answer(req))
	if !it.Taken || !slices.Contains(codesOf(it), "=confirmed") {
		t.Fatalf("answer: %+v, changes %v", it.Finding, codesOf(it))
	}
	if i := slices.IndexFunc(it.Changes, func(c Change) bool { return c.Code == "confirmed" }); !it.Changes[i].Was.Equal(by) || !it.Changes[i].Until.After(by) {
		t.Errorf("full use until %v, was %v; before it was %v", it.Changes[i].Until, it.Changes[i].Was, by)
	}
	c.wants(terms.StateActive)
	noSecret(t, c.home, key)
}

// holds looks for the text as it is and in base64, at each of the three offsets.
func holds(b []byte, secret string) bool {
	if bytes.Contains(b, []byte(secret)) {
		return true
	}
	for off := range 3 {
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", off) + secret))
		if bytes.Contains(b, []byte(enc[4:len(enc)-4])) {
			return true
		}
	}
	return false
}

// noSecret looks for the text in every file of the home.
func noSecret(t *testing.T, home, secret string) {
	t.Helper()
	n := 0
	err := filepath.Walk(home, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		n++
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if holds(b, secret) {
			t.Errorf("%s holds the secret", path)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil || n < 5 {
		t.Fatalf("looked at %d files: %v", n, err)
	}
}

func TestRotatedKeysAreFollowed(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	v.now = start.Add(time.Hour)
	v.keys = append(v.keys, keyFrom("acme work 2"))
	l := v.license("A-1", 2, bound(req))
	alone := v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(l)))
	if it := c.use(alone); it.Finding.State != terms.StateFileUnknownSender {
		t.Fatalf("unknown working key: %+v", it.Finding)
	}
	v.version = 2
	if it := c.use(v.file(exchange.KindLicense, v.profile(), v.response(exchange.KindLicense, nil, licensePart(l)))); !it.Taken {
		t.Fatalf("with the newer profile: %+v", it.Finding)
	}
	v.prev, v.root, v.version = v.root, keyFrom("acme root 2"), 3
	if it := c.use(v.profileFile()); !it.Taken || it.Finding.State != terms.StateVendorKeyChanged {
		t.Fatalf("new root signed by the old: %+v", it.Finding)
	}
	thief := *v
	thief.prev, thief.root, thief.version = keyFrom("thief"), keyFrom("thief root"), 4
	if it := c.use(thief.profileFile(), ImportOptions{}); it.Finding.State != terms.StateVendorNew {
		t.Fatalf("root not signed by the old: %+v", it.Finding)
	}
	if n := len(c.Snapshot().Vendors); n != 1 {
		t.Fatalf("%d vendors", n)
	}
	c.reopen()
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if len(c.Snapshot().Facts.Licenses) != 1 {
		t.Fatal("without the key store the license cannot be verified any more")
	}
}

func TestRefusalIsExplained(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	refuse := exchange.Part{Kind: exchange.KindRefusal, ID: "r1", Refusal: &terms.Refusal{
		Code: "device_limit", Reason: terms.Plain("all places in use"), Ref: "R-1", At: start, Places: 2,
		InUse: []terms.PlaceUse{{Code: "AAAA-0001", Label: "lab 7"}, {Code: "AAAA-0002"}},
	}}
	file := v.file(exchange.KindRefusal, v.profile(), v.response(exchange.KindRefusal, &req, refuse))
	it := c.use(file)
	if it.Finding.State != terms.StateDeviceLimit || !it.Taken {
		t.Fatalf("item %+v", it.Finding)
	}
	c.reopen()
	c.wants(terms.StateDeviceLimit)
	if it := c.use(file); it.Finding.State != terms.StateFileKnown {
		t.Fatalf("again: %+v", it.Finding)
	}
}

func TestLossOfRightsNeedsConsent(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	less := v.license("A-1", 2, bound(req))
	delete(less.Policy.Features, "export")
	file := v.file(exchange.KindLicense, v.response(exchange.KindLicense, nil, licensePart(less)))
	it := c.use(file, ImportOptions{})
	if !it.NeedsYes || it.Taken {
		t.Fatalf("without consent: %+v", it)
	}
	if ok, _ := c.Evaluate(terms.Query{Product: "acmecad", Feature: "export"}).Allowed(); !ok {
		t.Fatal("the right was taken away without consent")
	}
	if it := c.use(file, ImportOptions{AcceptLoss: true}); !it.Taken {
		t.Fatalf("with consent: %+v", it)
	}
}

func TestTwoVendorsAndTenLicensesStayApart(t *testing.T) {
	c := newComputer(t)
	for i, id := range []string{"acme", "nordlicht"} {
		v := newVendor(t, id)
		for n := range 5 {
			req := c.request(v, testKeyOf(t, id, byte(10*i+n+1)))
			it := c.use(v.answer(req, func(l *terms.License) {
				l.Serial = string(rune('a'+n)) + "-" + id
				l.Policy.Product.ID = id + string(rune('a'+n))
			}))
			if !it.Taken {
				t.Fatalf("%s %d: %+v", id, n, it.Finding)
			}
		}
	}
	c.reopen()
	s := c.Snapshot()
	if len(s.Facts.Licenses) != 10 || len(s.Verdict.Products) != 10 || len(s.Vendors) != 2 {
		t.Fatalf("%d licenses, %d products, %d vendors", len(s.Facts.Licenses), len(s.Verdict.Products), len(s.Vendors))
	}
	for _, p := range s.Verdict.Products {
		if p.State != terms.StateActive {
			t.Errorf("%s is %s", p.ID, p.State)
		}
	}
}

func TestOneOpenRequestPerLicense(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	first := c.request(v, testKey(t, 1))
	m, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme", Key: testKey(t, 1)})
	if err != nil || !m.Again || m.Request.ID != first.ID {
		t.Fatalf("second request: %+v, %v", m.Request, err)
	}
	var mistake *Mistake
	if _, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "nobody", Key: testKey(t, 1)}); !errors.As(err, &mistake) || mistake.Code != "vendor_unknown" {
		t.Fatalf("unknown vendor: %v", err)
	}
	if _, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme"}); !errors.As(err, &mistake) || mistake.Code != "key_needed" {
		t.Fatalf("no key: %v", err)
	}
	if _, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme", Key: "ACME-OOPS"}); !errors.As(err, &mistake) || mistake.Code != "key_mistyped" {
		t.Fatalf("mistyped key: %v", err)
	}
}

func TestFolderCountsFilesForOtherComputers(t *testing.T) {
	v := newVendor(t, "acme")
	here, there := newComputer(t), newComputer(t)
	mine := v.answer(here.request(v, testKey(t, 1)))
	theirs := v.answer(there.request(v, testKey(t, 1)))
	src := func(files ...[]byte) []Source {
		var out []Source
		for _, f := range files {
			out = append(out, Source{Name: "f", Data: f, Of: "stick"})
		}
		return out
	}
	rep, err := here.Import(context.Background(), src(theirs), ImportOptions{})
	if err != nil || rep.Finding.State != terms.StateFileNoneForHere || rep.ForOthers != 1 {
		t.Fatalf("only others: %+v %v", rep, err)
	}
	rep, err = here.Import(context.Background(), src(theirs, mine), ImportOptions{})
	if err != nil || rep.ForHere != 1 || rep.Partly || rep.Finding.State != terms.StateActive {
		t.Fatalf("one was for here: %+v %v", rep, err)
	}
}

func TestClockBehindASignedDateDecidesNothing(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	v.now = start.AddDate(2, 0, 0) // the vendor's date; the computer's is two years behind
	l := v.license("A-1", 1, bound(req))
	c.use(v.file(exchange.KindLicense, v.response(exchange.KindLicense, &req, licensePart(l))))
	c.wants(terms.StateClockWrong)
	if p := c.Snapshot().Verdict.Products[0]; p.State != terms.StateExpired || p.At.Before(v.now) {
		t.Fatalf("%s, decided at %v; the signed date is %v", p.State, p.At, v.now)
	}
}

func TestNewCustomerIsAskedAboutTheNewestRoot(t *testing.T) {
	v := newVendor(t, "acme")
	first := v.profile()
	v.prev, v.root, v.version = v.root, keyFrom("acme root 2"), 2
	second := v.profile()
	chain := v.file(exchange.KindProfile, first, second)
	c := newComputer(t)
	it := c.use(chain, ImportOptions{})
	if want := exchange.RootWords(pub(v.root)); !slices.Equal(it.RootWords, want) {
		t.Fatalf("asked about %v, want %v", it.RootWords, want)
	}
	if it := c.use(chain); !it.Taken {
		t.Fatalf("with trust: %+v", it.Finding)
	}
	if vs := c.Snapshot().Vendors; len(vs) != 1 || vs[0].Version != 2 {
		t.Fatalf("vendors %+v", vs)
	}
	old := newComputer(t)
	old.use(v.file(exchange.KindProfile, first))
	if it := old.use(chain); !it.Taken {
		t.Fatalf("who trusted the first root follows the chain: %+v", it.Finding)
	}
	if vs := old.Snapshot().Vendors; len(vs) != 1 || vs[0].Version != 2 {
		t.Fatalf("vendors %+v", vs)
	}
}

func TestNewerProfileBesideARefusedAnswerIsKept(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	v.now, v.version = start.Add(time.Hour), 2
	v.keys = append(v.keys, keyFrom("acme work 2"))
	req.Device.ID = strings.Repeat("0", 64)
	it := c.use(v.answer(req, func(l *terms.License) { l.Version = 2 }))
	if it.Taken || it.Finding.State != terms.StateOtherComputer {
		t.Fatalf("another computer's answer: %+v", it)
	}
	if vs := c.Snapshot().Vendors; vs[0].Version != 2 {
		t.Fatalf("profile version %d", vs[0].Version)
	}
}
