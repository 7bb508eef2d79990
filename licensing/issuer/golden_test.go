package issuer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// TestAnIssuerOfTheFirstVersionStaysReadable opens a store that was written by the first version of this program. The
// folder testdata/golden/v1 is never written again.
func TestAnIssuerOfTheFirstVersionStaysReadable(t *testing.T) {
	golden := filepath.Join("testdata", "golden", "v1")
	d := goldenDesk(t, golden, monday.AddDate(0, 0, 1))
	read := func(name string) []byte { return goldenFile(t, golden, name) }
	p, err := d.Profile()
	if err != nil || bundleOf(t, p.File) != bundleOf(t, read("acme.hfkey")) {
		t.Errorf("the profile is not the one of then: %v", err)
	}
	answers, err := d.AnswerFile(t.Context(), "request.hfreq", read("request.hfreq"))
	if err != nil || len(answers) != 1 || !answers[0].Again || !bytes.Equal(answers[0].File, read("answer.hflic")) {
		t.Errorf("the request of then gets another answer: %v", err)
	}
	licenseKey := string(bytes.TrimSpace(read("key.txt")))
	again := d.license(t, issuer.NewLicense{Order: "ORDER-17"})
	if !again.Again || again.Key != licenseKey {
		t.Error("the order of then gets another license key")
	}
	if k, starter := welcomed(t, read("welcome.hfkey"), d.trusted(t)); k.Key != licenseKey || starter == nil {
		t.Error("the welcome file of then lost its key or its starter license")
	}
	if a := d.answer(t, newComputer(t, 2).request(t, d.trusted(t), licenseKey, 2)); a.Refused {
		t.Errorf("a new computer was refused: %s", a.Reason)
	}
	if _, err := d.RotateKeys(issuer.Rotation{}); err != nil {
		t.Errorf("the root key of then does not sign: %v", err)
	}
	// What came later goes into it too.
	a := d.agent(t, 9)
	a.use(2)
	d.receive(t, a.export())
	if _, err := d.Revoke(t.Context(), issuer.NewRevocation{Serial: again.Serial, Reason: terms.Plain("x"), By: "J. Doe"}); err != nil {
		t.Fatal(err)
	}
	d.reopen(t)
	if a := d.answer(t, newComputer(t, 3).request(t, d.trusted(t), licenseKey, 3)); a.Reason != "withdrawn" {
		t.Errorf("after a withdrawal: %q", a.Reason)
	}
}

// secondGolden are the documents that testdata/golden/v2 holds besides the store.
var secondGolden = []string{"extension.hfnot", "notice.hfnot", "hold.hfnot", "revocation.hfnot", "checkin.hflic", "policy.hfnot", "license.hflic"}

// TestAnIssuerOfTheSecondVersionStaysReadable opens a store with everything that the second version knows, and reads each document
// of then. HOLDFAST_GOLDEN=write makes the folder; once committed it is never written again.
func TestAnIssuerOfTheSecondVersionStaysReadable(t *testing.T) {
	golden := filepath.Join("testdata", "golden", "v2")
	if os.Getenv("HOLDFAST_GOLDEN") == "write" {
		writeGolden(t, golden)
	}
	d := goldenDesk(t, golden, monday.AddDate(0, 0, 12))
	v := d.trusted(t)
	kinds := map[string]exchange.Kind{}
	for _, name := range secondGolden {
		b, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Fatal(err)
		}
		kinds[name] = responses(t, b, v)[0].Kind
	}
	for name, want := range map[string]exchange.Kind{
		"extension.hfnot": exchange.KindExtension, "notice.hfnot": exchange.KindNotice, "hold.hfnot": exchange.KindHold,
		"revocation.hfnot": exchange.KindRevocation, "checkin.hflic": exchange.KindLicense, "policy.hfnot": exchange.KindNotice, "license.hflic": exchange.KindLicense,
	} {
		if kinds[name] != want {
			t.Errorf("%s is a %s", name, kinds[name])
		}
	}
	ask, err := os.ReadFile(filepath.Join(golden, "checkin.hfreq"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(golden, "checkin.hflic"))
	if err != nil {
		t.Fatal(err)
	}
	if answers, err := d.AnswerFile(t.Context(), "checkin.hfreq", ask); err != nil || !answers[0].Again || !bytes.Equal(answers[0].File, want) {
		t.Errorf("the check-in of then gets another answer: %v", err)
	}
	all, err := d.Extensions("")
	if err != nil || len(all) != 1 || all[0].Agent != "J. Doe" {
		t.Errorf("audit %+v, %v", all, err)
	}
	licenses, err := d.Licenses()
	if err != nil || len(licenses) != 2 || licenses[0].Policy.Version != 4 {
		t.Errorf("licenses %+v, %v", licenses, err)
	}
	if l, err := d.Extend(t.Context(), goldenGrant(licenses[0].Serial)); err != nil || !l.Again || l.Differs {
		t.Errorf("the order of then gives another extension: %+v, %v", l, err)
	}
}

