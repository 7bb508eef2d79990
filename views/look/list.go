package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// List is a card of any number of rows, of which only those in sight exist. It takes the height there is and scrolls
// by itself: see Filled. The keyboard reaches it as one; arrows, Home, End and Page keys move in it, Enter opens.
type List struct {
	widget.BaseWidget
	Key string

	high   float32 // of a row, at text factor 1
	rows   func() int
	draw   func(i int, into *ListRow)
	tapped func(i int)

	card    *Box
	scroll  *container.Scroll
	body    *listBody
	cols    listColumns
	count   int
	at      int // the row with the focus
	focused bool
}

var (
	_ fyne.Focusable  = (*List)(nil)
	_ fyne.Accessible = (*List)(nil)
	_ Flow            = (*List)(nil)
)

// listLeast is the height that a list of many rows asks for, at text factor 1. It is small: a list that does not fit
// its page would scroll inside something that scrolls.
const listLeast = 116

// NewList returns a list of rows() rows, each high at text factor 1. draw fills in row i; tapped opens it.
func NewList(high float32, rows func() int, draw func(i int, into *ListRow), tapped func(i int)) *List {
	l := &List{Key: "list", high: high, rows: rows, draw: draw, tapped: tapped, card: NewBox(Surface, Border, RadiusCard)}
	l.body = &listBody{list: l, lines: map[int]*listLine{}}
	l.body.ExtendBaseWidget(l.body)
	l.scroll = container.NewVScroll(l.body)
	l.scroll.OnScrolled = func(fyne.Position) { l.body.update(false) }
	l.ExtendBaseWidget(l)
	l.count = rows()
	return l
}

// Reload asks for all rows again and keeps the scroll position and the row with the focus as far as they still are.
func (l *List) Reload() {
	l.count = l.rows()
	l.at = max(0, min(l.at, l.count-1))
	l.cols = listColumns{}
	l.Refresh()
}

// rowHeight is the height of a row in the width that the list has.
func (l *List) rowHeight(width float32) float32 {
	switch l.cols.mode(width) {
	case listNarrow:
		return scaled(l.high + 28)
	case listTall:
		return scaled(l.high + 50)
	}
	return scaled(l.high)
}

// total is the height of all rows.
func (l *List) total() float32 { return float32(l.count) * l.rowHeight(l.Size().Width-2) }

// HeightFor implements Flow: room for two rows. The rest scrolls.
func (l *List) HeightFor(width float32) float32 {
	l.sample()
	return min(float32(l.count)*l.rowHeight(width-2), scaled(listLeast)) + 2
}

// sample measures some rows, so that the columns stand before the first row is scrolled in.
func (l *List) sample() {
	if l.cols.factor == TextFactor() {
		return
	}
	l.cols = listColumns{factor: TextFactor()}
	step := max(1, l.count/64)
	for i := 0; i < l.count; i += step {
		var r ListRow
		l.draw(i, &r)
		l.cols.fit(&r)
	}
}

// reveal scrolls row i into view.
func (l *List) reveal(i int) {
	h, view := l.rowHeight(l.scroll.Size().Width), l.scroll.Size().Height
	top, off := float32(i)*h, l.scroll.Offset.Y
	switch {
	case top < off:
		off = top
	case top+h > off+view:
		off = min(top, top+h-view)
	}
	if off != l.scroll.Offset.Y {
		l.scroll.ScrollToOffset(fyne.NewPos(0, off))
	}
	l.body.update(false)
}

// Choose moves the focus to row i and scrolls it into view.
func (l *List) Choose(i int) {
	l.at = max(0, min(i, l.count-1))
	l.reveal(l.at)
}

// At returns the row with the focus.
func (l *List) At() int { return l.at }

func (l *List) open(i int) {
	if i >= 0 && i < l.count && l.tapped != nil {
		l.tapped(i)
	}
}

// TypedKey moves in the list, opens a row, and passes other keys on.
func (l *List) TypedKey(e *fyne.KeyEvent) {
	page := max(1, int(l.scroll.Size().Height/max(1, l.rowHeight(l.scroll.Size().Width)))-1)
	switch e.Name {
	case fyne.KeyUp:
		l.Choose(l.at - 1)
	case fyne.KeyDown:
		l.Choose(l.at + 1)
	case fyne.KeyPageUp:
		l.Choose(l.at - page)
	case fyne.KeyPageDown:
		l.Choose(l.at + page)
	case fyne.KeyHome:
		l.Choose(0)
	case fyne.KeyEnd:
		l.Choose(l.count - 1)
	default:
		if pressed(e) {
			l.open(l.at)
			return
		}
		passOn(l, e)
	}
}

// TypedRune has no use for text.
func (l *List) TypedRune(rune) {}

// FocusGained shows the ring around the row with the focus.
func (l *List) FocusGained() { l.focused = true; l.Choose(l.at); reveal(l) }

// FocusLost hides the ring.
func (l *List) FocusLost() { l.focused = false; l.body.update(false) }

// FocusKey names the list across a rebuild.
func (l *List) FocusKey() string { return l.Key }

// AccessibilityLabel reads out the row with the focus.
func (l *List) AccessibilityLabel() string {
	if l.at >= l.count {
		return ""
	}
	var r ListRow
	l.draw(l.at, &r)
	return r.spoken()
}

// AccessibilityRole implements fyne.Accessible.
func (l *List) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (l *List) children() []fyne.CanvasObject { return []fyne.CanvasObject{l.scroll} }

// CreateRenderer implements fyne.Widget.
func (l *List) CreateRenderer() fyne.WidgetRenderer { return &listRenderer{l} }

type listRenderer struct{ l *List }

func (r *listRenderer) Layout(size fyne.Size) {
	l := r.l
	l.sample()
	h := min(size.Height, l.total()+2)
	place(l.card, 0, 0, size.Width, h)
	place(l.scroll, 1, 1, size.Width-2, max(0, h-2))
	l.body.update(true)
}

func (r *listRenderer) MinSize() fyne.Size { return fyne.NewSize(scaled(160), scaled(r.l.high)) }

func (r *listRenderer) Refresh() {
	r.l.card.Refresh()
	r.Layout(r.l.Size())
	r.l.scroll.Refresh()
	canvas.Refresh(r.l)
}

func (r *listRenderer) Destroy() {}
func (r *listRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.card, r.l.scroll}
}
