package look

import "fyne.io/fyne/v2"

// PageTitle is the head of a page of the rail: its title, and what a person can do there at the right.
func PageTitle(title string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	return headOf(nil, title, nil, actions)
}

// BackHead is the head of a page that leads back: a button and the title. Extras stand after the title, actions at the
// right.
func BackHead(back, title string, tapped func(), extras, actions []fyne.CanvasObject) fyne.CanvasObject {
	b := NewButton(TextButton, back, tapped)
	b.Symbol, b.Small, b.Key = "back", true, "back"
	return headOf(b, title, extras, actions)
}

func headOf(back *Button, title string, extras, actions []fyne.CanvasObject) fyne.CanvasObject {
	l := &headline{back: back, title: NewPara(title, Title), extras: Wrapped(Gap12, extras...), actions: Wrapped(Gap12, actions...)}
	c := &fyne.Container{Layout: l, Objects: []fyne.CanvasObject{l.title, l.extras, l.actions}}
	if back != nil {
		c.Objects = append([]fyne.CanvasObject{back}, c.Objects...)
	}
	return Narrow1120(Margins(20, Gap8, c))
}

// headline puts everything on one line where it fits. Where it does not, the extras go below the title, then the
// actions, and at last the title wraps.
type headline struct {
	back            *Button
	title           *Para
	extras, actions *fyne.Container
}

// backOut moves the back button to the left, so that its symbol and not its padding stands at the margin.
const backOut = 14

func across(c *fyne.Container, gap float32) (w float32) {
	for i, o := range visible(c.Objects) {
		if i > 0 {
			w += gap
		}
		w += o.MinSize().Width
	}
	return w
}

func (l *headline) each(width float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	x := float32(0)
	if l.back != nil {
		x = l.back.MinSize().Width - backOut + Gap4
	}
	title := l.title.Font.measure(l.title.String()).Width + 1
	extras, actions := across(l.extras, Gap12), across(l.actions, Gap12)
	with := func(w float32) float32 { // the room w takes beside something else
		if w > 0 {
			return w + Gap12
		}
		return 0
	}
	under, below := false, false // extras, actions have a line of their own
	switch {
	case x+title+with(extras)+with(actions) <= width:
	case x+title+with(actions) <= width:
		under = extras > 0
	case x+title+with(extras) <= width:
		below = actions > 0
	default:
		under, below = extras > 0, actions > 0
	}
	room := width - x
	if !under {
		room -= with(extras)
	}
	if !below {
		room -= with(actions)
	}
	tall := max(HeightFor(l.title, room), scaled(28))
	if l.back != nil {
		tall = max(tall, l.back.MinSize().Height)
	}
	if actions > 0 && !below {
		tall = max(tall, HeightFor(l.actions, actions))
	}
	middle := func(o fyne.CanvasObject, x, w float32) {
		h := HeightFor(o, w)
		put(o, x, (tall-h)/2, w, h)
	}
	if l.back != nil {
		middle(l.back, -backOut, l.back.MinSize().Width)
	}
	middle(l.title, x, room)
	y := tall
	if !below {
		middle(l.actions, width-actions, actions)
	}
	if under {
		h := HeightFor(l.extras, width)
		put(l.extras, 0, y+Gap4, width, h)
		y += Gap4 + h
	} else {
		middle(l.extras, x+title+Gap12, extras)
	}
	if below {
		h := HeightFor(l.actions, width)
		put(l.actions, 0, y+Gap8, width, h)
		y += Gap8 + h
	}
	return y
}

func (l *headline) Layout(_ []fyne.CanvasObject, size fyne.Size) { l.each(size.Width, place) }

func (l *headline) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	return l.each(width, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l *headline) MinSize(o []fyne.CanvasObject) fyne.Size { return flowMin(l, o) }
