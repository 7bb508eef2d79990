package look

import (
	"fyne.io/fyne/v2"
)

// pressed says whether a key works a button: Enter and Space alike.
func pressed(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		return true
	}
	return false
}

// passOn gives a key that a focused widget has no use for to the canvas, where Esc and Enter have a meaning.
// Fyne gives keys to the focused widget only.
func passOn(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := canvasOf(o); c != nil {
		if f := c.OnTypedKey(); f != nil {
			f(e)
		}
	}
}

func canvasOf(o fyne.CanvasObject) fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(o) }

// around returns the innermost page that holds o, in the window or in what lies over it.
func around(o fyne.CanvasObject) *Page {
	c := canvasOf(o)
	if c == nil {
		return nil
	}
	for _, root := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
		if p := pageAround(root, o); p != nil {
			return p
		}
	}
	return nil
}

// reveal scrolls o into view when it stands in a Page.
func reveal(o fyne.CanvasObject) {
	if p := around(o); p != nil {
		p.Reveal(o)
	}
}

// relayout lays the page around o out again after o has changed its height.
func relayout(o fyne.CanvasObject) {
	if p := around(o); p != nil {
		p.Refresh()
	}
}
