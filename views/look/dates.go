package look

import (
	"strconv"

	"fyne.io/fyne/v2"
)

// NewDateLeaf is a leaf of a calendar: a day above its month.
func NewDateLeaf(day, month string) fyne.CanvasObject {
	d, m := NewLine(day, Heading), NewLine(month, Caption)
	d.Align, m.Align = fyne.TextAlignCenter, fyne.TextAlignCenter
	box := NewBox(Sunken, Border, RadiusInset)
	return Over(box, &fyne.Container{Layout: leaf{}, Objects: []fyne.CanvasObject{d, m}})
}

type leaf struct{}

func (leaf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	d, m := o[0].MinSize().Height, o[1].MinSize().Height
	y := (size.Height - d - m + 2) / 2
	place(o[0], 0, y, size.Width, d)
	place(o[1], 0, y+d-3, size.Width, m)
}

func (l leaf) heightFor(o []fyne.CanvasObject, _ float32) float32 { return l.MinSize(o).Height }

func (leaf) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := max(o[0].MinSize().Width, o[1].MinSize().Width) + Gap12
	return fyne.NewSize(max(w, scaled(44)), scaled(44))
}

// NewDate is a date leaf with what happens then and to what.
func NewDate(day, month, title, sub string) fyne.CanvasObject {
	words := Column(0, NewPara(title, BodyBold))
	if sub != "" {
		words.Add(NewPara(sub, Caption))
	}
	return Row(10, Cell{Object: NewDateLeaf(day, month)}, Cell{Object: words, Width: Stretch})
}

// Step is what happens on a date.
type Step struct{ Date, Text string }

// NewSteps is the numbered list of what happens when.
func NewSteps(rows []Step) fyne.CanvasObject {
	list := Column(3)
	dates := &Share{Least: 88}
	for i, r := range rows {
		n := NewLine(strconv.Itoa(i+1)+".", Quiet)
		wide := Row(0, Cell{Object: NewLine(strconv.Itoa(i+1)+".", Quiet), Width: 22, Align: Top},
			Cell{Object: NewLine(r.Date, BodyBold), Share: dates, Align: Top}, Cell{Object: Space(Gap16, 0)},
			Cell{Object: NewPara(r.Text, Body), Width: Stretch, Least: 200, Align: Top})
		narrow := Row(0, Cell{Object: n, Width: 22, Align: Top},
			Cell{Object: Column(0, NewPara(r.Date, BodyBold), NewPara(r.Text, Body)), Width: Stretch})
		list.Add(Either(0, wide, narrow))
	}
	return list
}
