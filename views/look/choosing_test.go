package look

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func shown(t *testing.T, o fyne.CanvasObject) fyne.Canvas {
	t.Helper()
	useTheme(t, &Theme{Mode: Light})
	w := test.NewWindow(NewPage(Inset(20, 20, 20, 20, Column(8, o))))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 400))
	t.Cleanup(w.Close)
	return w.Canvas()
}

func TestArrowsMoveBetweenTabs(t *testing.T) {
	var got []int
	tabs := NewTabs([]string{"Dates", "Parts", "Places"}, 0, func(i int) { got = append(got, i) })
	c := shown(t, tabs)
	c.Focus(tabs.areas[0])
	for _, k := range []fyne.KeyName{fyne.KeyRight, fyne.KeyRight, fyne.KeyRight, fyne.KeyLeft, fyne.KeyReturn} {
		press(c.Focused(), k)
	}
	if fmt.Sprint(got) != "[1 2 0 2]" || tabs.On() != 2 || FocusKeyOf(c.Focused()) != "tab 2" {
		t.Errorf("went to %v, on %d, focus on %q", got, tabs.On(), FocusKeyOf(c.Focused()))
	}
	if !tabs.areas[2].ring.Visible() || !tabs.lines[2].Font.Bold || tabs.areas[2].fill != Selected || tabs.lines[0].Font.Bold {
		t.Error("the tab that is on does not show")
	}
	test.Tap(tabs.areas[1])
	if tabs.On() != 1 {
		t.Error("a press does nothing")
	}
}

func TestASegmentIsChosenByArrowsKeysAndPresses(t *testing.T) {
	var got []int
	s := NewSegments("appearance", []string{"System", "Light", "Dark"}, 1, func(i int) { got = append(got, i) })
	c := shown(t, Wrapped(0, s))
	c.Focus(s.areas[1])
	if !s.areas[1].ring.Visible() {
		t.Error("focus does not show")
	}
	press(c.Focused(), fyne.KeyRight)
	press(c.Focused(), fyne.KeyRight)
	press(c.Focused(), fyne.KeyLeft)
	c.Focus(s.areas[0])
	press(c.Focused(), fyne.KeySpace)
	test.Tap(s.areas[2])
	test.Tap(s.areas[2])
	if fmt.Sprint(got) != "[2 1 0 2]" || s.On() != 2 {
		t.Errorf("chose %v, on %d", got, s.On())
	}
	if ByFocusKey(c.Content(), "appearance 1") != fyne.Focusable(s.areas[1]) {
		t.Error("a segment has no name")
	}
}

func TestSegmentsStandBelowEachOtherWhereThereIsNoRoom(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	s := NewSegments("x", []string{"System", "Light", "Dark"}, 0, nil)
	s.Resize(fyne.NewSize(s.MinSize().Width, s.HeightFor(s.MinSize().Width)))
	if s.areas[0].Position().Y != s.areas[2].Position().Y || s.areas[0].plate.Round&LeftEnd == 0 || s.areas[1].plate.Round != NoEnd {
		t.Error("with room they do not stand in a row")
	}
	s.Resize(fyne.NewSize(100, s.HeightFor(100)))
	if s.areas[0].Position().X != s.areas[2].Position().X || s.areas[2].Position().Y <= s.areas[1].Position().Y || s.areas[2].plate.Round&BottomEnd == 0 {
		t.Error("without room they do not stand below each other")
	}
}

func TestASwitchTurnsWithEnterSpaceAndAPress(t *testing.T) {
	var got []bool
	s := NewSwitch("remind", "Remind me", false, func(on bool) { got = append(got, on) })
	c := shown(t, Wrapped(0, s))
	c.Focus(s)
	off := s.knob.Position().X
	press(s, fyne.KeyReturn)
	if s.knob.Position().X <= off || s.track.Fill != Primary || !s.ring.Visible() {
		t.Error("a switch that is on looks off")
	}
	press(s, fyne.KeySpace, fyne.KeyA)
	test.Tap(s)
	if fmt.Sprint(got) != "[true false true]" || !s.On() {
		t.Errorf("turned %v", got)
	}
	s.SetOn(false)
	if len(got) != 3 || s.On() || s.knob.Position().X != off {
		t.Error("SetOn calls or does not show")
	}
	if s.AccessibilityLabel() != "Remind me" || FocusKeyOf(s) != "remind" {
		t.Error("a switch has no name")
	}
}

