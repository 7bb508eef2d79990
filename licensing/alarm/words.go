package alarm

import (
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// Words are the title and the text of the alarm: the headline of its state where that is about this date, else the name
// of the date and the date.
func (a Alarm) Words(s *plain.Speaker, zone *time.Location) (title, text string) {
	title = a.Name.In(s.Language())
	if title == "" {
		title = a.Product
	}
	if title == "" {
		title = s.Title(a.Finding.State)
	}
	switch {
	case a.Event == "" || about(a.Finding.State) == a.Event || a.Step == StepEnded || a.Step == StepStarted || a.Step == StepHalf:
		text = s.Say(a.Finding, a.At, zone).Headline
	default:
		text = s.Text("alarm.date", map[string]any{
			"event": s.Event(terms.Event{Name: a.Event}), "date": s.Until(a.Date, a.At, zone), "days": s.Days(plain.DaysUntil(a.Date, a.At, zone)),
		})
	}
	if a.More > 0 {
		text = s.Text("alarm.more", map[string]any{"text": text, "n": a.More})
	}
	return title, text
}
