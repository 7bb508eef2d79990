package plain

import (
	"time"

	"holdfast/licensing/terms"
)

// namedProducts is how many products Everything names; the others are counted.
const namedProducts = 8

// Everything is one sentence over several products that all just work: until when all of them do. It is false when a
// single finding says more. Times are shown in zone; nil is UTC.
func (s *Speaker) Everything(v terms.Verdict, zone *time.Location) (Answers, bool) {
	if len(v.Products) < 2 || v.Main.Tone != terms.ToneOK || v.Main.Product == "" || len(v.Others) > 0 {
		return Answers{}, false
	}
	var names []string
	var first terms.ProductVerdict
	var end time.Time // the first of all ends
	offline := false  // and whether it is that of an offline window
	for _, p := range v.Products {
		if p.State.Tone() != terms.ToneOK {
			return Answers{}, false
		}
		if len(names) < namedProducts {
			names = append(names, s.productName(p))
		}
		for i, at := range []time.Time{p.LicenseEnds, p.OfflineUntil} {
			if !at.IsZero() && (end.IsZero() || at.Before(end)) {
				first, end, offline = p, at, i > 0
			}
		}
	}
	a := Answers{
		Headline: s.Text("all.headline_no_end", nil), Happened: s.Text("all.happened", nil), Do: s.Text("all.do", nil), By: s.Text("all.by_none", nil),
		Works: s.Text("all.works", map[string]any{"list": names}), Code: string(v.Main.State),
	}
	if rest := len(v.Products) - len(names); rest > 0 {
		a.Works = s.Text("all.works_more", map[string]any{"list": s.List(names), "n": rest})
	}
	switch args := map[string]any{"product": s.productName(first), "days": DaysUntil(end, v.At, zone)}; {
	case end.IsZero():
	case offline:
		args["date"], args["end"] = s.until(s.FullDate(end, zone), end, v.At, zone), s.Until(first.LicenseEnds, v.At, zone)
		a.Headline = s.Text("all.headline_offline", args)
		args["date"] = s.Until(end, v.At, zone)
		a.By = s.Text("all.by_offline", args)
		if v.Main.Also == terms.ActMoreTime {
			a.Do, a.Also, a.AlsoButton = s.Text("all.do_offline", nil), v.Main.Also, s.Action(v.Main.Also)
		}
	default:
		a.Headline = s.Text("all.headline", map[string]any{"date": s.Date(end, zone)})
		args["date"], args["days"] = s.Date(end, zone), s.Days(DaysUntil(end, v.At, zone))
		a.By = s.Text("all.by", args)
	}
	return a, true
}

func (s *Speaker) productName(p terms.ProductVerdict) string {
	if name := clean(p.Name.In(s.cat.lang)); name != "" {
		return name
	}
	return p.ID
}
