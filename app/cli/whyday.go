package cli

import (
	"slices"
	"time"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// whyDay explains what happens on a day, when nothing new arrives: each event of that day, or for a product without one how it is
// at the day's end.
func (s *session) whyDay(v terms.Verdict, text string) (result, error) {
	end, err := s.lastMoment(text)
	if err != nil {
		return result{}, err
	}
	snap := s.engine.Snapshot()
	wall := snap.Clock.Wall
	if wall.IsZero() {
		wall = v.At
	}
	lanes := simulate.Timeline(snap.Facts, wall, end.Add(2*time.Second)).Products
	r := result{}
	items := []whyItem{}
	for _, p := range v.Products {
		i := slices.IndexFunc(lanes, func(l simulate.Lane) bool { return l.Product == p.ID && l.Vendor == p.Vendor })
		var spans []simulate.Span
		if i >= 0 {
			spans = lanes[i].Spans
		}
		found := s.dayEvents(p, spans, end)
		if len(found) == 0 {
			found = s.dayState(p, spans, end)
		}
		for _, it := range found {
			items = append(items, s.inWords(it))
		}
	}
	r.page.add(s.text("cli.why.day", map[string]any{"date": s.say.FullDate(end, s.zone)}))
	for _, it := range items {
		s.whyItem(&r.page, it)
	}
	if len(items) == 0 {
		a := s.tell(v.Main, v.At)
		r.page.add(a.Headline, a.Do)
	}
	r.json = map[string]any{"date": end.In(s.zone).Format(time.DateOnly), "items": items}
	return r, nil
}

// dayEvents are what happens to a product on the day of a moment: why the date is that one, and by which rule it goes on.
func (s *session) dayEvents(p terms.ProductVerdict, spans []simulate.Span, day time.Time) []whyItem {
	var items []whyItem
	for _, step := range s.say.Steps(p, p.At, s.zone) {
		if step.At.IsZero() || !s.sameDay(step.At, day) {
			continue
		}
		it := whyItem{
			Kind: "date", ID: step.Event, Product: p.ID, At: step.At.UTC(), Event: step.Event, Reasons: []whyReason{},
			Text: s.text("cli.why.event", map[string]any{
				"product": s.nameOf(p), "date": s.say.Until(step.At, p.At, s.zone), "event": step.Title, "text": step.Text,
			}),
		}
		it.reasons = aboutMoment(p, step.At)
		for _, x := range spans {
			if after := x.From.Sub(step.At); after >= 0 && after <= 2*time.Second {
				it.State = x.State
				it.reasons = append(it.reasons, x.Finding.Reasons...)
			}
		}
		it.reasons = once(it.reasons)
		items = append(items, it)
	}
	return items
}

// dayState is how a product is at the end of a day on which nothing happens to it.
func (s *session) dayState(p terms.ProductVerdict, spans []simulate.Span, day time.Time) []whyItem {
	for _, x := range spans {
		if x.From.After(day) || !x.To.IsZero() && x.To.Before(day) {
			continue
		}
		return []whyItem{{
			Kind: "date", Product: p.ID, State: x.State, At: day.UTC(), Reasons: []whyReason{}, reasons: once(x.Finding.Reasons),
			Text: s.text("cli.why.nothing", map[string]any{"product": s.nameOf(p), "text": s.tell(x.Finding, day).Headline}),
		}}
	}
	return nil
}

// aboutMoment are the present reasons of a product that compare with a moment.
func aboutMoment(p terms.ProductVerdict, at time.Time) []terms.Reason {
	var all []terms.Reason
	take := func(reasons []terms.Reason) {
		for _, r := range reasons {
			if r.At.Equal(at) {
				all = append(all, r)
			}
		}
	}
	take(p.Reasons)
	for _, f := range p.Features {
		take(f.Reasons)
	}
	return all
}

// once leaves out reasons that were given before.
func once(all []terms.Reason) []terms.Reason {
	var out []terms.Reason
	for _, r := range all {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// nameOf is a product's name, else its id.
func (s *session) nameOf(p terms.ProductVerdict) string {
	return nameOr(p.Name.In(s.say.Language()), p.ID)
}
