package terms

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// quotaFinding is about a meter whose amount is low or used.
func (e *evaluation) quotaFinding(p *outcome, m MeterVerdict) ranked {
	s := Slots{
		"buyer": p.metering.buyer, "from": noon(m.From), "included": int(m.Included), "meter": m.Name, "used": int(m.Used), "vendor": e.vendor(p.Vendor).Name,
	}
	r := ranked{rank: rankInformation, at: p.At}
	if m.State == StateQuotaLow {
		s["left"], s["date"] = int(m.Left), m.RunsOut
		r.date = m.RunsOut
	} else {
		s["overage_effect"], s["reset"], s["paused_parts"] = m.Overage, noon(m.Reset), []Text{}
		r.date = m.Reset
	}
	r.Finding = finding(m.State, s, ActTellBuyer)
	r.Product = p.ID
	if !e.bare {
		r.Reasons = []Reason{{
			Rule: RuleMeter, License: p.License, At: m.From,
			Evidence: pairs("meter", m.ID, "used", int(m.Used), "included", int(m.Included), "overage", m.Overage),
		}}
	}
	return r
}

// noon is the middle of a day in UTC, so that nearly every zone shows the same day.
func noon(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return day.Add(12 * time.Hour)
}

func (e *evaluation) lateSlots(p *outcome, date time.Time) Slots {
	return Slots{"date": date, "late_effect": p.metering.usage.Late, "vendor": e.vendor(p.Vendor).Name}
}

// overdue is about a file that was due.
func (e *evaluation) overdue(p *outcome, v *ProductVerdict) ranked {
	s := e.lateSlots(p, v.UsageDue)
	s["all_or_all_except"] = keptIn(v)
	if use := e.metered(p.Vendor); use != nil && len(use.Receipts) > 0 {
		s["last"] = use.Receipts[0].To
	} else if use != nil {
		s["last"] = use.Oldest
	}
	return e.usageFinding(p, StateUsageOverdue, s, v.UsageDue, rankFix)
}

// keptIn says what of a product works, by its features as they are now.
func keptIn(v *ProductVerdict) (k Kept) {
	for _, id := range slices.Sorted(maps.Keys(v.Features)) {
		switch f := v.Features[id]; f.Mode {
		case Keep:
			k.Full = append(k.Full, f.Name)
		case View:
			k.View = append(k.View, f.Name)
		default:
			k.Paused = append(k.Paused, f.Name)
		}
	}
	return k
}

func (e *evaluation) usageFinding(p *outcome, state State, s Slots, date time.Time, rank int) ranked {
	r := ranked{Finding: finding(state, s, ActExportUsage), rank: rank, date: date, at: p.At}
	r.Product = p.ID
	if !e.bare {
		r.Reasons = []Reason{{Rule: RuleUsageDue, License: p.License, At: date, Evidence: pairs("due", p.metering.usage.Due, "late", p.metering.usage.Late)}}
	}
	return r
}

// dueSoon is when a file that is due becomes something to act on.
const dueSoon = 7 * 24 * time.Hour

// dress gives the verdict of a product its meters and what they stop. That is not part of judging a product, since use changes far
// more often than licenses do.
func (e *evaluation) dress(p *outcome, v *ProductVerdict) (stop ranked, stops bool) {
	if p.metering == nil {
		return stop, false
	}
	v.Meters = e.meters(p)
	v.UsageDue, _ = e.due(p, e.metered(p.Vendor))
	late := v.UsageDue
	if !late.IsZero() {
		late = late.Add(lateGrace)
		if !p.At.After(v.UsageDue) {
			v.Next = append(slices.Clone(v.Next), Event{At: v.UsageDue, Name: EventUsageDue, Product: p.ID})
			slices.SortStableFunc(v.Next, func(a, b Event) int { return cmp.Or(a.At.Compare(b.At), eventOrder[a.Name]-eventOrder[b.Name]) })
		}
	}
	// The first three are last moments of something, the others first ones.
	dates := []time.Time{v.UsageDue.Add(-dueSoon).Add(time.Nanosecond), v.UsageDue.Add(time.Nanosecond), late.Add(time.Nanosecond)}
	for _, m := range v.Meters {
		dates = append(dates, m.Reset)
	}
	if use := e.metered(p.Vendor); use != nil {
		dates = append(dates, use.arrives())
	}
	for _, t := range dates {
		if t.After(p.At) {
			v.Change, v.Turn = sooner(v.Change, t), sooner(v.Turn, t)
		}
	}
	if slices.ContainsFunc(v.Meters, func(m MeterVerdict) bool { return m.Included > 0 }) {
		v.Change = sooner(v.Change, p.At.UTC().Truncate(24*time.Hour).Add(24*time.Hour))
	}
	return e.withhold(p, v)
}

