package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func railWindow(t *testing.T, r *Rail, w, h, factor float32) (*Frame, fyne.Window) {
	t.Helper()
	useTheme(t, &Theme{Mode: Light, Factor: factor})
	f := NewFrame()
	win := test.NewWindow(f)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	f.SetRail(r)
	f.SetAll(f.rail, PageTitle("Files"), NewPage(NewPara("text", Body)))
	t.Cleanup(win.Close)
	return f, win
}

func TestTheRailIsWideNarrowOrLargeByTheWindowAndItsText(t *testing.T) {
	for _, c := range []struct {
		window, factor float32
		want           float32
		wide           bool
	}{
		{960, 1, 200, true},
		{840, 1, 200, true},
		{839, 1, 104, false},
		{760, 1, 104, false},
		{960, 1.5, 152, false},
		{1400, 1.5, 300, true},
		{760, 2, 152, false},
	} {
		r := railOn("files")
		_, _ = railWindow(t, r, c.window, 640, c.factor)
		if got := r.Size().Width; got != c.want {
			t.Errorf("window %.0f at %.1f: the rail is %.0f wide, want %.0f", c.window, c.factor, got, c.want)
		}
		if shown := holds(r.areas[0].content, r.areas[0].word) && !holds(r.areas[0].content, r.areas[0].caption); shown != c.wide {
			t.Errorf("window %.0f at %.1f: words beside the symbols: %v", c.window, c.factor, shown)
		}
		if r.brand.Visible() != c.wide {
			t.Errorf("window %.0f at %.1f: the name is visible: %v", c.window, c.factor, r.brand.Visible())
		}
	}
}

func TestThePageStandsBesideTheRailAndTheFooterBelowBoth(t *testing.T) {
	r := railOn("files")
	f, _ := railWindow(t, r, 960, 640, 1)
	f.SetFoot(foot())
	f.SetFloat(NewToast("ok", OK, "Saved.", nil))
	if x := f.body.Position().X; x != 200 || f.body.Size().Width != 760 || f.head.Position().X != 200 {
		t.Errorf("the page stands at %.0f, %.0f wide; the head at %.0f", x, f.body.Size().Width, f.head.Position().X)
	}
	if f.foot.Position().X != 0 || f.foot.Size().Width != 960 || r.Size().Height != 640-f.foot.Size().Height {
		t.Error("the footer does not span the window below the rail")
	}
	if middle := f.float.Position().X + f.float.Size().Width/2; middle != 580 {
		t.Errorf("the middle of the float is at %.0f", middle)
	}
	f.SetRail(nil)
	if f.body.Position().X != 0 || f.body.Size().Width != 960 {
		t.Error("without a rail the page does not take the window")
	}
}

func TestArrowsMoveInTheRailAndEnterGoesThere(t *testing.T) {
	gone := ""
	items := []RailItem{{Key: "a", Symbol: "files", Label: "A"}, {Key: "b", Symbol: "files", Label: "B"}}
	for i := range items {
		items[i].Tapped = func() { gone += items[i].Key }
	}
	r := NewRail("Holdfast", items, []RailItem{{Key: "s", Symbol: "gear", Label: "S", Tapped: func() { gone += "s" }}})
	_, w := railWindow(t, r, 960, 640, 1)
	c := w.Canvas()
	c.Focus(r.areas[0])
	for _, k := range []fyne.KeyName{fyne.KeyUp, fyne.KeyReturn, fyne.KeyDown, fyne.KeySpace, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} {
		press(c.Focused(), k)
	}
	if gone != "abs" || FocusKeyOf(c.Focused()) != "rail s" {
		t.Errorf("went to %q, focus on %q", gone, FocusKeyOf(c.Focused()))
	}
	if !r.areas[2].ring.Visible() {
		t.Error("focus does not show")
	}
}

func TestTheRailKeepsTheFocusWhenItsItemsChange(t *testing.T) {
	r := railOn("files")
	_, w := railWindow(t, r, 960, 640, 1)
	w.Canvas().Focus(r.areas[2])
	items := append([]RailItem{}, places[1:]...)
	items[1].Count, items[1].On = 7, true
	r.Set(items, settings)
	f := w.Canvas().Focused()
	if FocusKeyOf(f) != "rail files" || f != fyne.Focusable(r.areas[1]) {
		t.Fatalf("focus on %q", FocusKeyOf(f))
	}
	a := r.areas[1]
	if !a.pills[0].Visible() || a.pills[0].line.Text != "7" || a.fill != Selected || !a.word.Font.Bold {
		t.Error("the item does not show what changed")
	}
	items[1].Count = 0
	r.Set(items, settings)
	if a.pills[0].Visible() {
		t.Error("a pill without a count")
	}
}

