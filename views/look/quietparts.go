package look

import (
	"strings"

	"fyne.io/fyne/v2"
)

// EmptyState says in the middle that there is nothing yet, and what to do; b may be nil.
func EmptyState(sym, title, text string, b *Button) fyne.CanvasObject {
	t, p := NewPara(title, Heading), NewPara(text, Quiet)
	t.Center, p.Center = true, true
	c := Column(Gap8, NewIcon(sym, Secondary, IconBanner), t, p)
	if b != nil {
		c.Add(Inset(Gap8, 0, 0, 0, Centered(b)))
	}
	return Inset(Gap32, 0, Gap32, 0, Narrow(420, c))
}

// DropHint says that files can be dropped here.
func DropHint(text string) fyne.CanvasObject {
	side := func() Cell { return Cell{Object: Space(0, 0), Width: Stretch} }
	words := NewPara(text, Quiet)
	words.Center = true
	return Either(0,
		Row(Gap8, side(), Cell{Object: NewIcon("drop", Secondary, IconRow)}, Cell{Object: NewLine(text, Quiet)}, side()),
		Column(Gap4, NewIcon("drop", Secondary, IconRow), words))
}

// asideFrom is the least width of content beside which a side column has room; asideWidth is that column's.
const asideFrom, asideWidth = 940, 336

// Aside puts side beside main in a large window, and below it in others.
func Aside(main, side fyne.CanvasObject) fyne.CanvasObject {
	return Either(asideFrom,
		Row(Gap16, Cell{Object: main, Width: Stretch, Align: Top}, Cell{Object: side, Width: asideWidth, Align: Top}),
		Column(Gap16, main, side))
}

// plusKey stands for the key + while a combination is taken apart at its signs.
const plusKey = "\x00"

// KeyTable is a list of keys and what they do.
func KeyTable(rows [][2]string) fyne.CanvasObject {
	list, shared := Column(Gap8), &Share{Least: 110}
	for _, r := range rows {
		list.Add(Either(0,
			Row(Gap16, Cell{Object: caps(r[0]), Share: shared, Start: true}, Cell{Object: NewPara(r[1], Body), Width: Stretch, Least: 140}),
			Column(Gap4, Wrapped(0, caps(r[0])), NewPara(r[1], Body))))
	}
	return list
}

// caps draws the keys of a combination, such as Ctrl+O, as key caps.
func caps(keys string) fyne.CanvasObject {
	var cells []Cell
	for i, k := range strings.Split(strings.ReplaceAll(keys, "++", "+"+plusKey), "+") {
		if i > 0 {
			cells = append(cells, Cell{Object: NewLine("+", Caption)})
		}
		if k == plusKey {
			k = "+"
		}
		l := NewLine(k, Font{Size: SizeCaption, Bold: true})
		l.Align = fyne.TextAlignCenter
		cells = append(cells, Cell{Object: Over(NewBox(Sunken, Outline, 5), Inset(2, 7, 3, 7, Over(Space(8, 0), l)))})
	}
	return Row(Gap4, cells...)
}
