package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Progress says that slow work is under way, with a button that stops it. Nobody knows how much of it is left, so its bar
// does not grow: a piece of it goes on with every Step, and begins again at the end.
type Progress struct {
	block
	bar *stepBar
}

// NewProgress says with words what takes its time; stop may be nil. It floats above the page.
func NewProgress(words string, stop *Button) *Progress {
	box := NewBox(Raised, Border, RadiusBanner)
	box.Shadow = true
	return newProgress(box, words, stop)
}

// NewUnderWay is a progress in its place on a page.
func NewUnderWay(words string, stop *Button) *Progress {
	return newProgress(NewBox(Sunken, "", RadiusInset), words, stop)
}

func newProgress(box *Box, words string, stop *Button) *Progress {
	p := &Progress{bar: newStepBar()}
	cells := []Cell{{Object: NewIcon("wait", Notice, IconRow)}, {Object: NewPara(words, Body), Width: Stretch}}
	if stop != nil {
		cells = append(cells, Cell{Object: stop})
	}
	p.content = Over(box, Inset(Gap12, Gap16, Gap12, Gap16, Column(Gap8, Row(Gap12, cells...), p.bar)))
	p.ExtendBaseWidget(p)
	return p
}

// Step moves the bar on by one: work is still under way.
func (p *Progress) Step() {
	p.bar.at = (p.bar.at + 1) % stepPlaces
	p.bar.Refresh()
}

// Measures of the bar at text factor 1: its height, the places that its piece has, and how many of them it covers.
const (
	stepHigh   = 6
	stepPlaces = 10
	stepCovers = 3
)

// stepBar is the bar of a Progress.
type stepBar struct {
	widget.BaseWidget
	at           int
	track, piece *Box
}

func newStepBar() *stepBar {
	b := &stepBar{track: NewBox(Sunken, "", canvas.RadiusMaximum), piece: NewBox(Primary, "", canvas.RadiusMaximum)}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *stepBar) CreateRenderer() fyne.WidgetRenderer { return &stepBarRenderer{b} }

type stepBarRenderer struct{ b *stepBar }

func (r *stepBarRenderer) Layout(size fyne.Size) {
	place(r.b.track, 0, 0, size.Width, size.Height)
	one := size.Width / (stepPlaces + stepCovers - 1)
	place(r.b.piece, float32(r.b.at)*one, 0, stepCovers*one, size.Height)
}

func (r *stepBarRenderer) MinSize() fyne.Size { return fyne.NewSize(scaled(120), scaled(stepHigh)) }
func (r *stepBarRenderer) Refresh()           { r.Layout(r.b.Size()); canvas.Refresh(r.b) }
func (r *stepBarRenderer) Destroy()           {}
func (r *stepBarRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.track, r.b.piece}
}
