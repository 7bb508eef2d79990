package views

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

// usagePageBench is the page about usage of Acme and of others.
func usagePageBench(t testing.TB, e *fake) *bench {
	t.Helper()
	b := open(t, e, benchOptions{})
	b.goTo(secUsage)
	b.clicks = 0
	return b
}

func TestTheUsageFileIsOneClickFromItsPageInEveryState(t *testing.T) {
	waits := usageFake()
	waits.facts, waits.metered.usage[0].Waiting = usageWaits(), acmeWaiting()
	calm := newFake(quietFacts())
	calm.metered.usage = []licensing.UsageView{northUsage()}
	for name, e := range map[string]*fake{"due": usageFake(), "on its way": waits, "nothing due": calm} {
		b := usagePageBench(t, e)
		if n := b.primaries(); n != 1 {
			t.Errorf("%s: %d main buttons", name, n)
		}
		b.click(b.w.v.Action(terms.ActExportUsage))
		if want := []licensing.UsageOptions{{Vendor: e.metered.usage[0].Root}}; !slices.Equal(e.metered.drafts, want) {
			t.Errorf("%s: asked for %v", name, e.metered.drafts)
		}
		if len(e.metered.left) != 0 {
			t.Errorf("%s: something left", name)
		}
	}
}

func TestTheUsageFileIsMadeFromTheOverviewToo(t *testing.T) {
	e := usageFake()
	b := open(t, e, benchOptions{})
	f := b.finding(terms.StateUsageDue)
	b.w.act(terms.ActExportUsage, f)
	if len(e.metered.drafts) != 1 || e.metered.drafts[0].Vendor != acmeRoot {
		t.Errorf("asked for %v", e.metered.drafts)
	}
	north := usagePageBench(t, usageFake(northUsage()))
	north.w.act(terms.ActExportUsage, terms.Finding{State: terms.StateUsageDue}) // of which vendor nobody knows
	if len(north.engine.metered.drafts) != 0 || north.w.trail.here().name != secUsage {
		t.Errorf("asked for %v at %s", north.engine.metered.drafts, north.w.trail.here().name)
	}
}

func TestAStateAboutAReceiptLeadsToIt(t *testing.T) {
	b := open(t, usageFake(), benchOptions{})
	b.w.act(terms.ActSeeReceipt, terms.Finding{State: terms.StateUsageConfirmed, Slots: terms.Slots{"ref": "R-117", "vendor": "Acme GmbH"}})
	b.mustSay("R-117")
	b = open(t, usageFake(), benchOptions{})
	b.w.act(terms.ActSeeReceipt, terms.Finding{State: terms.StateUsageMismatch, Slots: terms.Slots{"vendor": "Acme GmbH"}})
	b.mustSay("R-118") // the newest
}

func TestMonthsAreTurnedAndShownAsATable(t *testing.T) {
	b := usagePageBench(t, usageFake())
	b.mustSay("November 2026", "13 h 30 min on 2 days.", "Used, and what was bought", "13 h 30 min of 160 h used")
	b.tabTo("earlier")
	b.press(fyne.KeyReturn)
	b.mustSay("October 2026", "96 h on 22 days. Most: 7 h on 19 Oct 2026.")
	if b.focused() != "earlier" {
		t.Errorf("after that the focus is on %q", b.focused())
	}
	b.tabTo("table")
	b.press(fyne.KeySpace)
	b.mustSay("19 Oct 2026", "7 h", "In all")
	b.mustNotSay("96 h on 22 days.")
	if b.focused() != "table" {
		t.Errorf("after that the focus is on %q", b.focused())
	}
	b.clickID("usage.earlier")
	b.clickID("usage.later")
	b.clickID("usage.later")
	b.mustSay("November 2026", "In all")
	later := b.button(b.w.v.t("usage.later"))
	if later == nil || !later.Disabled() {
		t.Error("there is a way to a month that has not begun")
	}
	b.goTo(secOverview)
	b.goTo(secUsage)
	b.mustSay("In all") // it stays as a person left it
}

// button is the button with that label.
func (b *bench) button(label string) *look.Button {
	var out *look.Button
	walkAll(b.root(), func(o fyne.CanvasObject) {
		if v, ok := o.(*look.Button); ok && v.Label == label {
			out = v
		}
	})
	return out
}

func TestTheKeyboardReadsAChartBarByBar(t *testing.T) {
	b := usagePageBench(t, usageFake())
	b.clickID("usage.earlier")
	b.tabTo("chart acmecad/hours")
	b.press("Right")
	b.mustSay("1 Oct 2026: 4 h")
	b.press("Right")
	b.press("Right")
	b.mustSay("3 Oct 2026: nothing")
	b.tabTo("chart acmecad/parts")
	b.mustSay("96 h on 22 days.")
	b.press("End")
	b.mustSay("31 Oct 2026: nothing")
}

