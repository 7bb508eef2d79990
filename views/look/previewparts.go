package look

import (
	"strconv"

	"fyne.io/fyne/v2"
)

// NewChange is one line of "what changes". sign is '+', '-' or '='.
func NewChange(sign byte, name, text, was string) fyne.CanvasObject {
	sym, ink, tint := "notice", Notice, Sunken
	switch sign {
	case '+':
		sym, ink, tint = "plus", OK, TintOK
	case '-':
		sym, ink, tint = "minus", Stop, TintStop
	}
	runs := []Run{{Text: text}}
	if was != "" {
		runs = append(runs, Run{Text: " " + was, Color: Secondary})
	}
	icon := func() fyne.CanvasObject { return NewIcon(sym, ink, IconRow) }
	wide := Row(Gap12, Cell{Object: icon()}, Cell{Object: NewPara(name, BodyBold), Width: 200}, Cell{Object: NewRuns(runs, Body), Width: Stretch})
	narrow := Row(Gap12, Cell{Object: icon(), Align: Top},
		Cell{Object: Column(0, NewPara(name, BodyBold), NewRuns(runs, Body)), Width: Stretch})
	return Over(NewBox(tint, "", RadiusControl), Inset(7, Gap12, 7, Gap12, Either(480, wide, narrow)))
}

// NewWords shows numbered check words, large enough to read out on the phone.
func NewWords(words []string) fyne.CanvasObject {
	grid := Equal(140, 4, Gap8, Gap8)
	for i, w := range words {
		grid.Add(Over(NewBox(Sunken, Border, RadiusInset), Inset(8, 10, 8, 10, Row(Gap8,
			Cell{Object: NewLine(strconv.Itoa(i+1), Caption), Width: 14},
			Cell{Object: NewCutLine(w, Font{Size: SizeHeading, Mono: true}), Width: Stretch}))))
	}
	return grid
}

// Facts is a list of labels and values.
func Facts(pairs ...[2]string) fyne.CanvasObject {
	list := Column(Gap8)
	for _, p := range pairs {
		if p[1] == "" {
			continue
		}
		list.Add(Either(420,
			Row(Gap16, Cell{Object: NewPara(p[0], Quiet), Width: 184, Align: Top}, Cell{Object: NewPara(p[1], Body), Width: Stretch}),
			Column(0, NewPara(p[0], Caption), NewPara(p[1], Body))))
	}
	return list
}
