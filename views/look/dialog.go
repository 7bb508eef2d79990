package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Dialog covers the window with a scrim and shows one card. Esc cancels, Enter presses the default button. It keeps
// keyboard focus inside while it is open and gives it back afterwards.
type Dialog struct {
	widget.BaseWidget
	Width     float32 // of the card; 480 when 0
	Default   *Button // Enter; may be nil
	OnCancel  func()  // Esc; nil only closes
	First     fyne.Focusable
	canvas    fyne.Canvas
	card      *fyne.Container
	scrim     *Box
	before    fyne.Focusable
	open      bool
	fillsTall bool // takes the height there is
}

// NewDialog returns a dialog with a title, a body that may wrap, and buttons in order; the primary one comes last.
func NewDialog(c fyne.Canvas, title string, body fyne.CanvasObject, buttons ...*Button) *Dialog {
	return newDialog(c, title, body, false, buttons)
}

// NewTallDialog is NewDialog for a body that scrolls by itself and takes all the height there is.
func NewTallDialog(c fyne.Canvas, title string, body fyne.CanvasObject, buttons ...*Button) *Dialog {
	return newDialog(c, title, body, true, buttons)
}

func newDialog(c fyne.Canvas, title string, body fyne.CanvasObject, tall bool, buttons []*Button) *Dialog {
	d := &Dialog{canvas: c, scrim: NewBox(Scrim, "", 0), fillsTall: tall}
	var row []fyne.CanvasObject
	for _, b := range buttons {
		row = append(row, b)
		d.Default = b
	}
	if !tall {
		body = NewPage(body) // scrolls where the window is low
	}
	parts := &fyne.Container{Layout: dialogParts{}, Objects: []fyne.CanvasObject{
		NewPara(title, Title), body, &fyne.Container{Layout: atEnd{Gap12}, Objects: row},
	}}
	surface := NewBox(Raised, Border, RadiusBanner)
	surface.Shadow = true
	d.card = Over(surface, Inset(Gap24, Gap24, Gap24, Gap24, parts))
	d.ExtendBaseWidget(d)
	return d
}

// Show opens the dialog and puts focus on First, else on the default button.
func (d *Dialog) Show() {
	if d.open {
		return
	}
	d.open = true
	d.before = d.canvas.Focused()
	d.canvas.Unfocus() // no ring shines through the scrim
	d.canvas.Overlays().Add(d)
	switch {
	case d.First != nil:
		d.canvas.Focus(d.First)
	case d.Default != nil:
		d.canvas.Focus(d.Default)
	}
}

// Hide closes the dialog.
func (d *Dialog) Hide() {
	if !d.open {
		return
	}
	d.open = false
	d.canvas.Overlays().Remove(d)
	if f := d.backTo(); f != nil {
		d.canvas.Focus(f)
	}
}

// backTo is what had the focus before, or what stands in its place: the page below may have been built anew meanwhile.
func (d *Dialog) backTo() fyne.Focusable {
	before, ok := d.before.(fyne.CanvasObject)
	if !ok {
		return nil
	}
	below := d.canvas.Content()
	if top := d.canvas.Overlays().Top(); top != nil {
		below = top
	}
	if holds(below, before) && before.Visible() {
		return d.before
	}
	return ByFocusKey(below, FocusKeyOf(d.before))
}

// Cancel closes the dialog and tells OnCancel.
func (d *Dialog) Cancel() {
	d.Hide()
	if d.OnCancel != nil {
		d.OnCancel()
	}
}

// Key handles Esc and Enter; the window calls it for the dialog on top.
func (d *Dialog) Key(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape:
		d.Cancel()
	case fyne.KeyReturn, fyne.KeyEnter:
		if d.Default != nil {
			d.Default.Tapped(nil)
		}
	}
}

// Tapped keeps presses on the scrim from reaching what is below.
func (d *Dialog) Tapped(*fyne.PointEvent) {}

func (d *Dialog) children() []fyne.CanvasObject { return []fyne.CanvasObject{d.card} }

// CreateRenderer implements fyne.Widget.
func (d *Dialog) CreateRenderer() fyne.WidgetRenderer { return &dialogRenderer{d} }

type dialogRenderer struct{ d *Dialog }

func (r *dialogRenderer) Layout(size fyne.Size) {
	place(r.d.scrim, 0, 0, size.Width, size.Height)
	w := r.d.Width
	if w == 0 {
		w = scaled(480)
	}
	w = min(w, size.Width-2*Gap16)
	h := HeightFor(r.d.card, w)
	if r.d.fillsTall {
		h = scaled(480)
	}
	h = min(h, size.Height-2*Gap16)
	place(r.d.card, (size.Width-w)/2, (size.Height-h)/2, w, h)
}

func (r *dialogRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 200) }
func (r *dialogRenderer) Refresh()           { r.Layout(r.d.Size()); canvas.Refresh(r.d) }
func (r *dialogRenderer) Destroy()           {}
func (r *dialogRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.d.scrim, r.d.card}
}

// dialogParts is title, body, buttons.
type dialogParts struct{}

func (dialogParts) Layout(o []fyne.CanvasObject, size fyne.Size) {
	title, buttons := HeightFor(o[0], size.Width), HeightFor(o[2], size.Width)
	place(o[0], 0, 0, size.Width, title)
	place(o[1], 0, title+Gap12, size.Width, max(size.Height-title-buttons-Gap12-Gap24, 0))
	place(o[2], 0, size.Height-buttons, size.Width, buttons)
}

func (dialogParts) heightFor(o []fyne.CanvasObject, w float32) float32 {
	body := scaled(320)
	if p, ok := o[1].(*Page); ok {
		body = HeightFor(p.Content(), w)
	}
	return HeightFor(o[0], w) + Gap12 + body + Gap24 + HeightFor(o[2], w)
}

func (l dialogParts) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }

// atEnd puts buttons at the right edge; when they do not fit side by side they stand below each other, the last
// one on top.
type atEnd struct{ gap float32 }

func (l atEnd) total(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for i, o := range visible(objects) {
		if i > 0 {
			w += l.gap
		}
		w += o.MinSize().Width
	}
	return w
}

func (l atEnd) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objs := visible(objects)
	if l.total(objs) > size.Width {
		y := float32(0)
		for i := len(objs) - 1; i >= 0; i-- {
			h := HeightFor(objs[i], size.Width)
			place(objs[i], 0, y, size.Width, h)
			y += h + Gap8
		}
		return
	}
	x := size.Width - l.total(objs)
	for _, o := range objs {
		m := o.MinSize()
		place(o, x, (size.Height-m.Height)/2, m.Width, m.Height)
		x += m.Width + l.gap
	}
}

func (l atEnd) heightFor(objects []fyne.CanvasObject, w float32) float32 {
	objs := visible(objects)
	tall, sum := float32(0), float32(0)
	for i, o := range objs {
		if i > 0 {
			sum += Gap8
		}
		sum += HeightFor(o, w)
		tall = max(tall, o.MinSize().Height)
	}
	if l.total(objs) > w {
		return sum
	}
	return tall
}

func (l atEnd) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }
