package look

import (
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Box is a rectangle whose colours are roles.
type Box struct {
	widget.BaseWidget
	Fill, Line fyne.ThemeColorName
	Stroke     float32
	Radius     float32
	Round      Ends // which ends have the radius; 0 is all
	Shadow     bool
	Min        fyne.Size
	Grows      bool // Min grows with the text
	raw        *canvas.Rectangle
}

// Ends are the rounded ends of a box that touches others.
type Ends int

// Ends; NoEnd has square corners only.
const (
	AllEnds Ends = 0
	LeftEnd Ends = 1 << iota
	RightEnd
	TopEnd
	BottomEnd
	NoEnd
)

// NewBox returns a filled rectangle; line may be "" for none.
func NewBox(fill, line fyne.ThemeColorName, radius float32) *Box {
	b := &Box{Fill: fill, Line: line, Radius: radius, Stroke: 1}
	b.ExtendBaseWidget(b)
	return b
}

// NewRule returns a line of one pixel in the colour of borders, as high as 1.
func NewRule() *Box {
	b := NewBox(Border, "", 0)
	b.Min = fyne.NewSize(1, 1)
	return b
}

// Space returns an empty object of a size.
func Space(w, h float32) *Box {
	b := NewBox(Clear, "", 0)
	b.Min = fyne.NewSize(w, h)
	return b
}

// SetColors changes the roles and redraws.
func (b *Box) SetColors(fill, line fyne.ThemeColorName) {
	if b.Fill != fill || b.Line != line {
		b.Fill, b.Line = fill, line
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	b.raw = canvas.NewRectangle(nil)
	r := &boxRenderer{b}
	r.paint()
	return r
}

type boxRenderer struct{ b *Box }

func (r *boxRenderer) paint() {
	b := r.b
	b.raw.FillColor = theme.Color(b.Fill)
	r.corners()
	b.raw.StrokeWidth = 0
	if b.Line != "" {
		b.raw.StrokeColor, b.raw.StrokeWidth = theme.Color(b.Line), b.Stroke
	}
	if b.Shadow {
		b.raw.Shadow = canvas.Shadow{Color: theme.Color(Shade), BlurRadius: 24, Offset: fyne.NewPos(0, 8)}
	}
}

func (r *boxRenderer) corners() {
	b := r.b
	at := func(ends Ends) float32 {
		if b.Round&ends == 0 {
			return 0
		}
		return b.Radius
	}
	b.raw.CornerRadius = 0
	if b.Round == AllEnds {
		b.raw.CornerRadius = b.Radius
	}
	b.raw.TopLeftCornerRadius, b.raw.TopRightCornerRadius = at(LeftEnd|TopEnd), at(RightEnd|TopEnd)
	b.raw.BottomLeftCornerRadius, b.raw.BottomRightCornerRadius = at(LeftEnd|BottomEnd), at(RightEnd|BottomEnd)
}

func (r *boxRenderer) Layout(size fyne.Size) { place(r.b.raw, 0, 0, size.Width, size.Height) }
func (r *boxRenderer) MinSize() fyne.Size {
	if r.b.Grows {
		return fyne.NewSize(scaled(r.b.Min.Width), scaled(r.b.Min.Height))
	}
	return r.b.Min
}
func (r *boxRenderer) Refresh() { r.paint(); r.b.raw.Refresh() }
func (r *boxRenderer) Destroy() {}
func (r *boxRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.raw}
}

// Icon is a symbol in the colour of a role.
type Icon struct {
	widget.BaseWidget
	Name  string
	Color fyne.ThemeColorName
	Side  float32
	img   *canvas.Image
}

// Sides of symbols: in a chip, in a row, in a list of choices, in a banner.
const (
	IconChip, IconRow, IconChoice, IconBanner float32 = 14, 18, 26, 32
)

// NewIcon returns the symbol called name. Side grows with the text.
func NewIcon(name string, c fyne.ThemeColorName, side float32) *Icon {
	i := &Icon{Name: name, Color: c, Side: side}
	i.ExtendBaseWidget(i)
	return i
}

// SetColor changes the role.
func (i *Icon) SetColor(c fyne.ThemeColorName) {
	if i.Color != c {
		i.Color = c
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	i.img = canvas.NewImageFromResource(symbol(i.Name, i.Color))
	i.img.FillMode = canvas.ImageFillContain
	return &iconRenderer{i}
}

type iconRenderer struct{ i *Icon }

func (r *iconRenderer) Layout(size fyne.Size) {
	s := scaled(r.i.Side)
	place(r.i.img, (size.Width-s)/2, (size.Height-s)/2, s, s)
}

func (r *iconRenderer) MinSize() fyne.Size {
	s := scaled(r.i.Side)
	return fyne.NewSize(s, s)
}

func (r *iconRenderer) Refresh() {
	r.i.img.Resource = symbol(r.i.Name, r.i.Color)
	r.Layout(r.i.Size())
	r.i.img.Refresh()
}

func (r *iconRenderer) Destroy() {}
func (r *iconRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.i.img}
}

var symbols sync.Map // name → fyne.Resource

// symbol returns the icon called name in the colour of a role. The program's own picture keeps its colours.
func symbol(name string, c fyne.ThemeColorName) fyne.Resource {
	res, ok := symbols.Load(name)
	if !ok {
		res, _ = symbols.LoadOrStore(name, loadSymbol(name))
	}
	if name == AppIcon {
		return res.(fyne.Resource)
	}
	return theme.NewColoredResource(res.(fyne.Resource), c)
}
