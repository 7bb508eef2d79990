package views

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// everythingWorks is the first line with quietFacts.
const everythingWorks = "You can work. Everything until 14 March 2027."

func noLicense() terms.Facts { return terms.Facts{Device: terms.Device{HintsMatch: true}} }

// envWith is an environment whose home holds the named files in Downloads.
func envWith(t *testing.T, files ...string) (env func(string) string, downloads string) {
	t.Helper()
	home := t.TempDir()
	downloads = filepath.Join(home, "Downloads")
	if err := os.Mkdir(downloads, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(downloads, f), []byte("data"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string {
		if name == "HOME" || name == "USERPROFILE" {
			return home
		}
		return ""
	}, downloads
}

func TestAFileArgumentIsInUseAfterOneClick(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	after := quietFacts()
	e.after = &after
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"license.hflic"})
	b.mustSay("This license file is for this computer.", "AcmeCAD Pro", "until 14 Mar 2027", "(was 14 Mar 2026)", "Seal OK", "tulip-orbit-47")
	if len(e.imports) != 0 {
		t.Fatal("looking at a file used it")
	}
	b.click("Use this license")
	b.mustSay(everythingWorks, "Done. You can work, also offline, until 14 March 2027.")
	if b.clicks > 2 || len(e.imports) != 1 || e.imports[0] != (licensing.ImportOptions{}) {
		t.Errorf("%d clicks, imports %+v", b.clicks, e.imports)
	}
}

func TestInTheAppAFileIsInUseAfterThreeClicks(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	after := quietFacts()
	e.after = &after
	env, _ := envWith(t, "license_AcmeCAD.hflic", "holiday.jpg")
	b := open(t, e, benchOptions{env: env})
	b.click("Use a license file")
	b.mustNotSay("holiday.jpg")
	b.click("license_AcmeCAD.hflic")
	b.click("Use this license")
	b.mustSay(everythingWorks)
	if b.clicks > 3 {
		t.Errorf("%d clicks", b.clicks)
	}
}

func TestANewVendorIsTrustedOnlyByTickAndButton(t *testing.T) {
	e := newFake(noLicense())
	e.report = trustReport()
	e.report.Items[0].Kind = exchange.KindKey
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"welcome_acme.hfkey"})
	b.mustSay(append([]string{"Welcome file", "First file from this vendor. Do you trust it?", "It calls itself Acme GmbH."}, words8...)...)
	use := "Trust Acme GmbH and use this file"
	b.click(use)
	if b.focused() != "" {
		t.Errorf("the focus is on %q before the words were read", b.focused())
	}
	b.tabTo("tick")
	b.press(fyne.KeyEnter)
	if len(e.imports) != 0 {
		t.Fatal("a vendor was trusted without comparing")
	}
	b.click(use)
	if len(e.imports) != 1 || !e.imports[0].TrustVendor || e.imports[0].AcceptLoss {
		t.Errorf("imports %+v", e.imports)
	}
}

func TestAFileThatTakesRightsAwaySaysWhichAndIsTakenOnlyByItsOwnButton(t *testing.T) {
	e := newFake(quietFacts())
	e.report = lossReport()
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"a.hflic"})
	b.mustSay("Using it takes away: Trial CAM.")
	b.mustNotSay("Use this license")
	b.click("Use it all the same")
	if len(e.imports) != 1 || !e.imports[0].AcceptLoss || e.imports[0].TrustVendor {
		t.Errorf("imports %+v", e.imports)
	}
}

func TestAFileThatCannotBeUsedSaysWhyAndHasNoUseButton(t *testing.T) {
	for _, s := range []terms.State{
		terms.StateFileCut, terms.StateFileChanged, terms.StateFileEmpty, terms.StateFileOtherKind, terms.StateFileUnknownSender,
		terms.StateFileOlder, terms.StateFileKnown, terms.StateFileTooNew, terms.StateFileUnreadable, terms.StateOtherComputer,
		terms.StateFileWrongRequest, terms.StateFileRequestOver, terms.StateFileReplayed, terms.StateFileRequest, terms.StateFileNoneForHere,
	} {
		t.Run(string(s), func(t *testing.T) {
			e := newFake(acme())
			e.report = badReport("x.hflic", s, nil)
			b := open(t, e, benchOptions{})
			b.w.Open([]string{"x.hflic"})
			a := b.w.v.Say(e.report.Finding, e.wall, time.UTC)
			b.mustSay(a.Headline, a.Happened, a.Works, a.Do, a.By, "Choose another file")
			if a.Button != "" {
				b.mustSay(a.Button)
			}
			b.mustNotSay("Use this license", "Use this file")
			b.click("Close")
			b.mustSay("You can also do this")
		})
	}
}

