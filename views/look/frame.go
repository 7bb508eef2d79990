package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"holdfast/licensing/terms"
)

// Frame is the content of the window: a rail at the left, a head, the page, a foot, and above the foot a float and the
// progress of slow work. Neither of the two takes the other away.
type Frame struct {
	widget.BaseWidget
	rail             fyne.CanvasObject
	head, body, foot fyne.CanvasObject
	float, progress  fyne.CanvasObject
	objects          []fyne.CanvasObject
}

// NewFrame returns an empty frame.
func NewFrame() *Frame {
	f := &Frame{}
	f.ExtendBaseWidget(f)
	return f
}

// SetAll changes everything but the foot: the rail at the left, the head and the body. Each may be nil.
func (f *Frame) SetAll(rail, head, body fyne.CanvasObject) {
	f.rail, f.head, f.body = rail, head, body
	f.renew()
}

// SetRail puts o, mostly a Rail, at the left of head and page; nil takes it away.
func (f *Frame) SetRail(o fyne.CanvasObject) {
	if f.rail != o {
		f.rail = o
		f.renew()
	}
}

// SetFoot changes the foot.
func (f *Frame) SetFoot(o fyne.CanvasObject) { f.foot = o; f.renew() }

// SetFloat shows o above the foot; nil takes it away.
func (f *Frame) SetFloat(o fyne.CanvasObject) { f.float = o; f.renew() }

// SetProgress shows slow work above the float; nil takes it away.
func (f *Frame) SetProgress(p *Progress) {
	f.progress = nil
	if p != nil {
		f.progress = p
	}
	f.renew()
}

func (f *Frame) renew() {
	// The order is that of the Tab key: what the page is about comes before the ways to other pages.
	f.objects = present([]fyne.CanvasObject{f.head, f.body, f.rail, f.foot, f.float, f.progress})
	(&frameRenderer{f}).Layout(f.Size())
	canvas.Refresh(f) // the parts are painted as they are: what is new was made for the theme of now
}

func (f *Frame) railWidth(total float32) float32 {
	if r, ok := f.rail.(*Rail); ok {
		return r.width(total)
	}
	return f.rail.MinSize().Width
}

func (f *Frame) children() []fyne.CanvasObject { return f.objects }

// CreateRenderer implements fyne.Widget.
func (f *Frame) CreateRenderer() fyne.WidgetRenderer { return &frameRenderer{f} }

type frameRenderer struct{ f *Frame }

func (r *frameRenderer) Layout(size fyne.Size) {
	f, left, top, bottom := r.f, float32(0), float32(0), float32(0)
	if f.foot != nil {
		bottom = HeightFor(f.foot, size.Width)
		place(f.foot, 0, size.Height-bottom, size.Width, bottom)
	}
	if f.rail != nil {
		left = f.railWidth(size.Width)
		place(f.rail, 0, 0, left, max(0, size.Height-bottom))
	}
	room := size.Width - left
	if f.head != nil {
		top = HeightFor(f.head, room)
		place(f.head, left, 0, room, top)
	}
	if f.body != nil {
		place(f.body, left, top, room, max(0, size.Height-top-bottom))
	}
	low := size.Height - bottom - Gap12
	for _, o := range present([]fyne.CanvasObject{f.float, f.progress}) {
		w := min(scaled(360), room-2*Gap16)
		h := HeightFor(o, w)
		if page, ok := f.body.(*Page); ok { // never over the buttons of the page
			if y, high := page.barAt(); high > 0 && top+y < low && top+y+high > low-h {
				low = max(top+h, top+y-Gap8)
			}
		}
		place(o, left+(room-w)/2, low-h, w, h)
		low -= h + Gap8
	}
}

func (r *frameRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 240) }
func (r *frameRenderer) Refresh() {
	r.Layout(r.f.Size())
	for _, o := range r.f.objects {
		o.Refresh()
	}
}
func (r *frameRenderer) Destroy()                     {}
func (r *frameRenderer) Objects() []fyne.CanvasObject { return r.f.objects }

// Brand is the head of the window's first screen: the program's picture and name.
func Brand(name string) fyne.CanvasObject {
	icon := Inset(2, 0, 0, 0, NewIcon(AppIcon, Text, IconChoice)) // the eye sees text below the middle of its line
	return Head(Row(Gap8+2, Cell{Object: icon}, Cell{Object: NewLine(name, Heading), Width: Stretch}))
}

// Head gives a head its margins.
func Head(o fyne.CanvasObject) fyne.CanvasObject {
	box := Space(0, scaled(36))
	return Narrow1120(Margins(16, 12, Over(box, Row(0, Cell{Object: o, Width: Stretch}))))
}

// pageWidth is the most that a page takes of a large window: 1120 of content and its margins.
const pageWidth = 1120 + 2*Gap24

// Narrow1120 keeps a head as wide as the page below it.
func Narrow1120(o fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: narrow{pageWidth}, Objects: []fyne.CanvasObject{o}}
}

// Strip is the ground of the footer.
func Strip(o fyne.CanvasObject) fyne.CanvasObject {
	return Column(0, NewRule(), Over(NewBox(RailGround, "", 0), Inset(6, Gap16, 6, Gap16, o)))
}

// NewFact is one part of the footer.
func NewFact(text string, t terms.Tone) fyne.CanvasObject {
	if t == "" {
		return NewLine(text, Caption)
	}
	tone, font := ToneOf(t), Caption
	if t != terms.ToneOK {
		font = Font{Size: SizeCaption, Bold: true, Color: tone.Ink}
	}
	return Row(5, Cell{Object: NewIcon(tone.Icon, tone.Ink, IconChip)}, Cell{Object: NewLine(text, font)})
}

// NewToast is a short word that goes away by itself; link may be nil.
func NewToast(sym string, ink fyne.ThemeColorName, text string, link *Button) fyne.CanvasObject {
	box := NewBox(Raised, Border, RadiusBanner)
	box.Shadow = true
	words := Column(Gap4, NewPara(text, Body))
	if link != nil {
		words.Add(Wrapped(0, link)) // below, since a sentence beside it would be a narrow column
	}
	return Over(box, Inset(Gap12, Gap16, Gap12, Gap16, Row(Gap12, Cell{Object: NewIcon(sym, ink, IconRow)}, Cell{Object: words, Width: Stretch})))
}

// Margins keeps the page's distance from the edges of the window: 24, or 16 where the window is narrow.
func Margins(top, bottom float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: margins{top, bottom}, Objects: []fyne.CanvasObject{o}}
}

// narrowPage is the width below which a page, beside the rail, is narrow.
const narrowPage = 660

type margins struct{ top, bottom float32 }

func (l margins) side(width float32) float32 {
	if width < scaled(narrowPage) {
		return Gap16
	}
	return Gap24
}

func (l margins) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := l.side(size.Width)
	place(o[0], x, l.top, size.Width-2*x, size.Height-l.top-l.bottom)
}

func (l margins) heightFor(o []fyne.CanvasObject, w float32) float32 {
	return HeightFor(o[0], w-2*l.side(w)) + l.top + l.bottom
}

func (l margins) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }

// NewFactLink is a part of the footer that leads somewhere.
func NewFactLink(text string, t terms.Tone, tapped func()) *Area {
	a := newArea(text, Clear, Sunken, "", RadiusControl, Inset(0, 2, 0, 2, NewFact(text, t)), tapped)
	a.Key = "foot " + text
	return a
}
