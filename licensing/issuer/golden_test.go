package issuer_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// TestAnIssuerOfTheFirstVersionStaysReadable opens a store that was written by the first version of this program. The
// folder testdata/golden/v1 is never written again; HOLDFAST_GOLDEN=write makes the one of a new format.
func TestAnIssuerOfTheFirstVersionStaysReadable(t *testing.T) {
	golden := filepath.Join("testdata", "golden", "v1")
	if os.Getenv("HOLDFAST_GOLDEN") == "write" {
		writeGolden(t, golden)
	}
	d := &desk{dir: filepath.Join(t.TempDir(), "acme"), now: monday.AddDate(0, 0, 1)}
	if err := os.CopyFS(d.dir, os.DirFS(filepath.Join(golden, "acme"))); err != nil {
		t.Fatal(err)
	}
	d.opts = issuer.Options{Now: func() time.Time { return d.now }, Rand: randomness(3)}
	is, err := issuer.Open(d.dir, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
	defer func() { _ = d.Close() }()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
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
}

func writeGolden(t *testing.T, golden string) {
	t.Helper()
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812", Starter: true})
	ask := armored(t, newComputer(t, 1).request(t, d.trusted(t), made.Key, 1))
	answers, err := d.AnswerFile(t.Context(), "request.hfreq", ask)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Profile()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(golden); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(golden, "acme"), os.DirFS(d.dir)); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"acme.hfkey": p.File, "request.hfreq": ask, "answer.hflic": answers[0].File, "welcome.hfkey": made.Welcome,
		"key.txt": []byte(made.Key + "\n"),
	} {
		write(t, filepath.Join(golden, name), b)
	}
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
