package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// twoVendors have a product of one name; that of the second has ended.
func twoVendors() *fake {
	ended := finding(terms.StateExpired)
	ended.Product, ended.License = "cad", "B-2"
	v := terms.Verdict{At: day, Main: ended, Answer: ended, Products: []terms.ProductVerdict{
		{ID: "cad", Vendor: "aaaa1111", Finding: finding(terms.StateActive), License: "A-1"},
		{ID: "cad", Vendor: "bbbb2222", Finding: ended, License: "B-2"},
		{ID: "cam", Vendor: "bbbb2222", Finding: finding(terms.StateActive), License: "B-3"},
	}}
	f := &fake{verdict: v}
	f.snap.Device.Code = "7F3A-2C91"
	f.snap.Vendors = []licensing.VendorView{{Vendor: terms.Vendor{ID: "a", Root: "aaaa1111", Name: "Acme"}}, {Vendor: terms.Vendor{ID: "b", Root: "bbbb2222", Name: "Acme Two", Support: "two@acme.example"}}}
	return f
}

func TestANoteIsAboutTheProductThatWasNamedElseTheFirstLine(t *testing.T) {
	for command, want := range map[string]licensing.Telling{
		"tell vendor":                    {Who: "vendor", Vendor: "bbbb2222", Product: "cad"},
		"tell it --product CAM":          {Who: "it", Vendor: "bbbb2222", Product: "cam"},
		"tell buyer --product cad@AAAA":  {Who: "buyer", Vendor: "aaaa1111", Product: "cad"},
		"tell vendor --product cad@bbbb": {Who: "vendor", Vendor: "bbbb2222", Product: "cad"},
	} {
		f := twoVendors()
		if code, _, problems := f.run(t, command); code != 0 || len(f.told) != 1 || f.told[0] != want {
			t.Errorf("%s: exit %d, %+v, %s", command, code, f.told, problems)
		}
	}
	for command, want := range map[string]string{
		"tell it --product cad": "product_of_two", "tell it --product cad@cccc": "product_unknown", "tell it --product x": "product_unknown",
	} {
		f := twoVendors()
		code, out, _ := f.run(t, command+" --json")
		if code != codeUsage || !strings.Contains(out, `"code": "`+want+`"`) || len(f.told) != 0 {
			t.Errorf("%s: exit %d, %s", command, code, out)
		}
	}
}

func TestANoteAboutTheComputerNamesNoProduct(t *testing.T) {
	f := twoVendors()
	f.verdict.Main = finding(terms.StateKeychainLocked)
	code, out, _ := f.run(t, "tell it")
	if code != 0 || len(f.told) != 1 || f.told[0] != (licensing.Telling{Who: "it"}) || strings.Contains(out, "Product:") || !strings.Contains(out, "7F3A-2C91") {
		t.Errorf("exit %d, %+v\n%s", code, f.told, out)
	}
}

func TestADryRunTellsNobody(t *testing.T) {
	f := twoVendors()
	if code, out, _ := f.run(t, "tell vendor --dry-run"); code != 0 || len(f.told) != 0 || !strings.Contains(out, "To: two@acme.example") {
		t.Errorf("exit %d, %+v\n%s", code, f.told, out)
	}
}

func TestOnlyYesDeletesAndThePlacesThatStayAreNamedBeforeAndAfter(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "journal"), 0o700); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]struct {
		code   int
		erased bool
	}{"data delete": {codeAct, false}, "data delete --yes": {codeOK, true}, "data delete --quiet": {codeAct, false}, "data delete --json": {codeAct, false}} {
		f := twoVendors()
		f.home = &fakeHome{path: home}
		f.places = []licensing.PlaceHeld{{Root: "bbbb2222", Vendor: "Acme Two", Support: "two@acme.example", Product: terms.Plain("CAD"), Serial: "B-2"}}
		code, out, _ := f.run(t, command)
		if code != want.code || f.erased != want.erased {
			t.Errorf("%s: exit %d, erased %v", command, code, f.erased)
		}
		if !strings.Contains(command, "quiet") && (!strings.Contains(out, "Acme Two") || !strings.Contains(out, "two@acme.example") || !strings.Contains(out, "B-2")) {
			t.Errorf("%s does not name the place:\n%s", command, out)
		}
	}
}

func TestDataIsMeasuredByWhatItIsFor(t *testing.T) {
	home := t.TempDir()
	for name, size := range map[string]int{
		"journal/00000001.seg": 1500, "journal.old-1/00000001.seg": 500, "documents/a.json": 10, "index.db": 20, "index.db.sum": 1,
		"keystore": 5, "settings.json": 7, "home.json": 3, "lock": 0,
	} {
		file := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := &fake{verdict: verdict(terms.StateActive), home: &fakeHome{path: home}}
	_, out, _ := f.run(t, "data --json")
	var j dataJSON
	if err := json.Unmarshal([]byte(out), &j); err != nil {
		t.Fatal(err)
	}
	want := []dataPart{{"journal", 2000, 2}, {"documents", 10, 1}, {"index", 21, 2}, {"keys", 5, 1}, {"settings", 7, 1}, {"other", 3, 2}}
	if len(j.Parts) != len(want) || j.Bytes != 2046 || j.Files != 9 {
		t.Fatalf("%+v", j)
	}
	for i := range want {
		if j.Parts[i] != want[i] {
			t.Errorf("%+v, want %+v", j.Parts[i], want[i])
		}
	}
	if _, out, _ := f.run(t, "data"); !strings.Contains(out, "records") || !strings.Contains(out, "2 kB") {
		t.Errorf("%s", out)
	}
}
