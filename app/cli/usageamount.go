package cli

import (
	"strings"

	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// unitSeconds is the unit of recorded durations in JSON.
const unitSeconds = "s"

// recordedUnit is the unit in which use of a meter is recorded, for programs.
func recordedUnit(kind, unit string) string {
	if kind == usage.Duration {
		return unitSeconds
	}
	return unit
}

// amount is use as it is recorded, for people: seconds become hours, minutes and seconds.
func (s *session) amount(kind string, units int64) string {
	if kind != usage.Duration {
		return s.say.Number(units)
	}
	var parts []string
	for _, p := range []struct {
		id string
		n  int64
	}{{"h", units / 3600}, {"min", units / 60 % 60}, {"s", units % 60}} {
		if p.n != 0 || p.id == "s" && len(parts) == 0 {
			parts = append(parts, s.text("cli.usage.time", map[string]any{"n": s.say.Number(p.n), "unit": s.text("cli.usage.unit."+p.id, nil)}))
		}
	}
	return strings.Join(parts, " ")
}

// included is a number in the meter's unit, as licenses count it. What is no time is named by its meter alone.
func (s *session) included(m terms.MeterVerdict, n int64) string {
	if m.Kind != usage.Duration {
		return s.say.Number(n)
	}
	unit := m.Unit
	if unit == "" {
		unit = "h"
	}
	return s.text("cli.usage.time", map[string]any{"n": s.say.Number(n), "unit": s.coded("cli.usage.unit."+unit, unit)})
}

// meterKinds are the meters that are known here, by usage.MeterKey; root "" is for those of all vendors.
func (s *session) meterKinds(root string) map[string]terms.MeterVerdict {
	all := map[string]terms.MeterVerdict{}
	for _, u := range s.engine.Snapshot().Usage {
		for _, m := range u.Meters {
			if root == "" || u.Root == root {
				all[usage.MeterKey(m.Product, m.ID)] = m.MeterVerdict
			}
		}
	}
	return all
}
