package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Switch turns one thing on and off.
type Switch struct {
	Area
	track, knob *Box
}

// NewSwitch returns a switch; label is what a screen reader says, for the words stand beside it.
func NewSwitch(key, label string, on bool, changed func(on bool)) *Switch {
	s := &Switch{track: NewBox(Surface, Outline, canvas.RadiusMaximum), knob: NewBox(Outline, "", canvas.RadiusMaximum)}
	body := &fyne.Container{Layout: switchLayout{s}, Objects: []fyne.CanvasObject{s.track, s.knob}}
	s.fill, s.radius = Clear, canvas.RadiusMaximum
	s.be(s, label, body, func() {
		s.SetOn(!s.on)
		if changed != nil {
			changed(s.on)
		}
	})
	s.Key = key
	s.marks = func(on bool) {
		if on {
			s.track.SetColors(Primary, Primary)
			s.knob.SetColors(OnPrimary, "")
		} else {
			s.track.SetColors(Surface, Outline)
			s.knob.SetColors(Outline, "")
		}
		switchLayout{s}.Layout(nil, s.content.Size())
	}
	s.SetOn(on)
	return s
}

// switchLayout puts the knob at the right when the switch is on.
type switchLayout struct{ s *Switch }

func (l switchLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	if size.Height <= 0 {
		return
	}
	place(l.s.track, 0, 0, size.Width, size.Height)
	d := size.Height - scaled(7)
	x := (size.Height - d) / 2
	if l.s.on {
		x = size.Width - d - x
	}
	place(l.s.knob, x, (size.Height-d)/2, d, d)
}
func (switchLayout) heightFor([]fyne.CanvasObject, float32) float32 { return scaled(20) }
func (switchLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(scaled(36), scaled(20))
}
