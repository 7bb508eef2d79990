package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// metered is a view of one vendor's ledger with one meter.
func metered(unsent uint64, m terms.MeterVerdict) licensing.UsageView {
	return licensing.UsageView{
		Root: "root1", Vendor: "Acme GmbH", Ledger: "ab12", Entries: 9, Unsent: unsent, Due: day.AddDate(0, 0, 20), Level: usage.LevelContract,
		Waiting: []terms.UsageFile{{ID: "f1", Name: "usage.hfuse", Made: day.AddDate(0, 0, -1), Entries: 5}},
		Meters: []licensing.MeterView{{
			Product: "acmecad", MeterVerdict: m,
			Days: []usage.Sum{{Product: "acmecad", Meter: m.ID, Day: day.Truncate(24 * time.Hour), Units: 41, Count: 7}},
		}},
	}
}

func renders(used, included int64) terms.MeterVerdict {
	m := terms.MeterVerdict{ID: "renders", Name: terms.Text{"en": "Renders"}, Kind: usage.Counter, Unit: "pictures", Used: used, Included: included, Reset: day.AddDate(0, 1, 0)}
	m.Left, m.Over = max(0, included-used), max(0, used-included)
	return m
}

func TestRecordingEndsWith18ExactlyWhenTheMeterStops(t *testing.T) {
	for _, stops := range []bool{false, true} {
		m := renders(100, 100)
		m.Stops = stops
		f := &fake{verdict: verdict(terms.StateActive), done: []licensing.Recorded{{Root: "root1", Ledger: "ab12", Seq: 42, Meter: m, Flags: []string{"overage"}}}}
		want := map[bool]int{false: 0, true: 18}[stops]
		code, out, _ := f.run(t, "usage record acmecad renders 3 --id job-1")
		if code != want || !strings.Contains(out, "entry 42") || !strings.Contains(out, "100 of 100 used") {
			t.Errorf("stops %v: exit %d, want %d\n%s", stops, code, want, out)
		}
		if len(f.recorded) != 1 || f.recorded[0] != (licensing.UsageEvent{Product: "acmecad", Meter: "renders", Units: 3, ID: "job-1"}) {
			t.Errorf("%+v", f.recorded)
		}
		_, out, _ = f.run(t, "usage record acmecad renders 3 --json")
		var j recordedJSON
		if err := json.Unmarshal([]byte(out), &j); err != nil || j.Seq != 42 || j.Flags[0] != "overage" || j.Meter.Stops != stops {
			t.Errorf("%v %+v", err, j)
		}
	}
}

func TestAnAmountThatIsNoNumberIsAWrongUseOfTheCommand(t *testing.T) {
	for _, units := range []string{"many", "1.5", "99999999999999999999"} {
		f := &fake{verdict: verdict(terms.StateActive)}
		if code, _, _ := f.run(t, "usage record acmecad renders "+units); code != 2 || len(f.recorded) > 0 {
			t.Errorf("%s: exit %d, %v", units, code, f.recorded)
		}
	}
}

func TestTheListSaysWhatIsUsedLeftAndNotYetConfirmed(t *testing.T) {
	m := renders(41, 100)
	m.RunsOut = day.AddDate(0, 0, 12)
	f := &fake{verdict: verdict(terms.StateActive)}
	f.snap.Usage = []licensing.UsageView{metered(5, m)}
	code, out, _ := f.run(t, "usage")
	for _, want := range []string{"Acme GmbH", "Renders", "41 of 100 used", "59 left", "until 15 Nov 2026", "5 entries have no receipt", "due by 23 November 2026", "usage.hfuse", "contract"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s", code, want, out)
		}
	}
	if strings.Contains(out, "7 uses") {
		t.Errorf("days were not asked for:\n%s", out)
	}
	if _, out, _ = f.run(t, "usage list --days --product ACMECAD"); !strings.Contains(out, "3 Nov 2026") || !strings.Contains(out, "7 uses") {
		t.Errorf("%s", out)
	}
	_, out, _ = f.run(t, "usage list --days --json")
	var j struct{ Usage []ledgerJSON }
	if err := json.Unmarshal([]byte(out), &j); err != nil {
		t.Fatal(err)
	}
	if len(j.Usage) != 1 || j.Usage[0].Unsent != 5 || *j.Usage[0].Meters[0].Left != 59 || j.Usage[0].Meters[0].Days[0].Day != "2026-11-03" || len(j.Usage[0].Waiting) != 1 {
		t.Errorf("%+v", j)
	}
	if code, _, _ = f.run(t, "usage list --product other"); code != 2 {
		t.Errorf("a product that nothing is counted for: exit %d", code)
	}
	f.snap.Usage = nil
	if code, out, _ = f.run(t, "usage list"); code != 0 || !strings.Contains(out, "Nothing was recorded") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestStatusTellsOfMetersAndOfUsageWithoutAReceipt(t *testing.T) {
	m := renders(120, 100)
	f := &fake{verdict: verdict(terms.StateActive, terms.ProductVerdict{ID: "acmecad", Finding: finding(terms.StateActive), Meters: []terms.MeterVerdict{m}})}
	f.snap.Usage = []licensing.UsageView{metered(5, m)}
	f.receipts = []licensing.ReceiptView{{Ref: "R-118"}}
	if _, out, _ := f.run(t, "status"); !strings.Contains(out, "120 of 100 used") || !strings.Contains(out, "20 over") {
		t.Errorf("%s", out)
	}
	_, out, _ := f.run(t, "status --json")
	var j struct{ Usage usageJSON }
	if err := json.Unmarshal([]byte(out), &j); err != nil {
		t.Fatal(err)
	}
	if j.Usage.Unsent != 5 || j.Usage.Due != "2026-11-23" || j.Usage.LastReceipt != "R-118" || len(j.Usage.Waiting) != 1 || j.Usage.Meters[0].Over != 20 {
		t.Errorf("%+v", j.Usage)
	}
}

