package plain

import (
	"time"

	"holdfast/licensing/terms"
)

// Step is a coming date of a product and what it does.
type Step struct {
	At       time.Time // zero: what comes after all dates
	Event    string    // name of its terms.Event; "" for what comes after all dates
	Features []string  // names of the parts it concerns; none: the product as a whole
	When     string    // "14 Mar 2027", or "Later"
	Title    string    // "License ends"
	Text     string    // "The license ends. Grace starts by itself. Everything works."
}

// Steps are the coming dates of a product, soonest first, and what stays after them. Events of one moment and one name are one
// step. Times are shown in zone, as seen at a time; nil is UTC.
func (s *Speaker) Steps(p terms.ProductVerdict, at time.Time, zone *time.Location) []Step {
	var all []Step
	for i := 0; i < len(p.Next); {
		e := p.Next[i]
		step := Step{At: e.At, Event: e.Name, When: s.when(e, at, zone), Title: s.Event(e)}
		for ; i < len(p.Next) && p.Next[i].Name == e.Name && p.Next[i].At.Equal(e.At); i++ {
			if id := p.Next[i].Feature; id != "" {
				step.Features = append(step.Features, s.featureName(p, id))
			}
		}
		step.Text = s.effect(e, p, step.Features)
		all = append(all, step)
	}
	stays := "effect.later_works"
	if restricted(p) {
		stays = "effect.later"
	}
	if p.State == terms.StateNotSetUp {
		return all
	}
	return append(all, Step{When: s.Text("effect.later_when", nil), Title: s.Text("effect.later_title", nil), Text: s.Text(stays, nil)})
}

// starts are the events with which something begins; the others are the last moment before a change.
var starts = map[string]bool{terms.EventLicenseStarts: true, terms.EventMaintenance: true, terms.EventPolicyChange: true}

// when is the date of an event, with its time of day where that matters.
func (s *Speaker) when(e terms.Event, at time.Time, zone *time.Location) string {
	if starts[e.Name] {
		return s.ShortFrom(e.At, at, zone)
	}
	return s.ShortUntil(e.At, at, zone)
}

// restricted says whether the product is not, or will not stay, at full use.
func restricted(p terms.ProductVerdict) bool {
	if len(p.View) > 0 || len(p.Paused) > 0 || len(p.Features) == 0 && !p.LicenseEnds.IsZero() {
		return true
	}
	for _, f := range p.Features {
		if f.Mode != terms.Keep || !f.Until.IsZero() {
			return true
		}
	}
	return false
}

// effect says what an event does, in the words of the event or of one of its variants: an end that grace follows.
func (s *Speaker) effect(e terms.Event, p terms.ProductVerdict, names []string) string {
	id := "effect." + e.Name
	grace := map[string]time.Time{terms.EventLicenseEnds: p.GraceEnds, terms.EventOfflineEnds: p.OfflineGrace}[e.Name]
	switch _, ends := s.cat.messages[id+".grace"]; {
	case !ends:
	case grace.After(e.At) && lostBy(p, e.At):
		id += ".grace_parts"
	case grace.After(e.At):
		id += ".grace"
	case !restricted(p):
		id += ".kept"
	}
	if some := id + ".some"; s.Has(some) && lostBy(p, e.At) {
		id = some
	}
	if !s.Has(id) {
		return s.Text("effect.other", map[string]any{"title": s.Event(e)})
	}
	return s.Text(id, map[string]any{"list": names, "view": viewText(p.Finding, s.cat.lang)})
}

// lostBy says whether some part has left full use by the end of a moment: then not everything works.
func lostBy(p terms.ProductVerdict, at time.Time) bool {
	if len(p.View)+len(p.Paused) > 0 {
		return true
	}
	for _, e := range p.Next {
		if e.Feature != "" && !e.At.After(at) {
			return true
		}
	}
	return false
}

// viewText is what view mode allows in the words of the policy, where a finding carries them.
func viewText(f terms.Finding, lang string) []string {
	var all []string
	for _, slot := range []string{"after", "kept_and_viewed", "then"} {
		k, _ := f.Slots[slot].(terms.Kept)
		if t, ok := f.Slots[slot].(terms.Then); ok {
			k = t.After
		}
		if len(all) == 0 {
			for _, t := range k.ViewText {
				all = append(all, t.In(lang))
			}
		}
	}
	return all
}

func (s *Speaker) featureName(p terms.ProductVerdict, id string) string {
	if name := clean(p.Features[id].Name.In(s.cat.lang)); name != "" {
		return name
	}
	return id
}
