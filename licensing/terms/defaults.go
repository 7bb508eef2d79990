package terms

import (
	"fmt"
	"maps"
	"time"
)

// Defaults that Evaluate also uses for a license that does not state them. Everything else that a license does
// not state is none: the issuer writes the values of WithDefaults into each license.
var (
	defaultUnproven   = Days(7)
	defaultRemindFrom = Days(60)
)

// WithDefaults returns the policy with every open value filled in; p itself stays as it is. A stated "0" stays.
//
//	term        365d; a trial 30d
//	zone        UTC
//	renewal     remind_from 60d; never for a trial or a license without end
//	offline     no window, so no limit; nothing is granted as more time
//	grace       offline 14d, renewal 14d, outage 30d, maintenance 2d, migration 30d; a trial has none, whatever it
//	            states, and neither do its features
//	continuity  no promise
//	features    after: view; grace: the length of the cause
//	meters      kind: counter; overage: allow; included for the whole license
//	devices     places 1, unproven 7d; first_use and test none
//	extensions  none
//	usage       with meters: due monthly, level contract, late nothing, keep 400d; unreported: no bound
func (p Policy) WithDefaults() Policy {
	trial := p.Term.Kind == TermTrial
	p.Schema = or(p.Schema, PolicySchema)
	p.Zone = or(p.Zone, "UTC")
	switch {
	case p.Term.Perpetual:
	case trial:
		p.Term.Length = p.Term.Length.Or(Days(30))
	default:
		p.Term.Length = p.Term.Length.Or(Days(365))
	}
	if !trial && !p.Term.Perpetual {
		p.Renewal.RemindFrom = p.Renewal.RemindFrom.Or(defaultRemindFrom)
	}
	p.Grace = p.Grace.withDefaults(trial)
	p.Features = maps.Clone(p.Features)
	for id, f := range p.Features {
		f.After = After(or(string(f.After), string(View)))
		if trial {
			f.Grace = Length{None: true}
		}
		p.Features[id] = f
	}
	p.Meters = maps.Clone(p.Meters)
	for id, m := range p.Meters {
		m.Kind, m.Overage = or(m.Kind, "counter"), or(m.Overage, "allow")
		p.Meters[id] = m
	}
	if p.Devices.Places == 0 {
		p.Devices.Places = 1
	}
	p.Devices.Unproven = p.Devices.Unproven.Or(defaultUnproven)
	if len(p.Meters) > 0 {
		u := &p.Usage
		u.Due, u.Level, u.Late = or(u.Due, "monthly"), or(u.Level, "contract"), or(u.Late, "nothing")
		u.Keep = u.Keep.Or(Days(400))
	}
	return p
}

func (g Grace) withDefaults(trial bool) Grace {
	if trial {
		none := Length{None: true}
		return Grace{Offline: none, Renewal: none, Outage: none, Maintenance: none, Migration: none}
	}
	return Grace{
		Offline: g.Offline.Or(Days(14)), Renewal: g.Renewal.Or(Days(14)), Outage: g.Outage.Or(Days(30)),
		Maintenance: g.Maintenance.Or(Days(2)), Migration: g.Migration.Or(Days(30)),
	}
}

// Window returns when a license under p that is issued at that time starts and ends, in UTC; ends is zero for a license
// without end. It starts when it is issued, unless the policy names a day (from its first second in the policy's
// zone) or a moment.
func (p Policy) Window(issued time.Time) (starts, ends time.Time, err error) {
	zone, err := Zone(p.Zone)
	if err != nil {
		return starts, ends, err
	}
	starts = issued.UTC().Truncate(time.Second)
	if p.Term.Starts != "" {
		if starts, err = parseStart(p.Term.Starts, zone); err != nil {
			return starts, ends, err
		}
	}
	if p.Term.Perpetual {
		return starts, time.Time{}, nil
	}
	if !p.Term.Length.Lasts() {
		return starts, ends, fmt.Errorf("term: neither a length nor perpetual")
	}
	return starts, p.Term.Length.After(starts, zone), nil
}

// parseStart reads a day (2026-11-01) or a moment (RFC 3339).
func parseStart(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("a start is written like 2026-11-01 or 2026-11-01T08:00:00Z, not %q", s)
	}
	return t.UTC(), nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