// TestAnIssuerOfTheThirdVersionStaysReadable opens a store that counted usage, with the files of then. HOLDFAST_GOLDEN=write makes the
// folder; once committed it is never written again.
func TestAnIssuerOfTheThirdVersionStaysReadable(t *testing.T) {
	golden := filepath.Join("testdata", "golden", "v3")
	if os.Getenv("HOLDFAST_GOLDEN") == "write" {
		writeUsageGolden(t, golden)
	}
	d := goldenDesk(t, golden, monday.AddDate(0, 0, 2))
	read := func(name string) []byte { return goldenFile(t, golden, name) }
	if got := d.receive(t, read("first.hfuse")); !got.Again || !bytes.Equal(got.File, read("first.hfrcp")) {
		t.Error("the usage file of then gets another receipt")
	}
	if n := d.units(t, issuer.UsageFilter{Customer: "8812", Month: "2026-11"}); n != 30 {
		t.Errorf("%d units", n)
	}
	if x := d.found(t)["unknown_device"]; x.Finding.Code == "" {
		t.Error("what was found is not listed")
	}
	if keep, _, err := d.Keeping(); err != nil || keep != terms.Days(400) {
		t.Errorf("kept %v, %v", keep, err)
	}
	if got := d.receive(t, read("second.hfuse")); got.Receipt.New != 12 || got.Receipt.Entries != 42 || len(got.Receipt.Findings) > 0 {
		t.Errorf("the next file of then: %+v", got.Receipt)
	}
}

func writeUsageGolden(t *testing.T, golden string) {
	t.Helper()
	d := newDesk(t)
	a, b := d.agent(t, 1), d.agent(t, 2)
	d.known(t, a)
	b.use(3)
	d.receive(t, b.export())
	a.use(30)
	first := a.export()
	receipt := d.receive(t, first).File
	a.take(receipt)
	if _, err := d.KeepUsage(t.Context(), terms.Days(400), "J. Doe"); err != nil {
		t.Fatal(err)
	}
	a.use(12)
	second := a.export()
	d.keepGolden(t, golden, map[string][]byte{"first.hfuse": first, "first.hfrcp": receipt, "second.hfuse": second})
}

// goldenFile is a file beside a golden store.
func goldenFile(t *testing.T, golden, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(golden, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// keepGolden writes a golden store with the files beside it.
func (d *desk) keepGolden(t *testing.T, golden string, files map[string][]byte) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(golden); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(golden, "acme"), os.DirFS(d.dir)); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		write(t, filepath.Join(golden, name), b)
	}
}

func goldenGrant(serial string) issuer.NewExtension {
	return issuer.NewExtension{
		To: issuer.To{Serial: serial}, What: terms.ExtendOffline, By: terms.Days(10), Agent: "J. Doe", Reason: terms.Plain("At sea"), Order: "TICKET-9",
	}
}

func writeGolden(t *testing.T, golden string) {
	t.Helper()
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812"})
	d.now = d.now.Add(time.Hour)
	gone := d.license(t, issuer.NewLicense{Order: "ORDER-18", Customer: "8812"})
	v := d.trusted(t)
	d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1))
	files := map[string][]byte{}
	keep := func(name string, l issuer.Letter, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		files[name] = l.File
	}
	l, err := d.Extend(t.Context(), goldenGrant(made.Serial))
	keep("extension.hfnot", l, err)
	l, err = d.Notice(t.Context(), issuer.NewNotice{
		Type: terms.NoticeMaintenance, ID: "servers", From: monday.AddDate(0, 0, 20), Until: monday.AddDate(0, 0, 21), Text: terms.Text{"en": "New servers", "de": "Neue Server"},
	})
	keep("notice.hfnot", l, err)
	l, err = d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("Still yours?"), AnswerBy: monday.AddDate(0, 2, 0)})
	keep("hold.hfnot", l, err)
	l, err = d.Revoke(t.Context(), issuer.NewRevocation{Serial: gone.Serial, Reason: terms.Plain("Returned"), By: "J. Doe", Until: monday.AddDate(0, 1, 0)})
	keep("revocation.hfnot", l, err)
	out, err := d.Publish(t.Context(), shorter(t), monday.AddDate(0, 0, 29))
	keep("policy.hfnot", out.Notice, err)
	files["license.hflic"] = out.Files[0].File
	ask := armored(t, d.meeting(t, newComputer(t, 1), exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(monday.AddDate(0, 0, 35))))
	answers, err := d.AnswerFile(t.Context(), "checkin.hfreq", ask)
	if err != nil {
		t.Fatal(err)
	}
	files["checkin.hfreq"], files["checkin.hflic"] = ask, answers[0].File
	d.keepGolden(t, golden, files)
}

// TestTheSameRandomnessMakesTheSameVendor pins what is derived from keys and orders: ids, serials, license keys and the
// signed profile. A change here would break promises to customers.
func TestTheSameRandomnessMakesTheSameVendor(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812"})
	p, err := d.Profile()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "golden", "v1", "acme.hfkey"))
	if err != nil {
		t.Fatal(err)
	}
	if bundleOf(t, p.File) != bundleOf(t, want) {
		t.Error("the profile differs")
	}
	key, err := os.ReadFile(filepath.Join("testdata", "golden", "v1", "key.txt"))
	if err != nil || made.Key != string(bytes.TrimSpace(key)) {
		t.Errorf("license key differs, %v", err)
	}
}

// bundleOf names what a file carries, whatever its readable first lines say.
func bundleOf(t *testing.T, file []byte) string {
	t.Helper()
	found, err := exchange.Read("file", file)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d bundles, %v", len(found), err)
	}
	return found[0].Hash()
}

// goldenDesk opens a copy of a golden store, at a time after it was made.
func goldenDesk(t *testing.T, golden string, now time.Time) *desk {
	t.Helper()
	d := &desk{dir: filepath.Join(t.TempDir(), "acme"), now: now}
	if err := os.CopyFS(d.dir, os.DirFS(filepath.Join(golden, "acme"))); err != nil {
		t.Fatal(err)
	}
	d.opts = issuer.Options{Now: func() time.Time { return d.now }, Rand: randomness(3)}
	is, err := issuer.Open(d.dir, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
	t.Cleanup(func() { _ = d.Close() })
	return d
}
