package views

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

func TestARealFileThatTakesRightsAwayIsUsedOnlyAfterAWordAboutThem(t *testing.T) {
	w := newWorld(t)
	w.activated()
	less := w.here.Snapshot().Facts.Licenses[0].License
	less.Version++
	less.Policy = cad(func(p *terms.Policy) { delete(p.Features, "render") })
	w.pass(1)
	file := w.acme.says(exchange.KindLicense, nil, exchange.Part{Kind: exchange.KindLicense, Version: less.Version, License: &less})
	b := window(w.here)
	b.use(b.put("less.hflic", file))
	b.mustSay(b.w.v.t("preview.loss"), b.w.v.t("preview.works"), b.w.v.t("preview.do"), "Using it takes away: Cloud render.")
	b.oneMainButton()
	b.clickID("preview.use_loss")
	held := b.w.snap.Facts.Licenses
	if _, has := held[0].Policy.Features["render"]; has || len(held) != 1 {
		t.Errorf("%d licenses, cloud render %v", len(held), has)
	}
	b.mustShow(b.say(b.w.snap.Verdict.Main))
}

func TestARealKeyStoreThatComesBackIsSeenWithoutARestart(t *testing.T) {
	w := newWorld(t)
	sold := w.activated()
	w.here.restart(keystore.Locked)
	var timers []func()
	b := windowWith(w.here, benchOptions{after: func(d time.Duration, f func()) func() {
		if d >= againInTrouble {
			timers = append(timers, f)
		}
		return func() {}
	}})
	locked := b.say(b.w.snap.Verdict.Main)
	w.pass(1)
	renewal := b.put("renewal.hflic", w.acme.renew(sold.Serial))
	b.use(renewal)
	b.clickID("preview.use")
	b.mustShow(b.say(mainOf(b, terms.StateKeychainLocked)))
	b.mustSay(b.w.v.t("preview.use"))
	b.goTo(secOverview)
	b.mustSay(locked.Headline)
	timers[len(timers)-1]()
	b.mustSay(locked.Headline) // still locked
	w.here.keys.Fail(keystore.OK)
	timers[len(timers)-1]()
	b.mustNotSay(locked.Headline)
	if f := b.w.snap.Verdict.Main; f.State != terms.StateActive {
		t.Fatalf("state is %s", f.State)
	}
	b.mustShow(b.say(b.w.snap.Verdict.Main))
	// A file that is looked at while it is locked is used after an unlock.
	w.here.restart(keystore.Locked)
	b = window(w.here)
	b.use(renewal)
	b.clickID("preview.use")
	w.here.keys.Fail(keystore.OK)
	b.click(b.say(mainOf(b, terms.StateKeychainLocked)).Button)
	if got := b.w.snap.Facts.Licenses[0].Version; got != 3 {
		t.Errorf("version %d is held after the unlock", got)
	}
	b.mustShow(b.say(b.w.snap.Verdict.Main))
}

func TestARealKeyStoreThatLocksWhileTheProgramRunsStopsNothing(t *testing.T) {
	w := newWorld(t)
	sold := w.activated()
	b := window(w.here)
	w.here.keys.Fail(keystore.Locked)
	w.pass(1)
	b.use(b.put("renewal.hflic", w.acme.renew(sold.Serial)))
	b.clickID("preview.use")
	if got := b.w.snap.Facts.Licenses[0].Version; got != 3 {
		t.Fatalf("version %d is held", got)
	}
	w.here.restart(keystore.OK)
	b = window(w.here)
	b.mustShow(b.say(mainOf(b, terms.StateActive)))
	if got := b.w.snap.Facts.Licenses[0].Version; got != 3 {
		t.Errorf("version %d is held after a restart", got)
	}
}

func TestARealRequestLeavesAlsoWhileTheKeyStoreIsAway(t *testing.T) {
	for _, class := range []keystore.Class{keystore.Locked, keystore.Denied, keystore.Mute, keystore.None, keystore.Missing} {
		t.Run(string(class), func(t *testing.T) {
			w := newWorld(t)
			w.trusting().ask(w.acme.sell().Key)
			w.here.restart(class)
			env, downloads := envWith(t)
			b := windowWith(w.here, benchOptions{env: env})
			b.goTo(secFiles)
			b.click(b.w.v.t("save.save"))
			b.clickID("open_request.save")
			b.clickID("save.save")
			b.mustSay(b.w.v.t("open_request.saved"))
			names, err := filepath.Glob(filepath.Join(downloads, "*.hfreq"))
			if err != nil || len(names) != 1 {
				t.Fatalf("saved are %v, %v", names, err)
			}
			file, err := os.ReadFile(names[0])
			if err != nil {
				t.Fatal(err)
			}
			answer := w.acme.answer(file)
			w.here.keys.Fail(keystore.OK)
			b.use(b.put("license.hflic", answer))
			b.clickID("preview.use")
			b.mustShow(b.say(mainOf(b, terms.StateActive)))
		})
	}
}

func TestARealSetUpAgainLeadsToANewRequestAndBackToWork(t *testing.T) {
	w := newWorld(t)
	sold := w.activated(onePlace)
	w.here.restart(keystore.Missing)
	b := window(w.here)
	gone := b.say(mainOf(b, terms.StateKeyMissing))
	b.click(gone.Button)
	w.here.keys.Fail(keystore.OK)
	b.clickID("setup.yes")
	b.mustSay(b.w.v.t("setup.done"))
	other := b.say(mainOf(b, terms.StateOtherComputer))
	b.mustShow(other)
	w.pass(1)
	b.click(other.Button)
	for _, r := range sold.Key {
		b.w.canvas().Focused().TypedRune(r)
	}
	b.clickID("request.make")
	b.press(fyne.KeyEscape) // the place to save it
	m, err := w.here.RequestFile("")
	if err != nil {
		t.Fatal(err)
	}
	b.use(b.put("license.hflic", w.acme.answer(m.File))) // the only place is kept
	b.clickID("preview.use")
	b.mustShow(b.say(mainOf(b, terms.StateActive)))
}

