package views

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

var allSections = []string{secOverview, secLicenses, secFiles, secUsage, secPlan, secHelp, secSettings}

// testDesk keeps settings as the program does and notes what it was asked for.
type testDesk struct {
	bareDesk
	kept    []Settings
	mails   []string
	drafts  []string
	tray    bool
	starts  bool
	refuses error
	locks   []string // settings that the organization decided
	syncs   []string // roots of the vendors that were asked
	sync    func(ctx context.Context, root string) (reconcile.Contact, error)
	looked  int
	policy  policy.Policy
}

func (d *testDesk) Policy() policy.Policy { return d.policy }

func (d *testDesk) FollowPolicy() policy.Policy { return d.policy }

func (d *testDesk) SourceOf(setting string) app.Source {
	if slices.Contains(d.locks, setting) {
		return app.Source{From: app.FromLocked, Org: "Example Corp", File: "/etc/holdfast/policy.json"}
	}
	return app.Source{From: app.FromPerson}
}

func (d *testDesk) SyncNow(ctx context.Context, root string) (reconcile.Contact, error) {
	d.syncs = append(d.syncs, root)
	if d.sync == nil {
		return reconcile.Contact{ID: "now", Root: root, Reason: reconcile.ReasonPerson}, nil
	}
	return d.sync(ctx, root)
}

func (d *testDesk) WindowOpened() { d.looked++ }

func (d *testDesk) ChangeSettings(fn func(*Settings)) error {
	fn(&d.settings)
	d.kept = append(d.kept, d.settings)
	return d.refuses
}

func (d *testDesk) OpenURL(address string) error {
	d.mails = append(d.mails, address)
	return d.refuses
}

func (d *testDesk) OpenDraft(path string) error {
	d.drafts = append(d.drafts, path)
	return d.refuses
}
func (d *testDesk) TrayThere() bool                     { return d.tray }
func (d *testDesk) StartsWithComputer() bool            { return d.starts }
func (d *testDesk) SetStartsWithComputer(on bool) error { d.starts = on; return d.refuses }
func (d *testDesk) Home() string                        { return "/home/kim/.local/share/holdfast" }

func TestEveryPageIsOneClickAwayAndTheWayBackIsKept(t *testing.T) {
	b := open(t, newFake(quietFacts()), benchOptions{})
	for _, s := range allSections {
		b.goTo(s)
		if here := b.w.trail.here().name; here != s {
			t.Errorf("the rail leads to %q, not %q", here, s)
		}
	}
	for i := len(allSections) - 2; i >= 0; i-- {
		b.w.travel(-1)
		if here := b.w.trail.here().name; here != allSections[i] {
			t.Errorf("back leads to %q, not %q", here, allSections[i])
		}
	}
	b.w.travel(-1)
	b.w.travel(1)
	if here := b.w.trail.here().name; here != secLicenses {
		t.Errorf("forward leads to %q", here)
	}
}

func TestTheOfflineDateStandsOnTheFirstScreen(t *testing.T) {
	b := open(t, newFake(quietFacts()), benchOptions{})
	b.mustSay("until 14 March 2027", "Offline until 14 Mar 2027")
	if b.clicks != 0 {
		t.Errorf("%d clicks", b.clicks)
	}
}

func TestImportExportAndSupportAreReachableInEveryState(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	for _, s := range terms.States() {
		snap := e.Snapshot()
		snap.Verdict.Main = terms.NewProblem(s, nil, nil).Finding
		e.revision++
		snap.Revision = e.revision
		b.w.showHome()
		b.w.set(state{snap: snap, made: b.w.made})
		b.goTo(secFiles)
		b.mustSay("Use a file", "Make a request file")
		b.click("Make a request file")
		if here := b.w.trail.here().name; here != requestName {
			t.Errorf("%s: a request leads to %q", s, here)
		}
		b.press(fyne.KeyEscape)
		b.click("Use a file")
		b.mustSay("Show all files")
		b.press(fyne.KeyEscape)
		b.goTo(secHelp)
		b.click("Copy for support")
		if text := b.w.app.Clipboard().Content(); !strings.Contains(text, "7F3A-2C91") {
			t.Errorf("%s: the text for support is %q", s, text)
		}
	}
}

