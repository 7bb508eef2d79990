package cli

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

type graceShowCmd struct {
	reads
	Product string `help:"cli.flag.product" placeholder:"P"`
}

// runningJSON is a grace that runs now.
type runningJSON struct {
	Vendor    string      `json:"vendor"`
	Product   string      `json:"product"`
	License   string      `json:"license,omitempty"`
	State     terms.State `json:"state"`
	Cause     terms.Cause `json:"cause"`
	Started   time.Time   `json:"started"`
	Ends      time.Time   `json:"ends,omitzero"`
	Remaining int64       `json:"remaining_seconds"`
	Text      string      `json:"text"`
	Why       string      `json:"why"`
}

type graceJSON struct {
	Running []runningJSON          `json:"running"`
	Entries []licensing.GraceEntry `json:"entries"`
	*jsonError
}

// run shows what grace runs now, with the time left, and every grace that was recorded. Records that cannot be read do not
// keep it from saying what runs now.
func (c *graceShowCmd) run(ctx context.Context, s *session) (result, error) {
	v := s.engine.Evaluate(terms.Query{Product: c.Product})
	j := graceJSON{Running: []runningJSON{}, Entries: []licensing.GraceEntry{}}
	r := result{}
	known := map[string]string{}
	for _, p := range v.Products {
		name := s.nameOf(p)
		known[p.Vendor+"/"+p.ID] = name
		if p.Cause == "" {
			continue
		}
		left := p.GraceUntil.Sub(p.At)
		x := runningJSON{
			Vendor: p.Vendor, Product: p.ID, License: p.License, State: p.State, Cause: p.Cause, Started: utc(p.GraceStarted),
			Ends: utc(p.GraceUntil), Remaining: int64(left / time.Second), Why: s.say.CauseText(p.Cause),
		}
		x.Text = s.text("cli.grace.running", map[string]any{
			"product": name, "cause": s.say.Cause(p.Cause), "until": s.say.Until(p.GraceUntil, p.At, s.zone), "left": s.say.Left(left),
		})
		j.Running = append(j.Running, x)
		r.page.add(x.Text)
		r.page.indent(x.Why, s.tell(p.Finding, p.At).Do)
	}
	if len(j.Running) == 0 {
		r.page.add(s.text("cli.grace.none", nil))
	}
	entries, err := s.engine.Grace(ctx)
	if err != nil {
		failed := s.failed(ctx, err, nil)
		if why, ok := failed.json.(jsonError); ok {
			j.jsonError = &why
		}
		r.code, r.problem, r.json = failed.code, failed.page, j
		return r, nil
	}
	var rows [][]string
	for _, e := range entries {
		name, here := known[e.Vendor+"/"+e.Product]
		if !here {
			if c.Product != "" {
				continue
			}
			name = e.Product
		}
		j.Entries = append(j.Entries, e)
		rows = append(rows, []string{
			"  " + s.say.DateTime(e.At, s.zone), name, s.say.GraceEvent(e.Event), s.say.Cause(e.Cause), s.entryEnd(e), e.Authority,
		})
	}
	if len(rows) > 0 {
		r.page.gap()
		r.page.add(s.text("cli.grace.entries", nil))
		r.page.table(rows)
	}
	r.json = j
	return r, nil
}

func (s *session) entryEnd(e licensing.GraceEntry) string {
	if e.Ends.IsZero() {
		return ""
	}
	return s.text("cli.grace.until", map[string]any{"date": s.say.Until(e.Ends, e.Started, s.zone)})
}
