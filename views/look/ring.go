package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// newRing returns the sign of focus: two pixels wide, two pixels off its widget.
func newRing() *canvas.Rectangle {
	r := canvas.NewRectangle(nil)
	r.StrokeWidth = 2
	r.Hidden = true
	return r
}

func showRing(r *canvas.Rectangle, on bool) {
	r.StrokeColor = theme.Color(FocusRing)
	r.FillColor = theme.Color(Clear)
	r.Hidden = !on
}

func placeRing(r *canvas.Rectangle, size fyne.Size, radius float32) {
	r.CornerRadius = radius + 3
	place(r, -3, -3, size.Width+6, size.Height+6)
}
