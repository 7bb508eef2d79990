package look

import (
	"strconv"

	"fyne.io/fyne/v2"
)

// Segments are a few options side by side, one of them on; below each other where there is no room. Left and Right
// move between them.
type Segments struct {
	block
	areas   []*Area
	lines   []*Line
	rules   []*Box
	on      int
	changed func(i int)
}

// NewSegments returns segments with one on.
func NewSegments(key string, labels []string, on int, changed func(i int)) *Segments {
	s := &Segments{changed: changed}
	frame := NewBox(Clear, Outline, RadiusControl)
	objects := []fyne.CanvasObject{NewBox(Surface, "", RadiusControl)}
	var rings []fyne.CanvasObject
	for i, word := range labels {
		l := NewLine(word, Body)
		l.Still, l.Align = true, fyne.TextAlignCenter
		a := newArea(word, Clear, Sunken, "", RadiusControl, Inset(6, 12, 6, 12, l), func() { s.choose(i) })
		a.Key, a.ringOut = key+" "+strconv.Itoa(i), true
		a.keys = func(e *fyne.KeyEvent) bool {
			to := arrow(e, i)
			if to == i {
				return false
			}
			if to >= 0 && to < len(s.areas) {
				s.choose(to)
			}
			return true
		}
		s.areas, s.lines = append(s.areas, a), append(s.lines, l)
		objects, rings = append(objects, a), append(rings, a.ring)
		if i > 0 {
			s.rules = append(s.rules, NewBox(Outline, "", 0))
			objects = append(objects, s.rules[i-1])
		}
	}
	objects = append(append(objects, frame), rings...) // nothing covers a ring
	s.content = &fyne.Container{Layout: segmented{s, frame, objects[0]}, Objects: objects}
	s.ExtendBaseWidget(s)
	s.SetOn(on)
	return s
}

func (s *Segments) choose(i int) {
	was := s.on
	s.SetOn(i)
	if c := canvasOf(s); c != nil {
		c.Focus(s.areas[i])
	}
	if i != was && s.changed != nil {
		s.changed(i)
	}
}

// On returns the segment that is on.
func (s *Segments) On() int { return s.on }

// SetOn changes the segment without calling anybody.
func (s *Segments) SetOn(on int) {
	s.on = on
	for i, a := range s.areas {
		a.fill, a.over, s.lines[i].Font = Clear, Sunken, Body
		if i == on {
			a.fill, a.over, s.lines[i].Font = Selected, Selected, BodyBold
		}
		s.lines[i].Refresh()
		a.Refresh()
	}
}

// segmented lays segments out side by side, or below each other.
type segmented struct {
	s             *Segments
	frame, ground fyne.CanvasObject
}

func (l segmented) across() (w float32) {
	for _, a := range l.s.areas {
		w += a.MinSize().Width
	}
	return w
}

func (l segmented) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	place(l.ground, 0, 0, size.Width, size.Height)
	place(l.frame, 0, 0, size.Width, size.Height)
	row := l.across() <= size.Width+0.5
	x, y, last := float32(0), float32(0), len(l.s.areas)-1
	for i, a := range l.s.areas {
		w, h, first, end := a.MinSize().Width, size.Height, LeftEnd, RightEnd
		if !row {
			w, h, first, end = size.Width, size.Height/float32(last+1), TopEnd, BottomEnd
		}
		round := NoEnd
		if i == 0 {
			round |= first
		}
		if i == last {
			round |= end
		}
		a.plate.Round = round
		a.plate.Refresh()
		place(a, x, y, w, h)
		placeRing(a.ring, a.Size(), RadiusControl)
		a.ring.Move(a.ring.Position().Add(a.Position()))
		if i > 0 {
			if row {
				place(l.s.rules[i-1], x, 0, 1, h)
			} else {
				place(l.s.rules[i-1], 0, y, w, 1)
			}
		}
		if row {
			x += w
		} else {
			y += h
		}
	}
}

func (l segmented) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	tall := float32(0)
	for _, a := range l.s.areas {
		tall = max(tall, a.MinSize().Height)
	}
	if l.across() > width+0.5 {
		tall *= float32(len(l.s.areas))
	}
	return tall
}

func (l segmented) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := l.across()
	return fyne.NewSize(w, l.heightFor(o, w))
}