func TestAnotherLanguageShowsAtOnceOnEveryPage(t *testing.T) {
	german, err := plain.New("de")
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range allSections {
		d := &testDesk{}
		b := open(t, newFake(quietFacts()), benchOptions{desk: d})
		b.goTo(section)
		b.w.change(func(s *Settings) { s.Language = "de" })
		for _, s := range allSections {
			b.mustSay(strings.ReplaceAll(german.Text("ui.rail."+s, nil), "\u00ad", ""))
		}
		b.mustNotSay("What happened", "Do this from the command line", "Licenses", "Settings")
		if here := b.w.trail.here().name; here != section {
			t.Errorf("from %s it went to %s", section, here)
		}
		if len(d.kept) != 1 || d.kept[0].Language != "de" {
			t.Errorf("kept %+v", d.kept)
		}
	}
}

func TestGermanFitsInTheSmallestWindow(t *testing.T) {
	for name, o := range map[string]benchOptions{
		"usual":    {lang: "de"},
		"text 200": {lang: "de", factor: 2},
	} {
		t.Run(name, func(t *testing.T) {
			tour(t, o, func(t *testing.T, b *bench) {
				noTextIsCut(t, b)
				for _, s := range b.texts() {
					if plain.IsMissing(s) {
						t.Errorf("a text is missing: %s", s)
					}
				}
				b.resize(fyne.NewSize(760, 520))
				noTextIsCut(t, b)
			})
		})
	}
}

func TestSettingsChangeTheWindowAtOnceAndAreKept(t *testing.T) {
	d := &testDesk{}
	b := open(t, newFake(quietFacts()), benchOptions{desk: d})
	b.goTo(secSettings)
	b.click("Dark")
	if th := b.w.app.Settings().Theme().(*look.Theme); th.Mode != look.Dark {
		t.Errorf("the theme is %+v", th)
	}
	b.w.shortcuts[shortcutName(fyne.KeyPlus)]()
	if th := b.w.app.Settings().Theme().(*look.Theme); th.Factor != 1.25 || th.Mode != look.Dark {
		t.Errorf("the theme is %+v", th)
	}
	b.mustSay("125 %", "/home/kim/.local/share/holdfast")
	last := d.kept[len(d.kept)-1]
	if last.Appearance != "dark" || last.TextSize != 125 {
		t.Errorf("kept %+v", last)
	}
	b.click("Start with the computer")
	if !d.starts {
		t.Error("the switch does not reach the desktop")
	}
}

func TestASettingThatCannotBeKeptCountsAllTheSameAndSaysSo(t *testing.T) {
	d := &testDesk{refuses: terms.NewProblem(terms.StateDiskFull, nil, nil)}
	b := open(t, newFake(quietFacts()), benchOptions{desk: d})
	b.goTo(secSettings)
	b.click("Dark")
	b.mustSay("This could not be kept.")
	if th := b.w.app.Settings().Theme().(*look.Theme); th.Mode != look.Dark {
		t.Errorf("the theme is %+v", th)
	}
}

func TestTheWindowOpensInItsLastSize(t *testing.T) {
	d := &testDesk{}
	d.settings.Width, d.settings.Height = 1111, 777
	b := open(t, newFake(quietFacts()), benchOptions{desk: d, size: fyne.NewSize(1111, 777)})
	if s := b.w.size(); s != fyne.NewSize(1111, 777) {
		t.Errorf("it opens in %v", s)
	}
	b.resize(fyne.NewSize(800, 600))
	b.w.askedToClose()
	if d.settings.Width != 800 || d.settings.Height != 600 {
		t.Errorf("kept %+v", d.settings)
	}
	d.settings.Width = 20
	b.w.settings = d.settings
	if s := b.w.size(); s != fyne.NewSize(windowWidth, windowHeight) {
		t.Errorf("a size that nobody can use gives %v", s)
	}
}

