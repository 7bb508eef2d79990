package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// listBody is as high as all rows and holds lines for those in sight.
type listBody struct {
	widget.BaseWidget
	list  *List
	lines map[int]*listLine
	free  []*listLine
	shown []fyne.CanvasObject
}

// update brings the lines in sight up to date; anew also fills in those that stay.
func (b *listBody) update(anew bool) {
	l := b.list
	width := l.scroll.Size().Width
	h := l.rowHeight(width)
	if h <= 0 || width <= 0 {
		return
	}
	first := max(0, int(l.scroll.Offset.Y/h))
	last := min(l.count-1, int((l.scroll.Offset.Y+l.scroll.Size().Height)/h))
	for i, line := range b.lines {
		if i < first || i > last {
			delete(b.lines, i)
			b.free = append(b.free, line)
		}
	}
	changed := l.cols.changed
	b.shown = b.shown[:0]
	for i := first; i <= last; i++ {
		line, was := b.lines[i]
		if !was {
			line = b.take()
			b.lines[i] = line
		}
		if !was || anew {
			line.show(i)
		}
		place(line, 0, float32(i)*h, width, h)
		line.mark(l.focused && i == l.at)
		b.shown = append(b.shown, line)
	}
	if l.cols.changed != changed { // a wider text came into sight: all lines follow
		for _, line := range b.lines {
			line.arrange()
		}
	}
	canvas.Refresh(b)
}

func (b *listBody) take() *listLine {
	if n := len(b.free); n > 0 {
		line := b.free[n-1]
		b.free = b.free[:n-1]
		return line
	}
	return newListLine(b.list)
}

func (b *listBody) children() []fyne.CanvasObject { return b.shown }

// CreateRenderer implements fyne.Widget.
func (b *listBody) CreateRenderer() fyne.WidgetRenderer { return &bodyRenderer{b} }

type bodyRenderer struct{ b *listBody }

func (r *bodyRenderer) Layout(fyne.Size)   {}
func (r *bodyRenderer) MinSize() fyne.Size { return fyne.NewSize(10, r.b.list.total()) }
func (r *bodyRenderer) Refresh() {
	r.b.update(true)
	for _, o := range r.b.shown {
		o.Refresh()
	}
}
func (r *bodyRenderer) Destroy()                     {}
func (r *bodyRenderer) Objects() []fyne.CanvasObject { return r.b.shown }