// withheldNow says whether a meter or a late file keeps a feature, or with "" all of the product, from full use.
func (p *product) withheldNow(feature string, v *ProductVerdict) bool {
	if feature == "" {
		return allStopped(&p.ProductVerdict, v)
	}
	at, ok := p.names.find(feature)
	return ok && v.Features[p.names.ids[at]].Mode != Keep
}

// dressed are the verdicts of all products, and the findings about their meters and usage files.
func (e *evaluation) dressed() (products []ProductVerdict, all []ranked) {
	if len(e.products) > 0 {
		products = make([]ProductVerdict, len(e.products))
	}
	said := map[string]bool{}
	for i, p := range e.products {
		v, from := &products[i], len(all)
		*v = p.ProductVerdict
		stop, stops := e.dress(p, v)
		if stops {
			all = append(all, stop)
		}
		for _, m := range v.Meters {
			if m.State != "" && !(stops && m.Stops && stop.State == StateQuotaUsed) {
				all = append(all, e.quotaFinding(p, m))
			}
		}
		if use := e.metered(p.Vendor); use != nil && p.metering != nil && !said[p.Vendor] {
			said[p.Vendor] = true
			_, open := e.due(p, use)
			all = append(all, e.aboutFiles(p, v, use, open)...)
		}
		for k := from; k < len(all); k++ {
			all[k] = e.facts.told(all[k], e.vendor(p.Vendor))
		}
	}
	return products, all
}

// aboutFiles are the findings about the usage files of one vendor.
func (e *evaluation) aboutFiles(p *outcome, v *ProductVerdict, use *Metered, open bool) (all []ranked) {
	vendor := e.vendor(p.Vendor)
	sent := len(use.Waiting) > 0
	switch due := v.UsageDue; {
	case due.IsZero() || v.State == StateUsageOverdue:
	case p.At.After(due):
		all = append(all, e.overdue(p, v))
	case open && !(sent && use.Waiting[len(use.Waiting)-1].To.After(use.Oldest)):
		s := e.lateSlots(p, due)
		s["period"] = p.metering.usage.Due
		rank := rankInformation
		if due.Sub(p.At) < dueSoon {
			rank = rankFix
		}
		all = append(all, e.usageFinding(p, StateUsageDue, s, due, rank))
	}
	line := func(state State, s Slots, a Action, evidence ...any) {
		r := ranked{Finding: finding(state, s, a), rank: rankInformation, at: p.At}
		if !e.bare {
			r.Reasons = []Reason{{Rule: RuleUsageFile, Evidence: pairs(evidence...)}}
		}
		if state == StateUsageMismatch {
			r.rank = rankFix
		}
		all = append(all, r)
	}
	if sent {
		f := use.Waiting[len(use.Waiting)-1]
		line(StateUsageWaiting, Slots{"date": f.Made, "name": f.Name, "promise": vendor.Receipt, "vendor": vendor.Name}, "", "made", f.Made)
	}
	if len(use.Receipts) > 0 {
		n := use.Receipts[0]
		switch {
		case n.Differs || n.Sent != n.Counted:
			line(StateUsageMismatch, Slots{"a": int(n.Sent), "b": int(n.Counted), "days": 30, "vendor": vendor.Name}, ActSeeReceipt, "receipt", n.Ref)
		case p.At.Sub(n.Taken) < newReceipt:
			line(StateUsageConfirmed, Slots{"from": n.From, "to": n.To, "n": int(n.Sent), "ref": n.Ref, "vendor": vendor.Name}, ActSeeReceipt, "receipt", n.Ref)
		}
	}
	for _, g := range use.Gaps {
		if p.At.Sub(g.To) < gapTold && !slices.ContainsFunc(use.Receipts, func(r UsageReceipt) bool { return r.To.After(g.To) }) {
			line(StateUsageGap, Slots{"from": g.From, "to": g.To, "cause": g.Cause, "vendor": vendor.Name}, "", "from", g.From)
		}
	}
	return all
}

// How long news about usage are shown.
const (
	newReceipt = 7 * 24 * time.Hour
	gapTold    = 60 * 24 * time.Hour
)
