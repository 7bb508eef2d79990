package views

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// slowBench is a window whose background work waits until it is let go.
func slowBench(t *testing.T, e *fake) (b *bench, slow *bool, letGo func()) {
	t.Helper()
	slow = new(bool)
	var pending []func()
	b = open(t, e, benchOptions{spawn: func(f func()) {
		if *slow {
			pending = append(pending, f)
			return
		}
		f()
	}})
	return b, slow, func() {
		*slow = false
		for _, f := range pending {
			f()
		}
		pending = nil
	}
}

func TestLeavingAPageGivesUpWhatIsUnderWayThere(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	b, slow, letGo := slowBench(t, e)
	b.w.Open([]string{"a.hflic"})
	*slow = true
	b.click("Use this license")
	b.click("Not now")
	b.goTo(secLicenses)
	letGo()
	if here := b.w.trail.here().name; here != secLicenses {
		t.Errorf("the result of work that was given up leads to %q", here)
	}
	b.mustNotSay("Done.")
}

func TestFilesThatComeWhileSomethingIsUnderWayAreLookedAtAfterwards(t *testing.T) {
	e := newFake(acme())
	e.report = licenseReport()
	b, slow, letGo := slowBench(t, e)
	b.w.Open([]string{"a.hflic"})
	*slow = true
	b.click("Use this license")
	b.w.Open([]string{"b.hflic"})
	letGo()
	b.mustSay("holdfast import b.hflic")
}

func TestASecondActWhileOneIsUnderWayIsSaid(t *testing.T) {
	e := newFake(lockedFacts())
	b, slow, letGo := slowBench(t, e)
	*slow = true
	b.click("Unlock")
	b.w.setUpAgain()
	b.click("Set up again")
	b.mustSay("One moment: something else is still under way.")
	letGo()
}

func TestSeveralNewVendorsAtOnceAreDecidedOneByOne(t *testing.T) {
	e := newFake(noLicense())
	first, second := trustReport(), trustReport()
	second.Items[0].RootWords = []string{"other", "violin", "mango", "cactus", "pioneer", "lunar", "ribbon", "oxygen"}
	e.report = licensing.Report{Items: append(first.Items, second.Items...), Finding: first.Finding}
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"a.hfkey", "b.hfkey"})
	b.mustSay("These files come from several new vendors.", "Open one file at a time, and compare its eight check words.", "Close")
	b.mustNotSay("Trust Acme GmbH and use this file")
}

func TestWhyTheEngineCannotOpenCanBeCopiedForSupportInBothLanguages(t *testing.T) {
	b := open(t, nil, benchOptions{desk: &testDesk{}})
	b.w.Refuse(terms.NewProblem(terms.StateDiskFull, terms.Slots{"size": 5}, errors.New("no space left")))
	b.click("Copy details")
	if text := b.w.app.Clipboard().Content(); !contains(text, "disk_full", "no space left") {
		t.Errorf("details are %q", text)
	}
	b.w.change(func(s *Settings) { s.Language = "de" })
	b.mustSay("Details kopieren")
	b.mustNotSay("There is no room")
}

func TestAnErrorSaysWhatToDoAndHasDetailsToCopy(t *testing.T) {
	e := newFake(waitingFacts())
	e.fail = terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil)
	b := open(t, e, benchOptions{})
	b.w.warn(e.fail)
	b.mustSay("Keyring is locked.", "Unlock.", "Copy details")
	b.click("Copy details")
	if text := b.w.app.Clipboard().Content(); !contains(text, "keychain_locked") {
		t.Errorf("details are %q", text)
	}
}

func TestASavedRequestIsSavedEvenWhenItsNameCannotBeRecorded(t *testing.T) {
	f := filesFacts()
	f.Requests = f.Requests[:1] // never saved
	e := &refusing{fake: newFake(f)}
	stick := t.TempDir()
	b := open(t, nil, benchOptions{sticks: []string{stick}})
	b.w.SetEngine(e)
	b.w.showRequest("r2")
	e.refuse = true
	b.clickPrefix("Save to USB")
	b.goTo(secFiles)
	b.mustNotSay("Not saved yet")
	e.refuse = false
	b.w.reload()
	if e.saved == "" {
		t.Error("the name is not recorded once it can be")
	}
}

// refusing cannot record names for a while.
type refusing struct {
	*fake
	refuse bool
	saved  string
}

func (r *refusing) RequestSaved(_ context.Context, _, name string) error {
	if r.refuse {
		return terms.NewProblem(terms.StateKeychainLocked, nil, nil)
	}
	r.saved = name
	return nil
}

func TestARebuildBelowADialogLeavesTheKeyboardInIt(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	b.w.useFile()
	before := b.focused()
	e.facts = graceFacts()
	e.revision++
	e.watch(e.Snapshot())
	if b.focused() != before {
		t.Errorf("the focus went from %q to %q", before, b.focused())
	}
	b.press(fyne.KeyEscape)
}

func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
