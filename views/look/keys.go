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

// reveal scrolls o into view when it stands in a Page.
func reveal(o fyne.CanvasObject) {
	c := canvasOf(o)
	if c == nil {
		return
	}
	if p := pageAround(c.Content(), o); p != nil {
		p.Reveal(o)
	}
}
