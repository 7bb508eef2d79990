package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Bar is one column of a chart. Share is its height from 0 to 1, and what is above is drawn as 1; Word says in full what it stands for.
type Bar struct {
	Share float32
	Word  string
	Tick  string // below it on the axis, where there is room; "" none
}

// Level is a line across a chart with its number.
type Level struct {
	At   float32 // from 0 to 1
	Word string
}

// ChartModel is everything that a chart shows. Summary stands below it while no bar is looked at.
type ChartModel struct {
	Key, Name string
	Levels    []Level
	Bars      []Bar
	Ink       fyne.ThemeColorName
	Summary   string
}

// Measures of a chart at text factor 1.
const (
	chartHigh             = 96
	barMost, barLeast     = 16, 2
	barGap, barRound      = 0.3, 2 // share of a bar's room that stays free; corners
	chartLeast, tickApart = 150, 6
)

// Chart is a row of bars over an axis. Left, Right, Home and End go from bar to bar, and so does the mouse; the line below
// says what the bar stands for. It never stands without a table of the same numbers.
type Chart struct {
	widget.BaseWidget
	m              ChartModel
	at             int // bar that is looked at; -1: none
	focused, hover bool
	ring           *canvas.Rectangle
	says           *Para
}

var (
	_ fyne.Focusable    = (*Chart)(nil)
	_ fyne.Tappable     = (*Chart)(nil)
	_ fyne.Accessible   = (*Chart)(nil)
	_ desktop.Hoverable = (*Chart)(nil)
	_ Flow              = (*Chart)(nil)
)

// NewChart returns the chart of m with the line below it.
func NewChart(m ChartModel) *fyne.Container {
	c := &Chart{m: m, at: -1, ring: newRing(), says: NewPara(m.Summary, Caption)}
	c.ExtendBaseWidget(c)
	return Column(Gap8, c, c.says)
}

// empty says whether there is nothing to draw.
func (c *Chart) empty() bool {
	for _, b := range c.m.Bars {
		if b.Share > 0 {
			return false
		}
	}
	return true
}

// look goes to a bar, or to none.
func (c *Chart) look(at int) {
	if at >= len(c.m.Bars) || at == c.at || c.empty() {
		return
	}
	c.at = at
	words := c.m.Summary
	if at >= 0 {
		words = c.m.Bars[at].Word
	}
	c.says.Set(words)
	relayout(c.says) // it may have more lines now
	c.Refresh()
}

// axis is the room at the left that the numbers take.
func (c *Chart) axis() float32 {
	w := float32(0)
	for _, l := range c.m.Levels {
		w = max(w, Caption.measure(l.Word).Width)
	}
	if w > 0 {
		w += Gap8
	}
	return min(w, c.Size().Width/2) // the bars come first
}

// barAt is the bar at a place from the left.
func (c *Chart) barAt(x float32) int {
	room := c.Size().Width - c.axis()
	if x -= c.axis(); x < 0 || room <= 0 || len(c.m.Bars) == 0 {
		return -1
	}
	return min(int(x/room*float32(len(c.m.Bars))), len(c.m.Bars)-1)
}

// Tapped looks at the bar below the pointer.
func (c *Chart) Tapped(e *fyne.PointEvent) {
	if canvas := canvasOf(c); canvas != nil {
		canvas.Focus(c)
	}
	if e != nil {
		c.look(c.barAt(e.Position.X))
	}
}

// MouseIn implements desktop.Hoverable.
func (c *Chart) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved looks at the bar below the pointer.
func (c *Chart) MouseMoved(e *desktop.MouseEvent) {
	if e != nil {
		c.hover = true
		c.look(c.barAt(e.Position.X))
	}
}

// MouseOut gives the line back to the summary, unless the keyboard is here.
func (c *Chart) MouseOut() {
	c.hover = false
	if !c.focused {
		c.look(-1)
	}
}

// FocusGained shows the ring.
func (c *Chart) FocusGained() { c.focused = true; c.Refresh(); reveal(c) }

// FocusLost hides the ring and shows the summary again.
func (c *Chart) FocusLost() {
	c.focused = false
	if !c.hover {
		c.look(-1)
	}
	c.Refresh()
}

// TypedRune has no use for text.
func (c *Chart) TypedRune(rune) {}

// TypedKey goes from bar to bar and passes other keys on.
func (c *Chart) TypedKey(e *fyne.KeyEvent) {
	last := len(c.m.Bars) - 1
	switch e.Name {
	case fyne.KeyRight:
		c.look(min(c.at+1, last))
	case fyne.KeyLeft:
		if c.at < 0 {
			c.look(last)
		} else {
			c.look(max(c.at-1, 0))
		}
	case fyne.KeyHome:
		c.look(0)
	case fyne.KeyEnd:
		c.look(last)
	default:
		passOn(c, e)
		return
	}
	reveal(c.says)
}

// FocusKey names the chart across a rebuild.
func (c *Chart) FocusKey() string { return c.m.Key }

// AccessibilityLabel says what the chart shows, or what its bar stands for.
func (c *Chart) AccessibilityLabel() string {
	if c.at >= 0 {
		return c.m.Name + ": " + c.m.Bars[c.at].Word
	}
	return c.m.Name + ": " + c.m.Summary
}

// AccessibilityRole implements fyne.Accessible.
func (c *Chart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
