package views

import (
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// EnvShots names a folder; then every screen is painted there in light and dark, for people to look at.
const envShots = "HOLDFAST_SHOTS"

// scene is a way to a screen.
type scene struct {
	name  string
	facts func() terms.Facts
	go_   func(b *bench)
}

func scenes() []scene {
	return slices.Concat(firstScenes(), planScenes(), offlineScenes(), usageScenes(), usageFileScenes(), contactScenes(), errandScenes())
}

func firstScenes() []scene {
	empty := func() terms.Facts { return terms.Facts{Device: terms.Device{HintsMatch: true}} }
	return []scene{
		{"01-first-run", empty, nil},
		{"02-overview-grace", graceFacts, nil},
		{"03-overview-quiet", quietFacts, nil},
		{"04-overview-waiting", waitingFacts, nil},
		{"05-preview", func() terms.Facts { return acme() }, func(b *bench) {
			b.engine.report = licenseReport()
			b.w.Open([]string{"/media/stick/license_AcmeCAD_7F3A-2C91_valid-to-2027-03-14.hflic"})
		}},
		{"06-preview-loss", quietFacts, func(b *bench) { b.engine.report = lossReport(); b.w.Open([]string{"a.hflic"}) }},
		{"07-preview-trust", empty, func(b *bench) { b.engine.report = trustReport(); b.w.Open([]string{"welcome_acme.hfkey"}) }},
		{"08-preview-cut", quietFacts, func(b *bench) {
			b.engine.report = badReport("license_AcmeCAD.hflic", terms.StateFileCut, nil)
			b.w.Open([]string{"license_AcmeCAD.hflic"})
		}},
		{"09-request-none", empty, func(b *bench) { b.clickID("first.no") }},
		{"10-request", waitingFacts, func(b *bench) { b.w.request() }},
		{"11-keychain-locked", lockedFacts, nil},
		{"12-open-request", waitingFacts, func(b *bench) { b.clickID("row.show") }},
		{"13-details", graceFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecam") }},
		{"14-open-dialog", quietFacts, func(b *bench) { b.w.useFile() }},
		{"15-save-dialog", waitingFacts, func(b *bench) { b.clickID("row.show"); b.clickID("open_request.save") }},
		{"16-leaves", empty, func(b *bench) { b.clickID("first.leaves") }},
		{"17-cancel", waitingFacts, func(b *bench) { b.clickID("row.show"); b.clickID("open_request.cancel") }},
		{"18-toast", func() terms.Facts { return acme() }, func(b *bench) {
			b.engine.report = licenseReport()
			f := quietFacts()
			b.engine.after = &f
			b.w.Open([]string{"a.hflic"})
			b.clickID("preview.use")
		}},
		{"19-overview-lines", func() terms.Facts {
			f := graceFacts()
			f.KeyStore = terms.KeyStore{State: terms.StateKeychainLocked, Name: "Keyring"}
			f.Records = terms.Records{State: terms.StateRecordsRepaired, At: day("2026-11-01")}
			f.Requests = []terms.Request{openRequestOf("r1")}
			return f
		}, nil},
		{"20-request-key", func() terms.Facts {
			f := acme()
			f.Vendors = f.Vendors[:1]
			return f
		}, func(b *bench) { b.w.request() }},
		{"21-note", graceFacts, func(b *bench) { b.w.tellAbout("buyer", b.w.snap.Verdict.Main) }},
		{"22-many", quietFacts, func(b *bench) {
			good, bad := licenseReport(), badReport("broken.hflic", terms.StateFileCut, nil)
			b.engine.report = licensing.Report{Items: append(good.Items, bad.Items...), ForHere: 1, ForOthers: 3, Finding: bad.Finding, Partly: true}
			b.w.Open([]string{"/media/stick"})
		}},
		{"23-nothing", quietFacts, func(b *bench) { b.w.Open([]string{"/media/stick"}) }},
		{"24-finding", lockedFacts, func(b *bench) { b.w.showFinding(b.w.snap.Verdict.Main) }},
		{"26-licenses", manyFacts, func(b *bench) { b.w.visit(b.w.licensesPlace()) }},
		{"27-licenses-none", empty, func(b *bench) { b.w.visit(b.w.licensesPlace()) }},
		{"28-license-dates", quietFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecad") }},
		{"29-license-parts", graceFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecam"); b.clickID("tab.parts") }},
		{"30-license-computer", quietFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecad"); b.clickID("tab.computer") }},
		{"31-license-history", quietFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecad"); b.clickID("tab.history") }},
		{"32-license-endless", quietFacts, func(b *bench) { b.w.showLicense(northRoot + "/studio") }},
		{"33-files", filesFacts, func(b *bench) { b.w.visit(b.w.filesPlace()) }},
		{"34-files-none", empty, func(b *bench) { b.engine.files = nil; b.w.visit(b.w.filesPlace()) }},
		{"35-file", quietFacts, func(b *bench) {
			b.w.visit(b.w.filesPlace())
			b.clickID("details")
		}},
		{"36-usage", quietFacts, func(b *bench) { b.w.visit(b.w.usagePlace()) }},
		{"37-plan", quietFacts, func(b *bench) { b.w.visit(b.w.planPlace()) }},
		{"38-plan-none", empty, func(b *bench) { b.w.visit(b.w.planPlace()) }},
		{"39-help", quietFacts, func(b *bench) { b.w.visit(b.w.helpPlace()) }},
		{"40-help-trouble", lockedFacts, func(b *bench) {
			b.engine.checks = troubledChecks()
			b.w.visit(b.w.helpPlace())
		}},
		{"41-guide", quietFacts, func(b *bench) { b.w.showGuide("activate-by-file") }},
		{"42-settings", quietFacts, func(b *bench) { b.w.visit(b.w.settingsPlace()) }},
		{"43-delete", quietFacts, func(b *bench) {
			b.engine.places = []licensing.PlaceHeld{{Root: acmeRoot, Vendor: "Acme GmbH", Product: terms.Plain("AcmeCAD Pro"), Serial: "4711-acmecad"}}
			b.w.deleteData()
		}},
		{"44-delete-sure", quietFacts, func(b *bench) { b.w.deleteData(); b.clickID("delete.go_on") }},
		{"45-tell", graceFacts, func(b *bench) { b.w.tellAbout("vendor", b.w.snap.Verdict.Main) }},
		{"46-keys", quietFacts, func(b *bench) { b.w.keySheet() }},
		{"47-request-saved", waitingFacts, func(b *bench) {
			made, _ := b.engine.RequestFile("r1")
			b.w.visit(b.w.requestPlace(made, "/media/stick/request_acme_7F3A-2C91_2026-11-01.hfreq"))
		}},
		{"48-overview-many", manyFacts, nil},
		{"49-expired", func() terms.Facts { return acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2026-09-30"))) }, nil},
		{"25-working", func() terms.Facts { return acme() }, func(b *bench) { b.w.showWork(b.w.v.t("busy.look")) }},
	}
}

// stateScenes show every state where it is met: file states in a preview, the others on the Overview.
func stateScenes() []scene {
	var all []scene
	for _, st := range terms.States() {
		all = append(all, scene{"state-" + string(st), quietFacts, func(b *bench) {
			f := terms.NewProblem(st, nil, nil).Finding
			if strings.HasPrefix(string(st), "file_") || st == terms.StateOtherComputer || st == terms.StateVendorNew {
				b.engine.report = badReport("license_AcmeCAD.hflic", st, nil)
				b.w.Open([]string{"license_AcmeCAD.hflic"})
				return
			}
			snap := b.engine.Snapshot()
			snap.Verdict.Main = f
			snap.Revision++
			b.w.set(state{snap: snap, made: b.w.made})
		}})
	}
	return all
}

func TestScreensCanBePainted(t *testing.T) {
	dir := os.Getenv(envShots)
	if dir == "" {
		t.Skip(envShots + " names no folder")
	}
	small := fyne.NewSize(760, 520)
	kinds := []struct {
		name   string
		states bool
		o      benchOptions
	}{
		{"en-light", true, benchOptions{mode: look.Light}},
		{"en-dark", true, benchOptions{mode: look.Dark}},
		{"de-light", true, benchOptions{mode: look.Light, lang: "de"}},
		{"de-dark", true, benchOptions{mode: look.Dark, lang: "de"}},
		{"en-760x520", false, benchOptions{mode: look.Light, size: small}},
		{"de-760x520", false, benchOptions{mode: look.Light, size: small, lang: "de"}},
		{"en-tall", false, benchOptions{mode: look.Light, size: fyne.NewSize(960, 1800)}}, // what is below the edge
		{"en-1400x900", false, benchOptions{mode: look.Light, size: fyne.NewSize(1400, 900)}},
		{"en-2560x1440", false, benchOptions{mode: look.Light, size: fyne.NewSize(2560, 1440)}},
		{"en-text200", false, benchOptions{mode: look.Light, factor: 2}},
		{"de-text200-760x520", false, benchOptions{mode: look.Light, factor: 2, size: small, lang: "de"}},
		{"pseudo-760x520", false, benchOptions{mode: look.Light, lang: plain.Pseudo, size: small}},
	}
	only := os.Getenv(envShots + "_ONLY")
	for _, k := range kinds {
		if only != "" && only != k.name {
			continue
		}
		all := append(scenes(), likeScenes()...)
		if k.states {
			all = append(all, stateScenes()...)
		}
		for _, s := range all {
			t.Run(k.name+"/"+s.name, func(t *testing.T) { paint(t, s, k.o, filepath.Join(dir, k.name)) })
		}
	}
}

func paint(t *testing.T, s scene, o benchOptions, dir string) {
	t.Helper()
	o.desk = &testDesk{}
	b := open(t, newFake(s.facts()), o)
	if s.go_ != nil {
		s.go_(b)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, s.name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, b.w.canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}
