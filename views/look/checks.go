package look

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
)

// CheckRow is one check: how it went, of what, and what to do.
type CheckRow struct {
	Tone             terms.Tone
	Word, Name, Text string
	Button           *Button // may be nil
}

// NewChecks is a card of checks. A row that needs care has a tint.
func NewChecks(rows []CheckRow) fyne.CanvasObject {
	words, names := &Share{Least: 80}, &Share{Least: 126}
	var out []fyne.CanvasObject
	for i, r := range rows {
		t := ToneOf(r.Tone)
		care := r.Tone == terms.ToneStop || r.Tone == terms.ToneWarn
		tint, font := Clear, Body
		if care {
			tint, font = t.Tint, BodyBold
		}
		icon := func() Cell { return Cell{Object: NewIcon(t.Icon, t.Ink, IconRow)} }
		ink := Font{Bold: true, Color: t.Ink}
		wide := []Cell{
			icon(),
			{Object: NewLine(r.Word, ink), Share: words},
			{Object: Inset(0, Gap8, 0, 0, NewLine(r.Name, font)), Share: names},
			{Object: NewPara(r.Text, Quiet), Width: Stretch, Least: 160},
		}
		narrow := Column(2, Row(Gap12, icon(), Cell{Object: NewPara(r.Name, font), Width: Stretch}, Cell{Object: NewLine(r.Word, ink)}),
			Inset(0, 0, 0, scaled(IconRow)+Gap12, NewPara(r.Text, Quiet)))
		if r.Button != nil {
			r.Button.Small = true
			wide = append(wide, Cell{Object: r.Button})
			narrow.Add(Inset(Gap4, 0, Gap4, scaled(IconRow)+Gap12, Wrapped(0, r.Button)))
		}
		box := NewBox(tint, "", RadiusCard-1)
		box.Round = NoEnd
		if i == 0 {
			box.Round |= TopEnd
		}
		if i == len(rows)-1 {
			box.Round |= BottomEnd
		}
		out = append(out, Over(box, Inset(5, Gap16-1, 5, Gap16-1, Either(0, Row(Gap12, wide...), narrow))))
	}
	return Column(0, Card(Inset(1, 1, 1, 1, Rows(out...))))
}
