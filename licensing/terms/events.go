package terms

import (
	"cmp"
	"slices"
	"time"
)

// Names of events, in the order in which they are listed when they fall on one moment.
const (
	EventReminder      = "reminder"
	EventLicenseStarts = "license_starts"
	EventFirstUseEnds  = "first_use_ends"
	EventUnprovenEnds  = "unproven_ends"
	EventLicenseEnds   = "license_ends"
	EventGraceEnds     = "grace_ends"
	EventViewMode      = "view_mode"
	EventPause         = "pause"
)

var eventOrder = map[string]int{
	EventReminder: 0, EventLicenseStarts: 1, EventFirstUseEnds: 2, EventUnprovenEnds: 3,
	EventLicenseEnds: 4, EventGraceEnds: 5, EventViewMode: 6, EventPause: 7,
}

// events are the coming dates of the product, soonest first. Those of its features are the ends of full use over
// all licenses; an end is the last moment before the change.
func (p *product) events() []Event {
	var all []Event
	add := func(name string, at time.Time, feature string) {
		if !at.IsZero() && !at.Before(p.At) {
			all = append(all, Event{At: at, Name: name, Product: p.ID, Feature: feature})
		}
	}
	if p.best.phase > unproved {
		if from, ok := p.last.reminder(); ok && from.After(p.At) {
			add(EventReminder, from, "")
		}
		add(EventFirstUseEnds, p.best.firstUse, "")
		add(EventUnprovenEnds, p.best.unproven, "")
		add(EventLicenseEnds, p.LicenseEnds, "")
		add(EventGraceEnds, p.GraceEnds, "")
	}
	for i := range p.licenses {
		if j := &p.licenses[i]; j.phase == upcoming {
			add(EventLicenseStarts, j.starts, "")
		}
	}
	for id, v := range p.Features {
		if v.Mode != Keep || v.Until.IsZero() {
			continue
		}
		name := EventPause
		if o := slicesBest(p.options[id], betterOption(v.Until.Add(time.Second))); o.mode(v.Until.Add(time.Second)) == View {
			name = EventViewMode
		}
		add(name, v.Until, id)
	}
	slices.SortFunc(all, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), eventOrder[a.Name]-eventOrder[b.Name], cmp.Compare(a.Feature, b.Feature))
	})
	return slices.Compact(all)
}