func TestWithoutATrayClosingClosesAndTheSwitchSaysWhy(t *testing.T) {
	d := &testDesk{}
	b := open(t, newFake(quietFacts()), benchOptions{desk: d})
	b.goTo(secSettings)
	b.click("Stay in the tray when closed")
	b.mustSay("This desktop shows no tray.")
	if d.settings.Tray || b.w.tray {
		t.Fatal("the window would hide where nothing brings it back")
	}
	b.w.askedToClose()
	if !b.w.closed {
		t.Error("closing did not close")
	}
}

func TestAFileIsActivatedWithTheKeyboardAlone(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	after := quietFacts()
	e.after = &after
	env, _ := envWith(t, "license_AcmeCAD.hflic")
	b := open(t, e, benchOptions{env: env})
	b.tabTo("use_file")
	b.press(fyne.KeyEnter)
	for key := ""; !strings.HasPrefix(key, "file "); key = b.focused() {
		b.w.canvas().FocusNext()
	}
	b.press(fyne.KeySpace)
	b.tabTo("use")
	b.press(fyne.KeyEnter)
	b.mustSay(everythingWorks)
	b.tabTo("rail settings")
	b.press(fyne.KeyEnter)
	if here := b.w.trail.here().name; here != secSettings {
		t.Errorf("the keyboard led to %q", here)
	}
}

func TestARequestGoesToTheStickThatIsThereInThreeClicks(t *testing.T) {
	f := acme()
	f.Vendors = f.Vendors[1:]
	stick := t.TempDir()
	b := open(t, newFake(f), benchOptions{sticks: []string{stick}})
	b.click("Make a request file")
	b.click("Make the request file")
	if d, ok := b.w.canvas().Overlays().Top().(*look.Dialog); ok {
		t.Fatalf("a dialog asks where although a stick is there: %v", d)
	}
	b.click("Save to USB " + filepath.Base(stick))
	b.mustSay("Your request file is saved.")
	b.click("Done")
	if files, err := os.ReadDir(stick); err != nil || len(files) != 1 {
		t.Errorf("on the stick: %v, %v", files, err)
	}
	if b.clicks > 4 {
		t.Errorf("%d clicks", b.clicks)
	}
}

func TestARequestCanBeMailed(t *testing.T) {
	d := &testDesk{}
	b := open(t, newFake(waitingFacts()), benchOptions{desk: d})
	b.click("Show")
	b.click("Save and write e-mail")
	b.click("Save")
	if len(d.mails) != 1 || !strings.HasPrefix(d.mails[0], "mailto:help@acme.example?") || !strings.Contains(d.mails[0], "tulip-orbit-47") {
		t.Errorf("mails %q", d.mails)
	}
	b.mustSay("Your mail program opens.")
}

func TestTellingSomebodyIsOneClickAndIsRecorded(t *testing.T) {
	e := newFake(graceFacts())
	d := &testDesk{}
	b := open(t, e, benchOptions{desk: d})
	b.click("Tell the buyer")
	b.mustSay("4711-acmecam", "AcmeCAM", "13 November 2026")
	b.click("Copy the note")
	if len(e.tellings) != 1 || e.tellings[0].Who != "buyer" || e.tellings[0].Product != "acmecam" || e.tellings[0].Vendor != acmeRoot {
		t.Fatalf("told %+v", e.tellings)
	}
	if text := b.w.app.Clipboard().Content(); !strings.Contains(text, "4711-acmecam") {
		t.Errorf("the note is %q", text)
	}
	b.w.tellAbout("buyer", b.w.snap.Verdict.Main)
	b.click("Vendor")
	b.click("Write e-mail")
	if len(d.mails) != 1 || !strings.HasPrefix(d.mails[0], "mailto:help@acme.example?") || len(e.tellings) != 2 || e.tellings[1].Who != "vendor" {
		t.Errorf("mails %q, told %+v", d.mails, e.tellings)
	}
}

