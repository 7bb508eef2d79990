package views

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

func TestAReceiptComparesBothSides(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.metered.receipts = []licensing.ReceiptView{receiptOf(true)}
	b.w.receiptPage("R-118")
	b.mustSay("Acme GmbH confirmed your usage from 1 October 2026 to 29 October 2026.", "Matches", "Every number is the same on both sides.",
		"96 h", "What the receipt says", "Uses counted")
	b.mustNotSay("Does not match")
	if got := b.w.v.receipt(b.w.snap, receiptOf(true)).Command; !strings.HasSuffix(got, "receipts show R-118") {
		t.Errorf("the command is %q", got)
	}
}

func TestAReceiptThatDiffersShowsBothNumbersFirst(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.metered.receipts = []licensing.ReceiptView{receiptOf(false)}
	b.w.receiptPage("")
	b.mustSay("The receipt does not match your file.", "You sent 214 uses. The receipt says 210.", "1 number is different.", "320", "316", "311-314")
	if m := b.w.v.receipt(b.w.snap, receiptOf(false)).Meters; !strings.HasPrefix(m[0].Name, "Different: ") || m[0].Here == m[0].There || !m[1].Same {
		t.Errorf("compared: %+v", m)
	}
	b.press(fyne.KeyReturn) // the main button
	b.mustSay(b.w.v.t("tell.title"))
}

func TestEveryFieldOfAReceiptIsOnItsPage(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	r := receiptOf(false)
	r.Receipt.Export, r.Receipt.Findings = "file-77", []string{"clock_back"}
	e.metered.receipts = []licensing.ReceiptView{r}
	b.w.receiptPage("R-118")
	for _, want := range []string{"118", ledgerID, "314", "311-314", r.Receipt.Close, r.Document, "file-77", "The clock went back", "45 days", "10,000"} {
		b.mustSay(want)
	}
}

func TestAReceiptIsSavedAsText(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.metered.receipts = []licensing.ReceiptView{receiptOf(false)}
	b.w.receiptPage("R-118")
	path := filepath.Join(t.TempDir(), "receipt.txt")
	b.w.folder = filepath.Dir(path)
	b.clickID("receipt.save")
	look.ByFocusKey(b.root(), "name").(*look.Entry).SetText(filepath.Base(path))
	b.clickID("save.save")
	saved, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(saved)
	for _, want := range []string{"Receipt R-118", "Here 320, Receipt 316", "Uses counted: 210", "receipts show R-118"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "**") {
		t.Errorf("the text has marks:\n%s", text)
	}
}

func TestAReceiptThatIsNotHereIsSaidSo(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	b.w.receiptPage("R-0")
	b.mustSay("There is no such receipt here.")
}

func TestAReceiptComesInWithTwoClicks(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.report = receiptReport(true)
	b.w.Open([]string{"/media/stick/receipt_acme_7F3A-2C91_R-118.hfrcp"})
	b.mustSay("A receipt from Acme GmbH for your usage.", "1 October 2026 to 29 October 2026", "214", "until 7 December 2027, then only the totals")
	if len(e.imports) != 0 {
		t.Error("it was used before anybody said so")
	}
	b.clicks = 1
	b.clickID("preview.use_file")
	if b.clicks > 2 || len(e.imports) != 1 {
		t.Errorf("%d clicks, %d imports", b.clicks, len(e.imports))
	}
	b.mustSay("The receipt is here.")
	if here := b.w.trail.here().name; here != secUsage {
		t.Errorf("it leads to %q", here)
	}
}

func TestAReceiptThatDoesNotMatchSaysSoBeforeItIsUsed(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.report = receiptReport(false)
	b.w.Open([]string{"receipt.hfrcp"})
	b.mustSay("The receipt does not match your file.", "Uses you sent", "214", "210")
	m := b.w.v.preview(b.w.snap, e.report, []string{"receipt.hfrcp"})
	if m.Banner.Tone != terms.ToneWarn {
		t.Errorf("its tone is %s", m.Banner.Tone)
	}
}

func TestAUsageFileThatIsDroppedSaysWhatItIs(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.report = ownUsageReport()
	b.w.Open([]string{"usage_acme_7F3A-2C91_2026-10.hfuse"})
	b.mustSay("This is a usage file for a vendor.", "It was made to be sent to Acme GmbH.", "ends in .hfrcp")
	b.clickID("usagefile.own.show")
	b.mustSay("This is everything in the file about this computer and its use:")
	if len(e.metered.drafts) != 1 || e.metered.drafts[0].Vendor != acmeRoot {
		t.Errorf("drafts: %v", e.metered.drafts)
	}
}

func TestAUsageFileOfNobodyHereOffersNothing(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	e.report = ownUsageReport()
	b.w.Open([]string{"a.hfuse"})
	b.mustSay("This is a usage file for a vendor.")
	b.mustNotSay("See what is in a usage file")
	if it := e.report.Items[0]; it.Kind != exchange.KindUsage {
		t.Fatal("the fixture is no usage file")
	}
}
