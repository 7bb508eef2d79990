package look

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// textAt is a text and where it stands in the window.
type textAt struct {
	text     string
	from, to fyne.Position
}

// textsBelow returns the texts of root. Each must have its width, stand inside its widget and the window, and not
// cover another one.
func textsBelow(t *testing.T, root fyne.CanvasObject, window float32) []textAt {
	t.Helper()
	var all []textAt
	if root == nil {
		return nil
	}
	Walk(root, func(o fyne.CanvasObject) {
		for _, a := range noTextSticksOut(t, o, window) {
			if line, ok := o.(*listLine); ok && !line.inSight(a) {
				continue
			}
			for _, b := range all {
				if a.from.X < b.to.X-2 && b.from.X < a.to.X-2 && a.from.Y < b.to.Y-4 && b.from.Y < a.to.Y-4 {
					t.Errorf("%q covers %q", a.text, b.text)
				}
			}
			all = append(all, a)
		}
	})
	return all
}

// inSight says whether a text is not scrolled out of its list: what is out is not painted.
func (n *listLine) inSight(a textAt) bool {
	top := fyne.CurrentApp().Driver().AbsolutePositionForObject(n.list.scroll).Y
	return a.from.Y >= top && a.to.Y <= top+n.list.scroll.Size().Height
}

// noTextSticksOut looks at the raw texts of one widget.
func noTextSticksOut(t *testing.T, o fyne.CanvasObject, window float32) (out []textAt) {
	t.Helper()
	wid, ok := o.(fyne.Widget)
	if !ok {
		return nil
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	for _, part := range test.WidgetRenderer(wid).Objects() {
		text, ok := part.(*canvas.Text)
		if !ok || !text.Visible() || strings.TrimSpace(text.Text) == "" {
			continue
		}
		need, have := text.MinSize().Width, text.Size().Width
		if need > have+1 {
			t.Errorf("%q needs %.0f and has %.0f", text.Text, need, have)
		}
		p := text.Position()
		if p.X < -1 || p.X+have > wid.Size().Width+1 || at.X+p.X < -1 || at.X+p.X+have > window+1 {
			t.Errorf("%q stands at %.0f..%.0f of %.0f, from %.0f in the window", text.Text, p.X, p.X+have, wid.Size().Width, at.X)
		}
		if p.Y < -1 || p.Y+text.MinSize().Height > wid.Size().Height+1 {
			t.Errorf("%q stands at %.0f..%.0f of %.0f high", text.Text, p.Y, p.Y+text.MinSize().Height, wid.Size().Height)
		}
		switch text.Alignment { // what is painted, not what is free
		case fyne.TextAlignCenter:
			p.X += (have - need) / 2
		case fyne.TextAlignTrailing:
			p.X += have - need
		}
		out = append(out, textAt{text.Text, at.Add(p), at.Add(p).AddXY(need, text.MinSize().Height)})
	}
	return out
}
