package look

import "fyne.io/fyne/v2"

// measureHigh is how high a measure is, at text factor 1.
const measureHigh = 8

// NewMeasure draws how much of an amount is used: a filled part of a bar. What is beyond the amount stands behind a gap in the
// colour of a warning; then the whole bar is what was used. The numbers stand beside it as text.
func NewMeasure(used, included int64, ink fyne.ThemeColorName) fyne.CanvasObject {
	whole := max(used, included, 1)
	m := measure{part: float32(min(used, included)) / float32(whole)}
	ground, part := NewBox(Sunken, Border, measureHigh/2), NewBox(ink, "", measureHigh/2)
	objects := []fyne.CanvasObject{ground, part}
	if used > included {
		m.over = true
		objects = append(objects, NewBox(Warn, "", measureHigh/2))
	}
	return &fyne.Container{Layout: m, Objects: objects}
}

// measure lays out the ground, the used part and what is over.
type measure struct {
	part float32
	over bool
}

func (m measure) Layout(o []fyne.CanvasObject, size fyne.Size) {
	place(o[0], 0, 0, size.Width, size.Height)
	w := size.Width * m.part
	if m.part > 0 {
		w = max(w, size.Height)
	}
	place(o[1], 0, 0, w, size.Height)
	if m.over {
		x := min(w+3, size.Width-size.Height)
		place(o[2], x, 0, size.Width-x, size.Height)
	}
}

func (measure) heightFor([]fyne.CanvasObject, float32) float32 { return scaled(measureHigh) }

func (measure) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(scaled(60), scaled(measureHigh))
}
