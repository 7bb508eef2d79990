package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Line is a text on one line. It never wraps; too little room cuts its middle out when Cut is set.
type Line struct {
	widget.BaseWidget
	Text  string
	Font  Font
	Align fyne.TextAlign
	Cut   bool
	Still bool // always as wide as in bold, so that nothing moves when it becomes bold
	raw   *canvas.Text
}

// NewLine returns a line of text.
func NewLine(s string, f Font) *Line {
	l := &Line{Text: s, Font: f}
	l.ExtendBaseWidget(l)
	return l
}

// NewCutLine returns a line that loses its middle when there is too little room, for file names and code.
func NewCutLine(s string, f Font) *Line {
	l := NewLine(s, f)
	l.Cut = true
	return l
}

// Set changes the text.
func (l *Line) Set(s string) {
	if l.Text != s {
		l.Text = s
		l.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	l.raw = canvas.NewText(l.Text, nil)
	l.Font.apply(l.raw)
	return &lineRenderer{l}
}

type lineRenderer struct{ l *Line }

func (r *lineRenderer) Layout(size fyne.Size) {
	l := r.l
	l.raw.Text = l.Text
	if l.Cut {
		l.raw.Text = cutMiddle(l.Text, size.Width, func(s string) float32 { return l.Font.measure(s).Width })
	}
	l.raw.Alignment = l.Align
	h := l.raw.MinSize().Height
	place(l.raw, 0, (size.Height-h)/2, size.Width, h)
}

func (r *lineRenderer) MinSize() fyne.Size {
	f := r.l.Font
	f.Bold = f.Bold || r.l.Still
	m := f.measure(r.l.Text)
	if r.l.Cut {
		m.Width = min(m.Width, r.l.Font.measure("12345678").Width)
	}
	return m
}

func (r *lineRenderer) Refresh() {
	r.l.Font.apply(r.l.raw)
	r.Layout(r.l.Size())
	r.l.raw.Refresh()
}

func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.l.raw} }
func (r *lineRenderer) Destroy()                     {}

// cutMiddle shortens s to width by putting an ellipsis in its middle; both ends of a file name matter.
func cutMiddle(s string, width float32, measure func(string) float32) string {
	if width <= 0 || measure(s) <= width+0.5 {
		return s
	}
	runes := []rune(s)
	lo, hi := 1, len(runes)-1 // runes kept
	join := func(keep int) string {
		head := (keep + 1) / 2
		return string(runes[:head]) + "…" + string(runes[len(runes)-(keep-head):])
	}
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if measure(join(mid)) <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return join(lo)
}
