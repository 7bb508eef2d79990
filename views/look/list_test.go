package look

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// listOf shows a list of n rows in a window and records which rows are drawn and opened.
func listOf(t testing.TB, n int, w, h float32) (*List, fyne.Window, *[]int) {
	a := test.NewApp()
	a.Settings().SetTheme(&Theme{Mode: Light})
	rows, draw := manyRows(n)
	var opened []int
	l := NewList(58, rows, draw, func(i int) { opened = append(opened, i) })
	win := test.NewWindow(l)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	t.Cleanup(func() { win.Close(); test.NewApp() })
	return l, win, &opened
}

func press(f fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		f.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

func TestOnlyTheRowsInSightExist(t *testing.T) {
	l, _, _ := listOf(t, 100000, 800, 600)
	most := int(600/58) + 2
	for _, i := range []int{0, 99999, 50000, 17, 70000} {
		l.Choose(i)
		if n := len(l.body.lines) + len(l.body.free); n > 2*most {
			t.Fatalf("%d lines exist for %d in sight", n, most)
		}
		line := l.body.lines[i]
		if line == nil {
			t.Fatalf("row %d is not in sight", i)
		}
		if want := fmt.Sprintf("AcmeCAD Pro %d", i+1); line.name.Text != want {
			t.Errorf("row %d says %q, want %q", i, line.name.Text, want)
		}
		top := line.Position().Y - l.scroll.Offset.Y
		if top < -1 || top+line.Size().Height > l.scroll.Size().Height+1 {
			t.Errorf("row %d stands at %.0f of %.0f", i, top, l.scroll.Size().Height)
		}
	}
}

func TestTheKeyboardMovesInAListAndOpensRows(t *testing.T) {
	l, w, opened := listOf(t, 1000, 800, 600)
	w.Canvas().Focus(l)
	for _, c := range []struct {
		key fyne.KeyName
		at  int
	}{
		{fyne.KeyUp, 0},
		{fyne.KeyDown, 1},
		{fyne.KeyDown, 2},
		{fyne.KeyPageDown, 11},
		{fyne.KeyPageUp, 2},
		{fyne.KeyEnd, 999},
		{fyne.KeyDown, 999},
		{fyne.KeyHome, 0},
	} {
		press(l, c.key)
		if l.At() != c.at {
			t.Fatalf("after %s the focus is on %d, want %d", c.key, l.At(), c.at)
		}
		if line := l.body.lines[c.at]; line == nil || !line.ring.Visible() {
			t.Fatalf("row %d shows no focus", c.at)
		}
	}
	press(l, fyne.KeyDown, fyne.KeyReturn, fyne.KeyDown, fyne.KeySpace)
	if fmt.Sprint(*opened) != "[1 2]" {
		t.Errorf("opened %v", *opened)
	}
	if got, want := l.AccessibilityLabel(), "AcmeCAD Pro 3, Acme GmbH, Ready, License ends 3 Mar 2027, 2 days"; got != want {
		t.Errorf("a screen reader says %q", got)
	}
	w.Canvas().Unfocus()
	for i, line := range l.body.lines {
		if line.ring.Visible() {
			t.Errorf("row %d keeps its ring", i)
		}
	}
}

func TestEscInAListGoesToTheWindow(t *testing.T) {
	l, w, _ := listOf(t, 10, 800, 600)
	got := fyne.KeyName("")
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { got = e.Name })
	w.Canvas().Focus(l)
	press(l, fyne.KeyEscape)
	if got != fyne.KeyEscape {
		t.Error("Esc was kept")
	}
}

func TestAPressOpensTheRowThatIsInSight(t *testing.T) {
	l, w, opened := listOf(t, 1000, 800, 600)
	l.Choose(500)
	top := float32(500)*58 - l.scroll.Offset.Y
	test.TapCanvas(w.Canvas(), fyne.NewPos(200, top+20))
	if len(*opened) != 1 || (*opened)[0] != 500 || w.Canvas().Focused() != l {
		t.Errorf("opened %v, focus on %v", *opened, w.Canvas().Focused())
	}
}

func TestAReloadKeepsTheScrollPosition(t *testing.T) {
	a := test.NewApp()
	a.Settings().SetTheme(&Theme{Mode: Light})
	t.Cleanup(func() { test.NewApp() })
	n, word := 1000, "first"
	l := NewList(58, func() int { return n }, func(i int, r *ListRow) { *r = ListRow{Name: fmt.Sprint(word, " ", i)} }, nil)
	w := test.NewWindow(l)
	defer w.Close()
	w.Resize(fyne.NewSize(800, 600))
	l.Choose(600)
	off := l.scroll.Offset.Y
	word = "second"
	l.Reload()
	if l.scroll.Offset.Y != off || l.At() != 600 || l.body.lines[600].name.Text != "second 600" {
		t.Errorf("offset %.0f was %.0f, at %d, %q", l.scroll.Offset.Y, off, l.At(), l.body.lines[600].name.Text)
	}
	n = 5
	l.Reload()
	if l.At() != 4 || l.scroll.Offset.Y != 0 || len(l.body.lines) != 5 {
		t.Errorf("at %d, offset %.0f, %d lines", l.At(), l.scroll.Offset.Y, len(l.body.lines))
	}
	n = 0
	l.Reload()
	press(l, fyne.KeyDown, fyne.KeyReturn)
	if l.At() != 0 || len(l.body.lines) != 0 || l.AccessibilityLabel() != "" {
		t.Error("an empty list has rows")
	}
}

func TestANarrowListHidesASideColumnAndThenTakesTwoLines(t *testing.T) {
	l, w, _ := listOf(t, 100, 900, 600)
	high := map[float32]float32{}
	for _, width := range []float32{900, 520, 420, 300} {
		w.Resize(fyne.NewSize(width, 600))
		line := l.body.lines[0]
		high[width] = line.Size().Height
		if side := line.side.Visible(); side != (width == 900) {
			t.Errorf("%.0f wide: the side column is visible: %v", width, side)
		}
		if below := line.pill.Position().Y > line.sub.Position().Y; below != (width < 500) {
			t.Errorf("%.0f wide: the chip stands below: %v", width, below)
		}
		noTextSticksOut(t, line, width)
	}
	if high[900] != 58 || high[520] != 58 || high[420] != 86 || high[300] != 108 {
		t.Errorf("rows are %v high", high)
	}
}

// BenchmarkScroll100000Rows is one refresh while somebody scrolls: a few rows come into sight, at worst all of them.
func BenchmarkScroll100000Rows(b *testing.B) {
	for name, by := range map[string]float32{"wheel": 40, "page": 580, "jump": 58 * 9973} {
		b.Run(name, func(b *testing.B) {
			l, _, _ := listOf(b, 100000, 1000, 760)
			end := l.total() - l.scroll.Size().Height
			y := float32(0)
			for b.Loop() {
				if y += by; y > end {
					y = 0
				}
				l.scroll.ScrollToOffset(fyne.NewPos(0, y))
				l.body.update(false)
			}
		})
	}
}

// BenchmarkScrollPainted100000Rows also paints the window without a graphics card, as a test does.
func BenchmarkScrollPainted100000Rows(b *testing.B) {
	l, w, _ := listOf(b, 100000, 1000, 760)
	y := float32(0)
	for b.Loop() {
		y += 40
		l.scroll.ScrollToOffset(fyne.NewPos(0, y))
		l.body.update(false)
		w.Canvas().Capture()
	}
}
