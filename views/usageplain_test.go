package views

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

func TestWhoSendsTheFileIsNotAmongWhatIsInIt(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	d := usageDraftOf(usageContents(20, ""))
	m := b.w.v.usageFile(b.w.snap, d)
	if got := joined(append(m.Facts, m.Lines...)); strings.Contains(got, "Example Corp") {
		t.Errorf("in the file:\n%s", got)
	}
	d.Customer = ""
	if got := b.w.v.usageFile(b.w.snap, d).For; got != "To Acme GmbH." {
		t.Errorf("without a name: %q", got)
	}
}

func TestTheFirstSaveOfAFileThatWasLookedAtIsNotTheSameAgain(t *testing.T) {
	dir := t.TempDir()
	_, b := usageBench(t, benchOptions{sticks: []string{dir}})
	b.draftWith(func(d *licensing.UsageDraft) { d.Again = true })
	b.w.usageDraft(acmeRoot)
	b.mustNotSay("Nothing was recorded since")
	b.click("Save to USB " + stickName(dir))
	b.mustSay("It has 212 uses for Acme GmbH.")
	b.w.back()
	b.mustNotSay("Nothing was recorded since")
	b.draftWith(func(d *licensing.UsageDraft) { d.Again, d.Left = true, true })
	b.w.usageDraft(acmeRoot)
	b.mustSay("Nothing was recorded since this file was made.")
}

func TestTheMailAndTheCommandNameTheFileAsItWasSaved(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	d := usageDraftOf(usageContents(20, ""))
	path := filepath.Join("/media/kim", "october.hfuse")
	if m := b.w.usageMail(&d, path); !strings.Contains(m.Text, "File: october.hfuse.") || m.Name != "october.hfuse" || strings.Contains(m.Text, d.Name) {
		t.Errorf("%s: %s", m.Name, m.Text)
	}
	b.w.visit(b.w.usageSavedPlace(&d, path))
	b.mustSay("--out october.hfuse --email october.eml")
}

func TestWhatOnlyTheVendorCanReadIsNotCountedAsNoUse(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	b.draftWith(func(d *licensing.UsageDraft) { d.Contents.Sums, d.Contents.Epochs[0].Unread = nil, 9 })
	b.w.usageDraft(acmeRoot)
	b.mustSay("9 entries were sealed")
	b.mustNotSay("0 uses")
}

func TestNothingUsedIsNotCalledConfirmed(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	b.draftFails(&licensing.Mistake{Code: nothingRecorded, Args: map[string]any{"vendor": "Acme GmbH"}})
	b.w.usageDraft(acmeRoot)
	b.mustSay("Nothing was recorded here yet.", "No program has recorded any use for Acme GmbH.")
	b.mustNotSay("confirmed")
	b.draftFails(&licensing.Mistake{Code: nothingToReport, Args: map[string]any{"vendor": "Acme GmbH"}})
	b.w.usageDraft(acmeRoot)
	b.mustSay("confirmed")
}

func TestThePageSaysWhatIsConfirmedAndWhenTheNextFileIsDue(t *testing.T) {
	e := usageFake()
	e.facts = usageWaits() // the amount that is used up stands in the banner
	m := modelOf(t, e, usageForm{})
	if m.Stands != "Some use has no receipt yet. The next usage file is due by 1 December 2026." {
		t.Errorf("%s: %q", m.Finding.State, m.Stands)
	}
	e.metered.usage[0].Unsent = 0
	if m = modelOf(t, e, usageForm{}); !strings.HasPrefix(m.Stands, "Acme GmbH confirmed everything that was used.") {
		t.Errorf("all confirmed: %q", m.Stands)
	}
	s := e.Snapshot()
	s.Verdict.Main = terms.NewProblem(terms.StateUsageConfirmed, terms.Slots{
		"vendor": "Acme GmbH", "from": day("2026-10-01"), "to": day("2026-10-29"), "ref": "R-118", "n": 214,
	}, nil).Finding
	s.Verdict.Others, s.Verdict.Products = nil, nil
	if b, _ := voiceIn(t, "en").usageBanner(s, s.Usage[0], false); b.Answers.By != "The next usage file is due by 1 December 2026." {
		t.Errorf("by when: %q", b.Answers.By)
	}
	unset := licensing.UsageView{Root: acmeRoot, Vendor: "Acme GmbH", Meters: unused()}
	s.Verdict.Main = terms.Finding{}
	if b, _ := voiceIn(t, "en").usageBanner(s, unset, false); b.Answers.Happened != "Nothing was used yet." {
		t.Errorf("before any use: %q", b.Answers.Happened)
	}
}

func TestADueUsageFileIsAmongWhatComes(t *testing.T) {
	e := usageFake()
	e.facts = usageWaits()
	v, s := voiceIn(t, "en"), e.Snapshot()
	found := false
	for _, m := range v.dates(s).Months {
		found = found || slices.ContainsFunc(m.Rows, func(r dateRow) bool { return r.Title == "Usage file due" })
	}
	if !found {
		t.Errorf("due on %s, listed: %+v", s.Verdict.Products[0].UsageDue, v.dates(s))
	}
	titles := ""
	for _, u := range v.upcoming(s) {
		titles += u.Title + "\n"
	}
	if !strings.Contains(titles, "License ends") {
		t.Errorf("the end of the license gave way:\n%s", titles)
	}
}

