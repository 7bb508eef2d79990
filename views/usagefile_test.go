package views

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

// usageBench is a window on a computer with use to report.
func usageBench(t testing.TB, o benchOptions) (*fake, *bench) {
	t.Helper()
	e := newFake(meteredFacts())
	e.metered.usage = []licensing.UsageView{usageViewOf()}
	return e, open(t, e, o)
}

func TestAUsageFileIsLookedAtAndSavedToAStickInThreeClicks(t *testing.T) {
	stick := filepath.Join(t.TempDir(), "KINGSTON")
	if err := os.Mkdir(stick, 0o755); err != nil {
		t.Fatal(err)
	}
	e, b := usageBench(t, benchOptions{sticks: []string{stick}})
	b.goTo(secUsage)
	b.clicks = 0
	b.click(b.w.v.Action(terms.ActExportUsage))
	b.mustSay("Usage file for October 2026", "Not sent yet", "This is everything in the file about this computer and its use:")
	if len(e.metered.left) != 0 {
		t.Errorf("it left before anybody saw it: %v", e.metered.left)
	}
	b.click("Save to USB KINGSTON")
	b.mustSay("Your usage file is saved.", "tulip-orbit-47", "Receipt expected by 15 November 2026.")
	b.click("Done")
	if b.clicks > 3 {
		t.Errorf("%d clicks", b.clicks)
	}
	d := usageDraftOf(usageContents(214, ""))
	got, err := os.ReadFile(filepath.Join(stick, d.Name))
	if err != nil || string(got) != string(d.File) {
		t.Errorf("saved: %q, %v", got, err)
	}
	if want := [][2]string{{draftID, d.Name}}; !reflect.DeepEqual(e.metered.left, want) {
		t.Errorf("noted: %v", e.metered.left)
	}
}

func TestThePreviewShowsWhatIsInTheFile(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	b.w.usageDraft(acmeRoot)
	b.mustSay("212 uses", "From Example Corp (customer no. 8812) to Acme GmbH.", "A usage file is due by 1 December 2026.", "Code 7F3A-2C91 (not the name)",
		"Working time 86 h", "Sheet metal 7",
		"22 days, times cut to the hour", "computer name, user names", "Your contract with Acme GmbH allows no more than this.")
	c := usageContents(214, "")
	for _, l := range usage.Lines(usage.Contents{File: c.File}) {
		b.mustSay(b.w.v.Text(l.Label, nil), b.w.v.fieldValue(l, ""))
	}
	b.mustNotSay("lab 7")
}

func TestEveryFieldOfTheFileIsInAList(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	b.w.usageDraft(acmeRoot)
	b.clickID("usagefile.fields.see")
	seen := map[string]bool{}
	lines := usage.Lines(usageContents(214, ""))
	for range lines {
		for _, s := range b.texts() {
			seen[s] = true
		}
		b.press(fyne.KeyDown)
	}
	kind := ""
	for _, l := range lines {
		if k, ok := l.Value.(string); ok && strings.HasSuffix(l.Path, ".kind") {
			kind = k
		}
		label, value := usageLine{b.w.v.Text(l.Label, nil), "", l.Of}.title(), b.w.v.fieldValue(l, kind)
		if plain.IsMissing(label) || !seen[label] || !seen[value] && !cutOf(seen, value) {
			t.Errorf("%s is not shown: %q, %q", l.Path, label, value)
		}
	}
	b.press(fyne.KeyHome)
	b.press(fyne.KeyReturn)
	b.mustSay("holdfast.usage-contents/v1")
}

// cutOf says that the beginning of a long value was seen; all of it stands in its dialog.
func cutOf(seen map[string]bool, value string) bool {
	for s := range seen {
		if head, _, cut := strings.Cut(s, "…"); cut && len(head) > 8 && strings.HasPrefix(value, head) {
			return true
		}
	}
	return false
}

func TestAHigherLevelIsShownBeforeItLeaves(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	e.facts.Licenses[0].License.Policy.Usage.Level = usage.LevelFull
	e.revision++
	b.w.reload()
	b.w.usageDraft(acmeRoot)
	b.click("+ computer name")
	b.mustSay("Code 7F3A-2C91, name \"lab 7\"")
	if got := e.metered.drafts; len(got) != 2 || got[1].Level != usage.LevelComputer {
		t.Errorf("asked for %v", got)
	}
	if got := b.focused(); got != "level computer" {
		t.Errorf("the focus is on %q", got)
	}
	b.draftFails(&licensing.Mistake{Code: "usage_level_high", Args: map[string]any{"most": "computer"}})
	b.click("+ exact times")
	b.mustSay("name \"lab 7\"") // the page stays
}