// mainOf is the finding of the verdict with a state.
func mainOf(b *bench, s terms.State) terms.Finding {
	b.t.Helper()
	v := b.w.snap.Verdict
	for _, f := range append([]terms.Finding{v.Main}, v.Others...) {
		if f.State == s {
			return f
		}
	}
	b.t.Fatalf("nothing is %s; the state is %s", s, v.Main.State)
	return terms.Finding{}
}

func TestARealDiskThatHasRoomAgainTakesTheFileThatWaited(t *testing.T) {
	w := newWorld(t)
	sold := w.activated()
	w.pass(1)
	b := window(w.here)
	b.use(b.put("renewal.hflic", w.acme.renew(sold.Serial)))
	w.here.disk.problem = syscall.ENOSPC
	b.clickID("preview.use")
	full := b.say(terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": 32}, nil).Finding)
	b.mustShow(full)
	w.here.disk.problem = nil
	b.click(full.Button)
	if got := b.w.snap.Facts.Licenses[0].Version; got != 3 {
		t.Fatalf("version %d is held", got)
	}
	b.mustNotSay(full.Headline)
	b.mustShow(b.say(b.w.snap.Verdict.Main))
}

func TestARealFullDiskAtTheStartIsOverWithOnePressOnceThereIsRoom(t *testing.T) {
	w := newWorld(t)
	w.activated()
	w.here.between(func() {
		tear(w.here)
		w.here.disk.problem = syscall.ENOSPC
	})
	b := window(w.here)
	full := b.say(mainOf(b, terms.StateDiskFull))
	b.click(full.Button)
	b.mustSay(full.Headline)
	w.here.disk.problem = nil
	b.click(full.Button)
	b.mustNotSay(full.Headline)
	b.mustShow(b.say(b.w.snap.Verdict.Main))
	if len(b.w.snap.Facts.Licenses) != 1 {
		t.Error("the license is gone")
	}
}

func TestARealReminderIsQuietOnceTheBuyerWasToldUntilTheStateChanges(t *testing.T) {
	w := newWorld(t)
	w.activated()
	w.pass(330)
	b := window(w.here)
	ending := b.say(mainOf(b, terms.StateEndingSoon))
	b.mustShow(ending)
	b.click(ending.Button)
	b.mustSay(b.w.v.t("tell.lead"))
	b.oneMainButton()
	b.clickID("note.copy")
	if note := b.w.app.Clipboard().Content(); len(note) < 100 {
		t.Errorf("the note is %q", note)
	}
	b.mustSay(b.w.v.t("tell.done"))
	told := b.w.snap.Verdict.Main
	if told.State != terms.StateEndingSoon || told.ToldWho != "buyer" {
		t.Fatalf("%s, told %q", told.State, told.ToldWho)
	}
	b.mustShow(b.say(told))
	b.mustSay("You told sales@acme.example on 29 September 2027.")
	if b.hasButton(ending.Button) {
		t.Errorf("the button %q is still there", ending.Button)
	}
	w.here.restart(keystore.OK)
	b = window(w.here)
	b.mustShow(b.say(told))
	w.pass(40)
	b.w.reload()
	grace := b.say(mainOf(b, terms.StateGraceRenewal))
	b.mustShow(grace)
	if !b.hasButton(grace.Button) {
		t.Errorf("there is no button %q", grace.Button)
	}
	b.mustNotSay("You told")
}

func TestDeletingRealDataLeavesAnEmptyHomeThatCanBeginAnew(t *testing.T) {
	w := newWorld(t)
	w.activated()
	kept := []string{"lock", "settings.json"}
	for _, name := range kept {
		if err := os.WriteFile(filepath.Join(w.here.home, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := window(w.here)
	b.goTo(secSettings)
	b.clickID("settings.delete.button")
	b.mustSay("AcmeCAD Pro, Acme GmbH, license " + b.w.snap.Facts.Licenses[0].Serial)
	b.clickID("delete.go_on")
	b.oneMainButton()
	b.clickID("delete.yes")
	b.mustSay(b.w.v.t("first.title"), b.w.v.t("delete.done"))
	b.mustShow(b.say(mainOf(b, terms.StateNotSetUp)))
	var left []string
	entries, err := os.ReadDir(w.here.home)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if err != nil || !slices.Equal(left, kept) {
		t.Errorf("left are %v, %v", left, err)
	}
	b.use(b.put("welcome.hfkey", w.acme.sell(firstUse).Welcome))
	b.clickID("trust.tick")
	b.click(b.w.v.t("trust.use", "vendor", "Acme GmbH"))
	b.mustShow(b.say(mainOf(b, terms.StateFirstUse)))
	b.mustReach()
	w.here.restart(keystore.OK)
	b = window(w.here)
	b.mustShow(b.say(mainOf(b, terms.StateFirstUse)))
}

func TestRealDataStaysWholeWhenTheKeyStoreDoesNotLetGoOfIt(t *testing.T) {
	w := newWorld(t)
	w.activated()
	b := window(w.here)
	w.here.keys.Fail(keystore.Locked)
	b.goTo(secSettings)
	b.clickID("settings.delete.button")
	b.clickID("delete.go_on")
	b.clickID("delete.yes")
	b.mustNotSay(b.w.v.t("delete.done"))
	w.here.restart(keystore.OK)
	b = window(w.here)
	b.mustShow(b.say(mainOf(b, terms.StateActive)))
}