func TestSeveralFilesAreSaidOneByOne(t *testing.T) {
	e := newFake(acme())
	good, bad := licenseReport(), badReport("broken.hflic", terms.StateFileCut, nil)
	e.report = licensing.Report{Items: append(good.Items, bad.Items...), ForHere: 1, ForOthers: 3, Finding: bad.Finding, Partly: true}
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"folder"})
	b.mustSay("Look at 2 files", "broken.hflic", "This file is not complete.", "3 more files are for other computers.", "Use this license")
	b.click("Use this license")
	b.mustSay("Some files were used, and some were not.")
}

func TestALockedKeyStoreKeepsTheFileReadyAndUnlockUsesIt(t *testing.T) {
	e := newFake(lockedFacts())
	e.report = licenseReport()
	e.fail = terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil)
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"a.hflic"})
	b.click("Use this license")
	b.mustSay("Keyring is locked.", "AcmeCAD Pro", "Use this license")
	if b.focused() != "banner" {
		t.Errorf("focus is on %q", b.focused())
	}
	e.fail = nil
	b.press(fyne.KeyEnter)
	if e.unlocks != 1 || len(e.imports) != 1 {
		t.Errorf("%d unlocks, imports %v", e.unlocks, e.imports)
	}
}

func TestUnlockOnTheOverviewTakesTheBannerAway(t *testing.T) {
	e := newFake(lockedFacts())
	b := open(t, e, benchOptions{})
	b.mustSay("Keyring is locked.", "Safe storage: Locked", "Use a license file")
	b.click("Unlock")
	b.mustNotSay("Keyring is locked.")
	b.mustSay("Safe storage OK")
}

func TestAKeyStoreThatComesBackIsSeenWithoutAPress(t *testing.T) {
	e := newFake(lockedFacts())
	var timers []func()
	b := open(t, e, benchOptions{after: func(d time.Duration, f func()) func() {
		if d >= againInTrouble {
			timers = append(timers, f)
		}
		return func() {}
	}})
	e.fail = terms.NewProblem(terms.StateKeychainLocked, nil, nil)
	timers[len(timers)-1]()
	timers[len(timers)-1]()
	b.mustSay("Keyring is locked.")
	e.fail = nil
	timers[len(timers)-1]()
	b.mustNotSay("Keyring is locked.")
	b.mustSay(everythingWorks)
}

func TestARequestFileIsSavedWithinSixClicksAndWithNothingTyped(t *testing.T) {
	f := acme()
	f.Vendors = f.Vendors[1:] // the one whose welcome file brought a key
	e := newFake(f)
	env, downloads := envWith(t)
	b := open(t, e, benchOptions{env: env})
	b.click("Make a request file")
	b.click("Make the request file")
	b.click("Save")
	name := filepath.Join(downloads, "request_acme_7F3A-2C91_2026-11-01.hfreq")
	if data, err := os.ReadFile(name); err != nil || string(data) != "file" {
		t.Fatalf("file %q, %v", data, err)
	}
	b.mustSay("Your request file is saved.", downloads, "tulip-orbit-47")
	b.click("Done")
	b.mustSay("Waiting for an answer", "Check words tulip-orbit-47")
	if b.clicks > 6 {
		t.Errorf("%d clicks", b.clicks)
	}
	if len(e.requests) != 1 || e.requests[0].Vendor != northRoot || e.requests[0].Key != "" {
		t.Errorf("requests %+v", e.requests)
	}
}

func TestARequestNeedsTheKeyThatIsNotHere(t *testing.T) {
	f := acme()
	f.Vendors = f.Vendors[:1]
	e := newFake(f)
	b := open(t, e, benchOptions{})
	b.click("Make a request file")
	b.click("Make the request file")
	b.mustSay("Type the license key that you got with your order.")
	if len(e.requests) != 0 {
		t.Fatal("a request was made without a key")
	}
	if b.focused() != "key" {
		t.Fatalf("focus is on %q", b.focused())
	}
	for _, r := range "ACME-1" {
		b.w.canvas().Focused().TypedRune(r)
	}
	b.press(fyne.KeyEnter)
	if len(e.requests) != 1 || e.requests[0].Key != "ACME-1" {
		t.Errorf("requests %+v", e.requests)
	}
	for _, s := range b.texts() {
		if strings.Contains(s, "ACME-1") {
			t.Errorf("the key stands in %q", s)
		}
	}
}

func TestAnUnknownVendorIsFetchedFromARequestAndLeadsBackToIt(t *testing.T) {
	e := newFake(noLicense())
	e.report = trustReport()
	after := acme()
	after.Vendors = after.Vendors[:1]
	e.after = &after
	env, _ := envWith(t, "welcome_acme.hfkey")
	b := open(t, e, benchOptions{env: env})
	b.click("No, make a request file")
	b.click("Choose a key or welcome file")
	b.click("welcome_acme.hfkey")
	b.click(b.w.v.t("trust.tick"))
	b.click("Trust Acme GmbH and use this file")
	b.mustSay("Make a request file", "Acme GmbH", "License key")
}

