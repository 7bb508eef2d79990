package views

import (
	"slices"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// timeline is the drawn form of the steps. Positions go from 0, today, to 1.
type timeline struct {
	Phases []phase
	Marks  []mark
}

type phase struct {
	From, To float32
	Tone     terms.Tone
	Word     string
}

type mark struct {
	At         float32
	Date, Name string
}

// timeline draws from today over the product's own dates to what stays. Dates are drawn in proportion, but none
// nearer to its neighbours than can be read.
func (v voice) timeline(s licensing.Snapshot, p terms.ProductVerdict) timeline {
	now := s.Verdict.At
	var dates []terms.Event
	for _, e := range p.Next {
		if e.Feature == "" && (len(dates) == 0 || !dates[len(dates)-1].At.Equal(e.At)) {
			dates = append(dates, e)
		}
	}
	if len(dates) == 0 || len(p.Works) == 0 {
		return timeline{}
	}
	at := spread(now, dates)
	t := timeline{Marks: []mark{{0, v.short(now), v.t("line.today")}}}
	from := float32(0)
	word, tone := v.t("line.works"), terms.ToneOK
	if p.GraceActive {
		word, tone = v.t("line.grace"), terms.ToneWarn
	}
	for i, e := range dates {
		t.Marks = append(t.Marks, mark{at[i], v.short(e.At), v.Event(e)})
		if e.Name == terms.EventReminder || e.Name == terms.EventLicenseStarts {
			continue
		}
		t.Phases = append(t.Phases, phase{from, at[i], tone, word})
		from = at[i]
		word, tone = v.afterwards(p, dates[i+1:])
	}
	t.Phases = append(t.Phases, phase{from, 1, tone, word})
	return t
}

// afterwards is the phase after a date: grace while another end comes, else what stays.
func (v voice) afterwards(p terms.ProductVerdict, rest []terms.Event) (string, terms.Tone) {
	for _, e := range rest {
		if e.Name == terms.EventGraceEnds {
			return v.t("line.grace"), terms.ToneWarn
		}
	}
	if slices.ContainsFunc(p.Next, func(e terms.Event) bool { return e.Name == terms.EventViewMode }) {
		return v.t("line.view"), ""
	}
	return v.t("line.ended"), ""
}

// Places of the last date on the line, and the least distance between two.
const lastDate, leastGap = 0.82, 0.16

func spread(now time.Time, dates []terms.Event) []float32 {
	total := float32(dates[len(dates)-1].At.Sub(now))
	out := make([]float32, len(dates))
	before := float32(0)
	for i, e := range dates {
		out[i] = max(before+leastGap, lastDate*float32(e.At.Sub(now))/max(total, 1))
		before = out[i]
	}
	after := float32(lastDate) // and back from the end, where the dates crowd
	if n := len(out); out[n-1] > after {
		for i := n - 1; i >= 0; i-- {
			out[i] = min(out[i], after)
			after = out[i] - leastGap
		}
	}
	for i := range out {
		out[i] = max(0.02, out[i])
	}
	return out
}
