package look

import "fyne.io/fyne/v2"

// Filled puts one object at the top of a page, one at its foot, and one between them that takes the height there is.
func Filled(top, middle, foot fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: filled{}, Objects: []fyne.CanvasObject{top, middle, foot}}
}

type filled struct{}

// leastMiddle keeps two rows in sight, however low the window is.
const leastMiddle = 120

func (filled) Layout(o []fyne.CanvasObject, size fyne.Size) {
	side := margins{}.side(size.Width)
	w := min(size.Width, scaled(pageWidth)) - 2*side
	x := (size.Width - w) / 2
	top, foot := HeightFor(o[0], w), HeightFor(o[2], w)
	middle := size.Height - Gap4 - top - Gap12 - Gap12 - foot - Gap16
	if middle < leastMiddle { // too low for all three: the foot gives way
		middle = max(leastMiddle, size.Height-Gap4-top-2*Gap12)
	}
	place(o[0], x, Gap4, w, top)
	place(o[1], x, Gap4+top+Gap12, w, middle)
	place(o[2], x, Gap4+top+Gap12+middle+Gap12, w, foot)
}

func (filled) heightFor(_ []fyne.CanvasObject, _ float32) float32 { return 240 }

func (filled) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 200) }

// Sunk is an inset ground for text to be copied.
func Sunk(o fyne.CanvasObject) fyne.CanvasObject {
	return Over(NewBox(Sunken, Border, RadiusInset), Inset(Gap12, Gap16, Gap12, Gap16, o))
}
