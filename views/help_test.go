package views

import (
	"context"
	"strings"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// checked is an engine that counts how often everything was checked. Its checks follow its key store.
type checked struct {
	*fake
	runs int
}

func (c *checked) Checks(context.Context) []licensing.Check {
	c.runs++
	if c.fake.Snapshot().KeyStore.State != "" {
		return troubledChecks()
	}
	return goodChecks()
}

func openChecked(t *testing.T, f terms.Facts, o benchOptions) (*bench, *checked) {
	b := open(t, newFake(f), o)
	c := &checked{fake: b.engine}
	b.w.engine = c
	return b, c
}

// pressKey presses the button with that focus key.
func (b *bench) pressKey(key string) {
	b.t.Helper()
	f, ok := look.ByFocusKey(b.w.now.body, key).(*look.Button)
	if !ok {
		b.t.Fatalf("there is no button %q", key)
	}
	b.clicks++
	f.Tapped(nil)
}

func TestHelpRunsItsChecksWheneverItIsOpened(t *testing.T) {
	b, c := openChecked(t, quietFacts(), benchOptions{})
	for want := range 3 {
		if c.runs != want {
			t.Fatalf("%d runs after %d visits", c.runs, want)
		}
		b.goTo(secHelp)
		b.mustNotSay("Checking …")
		b.mustSay("Checked ")
		b.goTo(secOverview)
	}
}

func TestHelpShowsTheOldListWhileTheChecksRunAgain(t *testing.T) {
	var later []func()
	hold := false
	b, c := openChecked(t, quietFacts(), benchOptions{spawn: func(f func()) {
		if hold {
			later = append(later, f)
			return
		}
		f()
	}})
	b.goTo(secHelp)
	b.goTo(secOverview)
	hold = true
	b.goTo(secHelp)
	b.mustSay("Checking …", "Keyring")
	b.mustNotSay("Checked ")
	b.clickID("help.run")
	hold = false
	for _, f := range later {
		f()
	}
	if c.runs != 2 {
		t.Errorf("%d runs: a press while checks run begins another one", c.runs)
	}
	b.mustSay("Checked ")
	b.mustNotSay("Checking …")
}

func TestUnlockOnACheckUnlocksAndTheChecksRunAgain(t *testing.T) {
	b, c := openChecked(t, lockedFacts(), benchOptions{})
	b.goTo(secHelp)
	locked := b.w.v.headline(terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil).Finding, c.wall)
	b.mustSay(locked)
	b.pressKey("check keystore")
	if c.unlocks != 1 || c.runs != 2 {
		t.Errorf("%d times unlocked, %d runs", c.unlocks, c.runs)
	}
	b.mustNotSay(locked, "Checking …")
	b.mustSay("Checked ")
}

func TestACheckThatStaysAsItWasIsSaidAfterAnActThatDidNotHelp(t *testing.T) {
	b, c := openChecked(t, lockedFacts(), benchOptions{})
	c.fail = terms.NewProblem(terms.StateKeychainDenied, terms.Slots{"keychain": "Keyring"}, nil)
	b.goTo(secHelp)
	b.pressKey("check keystore")
	if c.unlocks != 1 || c.runs != 2 {
		t.Errorf("%d times unlocked, %d runs", c.unlocks, c.runs)
	}
	b.mustNotSay("Checking …")
	if look.ByFocusKey(b.w.now.body, "check keystore") == nil {
		t.Error("the check has no button any more")
	}
}

func TestACheckIsRunAgainByItsOwnButton(t *testing.T) {
	b, c := openChecked(t, lockedFacts(), benchOptions{})
	b.goTo(secHelp)
	b.pressKey("check clock")
	if c.runs != 2 || c.unlocks != 0 {
		t.Errorf("%d runs, %d times unlocked", c.runs, c.unlocks)
	}
}

func TestChecksOfWhatWasDeletedMeanwhileAreNotShown(t *testing.T) {
	var later []func()
	hold := false
	b, _ := openChecked(t, quietFacts(), benchOptions{spawn: func(f func()) {
		if hold {
			later = append(later, f)
			return
		}
		f()
	}})
	hold = true
	b.goTo(secHelp)
	b.w.checks = checkup{} // as erase does
	for _, f := range later {
		f()
	}
	if b.w.checks.list != nil {
		t.Error("what was found before stands there again")
	}
}

func TestTheCommandOfANoteFollowsWhoIsTold(t *testing.T) {
	b := open(t, newFake(graceFacts()), benchOptions{})
	b.w.tellAbout("buyer", b.w.snap.Verdict.Main)
	for _, c := range []struct{ choice, who string }{{"tell.it", "it"}, {"tell.vendor", "vendor"}, {"tell.buyer", "buyer"}} {
		b.clickID(c.choice)
		want := commandLine("tell", c.who, "--product", "acmecam")
		b.mustSay(want)
		b.clickID("copy")
		if got := b.w.app.Clipboard().Content(); got != want {
			t.Errorf("for %s Copy copies %q", c.who, got)
		}
	}
	b.mustNotSay(commandLine("tell", "it", "--product", "acmecam"))
}

func TestAMailedNoteIsOnTheClipboardTooAndCountsOnlyOnceTheDraftOpened(t *testing.T) {
	e, d := newFake(graceFacts()), &testDesk{}
	b := open(t, e, benchOptions{desk: d})
	mail := func() string {
		b.w.app.Clipboard().SetContent("")
		b.w.tellAbout("vendor", b.w.snap.Verdict.Main)
		b.clickID("tell.mail")
		return b.w.app.Clipboard().Content()
	}
	if note := mail(); !strings.Contains(note, "4711-acmecam") || len(e.tellings) != 1 {
		t.Errorf("the clipboard holds %q, told %+v", note, e.tellings)
	}
	b.mustSay(b.w.v.t("tell.done_mail"))
	d.refuses = context.DeadlineExceeded
	if note := mail(); !strings.Contains(note, "4711-acmecam") || len(e.tellings) != 1 {
		t.Errorf("without a mail program the clipboard holds %q, told %+v", note, e.tellings)
	}
	b.mustSay(b.w.v.t("mail.none"))
}
