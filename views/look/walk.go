package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// parent is a widget of this package that can tell its children.
type parent interface{ children() []fyne.CanvasObject }

// walk visits o and what is below it, until fn says to go no deeper.
func walk(o fyne.CanvasObject, fn func(fyne.CanvasObject) bool) {
	if o == nil || !fn(o) {
		return
	}
	switch v := o.(type) {
	case *fyne.Container:
		for _, c := range v.Objects {
			walk(c, fn)
		}
	case *container.Scroll:
		walk(v.Content, fn)
	case *Page:
		walk(v.holder, fn)
		if v.bar != nil && !v.along { // else the holder has it
			walk(v.bar, fn)
		}
	case parent:
		for _, c := range v.children() {
			walk(c, fn)
		}
	}
}

// Walk visits every visible object below o.
func Walk(o fyne.CanvasObject, fn func(fyne.CanvasObject)) {
	walk(o, func(at fyne.CanvasObject) bool {
		if !at.Visible() {
			return false
		}
		fn(at)
		return true
	})
}

// keyed is a focusable widget that keeps its name across a rebuild.
type keyed interface {
	fyne.Focusable
	FocusKey() string
}

// FocusKeyOf returns the name of a focused widget, "" when it has none.
func FocusKeyOf(f fyne.Focusable) string {
	if k, ok := f.(keyed); ok {
		return k.FocusKey()
	}
	return ""
}

// ByFocusKey returns the visible widget below root with that name.
func ByFocusKey(root fyne.CanvasObject, key string) fyne.Focusable {
	var found fyne.Focusable
	if key == "" {
		return nil
	}
	Walk(root, func(o fyne.CanvasObject) {
		if k, ok := o.(keyed); ok && found == nil && k.FocusKey() == key {
			found = k
		}
	})
	return found
}

// block is a widget made of one container. Widgets of several parts embed it.
type block struct {
	widget.BaseWidget
	content *fyne.Container
}

// CreateRenderer implements fyne.Widget.
func (b *block) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.content) }

// HeightFor implements Flow.
func (b *block) HeightFor(w float32) float32 { return HeightFor(b.content, w) }

func (b *block) children() []fyne.CanvasObject { return []fyne.CanvasObject{b.content} }
