package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// HeightFor implements Flow.
func (c *Chart) HeightFor(float32) float32 {
	return captionHigh()/2 + scaled(chartHigh) + captionHigh() + Gap4
}

// CreateRenderer implements fyne.Widget.
func (c *Chart) CreateRenderer() fyne.WidgetRenderer {
	r := &chartRenderer{c: c, mark: canvas.NewRectangle(nil)}
	for range c.m.Levels {
		r.lines, r.numbers = append(r.lines, canvas.NewRectangle(nil)), append(r.numbers, canvas.NewText("", nil))
	}
	for range c.m.Bars {
		r.bars, r.ticks = append(r.bars, canvas.NewRectangle(nil)), append(r.ticks, canvas.NewText("", nil))
	}
	r.paint()
	return r
}

type chartRenderer struct {
	c              *Chart
	mark           *canvas.Rectangle // behind the bar that is looked at
	lines, bars    []*canvas.Rectangle
	numbers, ticks []*canvas.Text
}

func (r *chartRenderer) paint() {
	m := r.c.m
	for i, l := range m.Levels {
		r.lines[i].FillColor = theme.Color(Border)
		r.numbers[i].Text, r.numbers[i].Alignment = l.Word, fyne.TextAlignTrailing
		Caption.apply(r.numbers[i])
	}
	for i, b := range m.Bars {
		r.bars[i].FillColor, r.bars[i].CornerRadius = theme.Color(m.Ink), barRound
		r.bars[i].Hidden = b.Share <= 0
		r.ticks[i].Text, r.ticks[i].Alignment = b.Tick, fyne.TextAlignCenter
		Caption.apply(r.ticks[i])
	}
	r.mark.FillColor, r.mark.CornerRadius = theme.Color(Selected), barRound
	r.mark.Hidden = r.c.at < 0
	showRing(r.c.ring, r.c.focused)
}

func (r *chartRenderer) Layout(size fyne.Size) {
	c, m, line := r.c, r.c.m, captionHigh()
	left, top, high := c.axis(), captionHigh()/2, scaled(chartHigh)
	wide := max(0, size.Width-left)
	for i, l := range m.Levels {
		y := top + high*(1-max(0, min(l.At, 1)))
		place(r.lines[i], left, y-0.5, wide, 1)
		r.numbers[i].Hidden = Caption.measure(l.Word).Width > left-Gap8+0.5
		place(r.numbers[i], 0, y-line/2, max(0, left-Gap8), line)
	}
	room := wide / float32(max(1, len(m.Bars)))
	bar := max(barLeast, min(room*(1-barGap), scaled(barMost)))
	end := float32(-tickApart)
	for i, b := range m.Bars {
		x := left + (float32(i)+0.5)*room
		h := max(barLeast, min(b.Share, 1)*high)
		place(r.bars[i], x-bar/2, top+high-h, bar, h)
		w := Caption.measure(b.Tick).Width
		from := min(max(0, x-w/2), size.Width-w)
		r.ticks[i].Hidden = b.Tick == "" || from < end+tickApart
		place(r.ticks[i], from, top+high+Gap4, w, line)
		if !r.ticks[i].Hidden {
			end = from + w
		}
		if i == c.at {
			place(r.mark, left+float32(i)*room, top, room, high)
		}
	}
	placeRing(c.ring, size, barRound)
}

func (r *chartRenderer) MinSize() fyne.Size {
	return fyne.NewSize(scaled(chartLeast), r.c.HeightFor(0))
}

func (r *chartRenderer) Refresh() {
	r.paint()
	r.Layout(r.c.Size())
	canvas.Refresh(r.c)
}

func (r *chartRenderer) Destroy() {}

func (r *chartRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.mark}
	for i := range r.lines {
		out = append(out, r.lines[i], r.numbers[i])
	}
	for i := range r.bars {
		out = append(out, r.bars[i], r.ticks[i])
	}
	return append(out, r.c.ring)
}
