package views

import (
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// boughtRow is what was bought of one meter, and how much of it is used.
type boughtRow struct {
	Name           string
	Of             string // "13 of 160 h"
	Used, Included int64  // 0 Included: no limit was bought
	Word           string // of the chip; "" none
	Tone           terms.Tone
	Text           string
}

// bought compares what was used in the present period with what the licenses include.
func (v voice) bought(s licensing.Snapshot, u licensing.UsageView) []boughtRow {
	var out []boughtRow
	unknown := v.usageUnknown(s, u)
	for _, m := range u.Meters {
		if unknown != "" {
			out = append(out, boughtRow{Name: v.name(m.Name, m.ID), Of: v.t("usage.bought.unknown"), Text: unknown})
			continue
		}
		out = append(out, v.boughtRow(m, s.Verdict.At))
	}
	return out
}

// boughtRow puts one meter into words. Licenses count whole hours; where the days here say so, their minutes are shown.
func (v voice) boughtRow(x licensing.MeterView, at time.Time) boughtRow {
	m := x.MeterVerdict
	row := boughtRow{Name: v.name(m.Name, m.ID), Used: m.Used, Included: m.Included}
	say := func(id string, pairs ...any) {
		if row.Text != "" {
			row.Text += " "
		}
		row.Text += v.t(id, pairs...)
	}
	used, left := v.amount(m, m.Used), v.amount(m, m.Left)
	if exact, ok := exactSeconds(x); ok {
		used, left = v.recorded(m, exact), v.recorded(m, seconds(m.Unit, m.Included)-exact)
	}
	switch {
	case m.Included == 0:
		row.Of = v.t("usage.bought.used", "used", used)
		say("usage.bought.no_limit")
	case m.Over > 0:
		say("usage.bought.over", "amount", v.amount(m, m.Over))
	default:
		say("usage.bought.left", "amount", left)
	}
	if m.Included > 0 {
		row.Of = v.t("usage.bought.of", "used", used, "included", v.amount(m, m.Included))
	}
	if m.State != "" {
		row.Word, row.Tone = v.Short(m.State), m.State.Tone()
	}
	if !m.RunsOut.IsZero() && m.Over == 0 {
		say("usage.bought.runs_out", "date", v.long(m.RunsOut))
	}
	switch {
	case m.Stops:
		say("usage.bought.stops")
	case m.State != "" && m.Overage == "stop":
		say("usage.bought.will_stop")
	case m.State != "":
		say("usage.bought.goes_on")
	}
	if !m.Reset.IsZero() {
		say("usage.bought.reset", "date", v.From(m.Reset, at, v.zone))
	}
	return row
}

// exactSeconds are the seconds that a duration meter counted in its present period, when they and the verdict say the same and no more
// was used than bought.
func exactSeconds(m licensing.MeterView) (sum int64, ok bool) {
	if m.Kind != usage.Duration || m.Over > 0 || len(m.Days) == 0 {
		return 0, false
	}
	y, month, d := m.From.Date()
	from := time.Date(y, month, d, 0, 0, 0, 0, time.UTC)
	for _, x := range m.Days {
		if !x.Day.Before(from) {
			sum = plus(sum, x.Units)
		}
	}
	return sum, sum/seconds(m.Unit, 1) == m.Used && (m.Included == 0 || sum <= seconds(m.Unit, m.Included))
}
