package issuer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestTheSameOrderGivesTheSameLicenseAndKey(t *testing.T) {
	d := newDesk(t)
	first := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812"})
	d.now = d.now.AddDate(0, 1, 0)
	d.reopen(t)
	again := d.license(t, issuer.NewLicense{Order: "ORDER-17"})
	if !again.Again || again.Differs || again.Key != first.Key || again.Serial != first.Serial || !again.Ends.Equal(first.Ends) {
		t.Errorf("the same order gave %+v, first %+v", again, first)
	}
	other := sample(t)
	other.Version = 4
	if c := d.license(t, issuer.NewLicense{Policy: other, Order: "ORDER-17"}); !c.Again || !c.Differs || c.Policy.Version != 3 {
		t.Errorf("the same order with other terms: %+v", c)
	}
	second := d.license(t, issuer.NewLicense{Order: "ORDER-17", Line: 2})
	if second.Again || second.Serial == first.Serial || second.Key == first.Key {
		t.Errorf("line 2 gave %+v", second)
	}
	all, err := d.Licenses()
	if err != nil || len(all) != 2 {
		t.Errorf("%d licenses, %v", len(all), err)
	}
}

func TestSerialsDependOnVendorOrderAndLineAndNothingElse(t *testing.T) {
	serial := func(seed byte, order string, line int) string {
		d := newDesk(t, func(o *issuer.Options) { o.Rand = randomness(seed) })
		d.now = d.now.AddDate(0, 0, int(seed))
		return d.license(t, issuer.NewLicense{Order: order, Line: line}).Serial
	}
	if a, b := serial(1, "ORDER-17", 1), serial(2, "ORDER-17", 1); a != b {
		t.Errorf("one order, two serials: %s and %s", a, b)
	}
	seen := map[string]bool{}
	for _, s := range []string{serial(1, "ORDER-17", 1), serial(1, "ORDER-17", 2), serial(1, "ORDER-1", 7), serial(1, "ORDER-18", 1)} {
		if seen[s] {
			t.Errorf("serial %s stands for two lines", s)
		}
		seen[s] = true
		if strings.Contains(s, "17") && strings.Contains(s, "ORDER") {
			t.Errorf("serial %s tells the order", s)
		}
	}
}

func TestTheFolderOfTheIssuerHoldsNoLicenseKey(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Starter: true})
	d.answer(t, newComputer(t, 1).request(t, d.trusted(t), made.Key, 1))
	canonical, err := terms.CanonicalKey(made.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	files := tree(t, d.dir)
	if len(files) < 5 || !contains(files, made.Serial) {
		t.Fatalf("looked at %d files", len(files))
	}
	body := strings.Split(made.Key, "-")
	for _, s := range []string{made.Key, canonical, canonical[4:], body[1] + "-" + body[2], body[2] + "-" + body[3]} {
		if contains(files, s) {
			t.Errorf("%q stands in the folder", s)
		}
	}
	if !bytes.Contains(made.Welcome, []byte("WELCOME")) {
		t.Error("no welcome file was made")
	}
}

func TestAKeyThatIsUnknownOrMistypedIsNamed(t *testing.T) {
	d := newDesk(t)
	other := newDesk(t, func(o *issuer.Options) { o.Rand = randomness(9) }).license(t, issuer.NewLicense{})
	_, err := d.CreateLicense(issuer.NewLicense{Policy: sample(t), Key: other.Key})
	wantCode(t, err, issuer.CodeKeyUnknown, 2)
	_, err = d.CreateLicense(issuer.NewLicense{Policy: sample(t), Key: other.Key[:len(other.Key)-1]})
	wantCode(t, err, issuer.CodeLicenseKey, 2)
	a, b := d.license(t, issuer.NewLicense{Order: "A"}), d.license(t, issuer.NewLicense{Order: "B"})
	_, err = d.CreateLicense(issuer.NewLicense{Policy: sample(t), Order: "A", Key: b.Key})
	wantCode(t, err, issuer.CodeOtherOrder, 2)
	if strings.Contains(err.Error(), a.Key) || strings.Contains(err.Error(), b.Key) {
		t.Error("the error tells a license key")
	}
	_, err = d.License("NO-SUCH")
	wantCode(t, err, issuer.CodeSerialUnknown, 2)
}

