package look

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"holdfast/licensing/terms"
)

// railArea is one item of the rail.
type railArea struct {
	Area
	bar        *Box
	icons      [2]*Icon
	word       *Para
	caption    *Para
	pills      [2]*pill
	wide, slim fyne.CanvasObject
	shown      railLooks
}

// railLooks is what can be seen of an item.
type railLooks struct {
	symbol, label string
	count         int
	tone          terms.Tone
	on            bool
}

func newRailArea(r *Rail) *railArea {
	a := &railArea{bar: NewBox(Clear, "", 1.5), word: NewPara("", Body), caption: NewPara("", Caption)}
	a.caption.Center = true
	for i := range a.icons {
		a.icons[i], a.pills[i] = NewIcon("notice", Secondary, 20), newPill(float32(8*(1-i)))
	}
	a.wide = Inset(6, 4, 6, 12, Row(Gap12, Cell{Object: a.icons[0]}, Cell{Object: a.word, Width: Stretch}, Cell{Object: a.pills[0]}))
	a.slim = Inset(6, 4, 6, 4, Column(2, &fyne.Container{Layout: railSign{}, Objects: []fyne.CanvasObject{a.icons[1], a.pills[1]}}, a.caption))
	body := Over(Either(160, a.wide, a.slim), &fyne.Container{Layout: railBar{}, Objects: []fyne.CanvasObject{a.bar}})
	a.fill, a.over, a.radius = Clear, Sunken, RadiusInset
	a.be(a, "", body, nil)
	a.keys = func(e *fyne.KeyEvent) bool {
		switch e.Name {
		case fyne.KeyUp:
			r.step(a, -1)
		case fyne.KeyDown:
			r.step(a, 1)
		default:
			return false
		}
		return true
	}
	return a
}

// set shows an item and says whether anything to be seen has changed.
func (a *railArea) set(it RailItem) (changed bool) {
	a.Label, a.Key, a.OnTapped, a.on = unbroken(it.Label), "rail "+it.Key, it.Tapped, it.On
	now := railLooks{it.Symbol, it.Label, it.Count, it.CountTone, it.On}
	if now == a.shown {
		return false
	}
	a.shown = now
	a.fill, a.over = Clear, Sunken
	ink, font := Secondary, Quiet
	bar := Clear
	if it.On {
		a.fill, a.over, ink, font, bar = Selected, Selected, Primary, BodyBold, Primary
	}
	a.bar.SetColors(bar, "")
	for i := range a.icons {
		a.icons[i].Name = it.Symbol
		a.icons[i].Color = ink
		a.icons[i].Refresh()
		a.pills[i].set(it.Count, it.CountTone)
	}
	a.word.Font = font
	a.word.Set(it.Label)
	font.Size = SizeCaption
	a.caption.Font = font
	a.caption.Set(it.Label)
	a.wide.Refresh() // a number that comes needs its room
	a.slim.Refresh()
	a.Refresh()
	return true
}

// railBar is the mark at the left edge of the item that is on.
type railBar struct{}

func (railBar) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := scaled(20)
	place(o[0], 0, (size.Height-h)/2, 3, h)
}
func (railBar) heightFor([]fyne.CanvasObject, float32) float32 { return scaled(40) }
func (railBar) MinSize([]fyne.CanvasObject) fyne.Size          { return fyne.NewSize(3, scaled(40)) }

// railSign is a symbol in the middle with a number at its right.
type railSign struct{}

func (railSign) Layout(o []fyne.CanvasObject, size fyne.Size) {
	icon, count := o[0].MinSize(), o[1].MinSize()
	x := (size.Width - icon.Width) / 2
	place(o[0], x, (size.Height-icon.Height)/2, icon.Width, icon.Height)
	place(o[1], min(x+icon.Width+Gap4, size.Width-count.Width), 0, count.Width, count.Height)
}

func (l railSign) heightFor(o []fyne.CanvasObject, _ float32) float32 { return l.MinSize(o).Height }

func (railSign) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// pill is a small number.
type pill struct {
	block
	box  *Box
	line *Line
}

// newPill returns a pill with space at its right.
func newPill(right float32) *pill {
	p := &pill{box: NewBox(Surface, Border, canvas.RadiusMaximum), line: NewLine("", Font{Size: SizeCaption, Bold: true})}
	p.line.Align = fyne.TextAlignCenter
	p.content = Inset(0, right, 0, 0, Over(p.box, Inset(1, 6, 1, 6, p.line)))
	p.ExtendBaseWidget(p)
	return p
}

func (p *pill) set(n int, t terms.Tone) {
	p.Hidden = n == 0
	p.line.Set(strconv.Itoa(n))
	p.Refresh()
}
