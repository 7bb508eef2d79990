package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// arrange puts the parts of a row at their places: in columns, or on two lines where it is narrow.
func (n *listLine) arrange() {
	size := n.Size()
	if size.Width <= 0 {
		return
	}
	cols, r := &n.list.cols, &n.row
	mode := cols.mode(size.Width)
	place(n.plate, 3, 3, size.Width-6, size.Height-6)
	place(n.ring, 3, 3, size.Width-6, size.Height-6)
	place(n.rule, 0, size.Height-1, size.Width, 1)
	n.rule.Hidden = n.i == n.list.count-1

	tall := size.Height
	if mode >= listNarrow {
		tall = scaled(n.list.high)
	}
	left, right := listPad, size.Width-listPad
	side := scaled(36)
	place(n.box, left, (tall-side)/2, side, side)
	n.letter.Text = initial(r.Lead)
	n.middle(n.letter, leadFont, left, side, tall)
	left += side + Gap16

	icon := scaled(IconRow)
	place(n.open, right-icon, (tall-icon)/2, icon, icon)
	right -= icon + Gap16

	n.side.Hidden = mode != listWide || r.Side == ""
	if mode == listWide && cols.sides > 0 {
		n.side.Text, n.side.Alignment = r.Side, fyne.TextAlignTrailing
		n.middle(n.side, Quiet, right-cols.sides, cols.sides, tall)
		right -= cols.sides + Gap16
	}
	if mode < listNarrow {
		w := max(scaled(96), cols.dates)
		n.two(n.label, n.date, right-w, w, tall)
		right -= w + Gap16
		w = max(scaled(96), cols.chip)
		n.chip(right-w, tall/2)
		right -= w + Gap16
	} else {
		n.below(left, size.Width-listPad, tall, mode)
	}
	n.name.Text, n.sub.Text = r.Name, r.Sub
	n.two(n.name, n.sub, left, right-left, tall)
	for _, o := range n.objects {
		switch o := o.(type) {
		case *canvas.Text:
			o.Refresh()
		case *canvas.Rectangle:
			o.Refresh()
		}
	}
}

// middle puts a line in the middle of a height.
func (n *listLine) middle(t *canvas.Text, f Font, x, w, tall float32) {
	h := f.measure("Mg").Height
	place(t, x, (tall-h)/2, w, h)
}

// two puts two lines above each other, or the one that is there in the middle.
func (n *listLine) two(a, b *canvas.Text, x, w, tall float32) {
	if a == n.label {
		a.Text, b.Text = n.row.DateLabel, n.row.Date
	}
	ha, hb := a.MinSize().Height, b.MinSize().Height
	if a.Text == "" {
		ha = 0
	}
	if b.Text == "" {
		hb = 0
	}
	y := (tall - ha - hb) / 2
	for _, t := range []*canvas.Text{a, b} {
		t.Text = cutMiddle(t.Text, w, func(s string) float32 { return fyne.MeasureText(s, t.TextSize, t.TextStyle).Width })
	}
	place(a, x, y, w, ha)
	place(b, x, y+ha, w, hb)
}

// chip puts the chip with its left edge at x around the height mid, and returns its width.
func (n *listLine) chip(x, mid float32) float32 {
	r := &n.row
	n.pill.Hidden, n.sign.Hidden, n.word.Hidden = r.Word == "", r.Word == "", r.Word == ""
	if r.Word == "" {
		return 0
	}
	n.word.Text = r.Word
	m, icon, h := chipFont.measure(r.Word), scaled(IconChip), scaled(24)
	w := 8 + icon + 6 + m.Width + 10
	place(n.pill, x, mid-h/2, w, h)
	place(n.sign, x+8, mid-icon/2, icon, icon)
	place(n.word, x+8+icon+6, mid-m.Height/2, m.Width, m.Height)
	return w
}

// below puts chip and date on a second line, or on a second and a third.
func (n *listLine) below(x, right, tall float32, mode listMode) {
	r, mid := &n.row, tall+scaled(4)
	switch w := n.chip(x, mid); {
	case w > 0 && mode == listTall:
		mid += scaled(24)
	case w > 0:
		x += w + Gap12
	}
	n.label.Text, n.date.Text = r.DateLabel, cutMiddle(r.Date, right-x, func(s string) float32 { return BodyBold.measure(s).Width })
	m, d := Caption.measure(r.DateLabel), BodyBold.measure(n.date.Text)
	place(n.label, x, mid-m.Height/2, m.Width, m.Height)
	if m.Width > 0 {
		x += m.Width + 6
	}
	place(n.date, x, mid-d.Height/2, d.Width, d.Height)
}

// initial is the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return "·"
}
