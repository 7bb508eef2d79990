package look

import (
	"strings"

	"fyne.io/fyne/v2"
)

// Fair lays columns of text out side by side, the wordier ones wider, so that all have about as many lines. Where a
// column would be too thin there are half as many of them, or one.
func Fair(gapX, gapY float32, columns ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: fair{gapX, gapY}, Objects: present(columns)}
}

// fairLeast is the least width of a column, at text factor 1.
const fairLeast = 96

type fair struct{ gapX, gapY float32 }

// span is the width of the longest word in o, and of its longest text on one line.
func span(o fyne.CanvasObject) (word, line float32) {
	walk(o, func(at fyne.CanvasObject) bool {
		if p, ok := at.(*Para); ok {
			for _, w := range strings.Fields(p.String()) {
				word = max(word, p.Font.measure(w).Width)
			}
			line = max(line, p.Font.measure(p.String()).Width)
		}
		return true
	})
	return max(word, scaled(fairLeast)), max(line, scaled(fairLeast))
}

// widths shares width between the columns; false when they do not fit.
func (l fair) widths(columns []fyne.CanvasObject, width float32) ([]float32, bool) {
	out := make([]float32, len(columns))
	free, want := width-l.gapX*float32(len(columns)-1), float32(0)
	wants := make([]float32, len(columns))
	for i, c := range columns {
		word, line := span(c)
		out[i], wants[i] = word, max(line-word, 0)
		free -= word
		want += wants[i]
	}
	if free < 0 || free < want/4 { // more than about four lines
		return nil, false
	}
	for i := range out {
		if want > 0 {
			out[i] += wants[i] / want * min(free, want)
		}
		if free > want {
			out[i] += (free - want) / float32(len(out))
		}
	}
	return out, true
}

func (l fair) each(o []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	o = visible(o)
	if len(o) == 0 {
		return 0
	}
	n := len(o)
	all, ok := l.widths(o, width)
	if !ok {
		for n /= 2; n > 1 && float32(n)*scaled(150)+float32(n-1)*l.gapX > width; n /= 2 {
		}
		n = max(n, 1)
	}
	y := float32(0)
	for at := 0; at < len(o); at += n {
		line := o[at:min(at+n, len(o))]
		x, tall := float32(0), float32(0)
		ws := make([]float32, len(line))
		for i, c := range line {
			ws[i] = (width - float32(n-1)*l.gapX) / float32(n)
			if ok {
				ws[i] = all[i]
			}
			tall = max(tall, HeightFor(c, ws[i]))
		}
		if at > 0 {
			y += l.gapY
		}
		for i, c := range line {
			put(c, x, y, ws[i], tall)
			x += ws[i] + l.gapX
		}
		y += tall
	}
	return y
}

func (l fair) Layout(o []fyne.CanvasObject, size fyne.Size) { l.each(o, size.Width, place) }

func (l fair) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return l.each(o, width, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l fair) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }
