package views

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// counts gives a policy two meters.
func counts(p *terms.Policy) {
	p.Meters = map[string]terms.Meter{
		"starts": {Name: terms.Plain("Starts"), Kind: usage.Counter}, "hours": {Name: terms.Plain("Working time"), Unit: "h", Kind: usage.Duration},
	}
	*p = p.WithDefaults()
}

func (c *computer) record(meter string, units int64) {
	c.t.Helper()
	if _, err := c.RecordUsage(context.Background(), []licensing.UsageEvent{{Product: "acmecad", Meter: meter, Units: units}}); err != nil {
		c.t.Fatal(err)
	}
}

func TestRealUsageIsShownSavedAnsweredAndConfirmed(t *testing.T) {
	w := newWorld(t)
	w.activated(counts)
	for range 5 {
		w.here.record("starts", 1)
	}
	w.here.record("hours", 5400)
	stick := t.TempDir()
	b := windowWith(w.here, benchOptions{sticks: []string{stick}})
	root := b.w.snap.Usage[0].Root
	b.w.usageDraft(root)
	b.mustSay("This is everything in the file about this computer and its use:", "Starts 5", "Working time 1 h 30 min", "Not sent yet")
	d, err := w.here.DraftUsage(t.Context(), licensing.UsageOptions{Vendor: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range usage.Lines(usage.Contents{Schema: d.Contents.Schema, File: d.Contents.File}) {
		if label := b.w.v.Text(l.Label, nil); plain.IsMissing(label) || !b.says(label) || !b.says(b.w.v.fieldValue(l, "")) {
			t.Errorf("%s is not on the preview", l.Path)
		}
	}
	b.clickID("usagefile.entries")
	b.press(fyne.KeyReturn)
	b.mustSay("Entry ")
	b.press(fyne.KeyEscape)
	b.press(fyne.KeyEscape)
	b.click("Save to USB " + stickName(stick))
	b.mustSay("Your usage file is saved.")
	path := filepath.Join(stick, d.Name)
	file, err := os.ReadFile(path)
	if err != nil || string(file) != string(d.File) {
		t.Fatalf("what was saved is not what was shown: %v", err)
	}
	// Dropped here it says what it is, and nothing else.
	b.use(path)
	b.mustSay("This is a usage file for a vendor.")
	w.pass(1)
	b.use(b.put("receipt.hfrcp", w.acme.answer(file)))
	b.mustSay("A receipt from Acme GmbH for your usage.", "Uses counted")
	b.clickID("preview.use_file")
	b.mustSay("The receipt is here.")
	b.w.receiptPage("")
	b.mustSay("Every number is the same on both sides.", "Matches")
	b.w.usageDraft(root)
	b.mustSay("There is nothing to report.")
	for _, r := range w.here.Receipts() {
		if !r.Matches || r.Receipt.Totals[usage.MeterKey("acmecad", "starts")] != 5 {
			t.Errorf("receipt: %+v", r)
		}
	}
	if _, err := exchange.Read(path, file); err != nil {
		t.Error(err)
	}
}
