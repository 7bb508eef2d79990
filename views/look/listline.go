package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"holdfast/licensing/terms"
)

// ListRow is one row of a List, with the columns of RowModel.
type ListRow struct {
	Lead            string // its first letter shows
	Name, Sub       string
	Tone            terms.Tone
	Symbol, Word    string // of the chip; "" for Symbol takes the tone's, "" for Word leaves the chip out
	DateLabel, Date string
	Side            string
}

func (r *ListRow) spoken() string {
	var parts []string
	for _, s := range []string{r.Name, r.Sub, r.Word, strings.TrimSpace(r.DateLabel + " " + r.Date), r.Side} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

var (
	chipFont = Font{Size: SizeCaption, Bold: true}
	leadFont = Font{Size: SizeHeading, Bold: true, Color: Secondary}
)

// listColumns are the widths that the rows of a list share. They only grow, so that nothing jumps to and fro.
type listColumns struct {
	factor             float32 // of the text they were measured at
	chip, dates, sides float32
	joined             float32 // a date beside its label
	changed            int
}

// fit makes room for r.
func (c *listColumns) fit(r *ListRow) {
	chip := float32(0)
	if r.Word != "" {
		chip = 8 + scaled(IconChip) + 6 + chipFont.measure(r.Word).Width + 10
	}
	label, date := Caption.measure(r.DateLabel).Width, BodyBold.measure(r.Date).Width
	dates, sides := max(label, date), Quiet.measure(r.Side).Width
	c.joined = max(c.joined, label+6+date)
	if chip > c.chip || dates > c.dates || sides > c.sides {
		c.chip, c.dates, c.sides = max(c.chip, chip), max(c.dates, dates), max(c.sides, sides)
		c.changed++
	}
}

// listMode is how much of a row has room.
type listMode int

const (
	listWide   listMode = iota
	listMedium          // without the column at the right
	listNarrow          // chip and date below the name
	listTall            // the date below the chip
)

const (
	listPad     = Gap16 // at both edges
	listNameMin = 150   // least room for a name, at text factor 1
)

func (c *listColumns) mode(width float32) listMode {
	need := 2*listPad + scaled(36) + scaled(listNameMin) + max(scaled(96), c.chip) + max(scaled(96), c.dates) + scaled(IconRow) + 4*Gap16
	switch {
	case need+c.sides+Gap16 <= width:
		return listWide
	case need <= width:
		return listMedium
	case 2*listPad+scaled(36)+Gap16+c.chip+Gap12+c.joined <= width:
		return listNarrow
	}
	return listTall
}

// listLine paints one row. It is made of raw objects: a line is filled in anew whenever another row scrolls into sight.
type listLine struct {
	widget.BaseWidget
	list  *List
	row   ListRow
	i     int
	hover bool
	focus bool

	plate, ring, rule, box, pill               *canvas.Rectangle
	letter, name, sub, word, label, date, side *canvas.Text
	sign, open                                 *canvas.Image
	objects                                    []fyne.CanvasObject
	signOf                                     string
}

var (
	_ fyne.Tappable     = (*listLine)(nil)
	_ fyne.Accessible   = (*listLine)(nil)
	_ desktop.Hoverable = (*listLine)(nil)
)

func newListLine(l *List) *listLine {
	n := &listLine{list: l, ring: newRing()}
	box := func() *canvas.Rectangle { return canvas.NewRectangle(nil) }
	text := func() *canvas.Text { return canvas.NewText("", nil) }
	img := func() *canvas.Image { return &canvas.Image{FillMode: canvas.ImageFillContain} }
	n.plate, n.rule, n.box, n.pill = box(), box(), box(), box()
	n.letter, n.name, n.sub, n.word, n.label, n.date, n.side = text(), text(), text(), text(), text(), text(), text()
	n.sign, n.open = img(), img()
	n.objects = []fyne.CanvasObject{
		n.plate, n.rule, n.box, n.letter, n.name, n.sub, n.pill, n.sign, n.word, n.label, n.date, n.side, n.open, n.ring,
	}
	n.ExtendBaseWidget(n)
	n.paint()
	return n
}

// show fills in row i.
func (n *listLine) show(i int) {
	n.i, n.row = i, ListRow{}
	n.list.draw(i, &n.row)
	n.list.cols.fit(&n.row)
	n.tint()
	n.arrange()
	n.setHover(false) // the mouse was over another row
}

func (n *listLine) mark(focus bool) {
	if n.focus != focus {
		n.focus = focus
		showRing(n.ring, focus)
		n.ring.Refresh()
	}
}

// Tapped opens the row.
func (n *listLine) Tapped(*fyne.PointEvent) {
	n.list.at = n.i
	if c := canvasOf(n.list); c != nil {
		c.Focus(n.list)
	}
	n.list.open(n.i)
}

// MouseIn begins the hover.
func (n *listLine) MouseIn(*desktop.MouseEvent) { n.setHover(true) }

// MouseMoved does nothing.
func (n *listLine) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends the hover.
func (n *listLine) MouseOut() { n.setHover(false) }

func (n *listLine) setHover(on bool) {
	n.hover = on
	n.plate.FillColor = theme.Color(Clear)
	if on {
		n.plate.FillColor = theme.Color(Sunken)
	}
	n.plate.Refresh()
}

// Cursor is a hand.
func (n *listLine) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel implements fyne.Accessible.
func (n *listLine) AccessibilityLabel() string { return n.row.spoken() }

// AccessibilityRole implements fyne.Accessible.
func (n *listLine) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// paint takes the colours and sizes of the theme.
func (n *listLine) paint() {
	n.plate.CornerRadius, n.ring.CornerRadius = RadiusControl, RadiusControl
	n.rule.FillColor = theme.Color(Border)
	n.box.FillColor, n.box.StrokeColor, n.box.StrokeWidth, n.box.CornerRadius = theme.Color(Sunken), theme.Color(Border), 1, RadiusInset
	leadFont.apply(n.letter)
	n.letter.Alignment = fyne.TextAlignCenter
	BodyBold.apply(n.name)
	Caption.apply(n.sub)
	Caption.apply(n.label)
	BodyBold.apply(n.date)
	Quiet.apply(n.side)
	n.open.Resource = symbol("chev", Secondary)
	showRing(n.ring, n.focus)
	n.signOf = ""
	n.tint()
	n.setHover(n.hover)
}

// tint paints the chip in the row's tone.
func (n *listLine) tint() {
	t := ToneOf(n.row.Tone)
	sym := n.row.Symbol
	if sym == "" {
		sym = t.Icon
	}
	chipFont.In(t.Ink).apply(n.word)
	if key := sym + string(t.Ink); key != n.signOf {
		n.signOf = key
		n.sign.Resource = symbol(sym, t.Ink)
		n.sign.Refresh()
	}
	n.pill.FillColor, n.pill.StrokeColor, n.pill.StrokeWidth = theme.Color(t.Tint), theme.Color(t.Line), 1
	n.pill.CornerRadius = canvas.RadiusMaximum
}

// CreateRenderer implements fyne.Widget.
func (n *listLine) CreateRenderer() fyne.WidgetRenderer { return &listLineRenderer{n} }

type listLineRenderer struct{ n *listLine }

func (r *listLineRenderer) Layout(fyne.Size)   { r.n.arrange() }
func (r *listLineRenderer) MinSize() fyne.Size { return fyne.NewSize(100, scaled(r.n.list.high)) }
func (r *listLineRenderer) Refresh() {
	r.n.paint()
	r.n.arrange()
	canvas.Refresh(r.n)
}
func (r *listLineRenderer) Destroy()                     {}
func (r *listLineRenderer) Objects() []fyne.CanvasObject { return r.n.objects }