func TestAChooserOpensMovesChoosesAndGivesTheFocusBack(t *testing.T) {
	var got []int
	holder := Wrapped(0)
	c := shown(t, holder)
	s := NewChooser("size", c, "Text size", []string{"100 %", "150 %", "200 %"}, 1, func(i int) { got = append(got, i) })
	holder.Add(s)
	if s.AccessibilityLabel() != "Text size: 150 %" {
		t.Errorf("a screen reader says %q", s.AccessibilityLabel())
	}
	c.Focus(s)
	press(s, fyne.KeyReturn)
	if c.Overlays().Top() == nil || FocusKeyOf(c.Focused()) != "option 1" {
		t.Fatalf("no menu, or focus on %q", FocusKeyOf(c.Focused()))
	}
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyReturn} {
		press(c.Focused(), k)
	}
	if fmt.Sprint(got) != "[2]" || s.On() != 2 || s.word.Text != "200 %" {
		t.Errorf("chose %v, on %d, says %q", got, s.On(), s.word.Text)
	}
	if c.Overlays().Top() != nil || c.Focused() != fyne.Focusable(s) {
		t.Error("the menu stays or keeps the focus")
	}
	press(s, fyne.KeyDown)
	press(c.Focused(), fyne.KeyHome, fyne.KeyEscape)
	if c.Overlays().Top() != nil || len(got) != 1 {
		t.Error("Esc does not close, or chooses")
	}
	s.Open()
	test.TapCanvas(c, fyne.NewPos(500, 390))
	if c.Overlays().Top() != nil || c.Focused() != fyne.Focusable(s) {
		t.Error("a press beside the menu does not close it")
	}
}

func TestAMenuStaysInTheWindow(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprint("a rather long option number ", i))
	}
	holder := &fyne.Container{}
	w := test.NewWindow(holder)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(fyne.NewSize(400, 300))
	for _, at := range []fyne.Position{{X: 0, Y: 0}, {X: 330, Y: 260}, {X: 330, Y: 120}} {
		s := NewChooser("make", w.Canvas(), "Make", many, 0, nil)
		holder.Objects = []fyne.CanvasObject{s}
		s.Resize(s.MinSize())
		s.Move(at)
		s.Open()
		m := s.menu
		p, size := m.card.Position(), m.card.Size()
		if p.X < 0 || p.Y < 0 || p.X+size.Width > 400 || p.Y+size.Height > 300 || size.Height < 60 {
			t.Errorf("from %v the menu stands at %v, %v large", at, p, size)
		}
		over := p.Y < at.Y+s.Size().Height && p.Y+size.Height > at.Y
		if over {
			t.Errorf("from %v the menu covers its button", at)
		}
		press(w.Canvas().Focused(), fyne.KeyEnd)
		last := fyne.CurrentApp().Driver().AbsolutePositionForObject(m.areas[39])
		if last.Y > p.Y+size.Height {
			t.Errorf("from %v the last option is out of sight", at)
		}
		s.Close()
	}
}

func TestEscEmptiesASearchAndThenGoesToTheWindow(t *testing.T) {
	var got []string
	s := NewSearch("find", "Find a license", func(text string) { got = append(got, text) }).Clears("Clear")
	c := shown(t, s)
	escapes := 0
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { escapes++ })
	c.Focus(s.Entry)
	test.Type(s.Entry, "ac")
	if !s.clear.Visible() || s.clear.Size().Width < 18 || s.clear.AccessibilityLabel() != "Clear" {
		t.Error("there is no button to clear")
	}
	press(s.Entry, fyne.KeyEscape)
	if s.Entry.Text != "" || escapes != 0 || s.clear.Visible() {
		t.Errorf("%q is left, %d escapes", s.Entry.Text, escapes)
	}
	press(s.Entry, fyne.KeyEscape)
	if escapes != 1 || fmt.Sprint(got) != "[a ac ]" {
		t.Errorf("%d escapes, told %q", escapes, got)
	}
	test.Type(s.Entry, "x")
	test.Tap(s.clear)
	if s.Entry.Text != "" || c.Focused() != fyne.Focusable(s.Entry) {
		t.Error("the button does not clear, or takes the focus")
	}
}

func TestAFoldShowsItsBodyOnlyWhenOpen(t *testing.T) {
	body := NewPara("because", Body)
	f := newFold("why", "Why these dates?", false, body)
	c := shown(t, f)
	if holds(c.Content(), body) {
		t.Fatal("a closed fold shows its body")
	}
	closed := f.HeightFor(300)
	c.Focus(f.head)
	press(f.head, fyne.KeySpace)
	if !holds(c.Content(), body) || f.HeightFor(300) <= closed || body.Size().Height <= 0 || body.Position().Y <= 0 {
		t.Error("an open fold does not show its body")
	}
	press(f.head, fyne.KeyReturn)
	if holds(c.Content(), body) || c.Focused() != fyne.Focusable(f.head) {
		t.Error("the fold does not close, or loses the focus")
	}
}
