package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Search is a field that looks for something while a person writes.
type Search struct {
	block
	Entry *Entry
	clear *Button
}

// NewSearch returns an empty field. Esc empties it; when it is empty Esc goes on to the window.
func NewSearch(key, hint string, changed func(s string)) *Search {
	s := &Search{Entry: NewEntry(key, hint)}
	s.clear = NewButton(TextButton, "", func() {
		s.Entry.SetText("")
		if c := canvasOf(s.Entry); c != nil {
			c.Focus(s.Entry)
		}
	})
	s.clear.Symbol, s.clear.Small, s.clear.Key, s.clear.Spoken = "x", true, key+".clear", hint
	s.Entry.onEscape = func() bool {
		if s.Entry.Text == "" {
			return false
		}
		s.Entry.SetText("")
		return true
	}
	s.Entry.OnChanged = func(text string) {
		s.mark(text != "")
		if changed != nil {
			changed(text)
		}
	}
	s.Entry.ActionItem = s.clear // always there: an entry looks for it only once
	s.Entry.Icon = theme.NewColoredResource(lens(), Secondary)
	s.content = Over(NewBareField(s.Entry))
	s.ExtendBaseWidget(s)
	s.mark(false)
	return s
}

// Clears names the button that empties the field, for screen readers.
func (s *Search) Clears(word string) *Search { s.clear.Spoken = word; return s }

// mark shows the button while there is something to clear.
func (s *Search) mark(written bool) {
	if written {
		s.clear.Show()
	} else {
		s.clear.Hide()
	}
}

// lens is the symbol of a search with room at its right, for Fyne leaves none between an entry's symbol and its text.
func lens() fyne.Resource {
	svg := strings.Replace(string(loadSymbol("search").Content()), `viewBox="0 0 24 24"`, `viewBox="2 -1.5 27 27"`, 1)
	return fyne.NewStaticResource("lens.svg", []byte(svg))
}
