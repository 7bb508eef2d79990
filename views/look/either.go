package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// either shows one of two arrangements by the width it gets. The other one is not in the tree at all, so an object
// may stand in both: hiding it would make Fyne refuse to focus the object where it is shown.
type either struct {
	widget.BaseWidget
	least        float32
	wide, narrow fyne.CanvasObject
	shown        fyne.CanvasObject
}

// Either shows wide from least on (at text factor 1) when its parts fit, else narrow.
func Either(least float32, wide, narrow fyne.CanvasObject) fyne.CanvasObject {
	e := &either{least: least, wide: wide, narrow: narrow, shown: wide}
	e.ExtendBaseWidget(e)
	return e
}

func (e *either) pick(width float32) fyne.CanvasObject {
	if width >= scaled(e.least) && e.wide.MinSize().Width <= width {
		return e.wide
	}
	return e.narrow
}

// HeightFor implements Flow.
func (e *either) HeightFor(width float32) float32 { return HeightFor(e.pick(width), width) }

func (e *either) children() []fyne.CanvasObject { return []fyne.CanvasObject{e.shown} }

// CreateRenderer implements fyne.Widget.
func (e *either) CreateRenderer() fyne.WidgetRenderer { return &eitherRenderer{e} }

type eitherRenderer struct{ e *either }

func (r *eitherRenderer) Layout(size fyne.Size) {
	if now := r.e.pick(size.Width); now != r.e.shown {
		r.e.shown = now
		freshen(now) // text size and colours may have changed while it was not in the tree
	}
	if r.e.shown.Size() == size { // an object that stood in the other arrangement has to come back
		r.e.shown.Resize(fyne.NewSize(size.Width, 0))
	}
	place(r.e.shown, 0, 0, size.Width, size.Height)
}

func (r *eitherRenderer) MinSize() fyne.Size {
	return fyne.NewSize(r.e.narrow.MinSize().Width, r.e.HeightFor(r.e.Size().Width))
}

func (r *eitherRenderer) Refresh() { r.Layout(r.e.Size()) }
func (r *eitherRenderer) Destroy() {}
func (r *eitherRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.e.shown}
}

// freshen paints everything below o anew that does not lay out others.
func freshen(o fyne.CanvasObject) {
	walk(o, func(at fyne.CanvasObject) bool {
		switch at.(type) {
		case *fyne.Container, *either, *Page:
		default:
			at.Refresh()
		}
		return true
	})
}