func TestNoLevelAboveTheContractsIsOffered(t *testing.T) {
	e, b := usageBench(t, benchOptions{})
	for most, want := range levels {
		e.facts.Licenses[0].License.Policy.Usage.Level = want
		e.revision++
		b.w.reload()
		var m usageFileModel
		b.w.v.draftLevels(b.w.snap, usageDraftOf(usageContents(3, usage.LevelContract)), &m)
		if len(m.Levels) != most+1 || m.Levels[most].ID != want || m.Locked != (most == 0) {
			t.Errorf("%s: %+v", want, m.Levels)
		}
	}
}

func TestWithoutAUsageFileThereIsAWayForward(t *testing.T) {
	t.Run("locked", func(t *testing.T) {
		e, b := usageBench(t, benchOptions{})
		b.draftFails(terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil))
		b.w.usageDraft(acmeRoot)
		b.mustSay("Keyring is locked.")
		e.metered.draft = nil
		b.click("Unlock")
		if e.unlocks != 1 {
			t.Errorf("unlocked %d times", e.unlocks)
		}
		b.mustSay("Usage file for October 2026")
		if from, ok := b.w.trail.came(); ok && strings.HasPrefix(from.name, "usage file") {
			t.Error("the way back leads to what was wrong")
		}
	})
	t.Run("nothing to report", func(t *testing.T) {
		e, b := usageBench(t, benchOptions{})
		e.metered.usage[0].Meters = acmeMeters()
		e.revision++
		b.w.reload()
		b.draftFails(&licensing.Mistake{Code: nothingToReport})
		b.w.usageDraft(acmeRoot)
		b.mustSay(b.w.v.Problem(&licensing.Mistake{Code: nothingToReport}, day("2026-11-03"), time.UTC).Headline)
		b.press(fyne.KeyReturn)
		if here := b.w.trail.here().name; here != secUsage {
			t.Errorf("Enter leads to %q", here)
		}
	})
	for name, err := range map[string]error{
		"disk full": terms.NewProblem(terms.StateDiskFull, nil, nil), "too slow": context.DeadlineExceeded, "something else": errors.New("bang"),
	} {
		t.Run(name, func(t *testing.T) {
			e, b := usageBench(t, benchOptions{})
			b.draftFails(err)
			b.w.usageDraft(acmeRoot)
			e.metered.draft = nil
			b.press(fyne.KeyReturn)
			b.mustSay("Usage file for October 2026")
			if e.unlocks != 0 {
				t.Error("the key store was asked for")
			}
		})
	}
}

func TestTheMainGoroutineDoesNotWaitForTheFile(t *testing.T) {
	var waiting []func()
	_, b := usageBench(t, benchOptions{})
	b.w.work.spawn = func(f func()) { waiting = append(waiting, f) }
	b.w.usageDraft(acmeRoot)
	if !b.w.work.busy() || b.says("This is everything") {
		t.Fatal("it was made at once")
	}
	b.w.escape() // gives it up
	for _, f := range waiting {
		f()
	}
	b.mustNotSay("This is everything")
}

func TestAFullDiskKeepsTheUsageFileReady(t *testing.T) {
	e, b := usageBench(t, benchOptions{sticks: []string{filepath.Join(t.TempDir(), "gone")}})
	b.w.usageDraft(acmeRoot)
	b.click("Save to USB gone")
	b.mustSay("The file could not be saved there. Choose another folder.", "This is everything in the file about this computer and its use:")
	if len(e.metered.left) != 0 {
		t.Errorf("noted as left: %v", e.metered.left)
	}
}

// savedUsage is a window that just saved a usage file.
func savedUsage(t *testing.T, o benchOptions) (*fake, *bench, string) {
	dir := t.TempDir()
	o.sticks = []string{dir}
	e, b := usageBench(t, o)
	b.w.usageDraft(acmeRoot)
	b.click("Save to USB " + stickName(dir))
	return e, b, filepath.Join(dir, usageDraftOf(usageContents(3, "")).Name)
}

