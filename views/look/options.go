package look

// NewOption returns one of several options; the chosen one has a filled mark.
func NewOption(title, sub string, on bool, tapped func()) *Area {
	outer, inner := NewBox(Surface, Outline, 9), NewBox(Clear, "", 5)
	outer.Stroke = 1.5
	mark := Over(Space(18, 18), outer, Inset(4, 4, 4, 4, inner))
	words := Column(0, NewPara(title, BodyBold))
	if sub != "" {
		words.Add(NewPara(sub, Caption))
	}
	body := Inset(8, 12, 8, 12, Row(Gap12, Cell{Object: mark}, Cell{Object: words, Width: Stretch}))
	a := newArea(title, Clear, Sunken, "", RadiusInset, body, tapped)
	a.marks = func(on bool) {
		if on {
			outer.SetColors(Surface, Primary)
			inner.SetColors(Primary, "")
		} else {
			outer.SetColors(Surface, Outline)
			inner.SetColors(Clear, "")
		}
	}
	a.SetOn(on)
	return a
}

// NewTick returns a sentence that a person can agree to. changed is called with the new state.
func NewTick(sentence string, changed func(on bool)) *Area {
	box := NewBox(Surface, Outline, 4)
	box.Stroke = 1.5
	check := NewIcon("tick", Clear, IconChip)
	mark := Over(Space(20, 20), box, check)
	body := Inset(8, 8, 8, 8, Row(Gap12, Cell{Object: mark, Align: Top}, Cell{Object: NewPara(sentence, Body), Width: Stretch}))
	a := newArea(sentence, Clear, "", "", RadiusControl, body, nil)
	a.marks = func(on bool) {
		if on {
			box.SetColors(Primary, Primary)
			check.SetColor(OnPrimary)
		} else {
			box.SetColors(Surface, Outline)
			check.SetColor(Clear)
		}
	}
	a.OnTapped = func() {
		a.SetOn(!a.on)
		if changed != nil {
			changed(a.on)
		}
	}
	a.SetOn(false)
	return a
}