func TestTheLevelIsShownAndChosen(t *testing.T) {
	f := &fake{verdict: verdict(terms.StateActive)}
	u := metered(0, renders(1, 0))
	u.LevelBy = "person"
	f.snap.Usage = []licensing.UsageView{u}
	if code, out, _ := f.run(t, "usage level"); code != 0 || !strings.Contains(out, "contract (chosen here)") || f.level != nil {
		t.Errorf("exit %d, %v, %s", code, f.level, out)
	}
	if code, _, _ := f.run(t, "usage level computer --vendor acme"); code != 0 || len(f.level) != 1 || f.level[0] != "acme computer" {
		t.Errorf("exit %d, %v", code, f.level)
	}
	if code, _, _ := f.run(t, "usage level default --vendor acme"); code != 0 || len(f.level) != 2 || f.level[1] != "acme " {
		t.Errorf("back to the contract's: exit %d, %q", code, f.level)
	}
	if code, _, _ := f.run(t, "usage level everything"); code != 2 || len(f.level) != 2 {
		t.Errorf("a level that there is not: exit %d, %v", code, f.level)
	}
	f.err = &licensing.Mistake{Code: "usage_level_high", Args: map[string]any{"level": "full", "most": "contract"}}
	if code, _, problems := f.run(t, "usage level full"); code != 2 || !strings.Contains(problems, "contract") {
		t.Errorf("more than the contract allows: exit %d, %s", code, problems)
	}
}

func TestReceiptsAreListedShownAndComparedWithTheLedger(t *testing.T) {
	same := licensing.ReceiptView{Ref: "R-118", Root: "root1", Vendor: "Acme GmbH", Matches: true, Totals: []licensing.ReceiptTotal{{Product: "acmecad", Meter: "renders", Here: 41, There: 41}}}
	same.UsageReceipt = terms.UsageReceipt{Ref: "R-118", Number: 118, Issued: day, Taken: day, Sent: 5, Counted: 5}
	same.Ref, same.Receipt.Ledger, same.Receipt.Missing, same.Receipt.Findings = "R-118", "ab12", []string{"7-9"}, []string{"gap", "new_code"}
	other := same
	other.Ref, other.Number, other.Matches, other.Counted = "R-119", 119, false, 4
	other.Totals = []licensing.ReceiptTotal{{Product: "acmecad", Meter: "renders", Here: 41, There: 40}}

	f := &fake{verdict: verdict(terms.StateActive)}
	if code, _, _ := f.run(t, "receipts verify"); code != 71 {
		t.Errorf("without any: exit %d", code)
	}
	f.receipts = []licensing.ReceiptView{same}
	if code, out, _ := f.run(t, "receipts verify"); code != 0 || !strings.Contains(out, "the same as here") {
		t.Errorf("exit %d, %s", code, out)
	}
	f.receipts = []licensing.ReceiptView{other, same}
	if code, out, _ := f.run(t, "receipts verify"); code != 10 || !strings.Contains(out, "confirmed: 40") {
		t.Errorf("exit %d, %s", code, out)
	}
	if code, _, _ := f.run(t, "receipts verify r-118"); code != 0 {
		t.Errorf("one that is the same: exit %d", code)
	}
	changed := same
	changed.Document = "changed"
	f.receipts = []licensing.ReceiptView{other, changed}
	if code, out, _ := f.run(t, "receipts verify"); code != 20 || !strings.Contains(out, "its signed file is changed or gone") {
		t.Errorf("a changed one: exit %d, %s", code, out)
	}
	f.receipts = []licensing.ReceiptView{other, same}
	if code, out, _ := f.run(t, "receipts list"); code != 0 || strings.Count(out, "Acme GmbH") != 2 {
		t.Errorf("exit %d, %s", code, out)
	}
	code, out, _ := f.run(t, "receipts show 118")
	for _, want := range []string{"R-118", "ab12", "7-9", "some entries are missing", "new_code", "here: 41", "5 uses were sent"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s", code, want, out)
		}
	}
	if code, _, _ := f.run(t, "receipts show R-1"); code != 2 {
		t.Errorf("one that there is not: exit %d", code)
	}
	twin := same
	twin.Root, twin.Ref = "root2", "R-118-cd34"
	f.receipts[1].Ref = "R-118-ab12"
	f.receipts = append(f.receipts, twin)
	if code, _, _ := f.run(t, "receipts show R-118"); code != 2 {
		t.Errorf("two of that number: exit %d", code)
	}
	if code, out, _ := f.run(t, "receipts show r-118-CD34"); code != 0 || !strings.Contains(out, "R-118-cd34") {
		t.Errorf("one of two: exit %d, %s", code, out)
	}
	if code, _, _ := f.run(t, "receipts show R-118 --vendor root2"); code != 0 {
		t.Errorf("with the vendor: exit %d", code)
	}
}

func TestWithoutUseThatHasNoReceiptThereIsNothingToDo(t *testing.T) {
	for name, views := range map[string][]licensing.UsageView{"no ledger": nil, "all confirmed": {metered(0, renders(1, 0))}} {
		for _, command := range []string{"usage preview", "usage export --reviewed", "usage export"} {
			f := &fake{verdict: verdict(terms.StateActive), err: errors.New("nobody should be asked")}
			f.snap.Usage = views
			code, out, problems := f.run(t, command)
			if code != 71 || len(f.drafted) > 0 || out == "" || problems != "" {
				t.Errorf("%s, %s: exit %d, %v, %q %q", name, command, code, f.drafted, out, problems)
			}
		}
	}
}
