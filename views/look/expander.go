package look

import "fyne.io/fyne/v2"

// Expander returns a line that shows and hides what is below it.
func Expander(key, title string, open bool, body fyne.CanvasObject) fyne.CanvasObject {
	return newFold(key, title, open, body)
}

// FoldIndent is where the words of a fold row begin, for what it shows when it is open.
const FoldIndent = Gap12 + IconRow + Gap8

// NewFoldRow returns a row of a card that opens: head is what always shows, label what a screen reader says. body is asked for when
// it is opened first, and changed told of every press.
func NewFoldRow(key, label string, open bool, head fyne.CanvasObject, body func() fyne.CanvasObject, changed func(open bool)) fyne.CanvasObject {
	f := &fold{make: body, changed: changed}
	f.build(key, label, open, Inset(8, Gap16, 8, Gap12, Row(Gap8, Cell{Object: f.chevron(), Align: Top}, Cell{Object: head, Width: Stretch})))
	return f
}

// fold is a line and what it shows when it is open.
type fold struct {
	block
	head    *Area
	sign    *Icon
	body    fyne.CanvasObject
	make    func() fyne.CanvasObject // makes body when it is opened first; nil: it is there
	changed func(open bool)
	open    bool
}

func newFold(key, title string, open bool, body fyne.CanvasObject) *fold {
	f := &fold{body: body}
	f.build(key, title, open, Inset(5, 8, 5, 0, Row(Gap4, Cell{Object: f.chevron()}, Cell{Object: NewPara(title, Body.In(Primary)), Width: Stretch})))
	return f
}

func (f *fold) chevron() *Icon {
	f.sign = NewIcon("chev", Primary, IconRow)
	return f.sign
}

func (f *fold) build(key, label string, open bool, line *fyne.Container) {
	f.head = newArea(label, Clear, Sunken, "", RadiusControl, line, func() {
		f.set(!f.open)
		if f.changed != nil {
			f.changed(f.open)
		}
	})
	f.head.Key = key
	f.content = Column(Gap8, f.head)
	f.ExtendBaseWidget(f)
	f.set(open)
}

func (f *fold) set(open bool) {
	f.open = open
	f.sign.Name = "chev"
	f.content.Objects = []fyne.CanvasObject{f.head}
	if open {
		if f.body == nil {
			f.body = f.make()
		}
		f.sign.Name = "down"
		f.content.Objects = append(f.content.Objects, f.body)
	}
	f.sign.Refresh()
	f.Refresh()
	relayout(f)
}
