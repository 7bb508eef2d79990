package look

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"holdfast/licensing/terms"
)

// Widths of the rail: with words beside the symbols, and with words below them. Below railFrom the window is narrow.
const (
	railWide, railNarrow, railMost, railFrom float32 = 200, 104, 152, 840
)

// RailItem is one place of the window.
type RailItem struct {
	Key, Symbol, Label string // Label may hold soft hyphens where it can break
	Count              int    // 0: no pill
	CountTone          terms.Tone
	On                 bool
	Tapped             func()
}

// Rail leads to the places of the window. It stands at the left edge: wide with the program's name and words beside
// symbols, narrow with words below them. Where it is too low it scrolls.
type Rail struct {
	widget.BaseWidget
	ground, edge *Box
	brand        fyne.CanvasObject
	page         *Page
	column       *fyne.Container
	areas        []*railArea
	feet         int // how many of areas stand at the bottom
	seen         railSight
}

// railSight is what decides where a rail that is too low stands: scrolled so that the item that is on can be seen.
type railSight struct {
	on     *railArea
	size   fyne.Size
	height float32 // of all items
}

// NewRail returns a rail with items at the top and foot items at the bottom.
func NewRail(brand string, items, foot []RailItem) *Rail {
	r := &Rail{ground: NewBox(RailGround, "", 0), edge: NewBox(Border, "", 0)}
	r.brand = Row(Gap8+2, Cell{Object: NewIcon(AppIcon, Text, IconChoice)}, Cell{Object: NewLine(brand, Heading)})
	r.column = &fyne.Container{Layout: railColumn{r}}
	r.page = NewPage(nil)
	r.ExtendBaseWidget(r)
	r.Set(items, foot)
	return r
}

// Set changes the items. One that stays, by its key, keeps the focus.
func (r *Rail) Set(items, foot []RailItem) {
	all := append(append([]RailItem{}, items...), foot...)
	if len(foot) == r.feet && slices.EqualFunc(all, r.areas, func(it RailItem, a *railArea) bool { return "rail "+it.Key == a.Key }) {
		changed := false
		for i, it := range all {
			changed = r.areas[i].set(it) || changed
		}
		if changed {
			r.page.Refresh()
			r.follow()
		}
		return
	}
	old := map[string]*railArea{}
	for _, a := range r.areas {
		old[a.Key] = a
	}
	r.areas, r.feet = nil, len(foot)
	r.column.Objects = []fyne.CanvasObject{r.brand}
	for _, it := range all {
		a := old["rail "+it.Key]
		if a == nil {
			a = newRailArea(r)
		}
		a.set(it)
		r.areas = append(r.areas, a)
		r.column.Objects = append(r.column.Objects, a)
	}
	r.page.Set(r.column)
	r.follow()
}

// follow scrolls to the item that is on when that is another one, or when room or items have another size: where a person scrolled
// to stays until then.
func (r *Rail) follow() {
	i := slices.IndexFunc(r.areas, func(a *railArea) bool { return a.on })
	if i < 0 || canvasOf(r) == nil {
		return
	}
	now := railSight{r.areas[i], r.page.Size(), r.page.holder.MinSize().Height}
	if now != r.seen {
		r.seen = now
		r.page.Reveal(now.on)
	}
}

// width is the width of the rail in a window of that width.
func (r *Rail) width(total float32) float32 {
	if total >= scaled(railFrom) {
		return scaled(railWide)
	}
	return min(scaled(railNarrow), railMost)
}

func wideRail(width float32) bool { return width >= scaled(railWide) }

// step moves the focus by one item.
func (r *Rail) step(from *railArea, by int) {
	for i, a := range r.areas {
		if a == from && i+by >= 0 && i+by < len(r.areas) {
			if c := canvasOf(r); c != nil {
				c.Focus(r.areas[i+by])
			}
			return
		}
	}
}

func (r *Rail) children() []fyne.CanvasObject { return []fyne.CanvasObject{r.page} }

// CreateRenderer implements fyne.Widget.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer { return &railRenderer{r} }

type railRenderer struct{ r *Rail }

func (l *railRenderer) Layout(size fyne.Size) {
	place(l.r.ground, 0, 0, size.Width, size.Height)
	place(l.r.edge, size.Width-1, 0, 1, size.Height)
	place(l.r.page, 0, 0, size.Width-1, size.Height)
	l.r.follow()
}
func (l *railRenderer) MinSize() fyne.Size { return fyne.NewSize(railNarrow, 100) }
func (l *railRenderer) Refresh()           { l.Layout(l.r.Size()); l.r.page.Refresh(); canvas.Refresh(l.r) }
func (l *railRenderer) Destroy()           {}
func (l *railRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{l.r.ground, l.r.page, l.r.edge}
}

// railColumn is brand, items from the top, and foot items at the bottom.
type railColumn struct{ r *Rail }

func (l railColumn) each(o []fyne.CanvasObject, width, height float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	side, y, gap := float32(6), float32(8), Gap4
	if wideRail(width + 1) {
		side, y = 12, 16
		m := o[0].MinSize()
		put(o[0], 20, y, width-28, m.Height)
		y += scaled(36) + Gap8
	}
	first := len(o) - l.r.feet
	foot := float32(0)
	for _, a := range o[first:] {
		foot += HeightFor(a, width-2*side) + gap
	}
	for i, a := range o[1:] {
		h := HeightFor(a, width-2*side)
		if i+1 == first {
			y = max(y+Gap12, height-foot-Gap12+gap)
		}
		put(a, side, y, width-2*side, h)
		y += h + gap
	}
	return y - gap + Gap12
}

func (l railColumn) Layout(o []fyne.CanvasObject, size fyne.Size) {
	if wideRail(size.Width + 1) {
		o[0].Show()
	} else {
		o[0].Hide()
	}
	l.each(o, size.Width, size.Height, place)
}

func (l railColumn) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return l.each(o, width, 0, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l railColumn) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }
