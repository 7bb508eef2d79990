package look

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"holdfast/licensing/terms"
)

func TestAHeadPutsWhatDoesNotFitBelowTheTitle(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	chip, act := NewChip(terms.ToneOK, "", "Ready"), NewButton(PrimaryButton, "Get more time", nil)
	o := BackHead("Licenses", "AcmeCAD Pro", nil, []fyne.CanvasObject{chip}, []fyne.CanvasObject{act})
	w := test.NewWindow(o)
	defer w.Close()
	w.SetPadded(false)
	at := func(o fyne.CanvasObject) fyne.Position {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	}
	for _, c := range []struct {
		width               float32
		chipBelow, actBelow bool
	}{{800, false, false}, {420, true, false}, {300, true, true}} {
		w.Resize(fyne.NewSize(c.width, HeightFor(o, c.width)))
		var title *Para
		Walk(o, func(o fyne.CanvasObject) {
			if p, ok := o.(*Para); ok {
				title = p
			}
		})
		low := at(title).Y + title.Size().Height - 1
		if got := at(chip).Y > low; got != c.chipBelow {
			t.Errorf("%.0f wide: the chip stands below: %v", c.width, got)
		}
		if got := at(act).Y > low; got != c.actBelow {
			t.Errorf("%.0f wide: the button stands below: %v", c.width, got)
		}
		if right := at(act).X + act.Size().Width; !c.actBelow && (right > c.width-Gap16+1 || right < c.width-Gap24-1) {
			t.Errorf("%.0f wide: the button ends at %.0f", c.width, right)
		}
	}
}

func TestLabelsOfATimelineNeverCoverEachOtherOrStickOut(t *testing.T) {
	at := []float32{8, 40, 60, 300, 370, 390, 395, 400}
	w := []float32{60, 60, 60, 90, 60, 120, 60, 60}
	slots := arrange(400, 80, at, w)
	for i, s := range slots {
		if s.x < 0 || s.x+s.w > 400 {
			t.Errorf("label %d stands at %.0f..%.0f", i, s.x, s.x+s.w)
		}
		for j, o := range slots[:i] {
			if o.line == s.line && (s.x < o.x+o.w && o.x < s.x+s.w || abs(o.at-s.at) < 80) {
				t.Errorf("labels %d and %d share line %d", j, i, s.line)
			}
		}
	}
	if n := linesOf(arrange(400, 80, []float32{0, 200, 400}, []float32{60, 60, 60})); n != 1 {
		t.Errorf("labels with room take %d lines", n)
	}
}

func TestATimelineGrowsWithTheLinesOfItsLabels(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	marks := []Mark{{0, "3 Nov 2026", "Today"}, {0.3, "4 Feb 2027", "First notice"}, {0.5, "14 Mar 2027", "License ends"}, {1, "no date", "view mode"}}
	tl := NewTimeline([]Phase{{0, 0.5, terms.ToneOK, "Works"}, {0.5, 1, "", "View mode"}}, marks)
	if wide, narrow := HeightFor(tl, 700), HeightFor(tl, 220); narrow <= wide {
		t.Errorf("%.0f at 700, %.0f at 220", wide, narrow)
	}
	w := test.NewWindow(tl)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(fyne.NewSize(220, HeightFor(tl, 220)))
	noTextSticksOut(t, tl, 220)
	r := test.WidgetRenderer(tl.(fyne.Widget)).(*timelineRenderer)
	if r.rings[0].Hidden || !r.rings[3].Hidden {
		t.Error("the tip has a ring, or a date has none")
	}
	if last := r.dates[2]; last.Position().Y+2*captionHigh() > HeightFor(tl, 220)+1 {
		t.Error("a label stands below the timeline")
	}
}

func TestWordyColumnsAreWiderAndThinOnesStandOnTwoLines(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	var cols []fyne.CanvasObject
	for _, s := range []string{"This computer is offline. That is fine.", "Everything.", "Nothing. Away for longer? Get more time.", "14 March 2027 (131 days left)."} {
		cols = append(cols, Column(0, NewPara("label", Caption), NewPara(s, Body)))
	}
	box := Fair(Gap24, Gap8, cols...)
	box.Resize(fyne.NewSize(624, HeightFor(box, 624)))
	if cols[3].Position().Y != 0 || cols[0].Size().Width <= cols[1].Size().Width {
		t.Errorf("four columns: %.0f and %.0f wide, the last at %.0f", cols[0].Size().Width, cols[1].Size().Width, cols[3].Position().Y)
	}
	if end := cols[3].Position().X + cols[3].Size().Width; end > 625 {
		t.Errorf("they end at %.0f", end)
	}
	box.Resize(fyne.NewSize(360, HeightFor(box, 360)))
	if cols[1].Position().Y != 0 || cols[2].Position().Y == 0 {
		t.Error("at 360 there are not two columns")
	}
	box.Resize(fyne.NewSize(200, HeightFor(box, 200)))
	if cols[1].Position().Y == 0 {
		t.Error("at 200 there is not one column")
	}
}

