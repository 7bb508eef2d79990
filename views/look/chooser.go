package look

import (
	"fyne.io/fyne/v2"
)

// Chooser is a button that opens a small menu of options, one of them on.
type Chooser struct {
	Area
	options []string
	canvas  fyne.Canvas
	word    *Line
	chosen  func(i int)
	at      int // the option that is on
	menu    *menu
	name    string
}

// NewChooser returns a button that shows the option that is on. label is what a screen reader says before it;
// with on -1 the button shows it, and no option is on.
func NewChooser(key string, c fyne.Canvas, label string, options []string, on int, changed func(i int)) *Chooser {
	s := &Chooser{options: options, canvas: c, name: label, word: NewLine("", Body)}
	s.fill, s.over, s.line, s.radius = Surface, Sunken, Outline, RadiusControl
	s.be(s, label, Inset(6, 12, 6, 14, Row(10, Cell{Object: s.word, Width: Stretch}, Cell{Object: NewIcon("down", Text, 16)})), s.Open)
	s.Key = key
	s.keys = func(e *fyne.KeyEvent) bool {
		if e.Name == fyne.KeyDown {
			s.Open()
			return true
		}
		return false
	}
	s.SetOn(on)
	s.chosen = func(i int) {
		was := s.at
		s.SetOn(i)
		if i != was && changed != nil {
			changed(i)
		}
	}
	return s
}

// On returns the option that is on.
func (s *Chooser) On() int { return s.at }

// SetOn changes the option without calling anybody.
func (s *Chooser) SetOn(on int) {
	if len(s.options) == 0 {
		return
	}
	if on < 0 { // nothing is chosen yet
		s.at, s.Label = -1, unbroken(s.name)
		s.word.Set(s.name)
		s.Refresh()
		relayout(s)
		return
	}
	s.at = min(on, len(s.options)-1)
	s.Label = unbroken(s.name) + ": " + s.options[s.at]
	s.word.Set(s.options[s.at])
	s.Refresh()
	relayout(s)
}

// Open shows the menu.
func (s *Chooser) Open() {
	if s.canvas != nil && len(s.options) > 0 && s.menu == nil {
		s.menu = newMenu(s)
		s.menu.show()
	}
}

// Close takes the menu away.
func (s *Chooser) Close() {
	if s.menu == nil {
		return
	}
	m := s.menu
	s.menu = nil
	s.canvas.Overlays().Remove(m)
	s.canvas.Focus(s)
}

// Choose closes the menu and takes option i, as a press on it does.
func (s *Chooser) Choose(i int) {
	s.Close()
	if i >= 0 && i < len(s.options) && s.chosen != nil {
		s.chosen(i)
	}
}