func TestAWelcomeFileHoldsKeyAndAStarterThatNeverWinsOverALicense(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Starter: true})
	v := d.trusted(t)
	key, starter := welcomed(t, made.Welcome, v)
	if key.Key != made.Key || key.Serial != made.Serial || starter == nil || starter.Serial != made.Serial {
		t.Fatalf("welcome: serial %s, starter %+v", key.Serial, starter)
	}
	if starter.Binding != terms.BoundToFirstUse || starter.Device != nil || !starter.Ends.Equal(made.Ends) || starter.Policy.Devices.FirstUse.Days != 14 {
		t.Errorf("starter %+v", starter)
	}
	if made.Name != "welcome_AcmeCAD-Pro.hfkey" || len(made.Words) != 8 {
		t.Errorf("name %q, words %v", made.Name, made.Words)
	}
	bound := opened(t, d.answer(t, newComputer(t, 1).request(t, v, made.Key, 1)).File, v).Parts[0].License
	_, late := welcomed(t, d.license(t, issuer.NewLicense{Key: made.Key, Order: "late", Starter: true}).Welcome, v)
	if late == nil || starter.Version >= bound.Version || late.Version >= bound.Version {
		t.Errorf("versions: starters %d and %d, license %d", starter.Version, late.Version, bound.Version)
	}
	plain := sample(t)
	plain.Devices.FirstUse = terms.Length{}
	if _, starter := welcomed(t, d.license(t, issuer.NewLicense{Policy: plain, Starter: true}).Welcome, v); starter != nil {
		t.Errorf("without devices.first_use the welcome file has a starter license: %+v", starter)
	}
}

// welcomed verifies a welcome file as the customer would: one response with the key and nothing else, and behind it, when
// there is a starter license, one with that and nothing else.
func welcomed(t *testing.T, file []byte, v exchange.Profile) (exchange.LicenseKeyPart, *terms.License) {
	t.Helper()
	if !bytes.Contains(file, []byte("-----BEGIN HOLDFAST WELCOME ")) {
		t.Error("not armored as a welcome file")
	}
	all := responses(t, file, v)
	if len(all) == 0 || len(all) > 2 {
		t.Fatalf("%d responses in a welcome file", len(all))
	}
	first := all[0]
	if first.Kind != exchange.KindKey || first.Answers != nil || len(first.Parts) != 1 || first.Parts[0].LicenseKey == nil {
		t.Fatalf("first response: kind %s, %d parts", first.Kind, len(first.Parts))
	}
	if len(all) == 1 {
		return *first.Parts[0].LicenseKey, nil
	}
	second := all[1]
	if second.Kind != exchange.KindLicense || second.Answers != nil || len(second.Parts) != 1 || second.Parts[0].License == nil {
		t.Fatalf("second response: kind %s, %d parts", second.Kind, len(second.Parts))
	}
	if first.ID == second.ID || first.Trace != first.ID || second.Trace != first.Trace || second.ExternalID != first.ExternalID || !second.Issued.Equal(first.Issued) {
		t.Errorf("headers do not belong together: %+v and %+v", first.Header, second.Header)
	}
	return *first.Parts[0].LicenseKey, second.Parts[0].License
}

// The customer's side keeps signed documents readable on disk, so the key must stand in none but its own.
func TestTheKeyStandsInOneEnvelopeOfAWelcomeFileAndNotInThatOfTheStarter(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17", Customer: "8812", Starter: true})
	canonical, err := terms.CanonicalKey(made.Key)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Split(made.Key, "-")
	forms := []string{made.Key, canonical, canonical[4:], body[1] + "-" + body[2], body[2] + "-" + body[3]}
	v := d.trusted(t)
	withKey, starters := 0, 0
	for i, e := range envelopes(t, made.Welcome) {
		payload, err := base64.StdEncoding.DecodeString(e.Payload)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ToUpper(string(payload) + string(whole))
		holds := slices.ContainsFunc(forms, func(s string) bool { return strings.Contains(text, s) })
		var r exchange.Response
		if e.PayloadType == exchange.ResponseType {
			if r, err = exchange.ParseResponse(e, v); err != nil {
				t.Fatal(err)
			}
		}
		if holds != (r.Kind == exchange.KindKey) {
			t.Errorf("envelope %d of kind %q: holds the key %t", i, r.Kind, holds)
		}
		if holds {
			withKey++
		}
		if r.Kind == exchange.KindLicense {
			starters++
		}
	}
	if withKey != 1 || starters != 1 {
		t.Errorf("the key stands in %d envelopes, there are %d starter licenses, want one of each", withKey, starters)
	}
}