func TestASideColumnStandsBelowWhereTheWindowIsNotLarge(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	main, side := NewPara("main", Body), NewPara("side", Body)
	o := Aside(main, side)
	w := test.NewWindow(o)
	defer w.Close()
	w.SetPadded(false)
	for width, beside := range map[float32]bool{952: true, 900: false} {
		w.Resize(fyne.NewSize(width, 300))
		if got := side.Position().X > main.Position().X; got != beside {
			t.Errorf("%.0f wide: beside: %v", width, got)
		}
		if beside && side.Size().Width != 336 {
			t.Errorf("the side column is %.0f wide", side.Size().Width)
		}
	}
}

func TestAControlStandsBesideItsWordsOrBelow(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	s := NewSegments("x", []string{"System", "Light", "Dark"}, 0, nil)
	row := SettingRow("Appearance", "Light or dark", s)
	w := test.NewWindow(row)
	defer w.Close()
	w.SetPadded(false)
	y := map[float32]float32{}
	for _, width := range []float32{700, 300} {
		w.Resize(fyne.NewSize(width, HeightFor(row, width)))
		y[width] = fyne.CurrentApp().Driver().AbsolutePositionForObject(s).Y
		if x := fyne.CurrentApp().Driver().AbsolutePositionForObject(s).X; x+s.Size().Width > width-Gap16+1 || width == 700 && x < 400 {
			t.Errorf("%.0f wide: the control stands at %.0f", width, x)
		}
	}
	if y[300] < 30 || y[700] > 12 {
		t.Errorf("the control stands at %v", y)
	}
}

func TestKeysAreTakenApartAtTheirSigns(t *testing.T) {
	for keys, want := range map[string]string{"Ctrl+O": "Ctrl + O", "Ctrl++": "Ctrl + +", "F1": "F1", "Ctrl+Shift+Z": "Ctrl + Shift + Z"} {
		var words []string
		Walk(caps(keys), func(o fyne.CanvasObject) {
			if l, ok := o.(*Line); ok {
				words = append(words, l.Text)
			}
		})
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s shows as %q", keys, got)
		}
	}
}

func TestAPartOfTheFooterCanBePressed(t *testing.T) {
	n := 0
	a := NewFactLink("Clock OK", terms.ToneOK, func() { n++ })
	c := shown(t, Wrapped(0, a))
	c.Focus(a)
	press(a, fyne.KeyReturn, fyne.KeySpace)
	test.Tap(a)
	if n != 3 || FocusKeyOf(a) != "foot Clock OK" || a.AccessibilityLabel() != "Clock OK" {
		t.Errorf("pressed %d times, called %q", n, FocusKeyOf(a))
	}
}

func TestNoDotStandsAtTheEndOrTheBeginningOfALine(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	facts := []fyne.CanvasObject{NewLine("Offline until tomorrow", Caption), NewLine("Clock OK", Caption), NewLine("Storage OK", Caption)}
	c := Dotted(Gap8, facts...)
	for _, width := range []float32{600, 260, 90} {
		c.Resize(fyne.NewSize(width, HeightFor(c, width)))
		for i := 2; i < len(c.Objects); i += 2 {
			dot, before, after := c.Objects[i-1], c.Objects[i-2], c.Objects[i]
			same := before.Position().Y == after.Position().Y
			if dot.Visible() != same {
				t.Errorf("%.0f wide: dot %d shows: %v", width, i/2, dot.Visible())
			}
			if x := dot.Position().X; same && (x < before.Position().X+before.Size().Width || x+dot.Size().Width > after.Position().X) {
				t.Errorf("%.0f wide: dot %d stands at %.0f", width, i/2, x)
			}
		}
	}
	if one, all := HeightFor(c, 600), HeightFor(c, 90); all < 3*one {
		t.Errorf("three lines are %.0f high, one is %.0f", all, one)
	}
}

func TestTheButtonsOfABannerStandOnOneLine(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	one, two := NewButton(PrimaryButton, "Send now", nil), NewButton(SecondaryButton, "Use a license file", nil)
	b := NewBanner(BannerModel{
		Tone: terms.ToneNotice, Headline: "Waiting", ButtonAt: 0, Button: one, Other: two, Answers: []Answer{{"What to do", "Nothing."}, {"By when", "Tomorrow."}},
	})
	w := test.NewWindow(b)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(fyne.NewSize(900, HeightFor(b, 900)))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	if at(one).Y != at(two).Y {
		t.Errorf("the buttons stand at %v and %v", at(one), at(two))
	}
}
