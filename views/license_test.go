package views

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

func TestAFindingThatIsOverSaysSoAndLeadsToTheOverview(t *testing.T) {
	e := newFake(lockedFacts())
	b := open(t, e, benchOptions{})
	f := b.w.snap.Verdict.Main
	b.w.showFinding(f)
	locked := b.w.v.headline(f, e.wall)
	b.mustSay(locked)
	b.pressKey("banner")
	if e.unlocks != 1 {
		t.Fatalf("%d times unlocked", e.unlocks)
	}
	b.mustNotSay(locked)
	b.mustSay("This is over", "Nothing is left to do about it.")
	if b.focused() != "overview" {
		t.Errorf("the focus is on %q", b.focused())
	}
	b.press(fyne.KeyReturn)
	if here := b.w.trail.here().name; here != secOverview {
		t.Errorf("the button leads to %q", here)
	}
}

func TestAFindingThatComesBackIsShownAgain(t *testing.T) {
	e := newFake(lockedFacts())
	b := open(t, e, benchOptions{})
	f := b.w.snap.Verdict.Main
	b.w.showFinding(f)
	locked := e.facts
	e.facts = quietFacts()
	e.revision++
	b.w.reload()
	b.mustSay("This is over")
	e.facts = locked
	e.revision++
	b.w.reload()
	b.mustSay(b.w.v.headline(f, e.wall))
	b.mustNotSay("This is over")
}

func TestWhatAnActAnsweredStaysThoughItIsInNoVerdict(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	f := terms.NewProblem(terms.StateKeychainDenied, terms.Slots{"keychain": "Keyring"}, nil).Finding
	b.w.showFinding(f)
	e.revision++
	b.w.reload()
	b.mustSay(b.w.v.headline(f, e.wall))
	b.mustNotSay("This is over")
}

func TestTheHistorySaysWhereOlderRecordsAre(t *testing.T) {
	for _, c := range []struct {
		records int
		more    bool
	}{{historyLimit - 1, false}, {historyLimit, true}} {
		e := newFake(quietFacts())
		e.history = nil
		for range c.records {
			e.history = append(e.history, told("2026-11-02", "request_made", "activate", "person"))
		}
		b := open(t, e, benchOptions{})
		b.w.showLicense(acmeRoot + "/acmecad")
		b.clickID("tab.history")
		want := b.w.v.t("history.more", "command", "holdfast ledger show")
		if b.says(want) != c.more || !strings.Contains(want, "holdfast ledger show") {
			t.Errorf("%d records: the page says %q: %v", c.records, want, !c.more)
		}
	}
}

func TestADateOfTheHistoryStandsOnOneLineInTheSmallestWindow(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		e := newFake(quietFacts())
		e.history = []licensing.LedgerEntry{{At: time.Date(2026, 9, 28, 22, 48, 0, 0, time.UTC), Kind: "request_made", Vendor: acmeRoot}}
		b := open(t, e, benchOptions{lang: lang, size: fyne.NewSize(760, 520)})
		b.w.showLicense(acmeRoot + "/acmecad")
		b.clickID("tab.history")
		date := b.w.v.moment(e.history[0].At)
		seen := false
		look.Walk(b.w.now.body, func(o fyne.CanvasObject) {
			if p, ok := o.(*look.Para); ok && p.String() == date {
				seen = true
				if one := look.NewPara("0", look.Quiet).HeightFor(400); p.HeightFor(p.Size().Width) > one+1 {
					t.Errorf("%q takes more than one line of %.0f", date, p.Size().Width)
				}
			}
		})
		if !seen || !strings.Contains(date, "22:48") {
			t.Errorf("the page does not say %q", date)
		}
	}
}

func TestAFilesPageSpeaksTheLanguageThatWasChosenMeanwhileAndFollowsTheFile(t *testing.T) {
	e, d := newFake(quietFacts()), &testDesk{}
	b := open(t, e, benchOptions{desk: d})
	b.w.showFile(e.files[0])
	english, chip := b.w.v.fileTitle(e.files[0]), b.w.v.t("files.in_use")
	b.mustSay(english, chip, e.files[0].Hash)
	b.w.change(func(s *Settings) { s.Language = "de" })
	if b.w.v.Language() != "de" {
		t.Fatal("the language did not change")
	}
	b.mustSay(b.w.v.fileTitle(e.files[0]), b.w.v.t("files.in_use"))
	b.mustNotSay(english, chip)
	e.files[0].InUse = false
	e.revision++
	b.w.reload()
	b.mustSay(b.w.v.t("files.kept"))
	b.mustNotSay(b.w.v.t("files.in_use"))
	b.clickID("files.show_license")
	if here := b.w.trail.here().name; here != "license "+acmeRoot+"/acmecad" {
		t.Errorf("the button leads to %q", here)
	}
}