func TestTheSameRandomnessMakesTheSameWelcomeFile(t *testing.T) {
	n := issuer.NewLicense{Order: "ORDER-17", Customer: "8812", Starter: true}
	if !bytes.Equal(newDesk(t).license(t, n).Welcome, newDesk(t).license(t, n).Welcome) {
		t.Error("two welcome files of the same randomness and time differ")
	}
}

func TestARenewalGoesToEveryComputerWithoutANewRequest(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	v := d.trusted(t)
	before := map[string]int{}
	for n := 1; n <= 2; n++ {
		a := d.answer(t, newComputer(t, n).request(t, v, made.Key, n))
		before[a.Device] = opened(t, a.File, v).Parts[0].License.Version
	}
	d.now = monday.AddDate(0, 11, 0)
	renewed, err := d.Renew(t.Context(), strings.ToLower(made.Serial), "ORDER-18")
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2028, 11, 1, 22, 59, 59, 0, time.UTC) // 365 days of Berlin after 2 November 2027
	if !renewed.Was.Equal(made.Ends) || !renewed.Ends.Equal(want) || len(renewed.Files) != 2 || renewed.Again {
		t.Fatalf("renewed: was %s, ends %s, %d files", renewed.Was, renewed.Ends, len(renewed.Files))
	}
	seen := map[int]bool{}
	for _, f := range renewed.Files {
		r := opened(t, f.File, v)
		l := r.Parts[0].License
		if r.Answers != nil || l.Device.ID != f.Device || l.Version <= before[f.Device] || !l.Ends.Equal(want) || seen[l.Version] {
			t.Errorf("file for %s: %+v", f.Code, l)
		}
		seen[l.Version] = true
	}
	d.reopen(t)
	again, err := d.Renew(t.Context(), made.Serial, "ORDER-18")
	if err != nil || !again.Again || !again.Ends.Equal(want) || !bytes.Equal(again.Files[1].File, renewed.Files[1].File) {
		t.Errorf("the same order renewed again: %+v, %v", again.License, err)
	}
	// A request that comes later brings the new end.
	if l := opened(t, d.answer(t, newComputer(t, 1).request(t, v, made.Key, 3, func(r *exchange.Request) { r.Until = d.now })).File, v).Parts[0].License; !l.Ends.Equal(want) {
		t.Errorf("a later answer ends %s", l.Ends)
	}
	d.now = want.AddDate(3, 0, 0)
	if late, err := d.Renew(t.Context(), made.Serial, ""); err != nil || !late.Ends.After(d.now) {
		t.Errorf("renewed long after the end: %s, %v", late.Ends, err)
	}
}

func TestALicenseWithoutEndIsNotRenewed(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Term = terms.Term{Perpetual: true}
	made := d.license(t, issuer.NewLicense{Policy: p})
	_, err := d.Renew(t.Context(), made.Serial, "")
	wantCode(t, err, issuer.CodeNoEnd, 71)
	_, err = d.Renew(t.Context(), "NO-SUCH", "")
	wantCode(t, err, issuer.CodeSerialUnknown, 2)
	a := d.answer(t, newComputer(t, 1).request(t, d.trusted(t), made.Key, 1))
	if !strings.HasSuffix(a.Name, "_no-end.hflic") {
		t.Errorf("name %q", a.Name)
	}
}

func TestNamesOfFilesAreSafeOnEverySystem(t *testing.T) {
	d := newDesk(t)
	p := sample(t)
	p.Product.Name = terms.Plain("../../..\\con: „Ä*|?\" \u202e--HOLDFAST-- " + strings.Repeat("x", 50))
	made := d.license(t, issuer.NewLicense{Policy: p, Starter: true})
	for _, name := range []string{made.Name, d.answer(t, newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)).Name} {
		if filepath.Base(name) != name || strings.ContainsAny(name, `\/:*?"<>| `) || len(name) > 120 || strings.HasPrefix(name, ".") {
			t.Errorf("unsafe name %q", name)
		}
	}
}
