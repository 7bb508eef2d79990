package look

import (
	"strconv"

	"fyne.io/fyne/v2"
)

// Tabs are pages of one page. Left and Right move between them.
type Tabs struct {
	block
	areas   []*Area
	lines   []*Line
	on      int
	changed func(i int)
}

// NewTabs returns tabs with one on.
func NewTabs(labels []string, on int, changed func(i int)) *Tabs {
	t := &Tabs{on: on, changed: changed}
	t.content = Wrapped(Gap4)
	for i, s := range labels {
		l := NewLine(s, Quiet)
		l.Still, l.Align = true, fyne.TextAlignCenter
		a := newArea(s, Clear, Sunken, "", RadiusControl, Inset(6, 14, 6, 14, l), func() { t.choose(i) })
		a.Key = "tab " + strconv.Itoa(i)
		a.keys = func(e *fyne.KeyEvent) bool {
			to := arrow(e, i)
			if to == i {
				return false
			}
			t.choose((to + len(t.areas)) % len(t.areas))
			return true
		}
		t.areas, t.lines = append(t.areas, a), append(t.lines, l)
		t.content.Add(a)
	}
	t.ExtendBaseWidget(t)
	t.SetOn(on)
	return t
}

// arrow is the neighbour that an arrow key means.
func arrow(e *fyne.KeyEvent, i int) int {
	switch e.Name {
	case fyne.KeyLeft:
		return i - 1
	case fyne.KeyRight:
		return i + 1
	}
	return i
}

func (t *Tabs) choose(i int) {
	was := t.on
	t.SetOn(i)
	if c := canvasOf(t); c != nil {
		c.Focus(t.areas[i])
	}
	if i != was && t.changed != nil {
		t.changed(i)
	}
}

// On returns the tab that is on.
func (t *Tabs) On() int { return t.on }

// SetOn changes the tab without calling anybody.
func (t *Tabs) SetOn(on int) {
	t.on = on
	for i, a := range t.areas {
		a.fill, a.over, t.lines[i].Font = Clear, Sunken, Quiet
		if i == on {
			a.fill, a.over, t.lines[i].Font = Selected, Selected, BodyBold
		}
		t.lines[i].Refresh()
		a.Refresh()
	}
}