func TestWithALockedKeyStoreNoCountIsMadeUp(t *testing.T) {
	e := usageFake()
	e.facts = acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), monthlyMeters))
	e.metered.usage[0].Meters, e.metered.usage[0].Problem, e.metered.usage[0].Unsent = unused(), terms.StateKeychainLocked, 0
	b := usagePageBench(t, e)
	b.mustSay("The count is not known until your key store is unlocked.", "Not known now")
	b.mustNotSay("0 of", "Nothing was recorded", "Nothing was used", "confirmed everything")
	e.metered.usage[0].Meters = acmeMeters() // the last sums are kept
	e.revision++
	b.w.reload()
	b.mustSay("13 h 30 min of 160 h used")
	b.mustNotSay("not known")
}

func TestWhetherAReceiptMatchesIsSaidOnce(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	for _, c := range []struct {
		matches bool
		there   int64
		want    string
	}{
		{true, 320, "receipt.same"}, {true, 330, "receipt.fewer"}, {false, 320, "receipt.differs.text"},
	} {
		r := receiptOf(true)
		r.Matches, r.Totals[2].There = c.matches, c.there
		m := b.w.v.receipt(b.w.snap, r)
		if m.Compared != b.w.v.t(c.want) {
			t.Errorf("matches %v, %d there: %q", c.matches, c.there, m.Compared)
		}
		for _, x := range m.Meters {
			if !x.Same {
				t.Errorf("matches %v: %+v", c.matches, x)
			}
		}
	}
}

func TestAHugeNumberStaysInsideItsChart(t *testing.T) {
	for _, kind := range []string{usage.Counter, usage.Duration, usage.Peak} {
		e := usageFake()
		days := []usage.Sum{}
		for _, d := range []string{"2026-11-02", "2026-11-03"} {
			days = append(days, usage.Sum{Product: "acmecad", Meter: "x", Kind: kind, Day: midnight(d), Units: math.MaxInt64, Count: math.MaxUint64})
		}
		e.metered.usage[0].Meters = []licensing.MeterView{{
			Product: "acmecad", MeterVerdict: terms.MeterVerdict{ID: "x", Name: terms.Plain("Huge"), Kind: kind, Used: math.MaxInt64, Included: math.MaxInt64}, Days: days,
		}}
		m := modelOf(t, e, usageForm{})
		for _, bar := range m.Month.Meters[0].Chart.Bars {
			if bar.Share < 0 || bar.Share > 1 {
				t.Errorf("%s: a bar is %v high", kind, bar.Share)
			}
		}
		for _, l := range m.Month.Meters[0].Chart.Levels {
			if len(l.Word) > 20 {
				t.Errorf("%s: the axis says %q", kind, l.Word)
			}
		}
		if row := strings.Join(m.Month.Meters[0].Foot, " "); strings.Contains(row, "-") {
			t.Errorf("%s: %s", kind, row)
		}
		b := open(t, e, benchOptions{size: fyne.NewSize(760, 520)})
		b.goTo(secUsage)
		noTextIsCut(t, b)
	}
}

func TestTheFileHasHalfOfALowWindow(t *testing.T) {
	size := fyne.NewSize(760, 520)
	e := newFake(meteredFacts())
	e.metered.usage = []licensing.UsageView{usageViewOf()}
	b := open(t, e, benchOptions{factor: 2, size: size, sticks: []string{t.TempDir()}})
	b.w.usageDraft(acmeRoot)
	page := b.w.now.body.(*look.Page)
	d := fyne.CurrentApp().Driver()
	at := d.AbsolutePositionForObject(page.Content()).Y
	low := d.AbsolutePositionForObject(page).Y + page.Size().Height
	for _, o := range test.WidgetRenderer(page).Objects()[1:] { // a bar that does not scroll
		low = min(low, d.AbsolutePositionForObject(o).Y)
	}
	if low-at < size.Height/2 {
		t.Errorf("the file has %.0f of %.0f", low-at, size.Height)
	}
	b.tabTo("save")
	if o, ok := b.w.canvas().Focused().(fyne.CanvasObject); !ok || d.AbsolutePositionForObject(o).Y+o.Size().Height > low+1 {
		t.Error("the button is out of sight while it has the focus")
	}
}

func TestAReceiptThatDiffersIsNotAnnouncedAsConfirmed(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.report = receiptReport(false)
	b.w.Open([]string{"receipt.hfrcp"})
	b.clickID("preview.use_file")
	b.mustSay("Compare it with your records.")
	if b.w.usage.tab != usageTabFiles || b.w.usage.root != acmeRoot {
		t.Errorf("it leads to %+v", b.w.usage)
	}
}

func TestDurationsCountInTheUnitOfTheirLicense(t *testing.T) {
	v := voiceIn(t, "en")
	for _, c := range []struct {
		unit string
		n    int64
		want string
	}{{"h", 100, "100 h"}, {"", 0, "0 h"}, {"min", 90, "1 h 30 min"}, {"s", 30, "30 s"}, {"days", 2, "48 h"}} {
		if got := v.amount(terms.MeterVerdict{Kind: usage.Duration, Unit: c.unit}, c.n); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.n, c.unit, got, c.want)
		}
	}
}
