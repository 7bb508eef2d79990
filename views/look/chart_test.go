package look

import (
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// monthChart has a bar for each of 31 days; every seventh has none.
func monthChart() ChartModel {
	m := ChartModel{
		Key: "chart", Name: "Hours of AcmeCAD Pro", Ink: Primary, Summary: "96 h on 26 days.",
		Levels: []Level{{0, "0"}, {0.5, "40"}, {1, "80"}},
	}
	for i := range 31 {
		n := strconv.Itoa(i + 1)
		b := Bar{Share: float32(i%7) / 7, Word: n + " October: " + strconv.Itoa(i%7) + " h"}
		if i%7 == 0 {
			b.Tick = n
		}
		m.Bars = append(m.Bars, b)
	}
	return m
}

// chartIn is a chart in a window, with the line below it.
func chartIn(t *testing.T, m ChartModel, width float32) (*Chart, *Para, fyne.Window) {
	t.Helper()
	useTheme(t, &Theme{})
	box := NewChart(m)
	w := test.NewWindow(NewPage(box))
	t.Cleanup(w.Close)
	w.Resize(fyne.NewSize(width, 300))
	return box.Objects[0].(*Chart), box.Objects[1].(*Para), w
}

func key(c *Chart, names ...fyne.KeyName) {
	for _, n := range names {
		c.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func TestTheKeyboardGoesFromBarToBarAndTheLineBelowSaysWhatEachStandsFor(t *testing.T) {
	c, says, w := chartIn(t, monthChart(), 400)
	if says.String() != "96 h on 26 days." {
		t.Errorf("at first it says %q", says)
	}
	w.Canvas().Focus(c)
	for _, step := range []struct {
		keys []fyne.KeyName
		want string
	}{
		{[]fyne.KeyName{fyne.KeyRight}, "1 October: 0 h"},
		{[]fyne.KeyName{fyne.KeyRight, fyne.KeyRight}, "3 October: 2 h"},
		{[]fyne.KeyName{fyne.KeyEnd}, "31 October: 2 h"},
		{[]fyne.KeyName{fyne.KeyRight}, "31 October: 2 h"},
		{[]fyne.KeyName{fyne.KeyLeft}, "30 October: 1 h"},
		{[]fyne.KeyName{fyne.KeyHome, fyne.KeyLeft}, "1 October: 0 h"},
	} {
		key(c, step.keys...)
		if says.String() != step.want {
			t.Errorf("after %v it says %q, want %q", step.keys, says, step.want)
		}
		if got := c.AccessibilityLabel(); got != "Hours of AcmeCAD Pro: "+step.want {
			t.Errorf("a screen reader says %q", got)
		}
	}
	w.Canvas().Unfocus()
	if says.String() != "96 h on 26 days." || !strings.HasSuffix(c.AccessibilityLabel(), "96 h on 26 days.") {
		t.Errorf("without the focus it says %q", says)
	}
}

func TestTheMouseLooksAtTheBarBelowIt(t *testing.T) {
	c, says, _ := chartIn(t, monthChart(), 400)
	at := func(share float32) *desktop.MouseEvent {
		x := c.axis() + share*(c.Size().Width-c.axis())
		return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 20)}}
	}
	c.MouseIn(at(0.01))
	if says.String() != "1 October: 0 h" {
		t.Errorf("at the left it says %q", says)
	}
	c.MouseMoved(at(0.99))
	if says.String() != "31 October: 2 h" {
		t.Errorf("at the right it says %q", says)
	}
	c.MouseOut()
	if says.String() != "96 h on 26 days." {
		t.Errorf("away from it it says %q", says)
	}
}

func TestBarsStandOnTheAxisAndKeepTheirShareOfTheHeight(t *testing.T) {
	c, _, _ := chartIn(t, monthChart(), 400)
	r := test.WidgetRenderer(c).(*chartRenderer)
	for i, b := range c.m.Bars {
		bar := r.bars[i]
		if bar.Visible() != (b.Share > 0) {
			t.Errorf("bar %d of share %v is shown: %v", i, b.Share, bar.Visible())
		}
		if got, want := bar.Size().Height, b.Share*chartHigh; b.Share > 0 && (got < want-0.5 || got > want+0.5) {
			t.Errorf("bar %d is %v high, want %v", i, got, want)
		}
		if foot := bar.Position().Y + bar.Size().Height; foot < r.lines[0].Position().Y-0.5 || foot > r.lines[0].Position().Y+1.5 {
			t.Errorf("bar %d ends at %v, the axis is at %v", i, foot, r.lines[0].Position().Y)
		}
		if right := bar.Position().X + bar.Size().Width; right > c.Size().Width {
			t.Errorf("bar %d sticks out", i)
		}
	}
}

