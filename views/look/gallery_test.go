package look

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"holdfast/licensing/terms"
)

// plate is one page of the gallery: what a frame shows, and what is done before it is looked at.
type plate struct {
	name  string
	build func(f *Frame, c fyne.Canvas) (after func())
}

var places = []RailItem{
	{Key: "overview", Symbol: "overview", Label: "Overview"},
	{Key: "licenses", Symbol: "licenses", Label: "Licenses"},
	{Key: "files", Symbol: "files", Label: "Files", Count: 2, CountTone: terms.ToneWarn},
	{Key: "usage", Symbol: "usage", Label: "Usage & privacy"},
	{Key: "plan", Symbol: "plan", Label: "Voraus\u00adplanen"},
	{Key: "help", Symbol: "help", Label: "Hilfe & Prü\u00adfungen"},
}

var settings = []RailItem{{Key: "settings", Symbol: "gear", Label: "Einstel\u00adlungen"}}

func railOn(key string) *Rail {
	items, foot := append([]RailItem{}, places...), append([]RailItem{}, settings...)
	for _, list := range [][]RailItem{items, foot} {
		for i := range list {
			list[i].On = list[i].Key == key
		}
	}
	return NewRail("Holdfast", items, foot)
}

func foot() fyne.CanvasObject {
	line := Wrapped(Gap8, NewFactLink("Offline until 14 Mar 2027", "", nil), NewLine("·", Caption),
		NewFactLink("Last contact 2 Nov, 10:14 (renewal)", "", nil), NewLine("·", Caption),
		NewFactLink("Clock: check", terms.ToneWarn, nil), NewLine("·", Caption), NewFactLink("Safe storage OK", terms.ToneOK, nil))
	return Strip(line)
}

func detailPlate(f *Frame, c fyne.Canvas) func() {
	f.SetRail(railOn("licenses"))
	bar := NewTimeline(
		[]Phase{{0, 0.63, terms.ToneOK, "Works"}, {0.63, 0.75, terms.ToneWarn, "Grace"}, {0.75, 1, "", "View mode"}},
		[]Mark{{0, "3 Nov 2026", "Today"}, {0.45, "4 Feb 2027", "First notice"}, {0.63, "14 Mar 2027", "License ends"}, {0.75, "28 Mar 2027", "Grace ends"}, {1, "no date", "view mode"}})
	steps := NewSteps([]Step{
		{"4 Feb 2027", "We remind you once. Everything works."},
		{"14 Mar 2027", "License ends. Grace starts by itself. Everything works."},
		{"28 Mar 2027", "Grace ends. You can still open, view, print, export. You cannot create or change drawings."},
		{"Later", "View mode stays. Nothing is deleted."},
	})
	why := Expander("why", "Why these dates?", true, NewPara("Dates use your time zone (CET). Decided by: license 4711, policy v3.", Quiet))
	banner := NewBanner(BannerModel{
		Tone: terms.ToneOK, Headline: "Ready. You can work offline until 14 March 2027.", Columns: true,
		Answers: []Answer{{"What happened", "This computer is offline. That is fine."}, {"What still works", "Everything."}, {"What to do", "Nothing. Away for longer? **Get more time.**"}, {"By when", "14 March 2027 (131 days left)."}},
	})
	tabs := NewTabs([]string{"Dates", "Parts", "Places", "History"}, 0, nil)
	f.SetAll(f.rail, BackHead("Licenses", "AcmeCAD Pro", nil, []fyne.CanvasObject{NewChip(terms.ToneOK, "", "Ready"), NewLine("Acme GmbH", Caption)},
		[]fyne.CanvasObject{NewButton(SecondaryButton, "Move", nil), NewButton(PrimaryButton, "Get more time", nil)}),
		NewPage(Margins(4, 16, Column(Gap12, banner, tabs, PaddedCard(Column(Gap12, NewPara("What happens next", Heading), bar, steps, NewRule(), why))))))
	return func() { c.Focus(tabs.areas[1]) }
}

