package views

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing/simulate"
	"holdfast/views/look"
)

// saveUnder types a path into the dialog that asks where to save, and saves there.
func (b *bench) saveUnder(path string) {
	b.t.Helper()
	d := b.root()
	entry := look.ByFocusKey(d, "path").(*look.Entry)
	entry.SetText(filepath.Dir(path))
	b.w.canvas().Focus(entry)
	b.press(fyne.KeyReturn)
	look.ByFocusKey(b.root(), "name").(*look.Entry).SetText(filepath.Base(path))
	b.clickID("save.save")
}

func TestAPlanIsSavedAsTextThatSaysTheSameAsThePage(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	tryPlan(b, simulate.Offline)
	m := b.planned()
	path := filepath.Join(t.TempDir(), "plan.txt")
	b.clickID("plan.save_text")
	b.saveUnder(path)
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{m.Answers.Headline, m.Assumptions, m.Command, b.w.v.t("plan.copy")}
	for _, p := range m.Products {
		want = append(want, p.Name, p.Steps[0].Text)
	}
	for _, s := range want {
		if s == "" || !strings.Contains(string(got), s) {
			t.Errorf("the text does not say %q:\n%s", s, got)
		}
	}
	b.mustSay(b.w.v.t("plan.saved", "name", "plan.txt", "folder", filepath.Dir(path)))
}

func TestAPlanIsSavedAsAPictureOfItsWholeResult(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	tryPlan(b, simulate.Offline)
	dir := t.TempDir()
	if shots := os.Getenv(envShots); shots != "" {
		dir = shots
	}
	path := filepath.Join(dir, "plan.png")
	b.clickID("plan.save_picture")
	b.saveUnder(path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != pictureWidth*pictureScale || size.Y < 400*pictureScale {
		t.Errorf("the picture is %v", size)
	}
	colours := map[[3]uint32]bool{}
	for x := 0; x < picture.Bounds().Dx(); x += 7 {
		for y := 0; y < picture.Bounds().Dy(); y += 7 {
			r, g, bl, _ := picture.At(x, y).RGBA()
			colours[[3]uint32{r >> 8, g >> 8, bl >> 8}] = true
		}
	}
	for name, c := range map[string][3]uint32{"works": {0xE8, 0xF4, 0xEC}, "grace": {0xFF, 0xF4, 0xDD}, "surface": {0xFF, 0xFF, 0xFF}} {
		if !colours[c] {
			t.Errorf("the picture has nothing in the colour of %s", name)
		}
	}
}

func TestTheComingDatesAreSavedForACalendar(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	b.goTo(secPlan)
	path := filepath.Join(t.TempDir(), "dates.ics")
	b.clickID("plan.calendar")
	b.saveUnder(path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), "\r\n ", "")
	if n := strings.Count(text, "BEGIN:VEVENT"); n != b.w.v.count(b.w.snap) {
		t.Errorf("%d entries for %d dates", n, b.w.v.count(b.w.snap))
	}
	for _, want := range []string{"SUMMARY:AcmeCAD Pro: Offline time ends", "DTSTART;VALUE=DATE:20261217", "SUMMARY:AcmeCAM: License ends"} {
		if !strings.Contains(text, want) {
			t.Errorf("the calendar has no %q:\n%s", want, text)
		}
	}
	ids := map[string]bool{}
	for _, line := range strings.Split(text, "\r\n") {
		if id, ok := strings.CutPrefix(line, "UID:"); ok && ids[id] {
			t.Errorf("two entries are called %s", id)
		} else if ok {
			ids[id] = true
		}
	}
}

func TestWhatWasTriedIsSavedForTheCommandLine(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	tryPlan(b, simulate.Offline, simulate.Revoked)
	m := b.planned()
	path := filepath.Join(t.TempDir(), "plan.json")
	b.clickID("plan.save_scenario")
	b.saveUnder(path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := simulate.ParseScenario(data, b.w.v.zone)
	if err != nil || len(got.Conditions) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, c := range got.Conditions {
		if want := m.Scenario.Conditions[i]; c.Kind != want.Kind || !c.From.Equal(want.From) || c.For != want.For {
			t.Errorf("%+v, want %+v", c, want)
		}
	}
}
