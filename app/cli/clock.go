package cli

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

type clockShowCmd struct{ reads }

// clockJSON says whether the date is trusted, and up to when a signed file proves it.
type clockJSON struct {
	Trusted bool        `json:"trusted"`
	State   terms.State `json:"state,omitempty"`
	SureAt  time.Time   `json:"sure_at,omitzero"`
	Source  string      `json:"source,omitempty"` // who signed that
}

// clockShowJSON is all that is known of the time.
type clockShowJSON struct {
	clockJSON
	Wall     time.Time `json:"wall"`
	Decision time.Time `json:"decision"` // what decisions use
	// From, To and Left are those of a jump that is not believed yet.
	From    time.Time         `json:"from,omitzero"`
	To      time.Time         `json:"to,omitzero"`
	Left    int64             `json:"left_seconds,omitempty"`
	Vendors []vendorClockJSON `json:"vendors"`
	jsonAnswers
	Actions []string `json:"actions"`
}

type vendorClockJSON struct {
	Root     string    `json:"root"`
	Name     string    `json:"name"`
	Signed   time.Time `json:"signed,omitzero"`
	Sure     time.Time `json:"sure,omitzero"`
	Decision time.Time `json:"decision,omitzero"`
	Contact  time.Time `json:"contact,omitzero"`
	Behind   int64     `json:"behind_seconds,omitempty"`
}

// clockOf says how sure the time is.
func clockOf(c licensing.ClockView) clockJSON {
	j := clockJSON{Trusted: c.State == "", State: c.State}
	for _, v := range c.Vendors {
		if v.Signed.After(j.SureAt) {
			j.SureAt, j.Source = utc(v.Signed), v.Name
		}
	}
	return j
}

// run shows what the computer says, what signed files prove, and the way out when the two do not agree.
func (c *clockShowCmd) run(_ context.Context, s *session) (result, error) {
	snap := s.engine.Snapshot()
	view, v := snap.Clock, snap.Verdict
	j := clockShowJSON{
		clockJSON: clockOf(view), Wall: utc(view.Wall), Decision: utc(view.Decision), Vendors: []vendorClockJSON{}, Actions: []string{},
		From: utc(view.Line.From), To: utc(view.Line.To), Left: int64(view.Line.Left / time.Second),
	}
	r := result{}
	f, told := findingOf(v, view.State)
	switch {
	case view.State == "":
		j.Text = s.text("cli.clock.ok", nil)
		r.page.add(j.Text)
	default:
		if !told {
			f = terms.Finding{State: view.State, Tone: view.State.Tone()}
		}
		a := s.tell(f, v.At)
		j.jsonAnswers = answersJSON(a)
		r.page.add(a.Headline)
		r.page.add(s.four(a.Happened, a.Works, a.Do, a.By)...)
		r.page.add(s.commands(v, f)...)
		j.Actions = s.actions(f)
	}
	rows := [][]string{{"  " + s.text("cli.clock.wall", nil), s.say.DateTime(view.Wall, s.zone)}}
	if !view.Decision.IsZero() {
		rows = append(rows, []string{"  " + s.text("cli.clock.decision", nil), s.say.DateTime(view.Decision, s.zone)})
	}
	if j.Source != "" {
		rows = append(rows, []string{"  " + s.text("cli.clock.sure", nil), s.text("cli.clock.signed", map[string]any{"date": s.say.DateTime(j.SureAt, s.zone), "vendor": j.Source})})
	} else {
		rows = append(rows, []string{"  " + s.text("cli.clock.sure", nil), s.text("cli.clock.unsigned", nil)})
	}
	r.page.gap()
	r.page.table(rows)
	for _, x := range view.Vendors {
		j.Vendors = append(j.Vendors, vendorClockJSON{
			Root: x.Root, Name: x.Name, Signed: utc(x.Signed), Sure: utc(x.Sure), Decision: utc(x.Decision), Contact: utc(x.Contact),
			Behind: int64(x.Behind / time.Second),
		})
		args := map[string]any{
			"vendor": x.Name, "signed": s.say.DateTime(x.Signed, s.zone), "contact": s.say.DateTime(x.Contact, s.zone), "behind": s.say.Left(x.Behind),
		}
		r.page.add(s.text("cli.clock.vendor", args))
		if x.Contact.IsZero() {
			r.page.indent(s.text("cli.clock.no_contact", args))
		} else {
			r.page.indent(s.text("cli.clock.contact", args))
		}
	}
	r.json = j
	return r, nil
}

// findingOf is what a verdict says of a state.
func findingOf(v terms.Verdict, state terms.State) (terms.Finding, bool) {
	for _, f := range append([]terms.Finding{v.Main}, v.Others...) {
		if f.State == state && state != "" {
			return f, true
		}
	}
	for _, p := range v.Products {
		if p.State == state && state != "" {
			return p.Finding, true
		}
	}
	return terms.Finding{}, false
}

type clockConfirmCmd struct{ writes }

// run is a person's "Yes, this was a restore".
func (c *clockConfirmCmd) run(ctx context.Context, s *session) (result, error) {
	before, rolled := findingOf(s.engine.Snapshot().Verdict, terms.StateRolledBack)
	if !rolled {
		r := result{code: codeNothing, json: map[string]any{"confirmed": false}}
		r.page.add(s.text("cli.clock.no_restore", nil))
		return r, nil
	}
	if before.Action != terms.ActConfirmRestore {
		r := result{code: codeNothing, json: map[string]any{"confirmed": true}}
		r.page.add(s.text("cli.clock.restore_known", nil), s.tell(before, s.now()).Do)
		return r, nil
	}
	if err := s.engine.ConfirmRestore(ctx); err != nil {
		return result{}, err
	}
	r := result{json: map[string]any{"confirmed": true}}
	r.page.add(s.text("cli.clock.restored", nil))
	v := s.engine.Snapshot().Verdict
	if f, ok := findingOf(v, terms.StateRolledBack); ok {
		a := s.tell(f, v.At)
		r.page.add(a.Do, a.By)
		r.page.add(s.commands(v, f)...)
	}
	return r, nil
}
