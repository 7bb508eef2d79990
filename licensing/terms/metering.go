package terms

import (
	"maps"
	"math"
	"slices"
	"sort"
	"time"
)

// metering is what the licenses of a product say about its meters and about usage files. It depends on no use, so it counts as
// long as the rest of the verdict does.
type metering struct {
	meters []meterTerms // sorted by id
	usage  Usage        // of the license that decides, with defaults; zero without meters
	zone   *time.Location
	starts time.Time
	ends   time.Time
	buyer  string
	kept   map[string]bool // features that nothing of this stops: the policy keeps them for good
}

// meterTerms are the terms of one meter over all licenses in force: the amounts add up, the rest is the deciding license's.
type meterTerms struct {
	id string
	Meter
}

// collectMeters are the meters of the licenses in force.
func (p *product) collectMeters() *metering {
	var m *metering
	for i := range p.licenses {
		j := &p.licenses[i]
		if len(j.Policy.Meters) == 0 || j.phase < inGrace || j != p.best && (j.Serial == p.best.Serial || j.words.revoked != nil) {
			continue
		}
		if m == nil {
			m = &metering{zone: j.zone, starts: j.starts, ends: j.ends, buyer: j.Policy.Renewal.Contact}
		}
		if j == p.best || m.usage.Due == "" {
			u := j.Policy.Usage
			m.usage = Usage{Due: or(u.Due, "monthly"), Level: or(u.Level, "contract"), Late: or(u.Late, "nothing"), Keep: u.Keep.Or(Days(400)), Unreported: u.Unreported}
			m.zone, m.starts, m.ends, m.buyer = j.zone, j.starts, j.ends, j.Policy.Renewal.Contact
		}
		for id, t := range j.Policy.Meters {
			k := slices.IndexFunc(m.meters, func(x meterTerms) bool { return x.id == id })
			switch {
			case k < 0:
				m.meters = append(m.meters, meterTerms{id, t})
			case m.meters[k].Included == 0 || t.Included == 0:
				m.meters[k].Included = 0 // one of them has no limit
			default:
				m.meters[k].Included = sumOf(m.meters[k].Included, t.Included)
			}
		}
	}
	if m != nil {
		m.kept = map[string]bool{}
		for id, f := range p.best.Policy.Features {
			m.kept[id] = f.After == Keep
		}
		sort.Slice(m.meters, func(i, k int) bool { return m.meters[i].id < m.meters[k].id })
	}
	return m
}

