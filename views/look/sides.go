package look

import "fyne.io/fyne/v2"

// Sides puts a list of places at the left, and at the right a bar, a list that takes the height there is, and a foot.
// Where it is narrow the places are left out: the bar does what they do.
func Sides(width float32, places *Page, bar fyne.CanvasObject, list *Page, foot fyne.CanvasObject) fyne.CanvasObject {
	left, right := Over(NewBox(Sunken, "", RadiusInset), places), Over(NewBox(Surface, Border, RadiusInset), list)
	return &fyne.Container{Layout: sides{width}, Objects: []fyne.CanvasObject{left, bar, right, foot}}
}

type sides struct{ width float32 }

func (l sides) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := scaled(l.width) + Gap12
	if size.Width < scaled(440) {
		o[0].Hide()
		x = 0
	} else {
		o[0].Show()
		place(o[0], 0, 0, scaled(l.width), size.Height)
	}
	w := size.Width - x
	bar, foot := HeightFor(o[1], w), HeightFor(o[3], w)
	place(o[1], x, 0, w, bar)
	place(o[2], x, bar+Gap8, w, max(0, size.Height-bar-foot-2*Gap8))
	place(o[3], x, size.Height-foot, w, foot)
}

func (l sides) heightFor(_ []fyne.CanvasObject, _ float32) float32 { return scaled(320) }

func (l sides) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, scaled(200)) }
