package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Page shows content that scrolls when it is higher than the page. Content is at most MaxWidth wide (at text
// factor 1) and centred. Below
// it stands an optional bar of buttons, which never scrolls out of sight.
type Page struct {
	widget.BaseWidget
	MaxWidth float32
	// Loose lets the bar scroll along with the content where it would leave that little room.
	Loose   bool
	bar     *fyne.Container // nil: none
	along   bool            // the bar stands below the content and scrolls
	rule    *Box
	content fyne.CanvasObject // nil: none
	holder  *fyne.Container
	scroll  *container.Scroll
	flow    *pageFlow
}

// leastContent is how much of the content stays in sight above a bar that does not scroll: half of the smallest window.
const leastContent = 260

// NewPage returns a page with content, which may be nil.
func NewPage(content fyne.CanvasObject) *Page {
	p := &Page{MaxWidth: pageWidth}
	p.flow = &pageFlow{page: p}
	p.holder = &fyne.Container{Layout: p.flow}
	p.scroll = container.NewVScroll(p.holder)
	p.ExtendBaseWidget(p)
	p.Set(content)
	return p
}

// Set replaces the content and keeps the scroll position when the new content is still that high.
func (p *Page) Set(content fyne.CanvasObject) {
	p.content = content
	p.fill()
	p.Refresh()
}

// fill puts into the scroll what scrolls.
func (p *Page) fill() {
	p.holder.Objects = present([]fyne.CanvasObject{p.content})
	if p.along {
		p.holder.Objects = append(p.holder.Objects, p.bar)
	}
}

// SetBar puts o below the content; nil takes it away.
func (p *Page) SetBar(o fyne.CanvasObject) {
	p.bar, p.along = nil, false
	p.fill()
	if o != nil {
		p.rule = NewRule()
		p.bar = Over(NewBox(Background, "", 0), Column(0, p.rule, Margins(12, 12, o)))
	}
	p.Refresh()
}

// barAt is where the bar stands in the page and how high it is; without one it is 0 high.
func (p *Page) barAt() (y, height float32) {
	if p.bar == nil || p.along {
		return 0, 0
	}
	return p.bar.Position().Y, p.bar.Size().Height
}

// Content returns what is shown.
func (p *Page) Content() fyne.CanvasObject {
	return p.content
}

// ToTop scrolls to the top.
func (p *Page) ToTop() { p.scroll.ScrollToTop() }

// Reveal scrolls so that o, somewhere in the content, can be seen with its focus ring.
func (p *Page) Reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(p.holder).Y
	const ring = 6
	off := p.scroll.Offset
	switch {
	case top-ring < off.Y:
		off.Y = max(0, top-ring)
	case top+o.Size().Height+ring > off.Y+p.scroll.Size().Height:
		off.Y = top + o.Size().Height + ring - p.scroll.Size().Height
	default:
		return
	}
	p.scroll.ScrollToOffset(off)
}

// ToPart scrolls so that o, somewhere in the content, begins at the top, as far as the page is long enough.
func (p *Page) ToPart(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	y := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(p.holder).Y
	p.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, p.scroll.Content.Size().Height-p.scroll.Size().Height))))
}

// CreateRenderer implements fyne.Widget.
func (p *Page) CreateRenderer() fyne.WidgetRenderer { return &pageRenderer{p} }

type pageRenderer struct{ p *Page }

func (r *pageRenderer) Layout(size fyne.Size) {
	p := r.p
	p.flow.width = size.Width
	room := size
	if p.bar != nil {
		w := min(size.Width, scaled(p.MaxWidth))
		bar, content := HeightFor(p.bar, w), float32(0)
		if p.content != nil {
			content = HeightFor(p.content, w)
		}
		if along := p.Loose && size.Height-bar < leastContent && content-16+bar > size.Height; along != p.along {
			p.along = along
			p.fill()
		}
	}
	if p.bar != nil && !p.along {
		w := min(size.Width, scaled(p.MaxWidth))
		bar, content := HeightFor(p.bar, w), p.flow.MinSize(p.holder.Objects).Height
		y := min(content-16, size.Height-bar)
		if content-16+bar > size.Height { // it does not fit: the content scrolls, the bar stays
			room.Height = max(0, size.Height-bar)
			p.rule.SetColors(Border, "")
		} else {
			p.rule.SetColors(Clear, "")
		}
		place(p.bar, (size.Width-w)/2, y, w, bar)
	}
	if p.scroll.Size() == room {
		p.scroll.Refresh()
		return
	}
	place(p.scroll, 0, 0, room.Width, room.Height)
}

func (r *pageRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 100) }

func (r *pageRenderer) Refresh() {
	r.p.holder.Refresh()
	r.Layout(r.p.Size())
	r.p.flow.Layout(r.p.holder.Objects, r.p.holder.Size())
}

func (r *pageRenderer) Destroy() {}
func (r *pageRenderer) Objects() []fyne.CanvasObject {
	if r.p.bar == nil || r.p.along {
		return []fyne.CanvasObject{r.p.scroll}
	}
	return []fyne.CanvasObject{r.p.scroll, r.p.bar}
}

// pageFlow gives the content its width and the height that follows.
type pageFlow struct {
	page  *Page
	width float32
}

func (l *pageFlow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := min(size.Width, scaled(l.page.MaxWidth))
	y := float32(0)
	for _, o := range objects {
		h := HeightFor(o, w)
		if len(objects) == 1 {
			h = max(h, size.Height)
		}
		place(o, (size.Width-w)/2, y, w, h)
		y += h
	}
}

func (l *pageFlow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := min(l.width, scaled(l.page.MaxWidth))
	h := float32(0)
	for _, o := range objects {
		h += HeightFor(o, w)
	}
	return fyne.NewSize(0, h)
}

// pageAround returns the innermost page below root that holds o.
func pageAround(root, o fyne.CanvasObject) *Page {
	var found *Page
	walk(root, func(at fyne.CanvasObject) bool {
		p, ok := at.(*Page)
		if ok && holds(p.holder, o) {
			found = p
		}
		return true
	})
	return found
}

func holds(root, o fyne.CanvasObject) bool {
	found := false
	walk(root, func(at fyne.CanvasObject) bool {
		found = found || at == o
		return !found
	})
	return found
}
