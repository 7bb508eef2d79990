package look

import (
	"strconv"

	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
)

// RowModel is one line of a table: a license or a request.
type RowModel struct {
	Lead            fyne.CanvasObject
	Name, Sub       string
	SubMono         bool
	Chip            fyne.CanvasObject
	DateLabel, Date string
	Side            string // at the right, such as the days left; first to go when narrow
	Side2           string // below Sub
	Note            string // a line below the row
	NoteTone        terms.Tone
	Links           []*Button
}

// Columns are the columns that the rows of one page share, whichever card they stand in.
type Columns struct{ chips, dates, sides, ends Share }

// NewColumns returns columns without rows yet.
func NewColumns() *Columns { return &Columns{chips: Share{Least: 96}, dates: Share{Least: 96}} }

// Card returns a card of rows. They stand in the columns where there is room, and have two lines where there is not.
func (c *Columns) Card(models []RowModel) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, m := range models {
		rows = append(rows, c.row(m))
	}
	return Card(Rows(rows...))
}

func (m RowModel) names() fyne.CanvasObject {
	c := Column(0, NewPara(m.Name, BodyBold))
	if m.Sub != "" {
		f := Caption
		if m.SubMono {
			f = CodeCaption
		}
		c.Add(NewCutLine(m.Sub, f))
	}
	if m.Side2 != "" {
		c.Add(NewPara(m.Side2, Caption))
	}
	return c
}

func (c *Columns) row(m RowModel) fyne.CanvasObject {
	links := func() *fyne.Container {
		var cells []Cell
		for _, b := range m.Links {
			cells = append(cells, Cell{Object: b})
		}
		return Row(Gap16, cells...)
	}
	wide := Row(Gap16,
		Cell{Object: m.Lead},
		Cell{Object: m.names(), Width: Stretch, Least: 150},
		Cell{Object: m.Chip, Share: &c.chips, Start: true},
		Cell{Object: Column(0, NewLine(m.DateLabel, Caption), NewLine(m.Date, BodyBold)), Share: &c.dates},
		Cell{Object: NewLine(m.Side, Quiet), Share: &c.sides, End: true},
		Cell{Object: links(), Share: &c.ends, End: true},
	)
	narrow := Column(Gap8,
		Row(Gap12, Cell{Object: m.Lead, Align: Top}, Cell{Object: m.names(), Width: Stretch}),
		Wrapped(Gap12, m.Chip, joined(m.DateLabel, m.Date), links()),
	)
	body := Column(Gap8, Either(0, wide, narrow))
	if m.Note != "" {
		t := ToneOf(m.NoteTone)
		body.Add(Inset(0, 0, 2, scaled(36)+Gap16, Row(Gap8,
			Cell{Object: NewIcon(t.Icon, t.Ink, 16), Align: Top}, Cell{Object: NewPara(m.Note, Body), Width: Stretch})))
	}
	return Inset(10, Gap16, 10, Gap16, body)
}

// joined puts a label and its value on one line.
func joined(label, value string) fyne.CanvasObject {
	return Row(6, Cell{Object: NewLine(label, Caption)}, Cell{Object: NewLine(value, BodyBold)})
}

// NewSymbolTile is the square of NewInitial with a symbol in it.
func NewSymbolTile(sym string) fyne.CanvasObject {
	box := NewBox(Sunken, Border, RadiusInset)
	box.Min, box.Grows = fyne.NewSize(36, 36), true
	return Over(box, NewIcon(sym, Secondary, IconRow))
}

// Centered puts an object in the middle at its own width.
func Centered(o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: narrow{}, Objects: []fyne.CanvasObject{o}}
}

// Narrow puts an object in the middle, at most width wide (at text factor 1).
func Narrow(width float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: narrow{width}, Objects: []fyne.CanvasObject{o}}
}

type narrow struct{ width float32 }

func (l narrow) of(o fyne.CanvasObject, width float32) float32 {
	if l.width > 0 {
		return min(width, scaled(l.width))
	}
	return min(width, o.MinSize().Width)
}

func (l narrow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		w := l.of(o, size.Width)
		place(o, (size.Width-w)/2, 0, w, size.Height)
	}
}

func (l narrow) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return HeightFor(objects[0], l.of(objects[0], width))
}

func (l narrow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, flowMin(l, objects).Height)
}

// TopAndBottom puts one object at the top and one at the bottom of the room there is.
func TopAndBottom(top, bottom fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: topBottom{}, Objects: []fyne.CanvasObject{top, bottom}}
}

type topBottom struct{}

func (topBottom) Layout(o []fyne.CanvasObject, size fyne.Size) {
	place(o[0], 0, 0, size.Width, HeightFor(o[0], size.Width))
	h := HeightFor(o[1], size.Width)
	place(o[1], 0, size.Height-h, size.Width, h)
}

func (topBottom) heightFor(o []fyne.CanvasObject, w float32) float32 {
	return HeightFor(o[0], w) + Gap24 + HeightFor(o[1], w)
}

func (l topBottom) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }

// Feature is one feature: name, chip, until when.
type Feature struct {
	Name  string
	Chip  fyne.CanvasObject
	Until string
}

// NewFeatures is a card of features.
func NewFeatures(features []Feature) fyne.CanvasObject {
	chips, untils := &Share{Least: 96}, &Share{Least: 110}
	var rows []fyne.CanvasObject
	for _, f := range features {
		wide := Row(Gap16, Cell{Object: NewPara(f.Name, BodyBold), Width: Stretch, Least: 150},
			Cell{Object: f.Chip, Share: chips, Start: true}, Cell{Object: NewLine(f.Until, Quiet), Share: untils})
		narrow := Column(Gap4, NewPara(f.Name, BodyBold), Wrapped(Gap12, f.Chip, NewLine(f.Until, Quiet)))
		rows = append(rows, Inset(9, Gap16, 9, Gap16, Either(0, wide, narrow)))
	}
	return Card(Rows(rows...))
}

// Numbered is a list of steps.
func Numbered(steps []string) fyne.CanvasObject {
	list := Column(Gap8)
	for i, s := range steps {
		list.Add(Row(Gap8, Cell{Object: NewLine(strconv.Itoa(i+1)+".", Quiet), Width: 22, Align: Top}, Cell{Object: NewPara(s, Body), Width: Stretch}))
	}
	return list
}