func settingsPlate(f *Frame, c fyne.Canvas) func() {
	f.SetRail(railOn("settings"))
	language := NewChooser("language", c, "Language", []string{"As the system", "English", "Deutsch"}, 1, nil)
	looks := NewSegments("appearance", []string{"System", "Light", "Dark"}, 0, nil)
	size := NewChooser("size", c, "Text size", []string{"100 %", "125 %", "150 %", "175 %", "200 %"}, 0, nil)
	on, off := NewSwitch("remind", "Remind me", true, nil), NewSwitch("start", "Start", false, nil)
	f.SetAll(f.rail, PageTitle("Settings"), NewPage(Margins(4, 16, Column(Gap8,
		NewPara("Language and look", Heading),
		Card(Rows(SettingRow("Language", "Taken from the system", language), SettingRow("Appearance", "", looks), SettingRow("Text size", "Up to 200 %", size))),
		NewPara("Notices and start", Heading),
		Card(Rows(SettingRow("Remind me before dates matter", "At most one notice a day", on), SettingRow("Start with computer", "Off. Nothing runs until you open Holdfast", off))),
		NewPara("Keys", Heading),
		PaddedCard(KeyTable([][2]string{{"Ctrl+O", "Use a file"}, {"Ctrl++", "Larger text"}, {"F1", "Help & checks"}})),
	))))
	return func() { c.Focus(on) }
}

func optionsPlate(f *Frame, c fyne.Canvas) func() {
	settingsPlate(f, c)
	return func() {
		Walk(f, func(o fyne.CanvasObject) {
			if s, ok := o.(*Chooser); ok && s.Key == "language" {
				s.Open()
			}
		})
	}
}

func menuPlate(f *Frame, c fyne.Canvas) func() {
	f.SetRail(railOn("help"))
	mk := NewChooser("kind", c, "Make a file", []string{"Check-in file", "Usage file", "Request for a new license"}, 0, nil)
	find := NewSearch("find", "Find a license", nil)
	f.SetAll(f.rail, PageTitle("Files", mk, NewButton(PrimaryButton, "Use a file", nil)), NewPage(Margins(4, 16, Column(Gap16,
		find, NewSearch("find2", "Find a license", nil),
		EmptyState("files", "No files yet", "Files you use or make appear here, newest first.", NewButton(SecondaryButton, "Use a file", nil)),
		DropHint("Drop a license file anywhere in this window.")))))
	return func() { c.Focus(mk); mk.Open() }
}

func checksPlate(f *Frame, c fyne.Canvas) func() {
	f.SetRail(railOn("help"))
	b := func(k Kind, s string) *Button { return NewButton(k, s, nil) }
	f.SetAll(f.rail, PageTitle("Help & checks", b(SecondaryButton, "Ask for a review"), b(SecondaryButton, "Support file"), b(PrimaryButton, "Run checks")),
		NewPage(Margins(4, 16, NewChecks([]CheckRow{
			{terms.ToneStop, "Needs you", "Clock", "It says 3 Jan 2019. Sure: 2 Nov 2026", b(PrimaryButton, "Open date settings")},
			{terms.ToneOK, "OK", "Safe storage", "Keyring is open", nil},
			{terms.ToneOK, "OK", "License records", "982 entries, chain complete", nil},
			{terms.ToneWarn, "Look", "Contact", "Sign-in page at 14:20. License not affected", b(SecondaryButton, "Show IT this")},
			{terms.ToneNotice, "Look", "Drop folder", "Empty", nil},
			{terms.ToneOK, "OK", "Policy file", "Set by Example Corp", nil},
		}))))
	return nil
}

func manyRows(n int) (func() int, func(int, *ListRow)) {
	tones := []terms.Tone{terms.ToneOK, terms.ToneOK, terms.ToneOK, terms.ToneWarn, terms.ToneStop, terms.ToneNotice}
	words := []string{"Ready", "Ready", "Ready", "Grace", "View mode", "Waiting"}
	return func() int { return n }, func(i int, r *ListRow) {
		*r = ListRow{
			Lead: "Acme GmbH", Name: fmt.Sprintf("AcmeCAD Pro %d", i+1), Sub: "Acme GmbH", Tone: tones[i%6], Word: words[i%6],
			DateLabel: "License ends", Date: fmt.Sprintf("%d Mar 2027", 1+i%28), Side: fmt.Sprintf("%d days", i%400),
		}
	}
}

func listPlate(f *Frame, c fyne.Canvas) func() {
	f.SetRail(railOn("licenses"))
	rows, draw := manyRows(100000)
	l := NewList(58, rows, draw, nil)
	find := NewSearch("find", "Find a license", nil)
	find.Entry.SetText("AcmeCAD")
	f.SetAll(f.rail, PageTitle("Licenses", NewButton(PrimaryButton, "Use a file", nil)),
		Filled(find, l, NewCommand("On the command line", "holdfast status", "Copy", nil)))
	return func() { c.Focus(l); l.Choose(50002) }
}

