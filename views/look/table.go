package look

import "fyne.io/fyne/v2"

// NewTable returns numbers by rows. The first column is what a row is about; the others stand at the right, under their heads.
// Where there is no room for all columns, each row has a line for each number. The row called foot stands last, in bold; nil: none.
func NewTable(head []string, rows [][]string, foot []string) fyne.CanvasObject {
	shares := make([]Share, len(head))
	line := func(values []string, first, rest Font) fyne.CanvasObject {
		cells := []Cell{{Object: NewPara(values[0], first), Width: Stretch, Least: 90}}
		for i, s := range values[1:] {
			cells = append(cells, Cell{Object: NewLine(s, rest), Share: &shares[i], End: true})
		}
		return Inset(3, 0, 3, 0, Row(Gap16, cells...))
	}
	wide, narrow := Column(0, line(head, Caption, Caption)), Column(Gap8)
	add := func(values []string, first, rest Font) {
		wide.Add(NewRule())
		wide.Add(line(values, first, rest))
		few := Column(0, NewPara(values[0], BodyBold))
		for i, s := range values[1:] {
			few.Add(NewRuns([]Run{{Text: head[i+1] + ": ", Color: Secondary}, {Text: s, Bold: rest.Bold}}, Body))
		}
		narrow.Add(few)
	}
	for _, r := range rows {
		add(r, Body, Body)
	}
	if foot != nil {
		add(foot, BodyBold, BodyBold)
	}
	return Either(0, wide, narrow)
}