func TestDeletingAsksTwiceAndEnterKeepsEverything(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{desk: &testDesk{}})
	b.goTo(secSettings)
	b.click("Delete …")
	b.press(fyne.KeyEnter)
	b.click("Delete …")
	b.click("Go on")
	b.press(fyne.KeyEnter)
	if e.erased != 0 {
		t.Fatal("Enter deleted everything")
	}
	b.click("Delete …")
	b.click("Go on")
	b.click("Delete for good")
	if e.erased != 1 {
		t.Fatalf("erased %d times", e.erased)
	}
	b.mustSay("Everything is deleted.", "Let's set up Holdfast on this computer.")
}

func TestTheListOfLicensesIsSearchedAndOrdered(t *testing.T) {
	b := open(t, newFake(manyFacts()), benchOptions{})
	b.goTo(secLicenses)
	b.mustSay("41 of 41", "AcmeCAM")
	b.w.shortcuts[shortcutName(fyne.KeyF)]()
	for _, r := range "module 17" {
		b.w.canvas().Focused().TypedRune(r)
	}
	b.mustSay("1 of 41", "AcmeCAD Module 17")
	b.mustNotSay("AcmeCAD Module 18")
	b.press(fyne.KeyEscape)
	b.mustSay("41 of 41")
	for sort, first := range map[int]string{sortUrgent: "acmecam", sortName: "module1", sortEnd: "acmecam"} {
		if got := b.w.v.found(b.w.snap, licenseFinder{sort: sort})[0].ID; got != first {
			t.Errorf("order %d begins with %q, want %q", sort, got, first)
		}
	}
}

func TestChangesElsewhereShowOnEveryPage(t *testing.T) {
	for _, section := range allSections {
		e := newFake(quietFacts())
		b := open(t, e, benchOptions{})
		b.goTo(section)
		e.facts = noLicense()
		e.revision++
		e.watch(e.Snapshot())
		if section == secLicenses {
			b.mustSay("No license on this computer yet")
		}
		b.w.showHome()
		b.mustSay("Let's set up Holdfast on this computer.")
	}
}

func TestNothingIsLeftRunningAfterTheWindowCloses(t *testing.T) {
	before := runtime.NumGoroutine()
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{spawn: func(f func()) { f() }, after: func(d time.Duration, f func()) func() {
		timer := time.AfterFunc(time.Hour, f)
		return func() { timer.Stop() }
	}})
	for _, s := range allSections {
		b.goTo(s)
	}
	b.w.win.Close()
	if e.watch != nil {
		t.Error("the engine is still watched")
	}
	if after := runtime.NumGoroutine(); after > before+1 { // the test's own driver
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}

// heapAfter is the memory in use after so many changes of page.
func heapAfter(b *bench, changes int) uint64 {
	for i := range changes {
		b.goTo(allSections[i%len(allSections)])
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestMemoryStaysFlatOverScreenChanges(t *testing.T) {
	b := open(t, newFake(quietFacts()), benchOptions{})
	early := heapAfter(b, 20)
	late := heapAfter(b, 180)
	if float64(late) > 1.1*float64(early)+256*1024 {
		t.Errorf("%d KB after 20 changes, %d KB after 200", early/1024, late/1024)
	}
	t.Logf("%d KB after 20 changes, %d KB after 200", early/1024, late/1024)
}

func TestNamesInAnyScriptAndDirectionAreShown(t *testing.T) {
	f := acme(held("rasm", "رسم المخططات", acmeRoot, endOf("2027-03-14")), held("tziur", "ציור 3D", acmeRoot, endOf("2027-06-30")))
	f.Vendors[0].Name = "אקמה בע״מ"
	for _, o := range []benchOptions{{}, {lang: "de", size: fyne.NewSize(760, 520), factor: 2}} {
		b := open(t, newFake(f), o)
		b.mustSay("رسم المخططات", "ציור 3D", "אקמה בע״מ")
		for _, s := range allSections {
			b.goTo(s)
			noTextIsCut(t, b)
		}
		b.w.showLicense(acmeRoot + "/rasm")
		noTextIsCut(t, b)
	}
}
