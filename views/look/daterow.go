package look

// NewDateRow is one coming date of a list that can be pressed: its leaf, what happens and to what, and the effect.
func NewDateRow(day, month, title, sub, text string, tapped func()) *Area {
	head := NewRuns([]Run{{Text: title, Bold: true}, {Text: " · " + sub, Color: Secondary}}, Body)
	words := Column(0, head, NewPara(text, Quiet))
	body := Inset(8, 12, 8, 12, Row(Gap12,
		Cell{Object: NewDateLeaf(day, month), Align: Top},
		Cell{Object: words, Width: Stretch},
		Cell{Object: NewIcon("chev", Secondary, IconRow)},
	))
	return newArea(day+" "+month+": "+title+", "+sub, Clear, Sunken, "", RadiusInset, body, tapped)
}
