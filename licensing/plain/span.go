package plain

import (
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// Modes of a Span: how a product is during it.
const (
	modeWorks  = "works"
	modeGrace  = "grace"
	modeParts  = "parts" // some parts are at full use, others no longer
	modeView   = "view"
	modePaused = "paused"
	modeNone   = "none" // no license
)

// Span is a stretch of time in which a product stays as it is. Names are those that a person knows.
type Span struct {
	From, To            time.Time // To is its last moment; zero: it stays so
	State               terms.State
	Cause               terms.Cause
	Mode                string // works, grace, parts, view, paused or none
	Works, View, Paused []string
}

// SpanLine is a Span in words.
type SpanLine struct {
	Span
	When string     // "1 Jan – 14 Jan", "from 15 Jan", "3 Nov, 10:14 – 10:17"
	Word string     // "Grace"
	Text string     // "Grace (offline). Works, Cloud render until 3 Jan"
	Tone terms.Tone // ok, warn or notice
}

// Span puts one stretch of time into words, as seen at a time. Times are shown in zone; nil is UTC.
func (s *Speaker) Span(x Span, at time.Time, zone *time.Location) SpanLine {
	return s.spanLine(x, nil, at, zone)
}

// Spans puts stretches that follow each other into words. One in grace that goes on with fewer parts is one line, which says how
// long those parts work.
func (s *Speaker) Spans(all []Span, at time.Time, zone *time.Location) []SpanLine {
	var lines []SpanLine
	all = s.unlike(all, at, zone)
	for i := 0; i < len(all); {
		x, ends := all[i], []partEnd(nil)
		for i++; i < len(all) && goesOn(x, all[i]); i++ {
			gone := slices.DeleteFunc(slices.Clone(x.Works), func(name string) bool { return slices.Contains(all[i].Works, name) })
			ends = append(ends, partEnd{gone, x.To})
			x.To, x.Works = all[i].To, all[i].Works // those off at the start stay off
		}
		lines = append(lines, s.spanLine(x, ends, at, zone))
	}
	return lines
}

// unlike leaves out where one span goes over into the next: only what reads differently has a line of its own.
func (s *Speaker) unlike(spans []Span, at time.Time, zone *time.Location) []Span {
	var out []Span
	for _, x := range spans {
		if n := len(out); n > 0 && out[n-1].Mode == x.Mode && out[n-1].Cause == x.Cause && slices.Equal(out[n-1].Works, x.Works) {
			both := out[n-1]
			both.To = x.To
			if s.spanLine(both, nil, at, zone).Text == s.spanLine(x, nil, at, zone).Text {
				out[n-1] = both
				continue
			}
		}
		out = append(out, x)
	}
	return out
}

// partEnd is when parts of a product leave full use.
type partEnd struct {
	names []string
	at    time.Time
}

// goesOn says whether next is the same grace, with fewer parts at full use.
func goesOn(x, next Span) bool {
	grace := func(mode string) bool { return mode == modeGrace || mode == modeParts }
	return grace(x.Mode) && grace(next.Mode) && x.Cause != "" && x.Cause == next.Cause && len(next.Works) < len(x.Works) &&
		!slices.ContainsFunc(next.Works, func(name string) bool { return !slices.Contains(x.Works, name) })
}

var spanTones = map[string]terms.Tone{modeWorks: terms.ToneOK, modeGrace: terms.ToneWarn, modeParts: terms.ToneWarn}

func (s *Speaker) spanLine(x Span, ends []partEnd, at time.Time, zone *time.Location) SpanLine {
	l := SpanLine{Span: x, When: s.Range(x.From, x.To, at, zone), Word: s.coded("plan.word."+x.Mode, x.Mode), Tone: terms.ToneNotice}
	if tone, ok := spanTones[x.Mode]; ok {
		l.Tone = tone
	}
	l.Text = s.spanText(x, ends, at, zone)
	if tellsWhy(x) {
		l.Text = s.Text("plan.text.why", map[string]any{"text": l.Text, "why": s.Title(x.State)})
	}
	return l
}

// tellsWhy says whether the state is not what the mode of a span says already.
func tellsWhy(x Span) bool {
	switch x.State {
	case terms.StateExpired:
		return x.Mode != modeWorks
	case terms.StateRevoked, terms.StateOnHold, terms.StateClockWrong, terms.StateClockUnsure, terms.StateComputerChanged, terms.StateRolledBack,
		terms.StateNotStarted, terms.StateOtherComputer, terms.StateVersionNotCovered, terms.StateNotIncluded, terms.StateTrial,
		terms.StateFirstUse:
		return true
	}
	return false
}

func (s *Speaker) spanText(x Span, ends []partEnd, at time.Time, zone *time.Location) string {
	var until []string
	for _, e := range ends {
		if list := s.List(e.names); list != "" {
			until = append(until, s.Text("plan.until", map[string]any{"list": list, "date": s.DayMonth(e.at, at, zone)}))
		}
	}
	off := slices.Concat(x.View, x.Paused)
	works := s.Text("plan.text.works", nil)
	switch {
	case len(off) > 0:
		works = s.Text("plan.text.except", map[string]any{"list": off})
	case x.Mode == modeWorks && x.To.IsZero():
		works = s.Text("plan.text.works_on", nil)
	}
	if len(until) > 0 {
		works = s.Text("plan.text.with", map[string]any{"works": works, "list": until})
	}
	switch x.Mode {
	case modeWorks:
		return works
	case modeGrace, modeParts:
		if x.Cause != "" {
			return s.Text("plan.text.grace", map[string]any{"cause": s.Cause(x.Cause), "works": works})
		}
		return s.restOf(x)
	case modeView:
		return s.restOf(x)
	}
	return s.coded("plan.text."+x.Mode, x.Mode)
}

// restOf says what is left without a grace, in one phrase when all parts are in view mode.
func (s *Speaker) restOf(x Span) string {
	if len(x.Works) == 0 && len(x.Paused) == 0 {
		return s.Text("plan.text.view", nil)
	}
	return s.Text("plan.text.view_parts", map[string]any{
		"works": s.listed("plan.part.works", x.Works), "view": s.listed("plan.part.view", x.View), "paused": s.listed("plan.part.paused", x.Paused),
	})
}

// listed puts a list into a text; an empty one gives "".
func (s *Speaker) listed(id string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return s.Text(id, map[string]any{"list": names})
}
