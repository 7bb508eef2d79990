package plain

import (
	"cmp"
	"time"

	"holdfast/licensing/terms"
)

// Way is one way not to lose what works. Kind is checkin, moretime, renew, set_date, request, none or unanswered.
type Way struct {
	Kind  string
	By    time.Time    // last moment at which it helps; zero for none
	More  terms.Length // moretime: how much
	Until time.Time    // when something would be lost all the same; zero: not known
}

// Avoid says how to avoid a limit: "To avoid this: exchange files once by 14 Jan." No way gives "".
func (s *Speaker) Avoid(ways []Way, at time.Time, zone *time.Location) string {
	text := ""
	for _, w := range ways {
		id := "plan.avoid." + w.Kind
		if w.Kind == "none" || w.Kind == "unanswered" {
			return s.Text(id, nil)
		}
		more := s.Length(w.More)
		if more != "" && s.Has(id+".by") {
			id += ".by"
		}
		if w.By.IsZero() && w.Kind != "request" || !s.Has(id) {
			continue
		}
		date := s.upTo(w.By, at, zone)
		if beginsDay(w.By, zone) {
			date = s.DayMonth(w.By, at, zone) // before a day begins
		}
		said := s.Text(id, map[string]any{"date": date, "more": more})
		if text != "" {
			said = s.Text("plan.or", map[string]any{"a": text, "b": said})
		}
		text = said
	}
	if text == "" {
		return ""
	}
	return s.Text("plan.avoid", map[string]any{"ways": text})
}

// upTo is a last moment, without a year where that is plain.
func (s *Speaker) upTo(t, at time.Time, zone *time.Location) string {
	return s.until(s.DayMonth(t, at, zone), t, at, zone)
}

// Plan sums up what a plan means for a product: until when it works, what changes, and how to avoid it. Spans follow each other.
func (s *Speaker) Plan(name string, spans []Span, ways []Way, at time.Time, zone *time.Location) Answers {
	full := func(x Span) bool { return x.Mode == modeWorks || x.Mode == modeGrace }
	ends := 0 // how many spans work before the first that does not
	for ends < len(spans) && full(spans[ends]) {
		ends++
	}
	args := map[string]any{"product": name}
	out := Answers{Do: cmp.Or(s.Avoid(ways, at, zone), s.Text("plan.do_nothing", nil)), By: s.Text("plan.by_none", nil)}
	switch {
	case len(spans) == 0:
		out.Headline, out.Works = s.Text("plan.headline.none", args), s.Text("plan.works.none", nil)
	case ends == len(spans):
		out.Headline, out.Works = s.Text("plan.headline.always", args), s.Text("plan.works.always", nil)
		out.Do = s.Text("plan.do_nothing", nil)
	case ends == 0:
		out.Headline, out.Works = s.Text("plan.headline.limited", args), s.Text("plan.works.now", map[string]any{"text": s.Span(spans[0], at, zone).Text})
	default:
		args["date"] = s.Until(spans[ends-1].To, at, zone)
		out.Headline = s.Text("plan.headline.until", args)
		if spans[ends].Mode == modeParts {
			out.Headline = s.Text("plan.headline.all_until", args)
		}
		out.Works = s.Text("plan.works.until", map[string]any{"date": s.Until(spans[ends-1].To, at, zone)})
	}
	out.Happened = s.changes(spans, at, zone)
	if len(ways) > 0 && !ways[0].By.IsZero() && ends < len(spans) {
		out.By = s.Text("plan.by", map[string]any{"date": s.Until(ways[0].By, at, zone)})
	}
	return out
}

// changes says how a product changes along its spans.
func (s *Speaker) changes(spans []Span, at time.Time, zone *time.Location) string {
	var all []string
	for i, x := range spans {
		id := "plan.change." + x.Mode
		if i > 0 && x.Mode != spans[i-1].Mode && s.Has(id) {
			all = append(all, s.Text(id, map[string]any{"date": s.DayMonth(x.From, at, zone)}))
		}
	}
	if len(all) == 0 {
		return s.Text("plan.change.nothing", nil)
	}
	return capital(s.Text("plan.changes", map[string]any{"list": all}))
}

// Assumption puts what a plan takes for granted into words. A code without words stands as it is.
func (s *Speaker) Assumption(code string) string { return s.coded("plan.assume."+clean(code), code) }

// Condition puts one condition of a scenario into words: "No contact from 1 Dec to 29 Jan". A zero to is for good, by is how far a
// clock goes wrong, version that of a new product.
func (s *Speaker) Condition(kind string, from, to time.Time, by time.Duration, version string, at time.Time, zone *time.Location) string {
	id := "plan.if." + clean(kind)
	if kind == "clock" && by < 0 {
		id, by = id+"_behind", -by
	}
	if !to.IsZero() && s.Has(id+".to") {
		id += ".to"
	}
	if !s.Has(id) {
		return clean(kind)
	}
	return s.Text(id, map[string]any{
		"from": s.DayMonth(from, at, zone), "to": s.DayMonth(to, at, zone), "by": s.Length(span(by)), "version": version,
	})
}

// span is a duration as a length: whole days as days.
func span(d time.Duration) terms.Length {
	if day := 24 * time.Hour; d >= day && d%day == 0 {
		return terms.Days(int(d / day))
	}
	return terms.Length{Span: d}
}
