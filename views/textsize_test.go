package views

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"holdfast/views/look"
)

func TestTextThatGrewAndShrankAgainFits(t *testing.T) {
	b := open(t, newFake(graceFacts()), benchOptions{desk: &testDesk{}})
	plain := b.sizes()
	for range 3 {
		b.w.shortcuts[shortcutName(fyne.KeyPlus)]()
		noTextIsCut(t, b)
	}
	b.w.shortcuts[shortcutName(fyne.Key0)]()
	if th := b.w.app.Settings().Theme().(*look.Theme); th.Factor != 1 {
		t.Fatalf("the factor is %v", th.Factor)
	}
	after := b.sizes()
	for text, size := range plain {
		if after[text] != size {
			t.Errorf("%q is %v high, was %v", text, after[text], size)
		}
	}
}

// sizes are the heights of every text on the screen.
func (b *bench) sizes() map[string]float32 {
	out := map[string]float32{}
	walkAll(b.root(), func(o fyne.CanvasObject) {
		switch w := o.(type) {
		case *look.Line, *look.Para, *look.Button:
			for _, c := range test.WidgetRenderer(w.(fyne.Widget)).Objects() {
				if x, ok := c.(*canvas.Text); ok {
					out[x.Text] = x.TextSize
				}
			}
		}
	})
	return out
}
