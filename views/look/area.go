package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Area is a pressable surface with content of its own: a choice, a line of a list, an option, a tick.
// Enter and Space press it.
type Area struct {
	widget.BaseWidget
	Label    string // what a screen reader says
	Key      string
	OnTapped func()

	content        *fyne.Container
	plate          *Box
	fill, over     fyne.ThemeColorName
	line           fyne.ThemeColorName
	radius         float32
	ring           *canvas.Rectangle
	ringOut        bool // the parent places and paints the ring, above the neighbours
	hover, focused bool
	role           fyne.AccessibleRole
	marks          func(on bool) // repaints a tick or radio; nil: neither
	on             bool
	keys           func(e *fyne.KeyEvent) bool // takes keys before Enter and Space have their meaning; nil: none
	self           fyne.Widget                 // what stands in the tree: the area or what it is part of
}

var (
	_ fyne.Focusable     = (*Area)(nil)
	_ fyne.Tappable      = (*Area)(nil)
	_ fyne.Accessible    = (*Area)(nil)
	_ desktop.Hoverable  = (*Area)(nil)
	_ desktop.Cursorable = (*Area)(nil)
	_ Flow               = (*Area)(nil)
)

func newArea(label string, fill, over, line fyne.ThemeColorName, radius float32, content *fyne.Container, tapped func()) *Area {
	a := &Area{fill: fill, over: over, line: line, radius: radius}
	a.be(a, label, content, tapped)
	return a
}

// be makes an area, or a widget that embeds one, ready. self is what stands in the tree.
func (a *Area) be(self fyne.Widget, label string, content *fyne.Container, tapped func()) {
	a.Label, a.Key, a.OnTapped, a.content, a.self = label, label, tapped, content, self
	a.plate, a.ring, a.role = NewBox(a.fill, a.line, a.radius), newRing(), fyne.AccessibleRoleButton
	a.ExtendBaseWidget(self)
}

// NewChoice returns a large choice of the first-run screen; the first one is filled.
func NewChoice(first bool, sym, title, sub string, tapped func()) *Area {
	fill, over, line, ink, quiet, mark := Surface, Sunken, Border, Text, Secondary, Primary
	if first {
		fill, over, line, ink, quiet, mark = Primary, PrimaryHover, fyne.ThemeColorName(""), OnPrimary, OnPrimary, OnPrimary
	}
	body := Inset(9, 20, 9, 20, Row(Gap16,
		Cell{Object: NewIcon(sym, mark, IconChoice)},
		Cell{Object: Column(0, NewPara(title, Heading.In(ink)), NewPara(sub, Body.In(quiet))), Width: Stretch},
		Cell{Object: NewIcon("chev", ink, IconRow)},
	))
	return newArea(title, fill, over, line, RadiusCard, body, tapped)
}

// NewListLine returns one pressable line of a card: symbol, title, a line below.
func NewListLine(sym string, ink fyne.ThemeColorName, title, sub string, tapped func()) *Area {
	words := Column(0, NewPara(title, BodyBold))
	if sub != "" {
		words.Add(NewPara(sub, Caption))
	}
	body := Inset(8, 12, 8, 12, Row(Gap12,
		Cell{Object: NewIcon(sym, ink, IconRow)},
		Cell{Object: words, Width: Stretch},
	))
	return newArea(title, Clear, Sunken, "", RadiusInset, body, tapped)
}

// NewFileLine returns one line of a file list: symbol, name cut in the middle, a date at the right.
func NewFileLine(sym string, ink fyne.ThemeColorName, name, side string, tapped func()) *Area {
	body := Inset(6, 12, 6, 12, Row(Gap12,
		Cell{Object: NewIcon(sym, ink, IconRow)},
		Cell{Object: NewCutLine(name, Body), Width: Stretch},
		Cell{Object: NewLine(side, Caption)},
	))
	return newArea(name, Clear, Sunken, "", RadiusControl, body, tapped)
}

