package look

import "fyne.io/fyne/v2"

// Align says where a cell stands in the height of its row.
type Align int

// Alignments.
const (
	Middle Align = iota
	Top
	Bottom
)

// Cell is one part of a Row. Width 0 takes the object's own width, Stretch shares what is left, any other value is
// fixed and grows with the text. A cell with HideBelow is left out of rows narrower than that (at text factor 1).
type Cell struct {
	Object    fyne.CanvasObject
	Width     float32
	Least     float32 // of a Stretch cell, before the row counts as too narrow
	Share     *Share  // same width as the other cells that share; instead of Width
	Align     Align
	Start     bool // stands at the left edge of its cell, at its own width
	End       bool // stands at the right edge of its cell, at its own width
	HideBelow float32
}

// Share gives cells of several rows one width: that of the widest. Its objects keep their widths.
type Share struct {
	Least   float32
	objects []fyne.CanvasObject
	widest  float32 // of the first known objects, at text factor
	known   int
	factor  float32
}

func (s *Share) width() float32 {
	if f := TextFactor(); s.factor != f {
		s.factor, s.known, s.widest = f, 0, scaled(s.Least)
	}
	for ; s.known < len(s.objects); s.known++ {
		s.widest = max(s.widest, s.objects[s.known].MinSize().Width)
	}
	return s.widest
}

// Stretch is the width of a cell that takes the room that is left.
const Stretch float32 = -1

// Row puts cells side by side.
func Row(gap float32, cells ...Cell) *fyne.Container {
	c := &fyne.Container{}
	l := &row{gap: gap}
	for _, cell := range cells {
		if cell.Object != nil {
			if cell.Share != nil {
				cell.Share.objects = append(cell.Share.objects, cell.Object)
			}
			l.cells = append(l.cells, cell)
			c.Objects = append(c.Objects, cell.Object)
		}
	}
	c.Layout = l
	return c
}

type row struct {
	gap   float32
	cells []Cell
}

// widths returns the width of every cell; below 0 for one that is left out.
func (l *row) widths(total float32) []float32 {
	out := make([]float32, len(l.cells))
	left, stretch, shown := total, 0, 0
	for i, c := range l.cells {
		switch {
		case !c.Object.Visible() && c.HideBelow == 0, c.HideBelow > 0 && total < scaled(c.HideBelow):
			out[i] = -1
			continue
		case c.Share != nil:
			out[i] = c.Share.width()
		case c.Width == Stretch:
			stretch++
		case c.Width == 0:
			out[i] = c.Object.MinSize().Width
		default:
			out[i] = scaled(c.Width)
		}
		shown++
		left -= out[i]
	}
	left -= l.gap * float32(max(shown-1, 0))
	for i, c := range l.cells {
		if c.Share == nil && c.Width == Stretch && out[i] >= 0 && stretch > 0 {
			out[i] = max(left/float32(stretch), 0)
		}
	}
	return out
}

func (l *row) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, w := range l.widths(size.Width) {
		c := l.cells[i]
		if c.HideBelow > 0 {
			if w < 0 {
				c.Object.Hide()
			} else {
				c.Object.Show()
			}
		}
		if w < 0 {
			continue
		}
		ow, ox := w, x
		if c.End || c.Start {
			ow = min(w, c.Object.MinSize().Width)
		}
		if c.End {
			ox = x + w - ow
		}
		h := HeightFor(c.Object, ow)
		y := float32(0)
		switch c.Align {
		case Middle:
			y = (size.Height - h) / 2
		case Bottom:
			y = size.Height - h
		}
		place(c.Object, ox, y, ow, h)
		x += w + l.gap
	}
}

func (l *row) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, w := range l.widths(width) {
		if w < 0 {
			continue
		}
		if l.cells[i].Start || l.cells[i].End {
			w = min(w, l.cells[i].Object.MinSize().Width)
		}
		h = max(h, HeightFor(l.cells[i].Object, w))
	}
	return h
}

func (l *row) MinSize([]fyne.CanvasObject) fyne.Size {
	m, shown, now := fyne.Size{}, 0, float32(0)
	for _, c := range l.cells {
		if !c.Object.Visible() || c.HideBelow > 0 {
			continue
		}
		shown++
		w := max(c.Object.MinSize().Width, scaled(c.Least))
		switch {
		case c.Share != nil:
			w = c.Share.width()
		case c.Width > 0:
			w = scaled(c.Width)
		}
		m.Width += w
		now += c.Object.Size().Width
	}
	m.Width += l.gap * float32(max(shown-1, 0))
	m.Height = l.heightFor(nil, max(m.Width, now+l.gap*float32(max(shown-1, 0))))
	return m
}
