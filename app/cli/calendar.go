package cli

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/calendar"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

type calendarCmd struct {
	reads
	Product string `help:"cli.flag.product" placeholder:"P"`
	Out     string `help:"cli.flag.out_calendar" required:"" placeholder:"FILE.ics|-"`
	Force   bool   `help:"cli.flag.force"`
}

// reminders are how long before a date a calendar reminds of it. Others remind a day before, and dates that only remind not at all.
var reminders = map[string]time.Duration{
	terms.EventReminder: 0, terms.EventOfflineEnding: 0,
	terms.EventLicenseEnds: 14 * 24 * time.Hour, terms.EventOfflineEnds: 3 * 24 * time.Hour, terms.EventGraceEnds: 3 * 24 * time.Hour,
	terms.EventOfflineGraceEnds: 3 * 24 * time.Hour, terms.EventMaintenance: 2 * 24 * time.Hour, terms.EventPolicyChange: 2 * 24 * time.Hour,
}

// run writes the coming dates for a calendar program. A calendar that has an earlier file moves the dates that moved.
func (c *calendarCmd) run(_ context.Context, s *session) (result, error) {
	v := s.engine.Evaluate(terms.Query{Product: c.Product})
	if len(v.Products) == 0 && c.Product != "" {
		return result{}, mistake("product_unknown", map[string]any{"product": c.Product})
	}
	var dates []calendar.Date
	for _, p := range v.Products {
		for _, step := range s.say.Steps(p, p.At, s.zone) {
			if !step.At.IsZero() {
				dates = append(dates, s.calendarDate(p, step))
			}
		}
	}
	data := calendar.ICS(dates, calendar.Options{Now: v.At, Zone: s.zone, Name: s.text("cli.calendar.name", nil)})
	if c.Out == "-" {
		return result{raw: data}, nil
	}
	// A calendar of this command may be written again, since its dates move.
	old, err := s.present(c.Out)
	if err != nil {
		return result{}, err
	}
	if old != nil && !c.Force && !bytes.Contains(old, []byte("PRODID:-//Holdfast//")) {
		return result{}, mistake("file_exists", map[string]any{"file": c.Out})
	}
	if err := s.write(c.Out, data, 0o600); err != nil {
		return result{}, err
	}
	r := result{json: map[string]any{"file": c.Out, "dates": len(dates)}}
	r.page.add(s.text("cli.calendar.saved", map[string]any{"n": len(dates), "file": c.Out}))
	return r, nil
}

func (s *session) calendarDate(p terms.ProductVerdict, step plain.Step) calendar.Date {
	id := []string{p.Vendor, p.ID, step.Event}
	for _, e := range p.Next {
		if e.Name == step.Event && e.At.Equal(step.At) && !slices.Contains(id, e.Feature) {
			id = append(id, e.Feature)
		}
	}
	before, ok := reminders[step.Event]
	if !ok {
		before = 24 * time.Hour
	}
	return calendar.Date{
		ID: strings.Join(id, "/"), At: step.At, Alarm: before, Details: step.Text,
		Title: s.text("cli.calendar.title", map[string]any{"product": s.nameOf(p), "event": step.Title}),
	}
}