func asidePlate(f *Frame, c fyne.Canvas) func() {
	f.SetRail(railOn("overview"))
	cols := NewColumns()
	row := func(name string, t terms.Tone, word, side string) RowModel {
		return RowModel{
			Lead: NewInitial(name), Name: name, Sub: "Acme GmbH", Chip: NewChip(t, "", word), DateLabel: "License ends", Date: "14 Mar 2027", Side: side,
			Links: []*Button{NewButton(LinkButton, "Details", nil)},
		}
	}
	banner := NewBanner(BannerModel{
		Tone: terms.ToneWarn, Eyebrow: "AcmeCAM", Headline: "Grace time: keep working until 20 November 2026.", ButtonAt: 2,
		Button:  NewButton(PrimaryButton, "Make a check-in file", nil),
		Answers: []Answer{{"What happened", "The offline time ended on 30 October 2026. Grace started by itself."}, {"What still works", "Everything. AcmeCAD Pro: offline until 14 March 2027 (131 days)."}, {"What to do", "Go online once, or make a check-in file."}, {"By when", "20 November 2026 (17 days). Then view mode."}},
	})
	dates := PaddedCard(Column(Gap12, Row(Gap8, Cell{Object: NewPara("Next dates", Heading), Width: Stretch}, Cell{Object: NewButton(LinkButton, "Plan ahead", nil)}),
		Equal(200, 3, Gap16, Gap12, NewDate("20", "Nov", "Grace ends", "AcmeCAM"), NewDate("1", "Dec", "Usage file due", "AcmeCAD Pro, November"), NewDate("5", "Dec", "Vendor maintenance, 2 h", "No effect on you"))))
	main := cols.Card([]RowModel{row("AcmeCAD Pro", terms.ToneOK, "Ready", "131 days"), row("AcmeCAM", terms.ToneWarn, "Grace", "17 days")})
	f.SetAll(f.rail, nil, NewPage(Margins(20, 16, Column(Gap16, banner, Aside(main, dates), DropHint("Drop a license file anywhere in this window.")))))
	return nil
}

var plates = []plate{
	{"detail", detailPlate},
	{"settings", settingsPlate},
	{"menu", menuPlate},
	{"options", optionsPlate},
	{"checks", checksPlate},
	{"list", listPlate},
	{"aside", asidePlate},
}

// stage is a size, a palette and a text size.
type stage struct {
	name   string
	w, h   float32
	mode   Mode
	factor float32
}

var stages = []stage{
	{"light", 960, 640, Light, 1},
	{"dark", 960, 640, Dark, 1},
	{"narrow", 760, 520, Light, 1},
	{"large", 760, 520, Light, 2},
	{"tall", 760, 1500, Dark, 2},
	{"half", 960, 640, Light, 1.5},
	{"wide", 1400, 900, Light, 1},
}

// stageOf shows p in a window of s.
func stageOf(t *testing.T, p plate, s stage) (fyne.Window, *Frame) {
	t.Helper()
	useTheme(t, &Theme{Mode: s.mode, Factor: s.factor})
	f := NewFrame()
	w := test.NewWindow(f)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(s.w, s.h))
	f.SetFoot(foot())
	after := p.build(f, w.Canvas())
	f.Refresh()
	if after != nil {
		after()
	}
	return w, f
}

// TestPainted paints every plate into the folder that HOLDFAST_SHOTS names, for people to look at.
func TestPainted(t *testing.T) {
	dir := os.Getenv("HOLDFAST_SHOTS")
	if dir == "" {
		t.Skip("HOLDFAST_SHOTS names no folder")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range plates {
		for _, s := range stages {
			w, _ := stageOf(t, p, s)
			out, err := os.Create(filepath.Join(dir, p.name+"-"+s.name+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(out, w.Canvas().Capture()); err != nil {
				t.Error(err)
			}
			if err := out.Close(); err != nil {
				t.Error(err)
			}
			w.Close()
		}
	}
}

func TestNoTextOfTheGalleryIsCutOrCovered(t *testing.T) {
	for _, p := range plates {
		for _, s := range stages {
			t.Run(p.name+" "+s.name, func(t *testing.T) {
				w, f := stageOf(t, p, s)
				defer w.Close()
				parts := []fyne.CanvasObject{f.rail, f.head, f.body, f.foot}
				for _, root := range append(parts, w.Canvas().Overlays().List()...) {
					if texts := textsBelow(t, root, s.w); root != nil && len(texts) < 1 {
						t.Errorf("no text in %T", root)
					}
				}
			})
		}
	}
}
