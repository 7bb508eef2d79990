package look

import "fyne.io/fyne/v2"

// SettingRow is one line of a card of settings: its words, and the control at the right, or below where it is narrow.
func SettingRow(title, sub string, control fyne.CanvasObject) fyne.CanvasObject {
	words := func() *fyne.Container {
		c := Column(0, NewPara(title, Body))
		if sub != "" {
			c.Add(NewPara(sub, Caption))
		}
		return c
	}
	wide := Row(Gap16, Cell{Object: words(), Width: Stretch, Least: 220}, Cell{Object: control})
	narrow := Column(Gap8, words(), Wrapped(0, control))
	return Inset(6, Gap16, 6, Gap16, Over(Space(0, 32), Either(0, wide, narrow)))
}

// SettingBelow is a line of a card of settings whose control needs the whole width.
func SettingBelow(title, sub string, control fyne.CanvasObject) fyne.CanvasObject {
	return Inset(8, Gap16, 10, Gap16, Column(Gap8, NewPara(title, Body), Wrapped(0, control), NewPara(sub, Caption)))
}
