package simulate

import (
	"maps"
	"time"

	"holdfast/licensing/terms"
)

// most bounds the spans of one product: a scenario that changes more often is cut there.
const most = 10_000

// walk evaluates at from and again each time that the scenario or a date may change the verdict, up to until. When stop says so
// of a span that begins after another, it is the last.
func (w *world) walk(from, until time.Time, stop func(before, s *Span) bool) []Span {
	spans := make([]Span, 0, 8)
	for t := from; len(spans) < most; {
		sc := w.at(t)
		v, clock := sc.judge()
		w.name = v.Name
		span := spanOf(t, &v)
		span.Clock = clock
		w.dated(&span)
		if n := len(spans); n > 0 && stop != nil && stop(&spans[n-1], &span) {
			return append(spans, span)
		}
		next := w.next(t)
		if c := wholeSecond(sc.change(&v, next)); !c.IsZero() && (next.IsZero() || c.Before(next)) {
			next = c
		}
		if next.IsZero() {
			return join(append(spans, span))
		}
		if next.After(until) {
			span.To = until
			return join(append(spans, span))
		}
		span.To = later(next.Add(-1).Truncate(time.Second), span.From)
		spans = append(spans, span)
		t = next
	}
	return join(spans)
}

// dated tells the date of a withdrawal at once as the condition has it, not the last moment before.
func (w *world) dated(s *Span) {
	date, ok := s.Finding.Slots["date"].(time.Time)
	if s.State != terms.StateRevoked || !ok {
		return
	}
	for i := range w.conditions {
		if c := &w.conditions[i]; c.Kind == Revoked && !c.For.Lasts() && c.From.Add(-time.Second).Equal(date) {
			s.Finding.Slots = maps.Clone(s.Finding.Slots)
			s.Finding.Slots["date"] = c.From
		}
	}
}

// wholeSecond is the first full second that is not before t: dates are told in seconds, and the last moment of one is still
// before the change. The zero time stays.
func wholeSecond(t time.Time) time.Time {
	if whole := t.Truncate(time.Second); !whole.Equal(t) {
		return whole.Add(time.Second)
	}
	return t
}
