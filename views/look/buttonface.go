package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	b.ring = newRing()
	b.plate = canvas.NewRectangle(nil)
	b.line = canvas.NewRectangle(nil)
	b.img = &canvas.Image{FillMode: canvas.ImageFillContain}
	r := &buttonRenderer{b: b}
	r.paint()
	return r
}

// iconWidth is the room of the symbol and the gap after it.
func (b *Button) iconWidth() float32 {
	switch {
	case b.Symbol == "":
		return 0
	case b.Label == "":
		return scaled(IconRow)
	}
	return scaled(IconRow) + Gap8
}

// pad is the room beside the label and the least height.
func (b *Button) pad() (side, least float32) {
	switch {
	case b.link():
		return 0, 0
	case b.Small:
		return 12, 32
	}
	return 17, 36
}

// lines breaks the label between words where the button is narrower than it.
func (b *Button) lines(width float32) []string {
	side, _ := b.pad()
	room := width - 2*side - b.iconWidth() + 0.5
	f := b.font()
	if f.measure(b.Label).Width <= room {
		return []string{b.Label}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(b.Label) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && f.measure(longer).Width > room {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}

// HeightFor implements Flow: a button that is too narrow for its label has more lines.
func (b *Button) HeightFor(width float32) float32 {
	_, least := b.pad()
	n := float32(len(b.lines(width)))
	h := b.font().measure(b.Label).Height * n
	if b.link() {
		return h + 4
	}
	return max(least, h+least-19)
}

type buttonRenderer struct {
	b       *Button
	objects []fyne.CanvasObject
}

func (r *buttonRenderer) paint() {
	b, f := r.b, r.b.face()
	b.plate.FillColor = theme.Color(f.fill)
	b.plate.CornerRadius = RadiusControl
	b.plate.StrokeWidth = 0
	if f.line != "" {
		b.plate.StrokeColor, b.plate.StrokeWidth = theme.Color(f.line), 1
	}
	b.line.FillColor = theme.Color(f.ink)
	b.img.Hidden = b.Symbol == ""
	if b.Symbol != "" {
		b.img.Resource = symbol(b.Symbol, f.ink)
	}
	showRing(b.ring, b.focused && !b.off)
	r.write(b.Size().Width)
}

// write puts the label into as many lines as a width takes.
func (r *buttonRenderer) write(width float32) {
	b := r.b
	lines := []string{b.Label}
	if width > 0 {
		lines = b.lines(width)
	}
	for len(b.text) < len(lines) {
		b.text = append(b.text, canvas.NewText("", nil))
	}
	b.text = b.text[:len(lines)]
	for i, t := range b.text {
		t.Text = lines[i]
		b.font().apply(t)
	}
	b.line.Hidden = !b.link() || len(lines) > 1
	r.objects = append(r.objects[:0], b.plate, b.img)
	for _, t := range b.text {
		r.objects = append(r.objects, t)
	}
	r.objects = append(r.objects, b.line, b.ring)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	b := r.b
	place(b.plate, 0, 0, size.Width, size.Height)
	placeRing(b.ring, size, RadiusControl)
	r.write(size.Width)
	widest, high := float32(0), float32(0)
	for _, t := range b.text {
		widest, high = max(widest, t.MinSize().Width), high+t.MinSize().Height
	}
	icon := b.iconWidth()
	x, y := (size.Width-widest-icon)/2, (size.Height-high)/2
	place(b.img, x, (size.Height-scaled(IconRow))/2, scaled(IconRow), scaled(IconRow))
	for _, t := range b.text {
		m := t.MinSize()
		place(t, x+icon+(widest-m.Width)/2, y, m.Width, m.Height)
		y += m.Height
	}
	place(b.line, x+icon, (size.Height+high)/2-2, widest, 1)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	b := r.b
	side, _ := b.pad()
	return fyne.NewSize(b.font().measure(b.Label).Width+b.iconWidth()+2*side, b.HeightFor(1<<20))
}

func (r *buttonRenderer) Refresh() {
	r.paint()
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}

func (r *buttonRenderer) Destroy()                     {}
func (r *buttonRenderer) Objects() []fyne.CanvasObject { return r.objects }