func TestTheMailIsAClickAway(t *testing.T) {
	d := &testDesk{}
	_, b, path := savedUsage(t, benchOptions{desk: d})
	for label, want := range map[string]string{
		"Copy address": "help@acme.example", "Copy subject": "Usage file of computer 7F3A-2C91", "Copy text with the file inside": "BEGIN HOLDFAST USAGE",
	} {
		b.click(label)
		if got := b.w.app.Clipboard().Content(); !strings.Contains(got, want) {
			t.Errorf("%s: %q", label, got)
		}
	}
	b.click("Open draft")
	eml := strings.TrimSuffix(path, ".hfuse") + ".eml"
	got, err := os.ReadFile(eml)
	if err != nil || !strings.Contains(string(got), "X-Unsent: 1") || !strings.Contains(string(got), filepath.Base(path)) {
		t.Errorf("the draft: %q, %v", got, err)
	}
	if len(d.drafts) != 1 || d.drafts[0] != eml {
		t.Errorf("opened: %v", d.drafts)
	}
	d.refuses = errors.New("no program")
	b.click("Open draft")
	if len(d.mails) != 1 || !strings.HasPrefix(d.mails[0], "mailto:help") {
		t.Errorf("instead: %v", d.mails)
	}
}

func TestWhatCannotBeInTheTextOfAMailIsNotOffered(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	d := usageDraftOf(usageContents(3, ""))
	d.File, d.Email = []byte{0, 1, 2}, "+49 1234"
	b.w.visit(b.w.usageSavedPlace(&d, "/media/kim/a.hfuse"))
	b.mustSay("Open draft", "too long for the text of a mail")
	b.mustNotSay("Copy text with the file inside", "Copy address")
}

func TestTheWayBackFromTheHandOverSaysThatItIsSaved(t *testing.T) {
	_, b, _ := savedUsage(t, benchOptions{})
	b.w.back()
	b.mustSay("This is everything in the file about this computer and its use:", "Saved")
	b.mustNotSay("Not sent yet")
}

func TestEveryFieldOfAnEntryCanBeRead(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	at := time.Date(2026, 10, 2, 9, 7, 5, 0, time.UTC)
	for _, r := range []usage.Row{
		{Seq: 41, Epoch: 17, Use: &usage.Use{Product: "p", Meter: "m", Kind: usage.Duration, Units: 61, At: at, Flags: []string{"grace"}}},
		{Seq: 41, Epoch: 17, Session: &usage.Session{Boot: "b", Wall: at, At: at, Running: time.Minute, Program: "1.4", Grain: 3600}},
		{Seq: 41, Epoch: 17, Note: &usage.Note{
			Kind: "clock", At: at, Code: "back", From: at, To: at, Seq: 3, Head: "h", Count: 4, Cause: "c", Detail: "d",
		}},
		{Seq: 41, Epoch: 17, Name: &usage.Named{Product: "p", Meter: "m", Kind: usage.Peak}},
		{Seq: 41, Epoch: 17, Sealed: true},
	} {
		got := b.w.v.entryFacts(r)
		if want := usage.RowLines(r); len(got) != len(want) {
			t.Errorf("%d of %d fields", len(got), len(want))
		}
		for _, f := range got {
			if plain.IsMissing(f[0]) || f[1] == "" {
				t.Errorf("a field without words: %q", f)
			}
		}
		if got := joined(got); r.Use != nil && (!strings.Contains(got, "1 min 1 s") || !strings.Contains(got, "in grace")) || r.Note != nil && !strings.Contains(got, "back") {
			t.Errorf("entry:\n%s", got)
		}
	}
}

func joined(facts [][2]string) string {
	var out []string
	for _, f := range facts {
		out = append(out, f[0]+": "+f[1])
	}
	return strings.Join(out, "\n")
}

func TestAHundredThousandEntriesAreAListOfThoseInSight(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	b.draftWith(func(d *licensing.UsageDraft) { d.Contents = usageContents(100_000, "") })
	b.w.usageDraft(acmeRoot)
	began := time.Now()
	b.clickID("usagefile.entries")
	if took := time.Since(began); took > time.Second {
		t.Errorf("the list took %s", took)
	}
	b.mustSay("100,000 entries")
	b.press(fyne.KeyEnd)
	b.mustSay("No. 100100")
	b.press(fyne.KeyReturn)
	b.mustSay("Entry 100100")
	lines := 0
	walkAll(b.w.frame, func(o fyne.CanvasObject) {
		if _, ok := o.(*look.Line); ok {
			lines++
		}
	})
	if lines > 100 {
		t.Errorf("%d lines exist", lines)
	}
}