// NewPlace returns one place of a file dialog; the chosen one is tinted.
func NewPlace(sym, name string, chosen bool, tapped func()) *Area {
	fill, over, ink, font := Clear, Sunken, Secondary, Body
	if chosen {
		fill, over, ink, font = Selected, Selected, Primary, BodyBold
	}
	body := Inset(7, 8, 7, 10, Row(Gap8,
		Cell{Object: NewIcon(sym, ink, IconRow)},
		Cell{Object: NewCutLine(name, font), Width: Stretch},
	))
	return newArea(name, fill, over, "", RadiusControl, body, tapped)
}

// OnKeys lets the owner of a list have keys first, such as the arrows; keys says whether it took one.
func (a *Area) OnKeys(keys func(e *fyne.KeyEvent) (taken bool)) { a.keys = keys }

// On says whether a tick or an option is set.
func (a *Area) On() bool { return a.on }

// SetOn sets a tick or an option without calling anybody.
func (a *Area) SetOn(on bool) {
	a.on = on
	if a.marks != nil {
		a.marks(on)
	}
}

// Tapped presses the area.
func (a *Area) Tapped(*fyne.PointEvent) {
	if a.OnTapped != nil {
		a.OnTapped()
	}
}

// FocusGained shows the ring and scrolls the area into view.
func (a *Area) FocusGained() { a.focused = true; a.Refresh(); reveal(a.self) }

// FocusLost hides the ring.
func (a *Area) FocusLost() { a.focused = false; a.Refresh() }

// TypedRune has no use for text.
func (a *Area) TypedRune(rune) {}

// TypedKey presses the area on Enter and Space and passes other keys on.
func (a *Area) TypedKey(e *fyne.KeyEvent) {
	switch {
	case a.keys != nil && a.keys(e):
	case pressed(e):
		a.Tapped(nil)
	default:
		passOn(a.self, e)
	}
}

// FocusKey names the area across a rebuild.
func (a *Area) FocusKey() string { return a.Key }

// MouseIn begins the hover.
func (a *Area) MouseIn(*desktop.MouseEvent) { a.hover = true; a.Refresh() }

// MouseMoved does nothing.
func (a *Area) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends the hover.
func (a *Area) MouseOut() { a.hover = false; a.Refresh() }

// Cursor is a hand.
func (a *Area) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel implements fyne.Accessible.
func (a *Area) AccessibilityLabel() string { return a.Label }

// AccessibilityRole implements fyne.Accessible.
func (a *Area) AccessibilityRole() fyne.AccessibleRole { return a.role }

// HeightFor implements Flow.
func (a *Area) HeightFor(w float32) float32 { return HeightFor(a.content, w) }

func (a *Area) children() []fyne.CanvasObject { return []fyne.CanvasObject{a.content} }

// CreateRenderer implements fyne.Widget.
func (a *Area) CreateRenderer() fyne.WidgetRenderer { return &areaRenderer{a} }

type areaRenderer struct{ a *Area }

func (r *areaRenderer) Layout(size fyne.Size) {
	place(r.a.plate, 0, 0, size.Width, size.Height)
	place(r.a.content, 0, 0, size.Width, size.Height)
	if !r.a.ringOut {
		placeRing(r.a.ring, size, r.a.radius)
	}
}

func (r *areaRenderer) MinSize() fyne.Size { return r.a.content.MinSize() }

func (r *areaRenderer) Refresh() {
	a := r.a
	fill := a.fill
	if a.hover && a.over != "" {
		fill = a.over
	}
	a.plate.SetColors(fill, a.line)
	showRing(a.ring, a.focused)
	if a.ringOut {
		canvas.Refresh(a.ring)
	}
	canvas.Refresh(a.self)
}

func (r *areaRenderer) Destroy() {}
func (r *areaRenderer) Objects() []fyne.CanvasObject {
	if r.a.ringOut {
		return []fyne.CanvasObject{r.a.plate, r.a.content}
	}
	return []fyne.CanvasObject{r.a.plate, r.a.content, r.a.ring}
}