func TestAPersonChoosesHowMuchLeaves(t *testing.T) {
	e := usageFake()
	b := usagePageBench(t, e)
	b.clickID("usage.tab.leaves")
	b.mustSay(b.w.v.t("usage.level.locked"), "Entries without a receipt stay.", "12 entries were taken out after that.")
	b.mustNotSay(b.w.v.t("usagefile.level.full"))
	b.click(b.w.v.t("usagefile.level.computer"))
	if !slices.Equal(e.metered.levels, []string{usage.LevelComputer}) {
		t.Fatalf("chosen: %v", e.metered.levels)
	}
	b.mustSay(b.w.v.t("usage.level.kept"))
	b.click(b.w.v.t("usagefile.level.computer")) // it is on already
	if len(e.metered.levels) != 1 {
		t.Errorf("chosen: %v", e.metered.levels)
	}
	e.fail = &licensing.Mistake{Code: "usage_level"}
	b.click(b.w.v.t("usagefile.level.contract"))
	if got := e.Snapshot().Usage[0].Level; got != usage.LevelComputer {
		t.Errorf("in force: %s", got)
	}
	b.mustNotSay(b.w.v.t("usage.level.kept"))
}

func TestWaitingFilesAreSentAgainAndReceiptsOpen(t *testing.T) {
	e := usageFake()
	e.facts, e.metered.usage[0].Waiting = usageWaits(), acmeWaiting()
	b := usagePageBench(t, e)
	b.clickID("usage.tab.files")
	b.mustSay("1 Oct 2026 to 15 Oct 2026", "No receipt yet", "Receipt R-118", "Confirmed", "Compare", "It is counted once.", "holdfast receipts list")
	b.clickID("usage.send_again")
	if len(e.metered.drafts) != 1 || e.metered.drafts[0].Vendor != acmeRoot {
		t.Errorf("asked for %v", e.metered.drafts)
	}
	b.w.back()
	b.clickID("details")
	b.mustSay("R-118")
	if n := b.w.trail.here().name; n == secUsage {
		t.Error("the receipt did not open")
	}
}

func TestWithALockedKeyStoreUseIsShownAndTheLogSaysWhyItIsClosed(t *testing.T) {
	e := usageFake()
	e.facts.KeyStore = terms.KeyStore{State: terms.StateKeychainLocked, Name: "Keyring"}
	e.fail = terms.NewProblem(terms.StateKeychainLocked, nil, nil)
	e.metered.usage[0].Unread = 31
	e.metered.usage[0].Gaps = []terms.UsageGap{{From: day("2026-10-20"), To: day("2026-10-21"), Cause: "disk_full", Count: 4}}
	b := usagePageBench(t, e)
	b.mustSay("13 h 30 min on 2 days.", "only Acme GmbH can read them", "31 entries can be read by Acme GmbH only.", "the disk was full")
	b.clickID("usage.tab.log")
	b.mustSay(b.w.v.t("history.locked"))
	b.clickID("usage.tab.files")
	b.mustSay("Receipt R-118")
}

func TestAnotherVendorIsAChoiceAway(t *testing.T) {
	b := usagePageBench(t, usageFake(northUsage()))
	b.mustSay("Working time")
	b.click("Vendor: Acme GmbH")
	b.click("Nordlicht Audio")
	b.mustSay("Mixes", "No limit was bought.", "Some use has no receipt yet.")
	b.mustNotSay("Working time")
	b.click(b.w.v.Action(terms.ActExportUsage))
	if d := b.engine.metered.drafts; len(d) != 1 || d[0].Vendor != northRoot {
		t.Errorf("asked for %v", d)
	}
}

func TestWhereNothingIsMeteredThePageSaysSo(t *testing.T) {
	b := usagePageBench(t, newFake(quietFacts()))
	b.mustSay("No program records usage here yet", "What leaves this computer?", "holdfast usage list")
}

func TestThePageFollowsWhatIsRecorded(t *testing.T) {
	e := newFake(usageFacts())
	b := usagePageBench(t, e)
	b.mustSay("No program records usage here yet")
	e.metered.usage, e.metered.receipts = []licensing.UsageView{acmeUsage()}, acmeReceipts()
	e.revision++
	b.w.reload()
	b.mustSay("Working time", "13 h 30 min of 160 h used")
	e.metered.usage = append(e.metered.usage, northUsage()) // the head changes too
	e.revision++
	b.w.reload()
	b.mustSay("Acme GmbH", "Working time")
}