func sumOf(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// period is the present one of a meter: its first day, and the first moment after it (zero: it does not end). Periods are those of UTC,
// as the days of the ledger and the vendor's reports are, so that both sides count the same.
func (m *metering) period(per string, at time.Time) (from, reset time.Time) {
	at = at.UTC()
	y, mo, _ := at.Date()
	switch per {
	case "month":
		return time.Date(y, mo, 1, 0, 0, 0, 0, time.UTC), time.Date(y, mo+1, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		_, smo, sd := m.starts.UTC().Date()
		if m.starts.IsZero() {
			smo, sd = time.January, 1
		}
		from = time.Date(y, smo, sd, 0, 0, 0, 0, time.UTC)
		if from.After(at) {
			from = time.Date(y-1, smo, sd, 0, 0, 0, 0, time.UTC)
		}
		return from, time.Date(from.Year()+1, smo, sd, 0, 0, 0, 0, time.UTC)
	}
	if m.starts.IsZero() {
		return time.Time{}, time.Time{}
	}
	return m.starts.UTC().Truncate(24 * time.Hour), time.Time{}
}

// perUnit is how many recorded units make one that is shown: durations are recorded in seconds.
func (t meterTerms) perUnit() int64 {
	if t.Kind != "duration" {
		return 1
	}
	switch t.Unit {
	case "s", "second", "seconds":
		return 1
	case "min", "minute", "minutes":
		return 60
	case "day", "days":
		return 86_400
	}
	return 3600
}

// pace is how many days of use say how fast an amount goes.
const pace = 28

// verdict judges one meter by the days on which it counted, oldest first.
func (m *metering) verdict(t meterTerms, days []Spent, at time.Time) MeterVerdict {
	v := MeterVerdict{
		ID: t.id, Name: nameOr(t.Name, t.id), Unit: t.Unit, Kind: or(t.Kind, "counter"), Included: t.Included, Overage: or(t.Overage, "allow"),
	}
	v.From, v.Reset = m.period(t.Per, at)
	y, mo, d := v.From.Date()
	first := time.Date(y, mo, d, 0, 0, 0, 0, time.UTC)
	// By whole days, so that the answer changes at midnight alone.
	today := at.UTC().Truncate(24 * time.Hour)
	recent, since := int64(0), time.Time{}
	for _, s := range days {
		if (v.From.IsZero() || !s.Day.Before(first)) && (v.Reset.IsZero() || s.Day.Before(v.Reset)) {
			if v.Kind == "peak" {
				v.Used = max(v.Used, s.Units)
			} else {
				v.Used = sumOf(v.Used, s.Units)
			}
		}
		if !s.Day.After(today) && today.Sub(s.Day) < pace*24*time.Hour {
			recent = sumOf(recent, s.Units)
			if since.IsZero() {
				since = s.Day
			}
		}
	}
	per := t.perUnit()
	used := v.Used
	v.Used /= per
	if v.Included == 0 {
		return v
	}
	v.Left, v.Over = max(0, v.Included-v.Used), max(0, v.Used-v.Included)
	if v.Left == 0 {
		v.State, v.Stops = StateQuotaUsed, v.Overage == "stop"
		return v
	}
	if v.Kind != "peak" && recent > 0 {
		span := max(24*time.Hour, today.Add(24*time.Hour).Sub(since))
		left := float64(v.Included)*float64(per) - float64(used)
		if days := left / float64(recent) * span.Hours() / 24; days < 3660 {
			v.RunsOut = EndOfDay(today.Add(time.Duration(days*24)*time.Hour), time.UTC)
		}
		if !v.Reset.IsZero() && !v.RunsOut.Before(v.Reset) || !m.ends.IsZero() && v.RunsOut.After(m.ends) {
			v.RunsOut = time.Time{}
		}
	}
	if float64(v.Used) >= 0.8*float64(v.Included) && !v.RunsOut.IsZero() {
		v.State = StateQuotaLow
	}
	return v
}

// metered finds the ledger of a vendor.
func (e *evaluation) metered(root string) *Metered {
	for i := range e.facts.Metered {
		if e.facts.Metered[i].Root == root {
			return &e.facts.Metered[i]
		}
	}
	return nil
}

// meters judges the meters of a product as they stand now.
func (e *evaluation) meters(p *outcome) []MeterVerdict {
	if p.metering == nil {
		return nil
	}
	use := e.metered(p.Vendor)
	all := make([]MeterVerdict, len(p.metering.meters))
	for i, t := range p.metering.meters {
		var days []Spent
		if use != nil {
			days = daysOf(use.Used, p.ID, t.id)
		}
		all[i] = p.metering.verdict(t, days, p.At)
	}
	return all
}

// daysOf are the days of one meter; all are sorted by product, meter and day.
func daysOf(all []Spent, product, meter string) []Spent {
	from := sort.Search(len(all), func(i int) bool {
		return all[i].Product > product || all[i].Product == product && all[i].Meter >= meter
	})
	to := from
	for to < len(all) && all[to].Product == product && all[to].Meter == meter {
		to++
	}
	return all[from:to]
}

// due is when the usage of a product must be reported: a month after the period of the oldest use without a receipt, or when the
// days of the vendor's signed allowance are over. Zero: nothing is due. open says that a file can be asked for: the period is over, or
// more units than the allowance are without a receipt.
func (e *evaluation) due(p *outcome, use *Metered) (due time.Time, open bool) {
	if p.metering == nil || use == nil || use.Unsent == 0 || use.Oldest.IsZero() || p.metering.usage.Due == "never" {
		return time.Time{}, false
	}
	z := p.metering.zone
	y, mo, d := use.Oldest.In(z).Date()
	var over time.Time
	switch p.metering.usage.Due {
	case "weekly":
		weekday := (int(use.Oldest.In(z).Weekday()) + 6) % 7
		over = time.Date(y, mo, d-weekday+7, 0, 0, 0, 0, z)
		due = over.AddDate(0, 0, 7)
	case "quarterly":
		over = time.Date(y, mo-(mo-1)%3+3, 1, 0, 0, 0, 0, z)
		due = over.AddDate(0, 1, 0)
	case "yearly":
		over = time.Date(y+1, 1, 1, 0, 0, 0, 0, z)
		due = over.AddDate(0, 1, 0)
	default:
		over = time.Date(y, mo+1, 1, 0, 0, 0, 0, z)
		due = over.AddDate(0, 1, 0)
	}
	due = due.AddDate(0, 0, 1).Add(-time.Second) // the whole day counts
	if a := use.Allowance; a.Days > 0 {
		due = sooner(due, use.Oldest.AddDate(0, 0, a.Days))
	}
	units := use.Allowance.Units
	if len(use.Receipts) == 0 {
		units = p.metering.usage.Unreported // no receipt has repeated it yet
	}
	if units > 0 && use.UnsentUnits > units {
		over = use.Oldest
	}
	return due.UTC(), !p.At.Before(over) || due.Sub(p.At) < 7*24*time.Hour
}

// withhold pauses what meters or a late file stop. It returns the finding that says so; ok is false when nothing stops.
func (e *evaluation) withhold(p *outcome, v *ProductVerdict) (r ranked, ok bool) {
	if p.metering == nil {
		return r, false
	}
	take := func(id string, to After) {
		f, there := v.Features[id]
		if !there || rank(f.Mode) <= rank(to) {
			return
		}
		if !ok {
			v.Features = maps.Clone(v.Features)
			ok = true
		}
		f.Mode, f.Until = to, time.Time{}
		v.Features[id] = f
	}
	for i, m := range v.Meters {
		if !m.Stops {
			continue
		}
		was := ok
		for _, id := range p.metering.meters[i].Stops {
			take(id, Pause)
		}
		if ok && !was {
			r = e.quotaFinding(p, m)
		}
	}
	if late := After(p.metering.usage.Late); (late == View || late == Pause) && e.tooLate(p, v) {
		was := ok
		for _, id := range slices.Sorted(maps.Keys(p.Features)) {
			f := p.Features[id]
			if !p.metering.kept[id] && f.Mode == Keep {
				take(id, late)
			}
		}
		if ok && !was {
			r = e.overdue(p, v)
		}
	}
	if !ok {
		return r, false
	}
	v.Works, v.View, v.Paused = nil, nil, nil
	for _, id := range slices.Sorted(maps.Keys(v.Features)) {
		switch v.Features[id].Mode {
		case Keep:
			v.Works = append(v.Works, id)
		case View:
			v.View = append(v.View, id)
		default:
			v.Paused = append(v.Paused, id)
		}
	}
	if r.State == StateQuotaUsed {
		if parts := e.pausedBy(p, v); len(parts) > 0 {
			r.Finding.Slots["paused_parts"] = parts
		}
	}
	r.rank = rankLimited
	v.Finding = r.Finding
	return r, true
}

// pausedBy are the names of the features that meters keep from starting, sorted by their ids.
func (e *evaluation) pausedBy(p *outcome, v *ProductVerdict) (parts []Text) {
	for _, id := range v.Paused {
		if was, there := p.Features[id]; there && was.Mode != Pause {
			parts = append(parts, v.Features[id].Name)
		}
	}
	return parts
}

// tooLateFor says whether a late file stops something.
func (e *evaluation) tooLateFor(metered []ranked) bool {
	return slices.ContainsFunc(metered, func(r ranked) bool { return r.State == StateUsageOverdue && r.rank == rankLimited })
}

// tooLate says whether a usage file is so late that the policy's effect begins. A file on its way stops nothing.
func (e *evaluation) tooLate(p *outcome, v *ProductVerdict) bool {
	use := e.metered(p.Vendor)
	if use == nil || v.UsageDue.IsZero() || !p.At.After(v.UsageDue.Add(lateGrace)) {
		return false
	}
	return !p.At.Before(use.arrives())
}
