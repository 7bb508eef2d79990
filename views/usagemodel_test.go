package views

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

func voiceIn(t testing.TB, lang string) voice {
	t.Helper()
	words, err := plain.New(lang)
	if err != nil {
		t.Fatal(err)
	}
	return voice{words, time.UTC}
}

func modelOf(t testing.TB, e *fake, form usageForm) usageModel {
	t.Helper()
	log := map[string][]licensing.LedgerEntry{acmeRoot: e.history}
	return voiceIn(t, "en").usage(e.Snapshot(), form, usageFetched{receipts: e.metered.receipts, log: log}, true, nil)
}

func october() usageForm { return usageForm{month: midnight("2026-10-01")} }

func TestTheChartOfAMonthAndItsTableHaveTheSameNumbers(t *testing.T) {
	m := modelOf(t, usageFake(), october())
	for _, x := range m.Month.Meters {
		if len(x.Chart.Bars) != 31 {
			t.Fatalf("%s has %d days in October", x.Name, len(x.Chart.Bars))
		}
		var said []string
		for _, b := range x.Chart.Bars {
			if b.Share > 1 || b.Share < 0 {
				t.Errorf("%s: a bar is %v high", x.Name, b.Share)
			}
			if b.Share > 0 {
				said = append(said, b.Word)
			}
		}
		if len(said) != len(x.Rows) {
			t.Fatalf("%s: %d bars and %d rows", x.Name, len(said), len(x.Rows))
		}
		for i, r := range x.Rows {
			if want := r[0] + ": " + r[1]; said[i] != want {
				t.Errorf("%s: the bar says %q, the table %q", x.Name, said[i], want)
			}
		}
	}
	hours, parts, seats := m.Month.Meters[0], m.Month.Meters[1], m.Month.Meters[2]
	for got, want := range map[string]string{
		m.Month.Title:          "October 2026",
		hours.About:            "AcmeCAD Pro · hours a day",
		parts.About:            "AcmeCAD Pro · how many a day",
		seats.About:            "AcmeCAD Pro · most at once each day",
		hours.Chart.Summary:    "96 h on 22 days. Most: 7 h on 19 Oct 2026.",
		parts.Chart.Summary:    "7 on 4 days. Most: 3 on 13 Oct 2026.",
		seats.Chart.Summary:    "Most at once: 5 on 6 Oct 2026.",
		fmt.Sprint(hours.Foot): "[In all 96 h 96]",
		fmt.Sprint(seats.Foot): "[Most 5 22]",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheAxisOfAChartHasWholeNumbersAndHoursHaveTenths(t *testing.T) {
	v := voiceIn(t, "en")
	for _, c := range []struct {
		kind string
		most int64
		want []string
	}{
		{usage.Counter, 0, []string{"0", "1", "2"}},
		{usage.Counter, 3, []string{"0", "2", "4"}},
		{usage.Peak, 9, []string{"0", "5", "10"}},
		{usage.Counter, 11, []string{"0", "10", "20"}},
		{usage.Counter, 100_000, []string{"0", "50,000", "100,000"}},
		{usage.Counter, 3_000_000_000, []string{"0", "2 billion", "4 billion"}},
		{usage.Counter, math.MaxInt64, []string{"0", "4,611,686 trillion", "9,223,372 trillion"}},
		{usage.Duration, 7 * 3600, []string{"0", "4", "8"}},
		{usage.Duration, 5400, []string{"0", "1", "2"}},
		{usage.Duration, 1000, []string{"0", "0.2", "0.4"}},
	} {
		top, step := chartTop(c.kind, c.most)
		var got []string
		for i := range int64(3) {
			got = append(got, v.level(c.kind, top/2*i, step))
		}
		if !slices.Equal(got, c.want) || top < c.most {
			t.Errorf("%s up to %d: %v, want %v", c.kind, c.most, got, c.want)
		}
	}
	for _, kind := range []string{usage.Counter, usage.Duration, usage.Peak} {
		if top, _ := chartTop(kind, math.MaxInt64); top != math.MaxInt64 {
			t.Errorf("the largest %s has the top %d", kind, top)
		}
	}
	hours := terms.MeterVerdict{Kind: usage.Duration}
	for seconds, want := range map[int64]string{0: "0 h", 20: "under 1 min", 60: "1 min", 360: "6 min", 3599: "1 h", 5400: "1 h 30 min", 36_000_000: "10,000 h"} {
		if got := v.recorded(hours, seconds); got != want {
			t.Errorf("%d seconds are %q, want %q", seconds, got, want)
		}
	}
	if got := voiceIn(t, "de").recorded(hours, 5400); got != "1 h 30 min" {
		t.Errorf("in German 5400 seconds are %q", got)
	}
}

func TestMonthsGoFromTheFirstUseToNow(t *testing.T) {
	v, u, now := voiceIn(t, "en"), acmeUsage(), day("2026-12-05")
	var seen []string
	for at := midnight("2026-12-01"); !at.IsZero(); {
		m := v.usageMonth(u, at, now)
		if at = m.Earlier; len(seen) == 0 && !m.Later.IsZero() {
			t.Error("there is a month after the present one")
		}
		seen = append(seen, m.Title)
	}
	if want := []string{"December 2026", "November 2026", "October 2026", "September 2026"}; !slices.Equal(seen, want) {
		t.Errorf("months: %v", seen)
	}
	if m := v.usageMonth(u, time.Time{}, now); m.Title != "November 2026" || m.Later.IsZero() {
		t.Errorf("at first it shows %s", m.Title)
	}
	if m := v.usageMonth(licensing.UsageView{}, time.Time{}, now); m.Title != "December 2026" || m.Used || !m.Earlier.IsZero() || !m.Later.IsZero() {
		t.Errorf("without use it shows %+v", m)
	}
	if m := v.usageMonth(u, midnight("2031-01-01"), now); m.Title != "December 2026" {
		t.Errorf("a month that has not begun is %s", m.Title)
	}
	if m := v.usageMonth(u, midnight("2026-11-01"), day("2026-10-10")); len(m.Meters[0].Rows) != 2 {
		t.Errorf("use after a clock that went back is lost: %v", m.Meters[0].Rows)
	}
}

func TestWhatWasBoughtIsComparedWithWhatIsUsed(t *testing.T) {
	m := modelOf(t, usageFake(), usageForm{})
	var got []string
	for _, r := range m.Bought {
		got = append(got, strings.TrimSpace(r.Name+" | "+r.Of+" | "+r.Word+" | "+r.Text))
	}
	want := []string{
		"Working time | 13 h 30 min of 160 h used |  | 146 h 30 min left. Counted anew from 1 December 2026.",
		"Sheet metal | 16 of 20 used | Almost used | 4 left. Used up about 12 November 2026 at this pace. When it is used up, what needs it pauses. Counted anew from 1 December 2026.",
		"Seats | 6 of 5 used | Used up | 1 beyond what was bought. Nothing stops. More is counted and named in the usage file. Counted anew from 1 December 2026.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	v := voiceIn(t, "en")
	stopped := licensing.MeterView{MeterVerdict: terms.MeterVerdict{Name: terms.Plain("Renders"), Used: 20, Included: 20, Overage: "stop", State: terms.StateQuotaUsed, Stops: true}}
	if r := v.boughtRow(stopped, day("2026-11-03")); r.Text != "0 left. What needs it is paused." {
		t.Errorf("used up: %q", r.Text)
	}
	free := licensing.MeterView{MeterVerdict: terms.MeterVerdict{Name: terms.Plain("Renders"), Unit: "renders", Used: 7}}
	if r := v.boughtRow(free, day("2026-11-03")); r.Of != "7 used" || r.Text != "No limit was bought." {
		t.Errorf("without a limit: %+v", r)
	}
	pruned := acmeMeters()[0]
	pruned.Days = nil // the sums are gone, the verdict is not
	if r := v.boughtRow(pruned, day("2026-11-03")); r.Of != "13 h of 160 h used" || !strings.HasPrefix(r.Text, "147 h left.") {
		t.Errorf("without days: %+v", r)
	}
}

func TestTheBannerIsTheStateThatNeedsAPersonMost(t *testing.T) {
	e := usageFake()
	m := modelOf(t, e, usageForm{})
	if m.Finding.State != terms.StateUsageDue || m.Finding.Action != terms.ActExportUsage || m.head().export {
		t.Errorf("due: %+v", m.Finding)
	}
	e.facts = usageWaits()
	if m = modelOf(t, e, usageForm{}); m.Finding.State != terms.StateQuotaUsed || !m.head().export {
		t.Errorf("with a file on its way: %s", m.Finding.State)
	}
	e.wall = day("2027-01-20")
	e.facts = usageFacts()
	if m = modelOf(t, e, usageForm{}); m.Finding.State != terms.StateUsageOverdue {
		t.Errorf("late: %s", m.Finding.State)
	}
	e = newFake(quietFacts())
	north := northUsage()
	e.metered.usage = []licensing.UsageView{north}
	if m = modelOf(t, e, usageForm{}); m.Banner.Tone != terms.ToneOK || m.Finding.Action != terms.ActExportUsage || m.Banner.Answers.Happened != "Some use has no receipt yet." {
		t.Errorf("nothing due: %+v", m.Banner)
	}
	e.metered.usage[0].Unsent = 0
	if m = modelOf(t, e, usageForm{}); m.Banner.Answers.Button != "" || m.head().export || m.Banner.Answers.Happened != "Nordlicht Audio confirmed everything that was used." {
		t.Errorf("all confirmed: %+v", m.Banner)
	}
}

func TestAPersonCanLetLessLeaveThanTheContractAllowsAndNeverMore(t *testing.T) {
	v, e := voiceIn(t, "en"), usageFake(northUsage())
	for _, c := range []struct {
		policy, level, by string
		want              levelModel
	}{
		{usage.LevelContract, usage.LevelContract, "", levelModel{Options: []string{"contract"}, On: 0, Locked: true}},
		{usage.LevelComputer, usage.LevelComputer, "contract", levelModel{Options: []string{"contract", "computer"}, On: 1, Locked: true}},
		{usage.LevelFull, usage.LevelComputer, "person", levelModel{Options: []string{"contract", "computer", "full"}, On: 1, Locked: false}},
	} {
		e.facts.Licenses[0].License.Policy.Usage.Level = c.policy
		e.metered.usage[0].Level, e.metered.usage[0].LevelBy = c.level, c.by
		s := e.Snapshot()
		if got := v.usageLevel(s, s.Usage[0]); !reflect.DeepEqual(got, c.want) {
			t.Errorf("policy %s, in force %s: %+v, want %+v", c.policy, c.level, got, c.want)
		}
	}
	// The organization decided: nothing is to choose, and it is named.
	e.metered.usage[0].Level, e.metered.usage[0].LevelBy = usage.LevelComputer, licensing.UsageByOrganization
	e.metered.usage[0].LevelSet, e.metered.usage[0].LevelOrg = true, "Example Corp"
	s := e.Snapshot()
	want := levelModel{Options: []string{"computer"}, Locked: true, By: "Set by Example Corp."}
	if got := v.usageLevel(s, s.Usage[0]); !reflect.DeepEqual(got, want) {
		t.Errorf("set by the organization: %+v, want %+v", got, want)
	}
	// Nobody decided while the policy file is not right.
	e.metered.usage[0].LevelBy, e.metered.usage[0].LevelOrg = licensing.UsageByNobody, ""
	s = e.Snapshot()
	want.By = "Counts until the policy file is right."
	if got := v.usageLevel(s, s.Usage[0]); !reflect.DeepEqual(got, want) {
		t.Errorf("while the policy is broken: %+v, want %+v", got, want)
	}
}

func TestReceiptsFilesAndRetentionAreSaidWithTheirDates(t *testing.T) {
	e := usageFake()
	e.metered.usage[0].Waiting = acmeWaiting()
	other := acmeReceipts()[0]
	other.Root = northRoot
	e.metered.receipts = append(e.metered.receipts, other)
	m := modelOf(t, e, usageForm{})
	if want := []usageFileRow{{"u-118", "usage_acme_7F3A-2C91_2026-10.hfuse", "1 Oct 2026 to 15 Oct 2026", "16 Oct 2026"}}; !slices.Equal(m.Waiting, want) {
		t.Errorf("waiting: %+v", m.Waiting)
	}
	want := []receiptRow{
		{"R-118", "Receipt R-118", "112 uses, 1 Sep 2026 to 30 Sep 2026", "2 Oct 2026", "Confirmed", terms.ToneOK},
		{"R-117", "Receipt R-117", "97 uses, 1 Aug 2026 to 31 Aug 2026", "2 Sep 2026", "Compare", terms.ToneWarn},
	}
	if !slices.Equal(m.Receipts, want) {
		t.Errorf("receipts: %+v", m.Receipts)
	}
	keep := "Entries without a receipt stay. What a receipt covers is kept for 365 days after it. " +
		"What receipt R-118 covers stays until 2 October 2027. 12 entries were taken out after that. Their sums stay."
	if got := strings.Join(m.Keep, " "); got != keep {
		t.Errorf("kept: %q", got)
	}
	var log []string
	for _, h := range m.Log {
		log = append(log, h.Text)
	}
	if want := "The usage file was saved, to hand on. A receipt came in. Sealed by Acme GmbH. A request was made."; strings.Join(log, " ") != want {
		t.Errorf("log: %q", log)
	}
}

func TestOnlyTheNewestReceiptsHaveARowAndTheOthersAreCounted(t *testing.T) {
	e := usageFake()
	for range 30 {
		e.metered.receipts = append(e.metered.receipts, acmeReceipts()[1])
	}
	if m := modelOf(t, e, usageForm{}); len(m.Receipts) != mostReceipts || m.Older != 32-mostReceipts {
		t.Errorf("%d rows, %d older", len(m.Receipts), m.Older)
	}
}

func TestEveryVendorHasItsOwnPage(t *testing.T) {
	e := usageFake(northUsage())
	m := modelOf(t, e, usageForm{root: northRoot})
	if m.Root != northRoot || m.On != 1 || !slices.Equal(m.Vendors, []string{"Acme GmbH", "Nordlicht Audio"}) || len(m.Month.Meters) != 1 || len(m.Receipts) != 0 {
		t.Errorf("%+v", m)
	}
	if m.Finding.State != "" {
		t.Errorf("the page of Nordlicht shows %s of Acme", m.Finding.State)
	}
	if m = modelOf(t, e, usageForm{root: "gone"}); m.Root != acmeRoot {
		t.Errorf("a vendor that is gone leads to %q", m.Root)
	}
}