func TestALowRailScrollsToWhatHasTheFocus(t *testing.T) {
	r := railOn("files")
	_, w := railWindow(t, r, 760, 520, 2)
	last := r.areas[len(r.areas)-1]
	if bottom := last.Position().Y + last.Size().Height; bottom <= 520 {
		t.Fatalf("everything fits: %.0f", bottom)
	}
	w.Canvas().Focus(last)
	top := fyne.CurrentApp().Driver().AbsolutePositionForObject(last).Y
	if top < 0 || top+last.Size().Height > 520 {
		t.Errorf("the last item stands at %.0f..%.0f", top, top+last.Size().Height)
	}
}

func TestALowRailScrollsToThePlaceThatIsShown(t *testing.T) {
	r := railOn("overview")
	_, w := railWindow(t, r, 960, 640, 2)
	seen := func(i int) bool {
		a := r.areas[i]
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(a).Y
		return top >= 0 && top+a.Size().Height <= r.Size().Height
	}
	on := func(key string, count int) {
		items, foot := append([]RailItem{}, places...), append([]RailItem{}, settings...)
		for _, list := range [][]RailItem{items, foot} {
			for i := range list {
				list[i].On = list[i].Key == key
			}
		}
		items[2].Count = count
		r.Set(items, foot)
	}
	if !seen(0) || seen(6) {
		t.Fatal("everything fits")
	}
	for i, key := range map[int]string{5: "help", 6: "settings", 0: "overview"} {
		if on(key, 2); !seen(i) {
			t.Errorf("%s is shown, and its item is out of sight", key)
		}
	}
	on("settings", 2)
	r.page.ToTop()
	if on("settings", 3); !seen(0) {
		t.Error("a number that changed scrolls away from what a person looks at")
	}
	on("help", 3)
	w.Resize(fyne.NewSize(960, 520))
	if !seen(5) {
		t.Error("in a lower window the item is out of sight")
	}
}

func TestAWordBreaksAtItsSoftHyphenAndOnlyThere(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	p := NewPara("Voraus\u00adplanen", Caption)
	whole := Caption.measure("Vorausplanen").Width
	said := func(width float32) (lines []string) {
		for _, line := range p.wrap(width) {
			s := ""
			for _, pc := range line {
				s += pc.text
			}
			lines = append(lines, s)
		}
		return lines
	}
	if got := said(whole + 1); len(got) != 1 || got[0] != "Vorausplanen" {
		t.Errorf("with room: %q", got)
	}
	if got := said(whole - 2); len(got) != 2 || got[0] != "Voraus-" || got[1] != "planen" {
		t.Errorf("without room: %q", got)
	}
	two := NewPara("Hilfe & Prü\u00adfungen", Caption)
	if got := len(two.wrap(Caption.measure("Prüfungen").Width + 2)); got != 2 {
		t.Errorf("a word that fits a line of its own is broken: %d lines", got)
	}
	if p.String() != "Vorausplanen" {
		t.Errorf("%q", p.String())
	}
}

func TestAToastStandsAboveTheButtonsOfThePage(t *testing.T) {
	test.NewTempApp(t)
	f, page, toast := NewFrame(), NewPage(Column(Gap8, Space(10, 120))), NewToast("ok", OK, "Saved", nil)
	page.SetBar(NewButton(PrimaryButton, "Use", nil))
	f.SetAll(nil, nil, page)
	f.SetFloat(toast)
	for height := float32(140); height < 600; height += 10 {
		f.Resize(fyne.NewSize(700, height))
		y, high := page.barAt()
		top := page.Position().Y + y
		if t0, t1 := toast.Position().Y, toast.Position().Y+toast.Size().Height; t0 < top+high && t1 > top {
			t.Errorf("at a height of %v the toast from %v to %v covers the buttons from %v to %v", height, t0, t1, top, top+high)
		}
	}
}
