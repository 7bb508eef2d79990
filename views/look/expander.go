package look

import "fyne.io/fyne/v2"

// Expander returns a line that shows and hides what is below it.
func Expander(key, title string, open bool, body fyne.CanvasObject) fyne.CanvasObject {
	return newFold(key, title, open, body)
}

// fold is a line and what it shows when it is open.
type fold struct {
	block
	head *Area
	sign *Icon
	body fyne.CanvasObject
	open bool
}

func newFold(key, title string, open bool, body fyne.CanvasObject) *fold {
	f := &fold{sign: NewIcon("chev", Primary, IconRow), body: body}
	f.head = newArea(title, Clear, Sunken, "", RadiusControl, Inset(5, 8, 5, 0,
		Row(Gap4, Cell{Object: f.sign}, Cell{Object: NewPara(title, Body.In(Primary)), Width: Stretch})), func() { f.set(!f.open) })
	f.head.Key = key
	f.content = Column(Gap8, f.head)
	f.ExtendBaseWidget(f)
	f.set(open)
	return f
}

func (f *fold) set(open bool) {
	f.open = open
	f.sign.Name = "chev"
	f.content.Objects = []fyne.CanvasObject{f.head}
	if open {
		f.sign.Name = "down"
		f.content.Objects = append(f.content.Objects, f.body)
	}
	f.sign.Refresh()
	f.Refresh()
	relayout(f)
}