func TestTheRawFileIsTheContentsAndTurnsPages(t *testing.T) {
	c := usageContents(1000, "")
	raw, err := rawFileOf(c)
	if err != nil {
		t.Fatal(err)
	}
	var back usage.Contents
	if err := json.Unmarshal(raw.text(), &back); err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("the raw file reads back as something else: %v", err)
	}
	_, b := usageBench(t, benchOptions{})
	b.draftWith(func(d *licensing.UsageDraft) { d.Contents = c })
	b.w.usageDraft(acmeRoot)
	b.clickID("usagefile.raw")
	b.mustSay("Lines 1 to 100 of", `"schema": "holdfast.usage-contents/v1",`)
	for range (raw.lines() - 1) / rawChunk {
		b.clickID("usagefile.raw.next")
	}
	b.mustSay(`"seq":1100`)
	b.clickID("usagefile.raw.earlier")
	b.mustNotSay(`"seq":1100`)
}

func TestTheRawFileOfNothingIsWhole(t *testing.T) {
	for _, c := range []usage.Contents{{Schema: "x"}, {Schema: "x", Epochs: []usage.Epoch{}, Sums: []usage.Sum{}, Rows: []usage.Row{}}} {
		raw, err := rawFileOf(c)
		if err != nil || !json.Valid(raw.text()) {
			t.Errorf("%s, %v", raw.text(), err)
		}
	}
}

func TestAUsageFileIsMadeAndSavedWithTheKeyboardAlone(t *testing.T) {
	dir := t.TempDir()
	e, b := usageBench(t, benchOptions{sticks: []string{dir}})
	b.w.usageDraft(acmeRoot)
	if b.focused() != "stick" {
		t.Errorf("the focus is on %q", b.focused())
	}
	b.tabTo("entries")
	b.press(fyne.KeySpace)
	b.press(fyne.KeyDown)
	b.press(fyne.KeyReturn)
	b.mustSay("Entry 102")
	b.press(fyne.KeyEscape)
	b.press(fyne.KeyEscape)
	b.tabTo("raw")
	b.press(fyne.KeySpace)
	b.mustSay("The raw file")
	b.press(fyne.KeyEscape)
	b.tabTo("stick")
	b.press(fyne.KeySpace)
	b.mustSay("Your usage file is saved.")
	for _, key := range []string{"draft", "address", "subject", "inside", "folder", "save", "done"} {
		b.tabTo(key)
	}
	b.press(fyne.KeyReturn)
	if b.w.trail.here().name != secUsage || len(e.metered.left) != 1 {
		t.Errorf("at %q, %v left", b.w.trail.here().name, e.metered.left)
	}
}

func TestAmountsAreExact(t *testing.T) {
	_, b := usageBench(t, benchOptions{})
	for _, c := range []struct {
		kind string
		n    int64
		want string
	}{
		{usage.Duration, 345600, "96 h"},
		{usage.Duration, 3661, "1 h 1 min 1 s"},
		{usage.Duration, 59, "59 s"},
		{usage.Duration, 0, "0 s"},
		{usage.Counter, 7, "7"},
		{usage.Counter, 12000, "12,000"},
		{usage.Peak, 4, "at most 4"},
	} {
		if got := b.w.v.units(c.kind, c.n); got != c.want {
			t.Errorf("%d of a %s: %q, want %q", c.n, c.kind, got, c.want)
		}
	}
	for n, want := range map[int]string{900: "900 bytes", 1025: "2 KB", 11 << 10: "11 KB", 12 << 20: "12 MB"} {
		if got := b.w.v.size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if plain.IsMissing(b.w.v.coded("usagefile.note.kind", "not known")) {
		t.Error("a code that is not known has no words")
	}
}

func TestSavingAndWritingAMailOpensTheDraftByItself(t *testing.T) {
	d := &testDesk{}
	e, b := usageBench(t, benchOptions{desk: d})
	b.w.usageDraft(acmeRoot)
	path := filepath.Join(t.TempDir(), "october.hfuse")
	b.clickID("open_request.mail")
	b.saveUnder(path)
	b.mustSay("Your usage file is saved.", "october.hfuse")
	if len(d.drafts) != 1 || d.drafts[0] != strings.TrimSuffix(path, ".hfuse")+".eml" || len(e.metered.left) != 1 || e.metered.left[0][1] != "october.hfuse" {
		t.Errorf("opened %v, left %v", d.drafts, e.metered.left)
	}
}

func BenchmarkPreviewOfAHundredThousandEntries(b *testing.B) {
	d := usageDraftOf(usageContents(100_000, ""))
	_, w := usageBench(b, benchOptions{})
	for b.Loop() {
		w.w.visit(w.w.usageDraftPlace(&d))
		w.w.visit(w.w.usageEntriesPlace(&d))
		w.w.visit(w.w.usageRawPlace(&d))
	}
}
