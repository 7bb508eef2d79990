package cli

import (
	"time"

	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// meterJSON is one meter in its present period.
type meterJSON struct {
	Product     string      `json:"product"`
	ProductName string      `json:"product_name,omitempty"`
	ID          string      `json:"id"`
	Name        string      `json:"name,omitempty"`
	Kind        string      `json:"kind"`
	Unit        string      `json:"unit,omitempty"`
	Used        int64       `json:"used"`
	Included    int64       `json:"included,omitempty"` // left out without a limit, and left with it
	Left        *int64      `json:"left,omitempty"`
	Over        int64       `json:"over,omitempty"`
	Overage     string      `json:"overage,omitempty"`
	From        time.Time   `json:"from,omitzero"`
	Reset       time.Time   `json:"reset,omitzero"`
	RunsOut     time.Time   `json:"runs_out,omitzero"`
	State       terms.State `json:"state,omitempty"`
	Stops       bool        `json:"stops"`
	Days        []dayJSON   `json:"days,omitempty"`
}

type dayJSON struct {
	Day   string `json:"day"` // UTC
	Units int64  `json:"units"`
	Unit  string `json:"unit,omitempty"` // s for a duration, whatever the meter's own unit is
	Count uint64 `json:"count"`
	Over  int64  `json:"over,omitempty"`
}

func (s *session) meterJSON(product string, name terms.Text, m terms.MeterVerdict) meterJSON {
	j := meterJSON{
		Product: product, ProductName: name.In(s.say.Language()), ID: m.ID, Name: m.Name.In(s.say.Language()), Kind: m.Kind, Unit: m.Unit,
		Used: m.Used, Included: m.Included, Over: m.Over, Overage: m.Overage, From: utc(m.From), Reset: utc(m.Reset), RunsOut: utc(m.RunsOut),
		State: m.State, Stops: m.Stops,
	}
	if m.Included > 0 {
		j.Left = &m.Left
	}
	return j
}

func daysJSON(days []usage.Sum, unit string) []dayJSON {
	all := []dayJSON{}
	for _, d := range days {
		all = append(all, dayJSON{Day: d.Day.UTC().Format(time.DateOnly), Units: d.Units, Unit: recordedUnit(d.Kind, unit), Count: d.Count, Over: d.Over})
	}
	return all
}

// meterRow is a meter in columns: product, meter, what was used and what that means.
func (s *session) meterRow(product string, m terms.MeterVerdict) []string {
	args := map[string]any{
		"used": s.say.Number(m.Used), "included": s.included(m, m.Included), "left": s.included(m, m.Left), "over": s.included(m, m.Over),
	}
	row := []string{product, nameOr(m.Name.In(s.say.Language()), m.ID)}
	switch {
	case m.Included == 0:
		args["used"] = s.included(m, m.Used)
		return append(row, s.text("cli.usage.used", args))
	case m.Over > 0:
		row = append(row, s.text("cli.usage.used_of", args)+", "+s.text("cli.usage.over", args))
	default:
		row = append(row, s.text("cli.usage.used_of", args)+", "+s.text("cli.usage.left", args))
	}
	return append(row, s.meterDates(m))
}

// meterDates says when the amount runs out or begins anew, whichever comes first.
func (s *session) meterDates(m terms.MeterVerdict) string {
	switch {
	case m.Stops && m.Reset.IsZero():
		return s.text("cli.usage.stops", nil)
	case m.Stops:
		return s.text("cli.usage.stops_until", map[string]any{"date": s.say.ShortDate(m.Reset, s.zone)})
	case !m.RunsOut.IsZero():
		return s.text("cli.usage.runs_out", map[string]any{"date": s.say.ShortDate(m.RunsOut, s.zone)})
	case !m.Reset.IsZero():
		return s.text("cli.usage.reset", map[string]any{"date": s.say.ShortDate(m.Reset, s.zone)})
	}
	return ""
}

// meterLines are the meters of a verdict's products, for the status.
func (s *session) meterLines(v terms.Verdict) []string {
	var rows [][]string
	for _, p := range v.Products {
		for _, m := range p.Meters {
			rows = append(rows, s.meterRow(s.productName(p, v.Products), m))
		}
	}
	var lines page
	lines.table(rows)
	return lines
}
