package cli

import (
	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// meterNames are what people call a product and a meter.
type meterNames struct{ product, meter string }

// summaryLines say in short what a usage file counts, one line a meter, under the names that people know.
func (s *session) summaryLines(d licensing.UsageDraft) []string {
	names := s.namesOf(d.Root)
	var p page
	sums := d.Contents.Sums // sorted by product, meter and day
	for i := 0; i < len(sums); {
		first, days, units, count := sums[i], 0, int64(0), uint64(0)
		for ; i < len(sums) && sums[i].Product == first.Product && sums[i].Meter == first.Meter; i++ {
			if days++; first.Kind == usage.Peak {
				units = max(units, sums[i].Units)
			} else {
				units += sums[i].Units
			}
			count += sums[i].Count
		}
		name, known := names[usage.MeterKey(first.Product, first.Meter)]
		if !known {
			name = meterNames{product: first.Product, meter: first.Meter}
		}
		p.indent(s.text("cli.usage.preview.meter", map[string]any{
			"product": name.product, "meter": name.meter, "units": s.amount(first.Kind, units), "n": int64(min(count, 1<<62)), "days": s.say.Days(days),
		}))
	}
	return p
}

// namesOf are the names of what a vendor counts, by usage.MeterKey.
func (s *session) namesOf(root string) map[string]meterNames {
	lang := s.say.Language()
	name := func(t terms.Text, id string) string { return nameOr(t.In(lang), id) }
	all := map[string]meterNames{}
	for _, u := range s.engine.Snapshot().Usage {
		if u.Root != root {
			continue
		}
		for _, m := range u.Meters {
			all[usage.MeterKey(m.Product, m.ID)] = meterNames{name(m.ProductName, m.Product), name(m.Name, m.ID)}
		}
	}
	return all
}