func TestAChartWithoutUseSaysSoAndGoesNowhere(t *testing.T) {
	m := monthChart()
	for i := range m.Bars {
		m.Bars[i].Share = 0
	}
	m.Levels, m.Summary = m.Levels[:1], "Nothing was recorded in this month."
	c, says, w := chartIn(t, m, 400)
	w.Canvas().Focus(c)
	key(c, fyne.KeyRight, fyne.KeyEnd, fyne.KeyLeft)
	if says.String() != m.Summary || c.AccessibilityLabel() != m.Name+": "+m.Summary {
		t.Errorf("it says %q and %q", says, c.AccessibilityLabel())
	}
}

func TestLabelsOfAChartNeverCoverEachOther(t *testing.T) {
	for _, factor := range []float32{1, 2} {
		for _, width := range []float32{150, 240, 320, 700} {
			c, _, _ := chartIn(t, monthChart(), width)
			useTheme(t, &Theme{Factor: factor})
			c.Resize(fyne.NewSize(width, c.HeightFor(width)))
			c.Refresh()
			r, end, shown := test.WidgetRenderer(c).(*chartRenderer), float32(-1), 0
			for _, x := range append(append([]*canvas.Text{}, r.ticks...), r.numbers...) {
				if x.Visible() && x.Text != "" && (x.Position().X < 0 || x.Position().X+x.Size().Width > width+0.5) {
					t.Errorf("%v wide at %v: %q sticks out", width, factor, x.Text)
				}
			}
			for _, x := range r.ticks {
				if !x.Visible() {
					continue
				}
				shown++
				if x.Position().X < end {
					t.Errorf("%v wide at %v: %q covers the one before", width, factor, x.Text)
				}
				end = x.Position().X + x.MinSize().Width
			}
			if shown < 2 {
				t.Errorf("%v wide at %v: %d days are named", width, factor, shown)
			}
		}
	}
}

func TestATableHasOneLineForEachNumberWhereItIsNarrow(t *testing.T) {
	useTheme(t, &Theme{})
	head, rows, foot := []string{"Day", "Used", "Entries"}, [][]string{{"1 Oct 2026", "4 h", "9"}, {"2 Oct 2026", "5 h", "12"}}, []string{"In all", "9 h", "21"}
	for width, want := range map[float32]string{600: "1 Oct 2026|4 h|9", 150: "1 Oct 2026|Used: 4 h|Entries: 9"} {
		table := NewTable(head, rows, foot)
		w := test.NewWindow(NewPage(table))
		w.Resize(fyne.NewSize(width, 300))
		var texts []string
		Walk(table, func(o fyne.CanvasObject) {
			switch v := o.(type) {
			case *Para:
				texts = append(texts, v.String())
			case *Line:
				texts = append(texts, v.Text)
			}
		})
		if got := strings.Join(texts, "|"); !strings.Contains(got, want) || !strings.Contains(got, "In all") {
			t.Errorf("%v wide: %s", width, got)
		}
		w.Close()
	}
}

func TestAMeasureIsAsFullAsWhatIsUsed(t *testing.T) {
	useTheme(t, &Theme{})
	for _, c := range []struct {
		used, included int64
		part, over     float32
	}{{0, 160, 0, 0}, {80, 160, 100, 0}, {160, 160, 200, 0}, {1, 1000, 8, 0}, {200, 160, 160, 37}} {
		m := NewMeasure(c.used, c.included, Primary).(*fyne.Container)
		m.Resize(fyne.NewSize(200, 8))
		if got := m.Objects[1].Size().Width; got != c.part {
			t.Errorf("%d of %d fills %v", c.used, c.included, got)
		}
		if over := len(m.Objects) > 2; over != (c.over > 0) || over && m.Objects[2].Size().Width != c.over {
			t.Errorf("%d of %d: what is over is not %v wide", c.used, c.included, c.over)
		}
	}
}