func TestAnOpenRequestIsCancelledOnlyAfterAQuestionAndEnterKeepsIt(t *testing.T) {
	e := newFake(waitingFacts())
	b := open(t, e, benchOptions{})
	b.click("Show")
	b.click("Cancel this request")
	b.mustSay("Cancel this request?")
	b.press(fyne.KeyEnter)
	if len(e.cancels) != 0 {
		t.Fatal("Enter cancelled the request")
	}
	b.click("Cancel this request")
	b.click("Cancel the request")
	if len(e.cancels) != 1 || e.cancels[0] != "r1" {
		t.Errorf("cancelled %v", e.cancels)
	}
	b.mustNotSay("Waiting for an answer")
}

func TestFilesThatComeBeforeTheEngineAreLookedAtAfterwards(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	b := open(t, nil, benchOptions{})
	b.w.Open([]string{"a.hflic"})
	b.mustSay("Opening your licenses")
	b.w.SetEngine(e)
	b.mustSay("This license file is for this computer.")
}

func TestWhyTheEngineCannotOpenIsSaid(t *testing.T) {
	b := open(t, nil, benchOptions{})
	b.w.Refuse(terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": 5}, nil))
	b.mustSay("There is no room to save license records.")
}

func TestADoubleClickUsesAFileOnceAndSlowWorkShowsAWayOut(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	var pending []func()
	var timers []func()
	queue := false
	b := open(t, e, benchOptions{
		spawn: func(f func()) {
			if queue {
				pending = append(pending, f)
				return
			}
			f()
		},
		after: func(_ time.Duration, f func()) func() { timers = append(timers, f); return func() {} },
	})
	b.w.Open([]string{"a.hflic"})
	queue, timers = true, nil
	b.click("Use this license")
	b.click("Use this license")
	if len(pending) != 1 {
		t.Fatalf("%d pieces of work under way", len(pending))
	}
	b.mustNotSay("Using the file")
	timers[0]()
	b.mustSay("Using the file", "Cancel")
	b.press(fyne.KeyEscape)
	queue = false
	pending[0]()
	b.mustNotSay("Using the file", "Done.")
	b.mustSay("Look at a file")
}

func TestEscLeadsBackAndCtrlOOpens(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	ctrlO := &desktop.CustomShortcut{KeyName: fyne.KeyO, Modifier: fyne.KeyModifierShortcutDefault}
	b.w.shortcuts[ctrlO.ShortcutName()]()
	b.mustSay("Show all files")
	b.press(fyne.KeyEscape)
	b.mustNotSay("Show all files")
	b.click("Details")
	b.mustSay("What happens next", "License ends", "Why")
	b.press(fyne.KeyEscape)
	b.mustSay("You can also do this")
}

func TestPastedTextIsLookedAt(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	b := open(t, e, benchOptions{})
	b.w.app.Clipboard().SetContent(strings.Repeat("x", 50))
	b.w.shortcuts[(&fyne.ShortcutPaste{}).ShortcutName()]()
	b.mustSay("Look at a file", "holdfast import -")
}

func TestAChangeElsewhereShowsWithoutLosingTheFocus(t *testing.T) {
	e := newFake(waitingFacts())
	b := open(t, e, benchOptions{})
	for b.focused() != "request r1" {
		b.w.canvas().FocusNext()
	}
	e.facts.Requests = append(e.facts.Requests, openRequestOf("r2"))
	e.revision++
	e.watch(e.Snapshot())
	b.mustSay("2")
	if b.focused() != "request r1" {
		t.Errorf("focus went to %q", b.focused())
	}
}

func TestAnOlderAnswerOfTheEngineNeverReplacesANewerOne(t *testing.T) {
	e := newFake(quietFacts())
	e.revision = 5
	b := open(t, e, benchOptions{})
	old := newFake(noLicense())
	b.w.set(state{snap: old.Snapshot()})
	b.mustSay(everythingWorks)
}

func TestTheEngineIsNeverAskedOnTheMainGoroutine(t *testing.T) {
	e := newFake(quietFacts())
	main := true
	guard := &guarded{fake: e, on: func() {
		if main {
			t.Error("the engine was asked on the main goroutine")
		}
	}}
	b := open(t, nil, benchOptions{spawn: func(f func()) { main = false; f(); main = true }})
	b.w.work.dispatch = func(f func()) {
		was := main
		main = true
		f()
		main = was
	}
	b.w.SetEngine(guard)
	e.report = licenseReport()
	b.w.Open([]string{"a.hflic"})
	b.click("Use this license")
	b.click("Details")
	b.press(fyne.KeyEscape)
	b.click("Make a request file")
}

// guarded calls on before every question to the engine.
type guarded struct {
	*fake
	on func()
}

func (g *guarded) Snapshot() licensing.Snapshot { g.on(); return g.fake.Snapshot() }

func (g *guarded) Inspect(ctx context.Context, s []licensing.Source) licensing.Report {
	g.on()
	return g.fake.Inspect(ctx, s)
}

func (g *guarded) Import(ctx context.Context, s []licensing.Source, o licensing.ImportOptions) (licensing.Report, error) {
	g.on()
	return g.fake.Import(ctx, s, o)
}
