package look

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// menu is the open menu of a Chooser. It covers the window, so that a press beside it closes it, and keeps the
// keyboard.
type menu struct {
	widget.BaseWidget
	owner *Chooser
	areas []*Area
	card  *fyne.Container
	page  *Page
}

func newMenu(s *Chooser) *menu {
	m := &menu{owner: s}
	list := Column(2)
	for i, o := range s.options {
		sign, font := NewIcon("tick", Clear, IconChip), Body
		if i == s.at {
			sign, font = NewIcon("tick", Primary, IconChip), BodyBold
		}
		line := Row(Gap12, Cell{Object: NewLine(o, font), Width: Stretch}, Cell{Object: sign})
		a := newArea(o, Clear, Selected, "", RadiusControl, Inset(6, 10, 6, 10, line), func() { s.Choose(i) })
		a.Key = "option " + strconv.Itoa(i)
		a.keys = func(e *fyne.KeyEvent) bool { return m.move(e, i) }
		m.areas = append(m.areas, a)
		list.Add(a)
	}
	m.page = NewPage(Inset(6, 6, 6, 6, list))
	m.card = Over(NewBox(Raised, Border, RadiusInset), m.page)
	m.ExtendBaseWidget(m)
	return m
}

func (m *menu) show() {
	s := m.owner
	s.canvas.Unfocus()
	s.canvas.Overlays().Add(m)
	s.canvas.Focus(m.areas[max(0, s.at)])
}

// move takes the keys that lead through the menu and out of it.
func (m *menu) move(e *fyne.KeyEvent, i int) bool {
	last := len(m.areas) - 1
	switch e.Name {
	case fyne.KeyUp:
		i = (i + last) % (last + 1)
	case fyne.KeyDown:
		i = (i + 1) % (last + 1)
	case fyne.KeyHome, fyne.KeyPageUp:
		i = 0
	case fyne.KeyEnd, fyne.KeyPageDown:
		i = last
	case fyne.KeyEscape:
		m.owner.Close()
		return true
	default:
		return false
	}
	m.owner.canvas.Focus(m.areas[i])
	return true
}

// Key closes the menu on Esc when nothing in it has focus; the window calls it for what is on top.
func (m *menu) Key(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		m.owner.Close()
	case fyne.KeyUp, fyne.KeyDown:
		m.owner.canvas.Focus(m.areas[max(0, m.owner.at)])
	}
}

// Tapped closes the menu: the press was beside it.
func (m *menu) Tapped(*fyne.PointEvent) { m.owner.Close() }

// TappedSecondary closes the menu too.
func (m *menu) TappedSecondary(*fyne.PointEvent) { m.owner.Close() }

func (m *menu) children() []fyne.CanvasObject { return []fyne.CanvasObject{m.card} }

// CreateRenderer implements fyne.Widget.
func (m *menu) CreateRenderer() fyne.WidgetRenderer { return &menuRenderer{m} }

type menuRenderer struct{ m *menu }

// Layout puts the card below the button, or above it where there is more room; it never leaves the window.
func (r *menuRenderer) Layout(size fyne.Size) {
	m, s := r.m, r.m.owner
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s)
	w := s.Size().Width
	for _, a := range m.areas {
		w = max(w, a.MinSize().Width+12)
	}
	w = min(w, size.Width-2*Gap8)
	h := HeightFor(m.page.Content(), w)
	below, above := size.Height-at.Y-s.Size().Height-Gap4-Gap8, at.Y-Gap4-Gap8
	x := max(Gap8, min(at.X+s.Size().Width-w, size.Width-w-Gap8))
	y := at.Y + s.Size().Height + Gap4
	if h > below && above > below {
		h = min(h, above)
		y = at.Y - Gap4 - h
	}
	place(m.card, x, y, w, min(h, size.Height-y-Gap8))
}

func (r *menuRenderer) MinSize() fyne.Size { return fyne.NewSize(100, 100) }
func (r *menuRenderer) Refresh()           { r.Layout(r.m.Size()); canvas.Refresh(r.m) }
func (r *menuRenderer) Destroy()           {}
func (r *menuRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.m.card}
}
