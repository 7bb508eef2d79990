package look

import "fyne.io/fyne/v2"

// Flow is an object or a layout's owner whose height depends on its width.
type Flow interface {
	HeightFor(width float32) float32
}

// flowLayout is a layout that can tell the height its objects need at a width.
type flowLayout interface {
	fyne.Layout
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// HeightFor returns the height that o needs when it is width wide.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	switch v := o.(type) {
	case Flow:
		return v.HeightFor(width)
	case *fyne.Container:
		if l, ok := v.Layout.(flowLayout); ok {
			return l.heightFor(v.Objects, width)
		}
	}
	return o.MinSize().Height
}

// place moves and resizes in one go.
func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// visible returns the objects that take part in a layout.
func visible(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o != nil && o.Visible() {
			out = append(out, o)
		}
	}
	return out
}

// Column stacks objects from the top, each as wide as the column, with gap between them.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: column{gap}, Objects: present(objects)}
}

// present drops nil objects, so that callers can leave parts out in place.
func present(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := objects[:0:0]
	for _, o := range objects {
		if o != nil {
			out = append(out, o)
		}
	}
	return out
}

type column struct{ gap float32 }

func (l column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range visible(objects) {
		h := HeightFor(o, size.Width)
		place(o, 0, y, size.Width, h)
		y += h + l.gap
	}
}

func (l column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, o := range visible(objects) {
		if i > 0 {
			h += l.gap
		}
		h += HeightFor(o, width)
	}
	return h
}

func (l column) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects) }

// flowMin is the least width of the widest object, and the height at the width the objects have now.
func flowMin(l flowLayout, objects []fyne.CanvasObject) fyne.Size {
	w, now := float32(0), float32(0)
	for _, o := range visible(objects) {
		w = max(w, o.MinSize().Width)
		now = max(now, o.Size().Width)
	}
	return fyne.NewSize(w, l.heightFor(objects, max(w, now)))
}

// Inset puts space around one object.
func Inset(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: inset{top, right, bottom, left}, Objects: []fyne.CanvasObject{o}}
}

type inset struct{ top, right, bottom, left float32 }

func (l inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		place(o, l.left, l.top, size.Width-l.left-l.right, size.Height-l.top-l.bottom)
	}
}

func (l inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range visible(objects) {
		h = max(h, HeightFor(o, width-l.left-l.right))
	}
	return h + l.top + l.bottom
}

func (l inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := fyne.Size{}
	for _, o := range visible(objects) {
		m = m.Max(o.MinSize())
	}
	return m.AddWidthHeight(l.left+l.right, l.top+l.bottom)
}

// Over puts objects on top of each other, all of the same size.
func Over(objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: inset{}, Objects: present(objects)}
}

// Wrapped puts objects side by side at their own width and goes on in a new line where the width ends.
func Wrapped(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: wrapped{gap: gap}, Objects: present(objects)}
}

// Dotted is Wrapped with a dot between neighbors of a line; none stands at the end or the beginning of a line.
func Dotted(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	c := &fyne.Container{Layout: dotted{wrapped{gap: gap}}}
	for i, o := range present(objects) {
		if i > 0 {
			c.Add(NewLine("·", Caption))
		}
		c.Add(o)
	}
	return c
}

// dotted lays out objects and, at every second place, the dots between them.
type dotted struct{ wrapped }

// lines calls put for every object but the dots, and dot for each dot with the place it has, or shown false at a break.
func (l dotted) lines(o []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y, w, h float32), dot func(o fyne.CanvasObject, x, y, w, h float32, shown bool)) float32 {
	facts := make([]fyne.CanvasObject, 0, len(o)/2+1)
	for i := 0; i < len(o); i += 2 {
		facts = append(facts, o[i])
	}
	between := float32(0)
	if len(o) > 1 {
		between = o[1].MinSize().Width
	}
	i, end := 0, float32(0)
	return wrapped{l.gap, l.gap + between}.each(facts, width, func(f fyne.CanvasObject, x, y, w, h float32) {
		put(f, x, y, w, h)
		if i > 0 {
			m := o[i-1].MinSize()
			dot(o[i-1], end+l.gap, y+(h-m.Height)/2, m.Width, m.Height, x > 0)
		}
		i, end = i+2, x+w
	})
}

func (l dotted) Layout(o []fyne.CanvasObject, size fyne.Size) {
	l.lines(o, size.Width, place, func(d fyne.CanvasObject, x, y, w, h float32, shown bool) {
		place(d, x, y, w, h)
		if shown {
			d.Show()
		} else {
			d.Hide()
		}
	})
}

func (l dotted) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return l.lines(o, width, func(fyne.CanvasObject, float32, float32, float32, float32) {},
		func(fyne.CanvasObject, float32, float32, float32, float32, bool) {})
}

func (l dotted) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }

type wrapped struct {
	gap     float32 // beside and below each object
	between float32 // what stands beside it more
}

// each calls put for every object with its place and returns the height used.
func (l wrapped) each(objects []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	type cell struct {
		o fyne.CanvasObject
		x float32
		m fyne.Size
	}
	var line []cell
	x, y, tall := float32(0), float32(0), float32(0)
	flush := func() {
		for _, c := range line {
			put(c.o, c.x, y+(tall-c.m.Height)/2, c.m.Width, c.m.Height)
		}
	}
	for _, o := range visible(objects) {
		m := o.MinSize()
		if m.Width > width {
			m = fyne.NewSize(width, HeightFor(o, width))
		}
		if len(line) > 0 && x+m.Width > width+0.5 {
			flush()
			y += tall + l.gap
			line, x, tall = nil, 0, 0
		}
		line = append(line, cell{o, x, m})
		x += m.Width + l.gap + l.between
		tall = max(tall, m.Height)
	}
	flush()
	return y + tall
}

func (l wrapped) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.each(objects, size.Width, place)
}

func (l wrapped) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return l.each(objects, width, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l wrapped) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects) }

// Equal lays objects out in columns of the same width, at most most of them and none narrower than least; the rows
// of one line share their height.
func Equal(least float32, most int, gapX, gapY float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: equal{least, most, gapX, gapY}, Objects: present(objects)}
}

type equal struct {
	least      float32
	most       int
	gapX, gapY float32
}

func (l equal) columns(width float32) (n int, each float32) {
	n = max(1, min(l.most, int((width+l.gapX)/(scaled(l.least)+l.gapX))))
	if n == 3 && l.most == 4 { // four things stand in one, two or four columns
		n = 2
	}
	return n, (width - float32(n-1)*l.gapX) / float32(n)
}

func (l equal) rows(objects []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	objs := visible(objects)
	n, each := l.columns(width)
	y := float32(0)
	for at := 0; at < len(objs); at += n {
		row := objs[at:min(at+n, len(objs))]
		tall := float32(0)
		for _, o := range row {
			tall = max(tall, HeightFor(o, each))
		}
		if at > 0 {
			y += l.gapY
		}
		for i, o := range row {
			put(o, float32(i)*(each+l.gapX), y, each, tall)
		}
		y += tall
	}
	return y
}

func (l equal) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.rows(objects, size.Width, place)
}

func (l equal) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return l.rows(objects, width, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l equal) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects) }
