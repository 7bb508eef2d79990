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

	EventOfflineEnding    = "offline_ending" // a quarter of the offline window is left
	EventOfflineEnds      = "offline_ends"
	EventOfflineGraceEnds = "offline_grace_ends"
	EventRevoked          = "revoked"   // last moment of full use of a withdrawn license
	EventReviewBy         = "review_by" // last moment to ask for a review of a withdrawal
	EventAnswerBy         = "answer_by" // of a hold
	EventConfirmBy        = "confirm_by"
	EventMaintenance      = "maintenance"   // planned work begins
	EventPolicyChange     = "policy_change" // new rules begin
	EventSilent           = "vendor_silent" // the continuity rule takes over
	EventUsageDue         = "usage_due"     // last moment for a usage file
)

var eventOrder = map[string]int{
	EventReminder: 0, EventOfflineEnding: 1, EventMaintenance: 2, EventPolicyChange: 3, EventLicenseStarts: 4, EventFirstUseEnds: 5, EventUnprovenEnds: 6,
	EventConfirmBy: 7, EventAnswerBy: 8, EventReviewBy: 9, EventRevoked: 10, EventOfflineEnds: 11, EventLicenseEnds: 12, EventOfflineGraceEnds: 13,
	EventGraceEnds: 14, EventViewMode: 15, EventPause: 16, EventSilent: 17, EventUsageDue: 18,
}

// events are the coming dates of the product, soonest first. Those of its features are the ends of full use over
// all licenses; an end is the last moment before the change.
func (p *product) events() []Event {
	all := make([]Event, 0, 16)
	add := func(name string, at time.Time, feature string) {
		if !at.IsZero() && !at.Before(p.At) {
			all = append(all, Event{At: at, Name: name, Product: p.ID, Feature: feature})
		}
	}
	if b := p.best; b.phase > unproved {
		// Once a withdrawal took full use, and while a first use is not confirmed, nothing else is left to end.
		last, lastContact := b.withdrawn, sooner(b.withdrawn, b.firstUse)
		end := func(name string, at, last time.Time) {
			if !past(at, last) {
				add(name, at, "")
			}
		}
		if from, ok := p.last.reminder(); ok && from.After(p.At) {
			end(EventReminder, from, last)
		}
		add(EventFirstUseEnds, b.firstUse, "")
		if p.facts.Device.Proven {
			add(EventConfirmBy, b.unproven, "")
		} else {
			add(EventUnprovenEnds, b.unproven, "")
		}
		if !b.offline.IsZero() && CompareEnds(b.offline, p.last.term) <= 0 {
			if from := b.offlineFrom(); from.After(p.At) && b.phase != upcoming {
				end(EventOfflineEnding, from, lastContact)
			}
		}
		if !p.silentNow() {
			end(EventOfflineEnds, b.offline, lastContact)
			end(EventOfflineGraceEnds, b.offlineGrace, lastContact)
			if b.Policy.Continuity.Then != Pause {
				end(EventSilent, b.silent, last)
			}
		}
		add(EventAnswerBy, b.held, "")
		if w := b.words.revoked; w != nil {
			add(EventReviewBy, w.Body.ReviewBy, "")
		}
		add(EventRevoked, b.withdrawn, "")
		end(EventLicenseEnds, p.LicenseEnds, last)
		end(EventGraceEnds, p.GraceEnds, last)
	}
	for i := range p.licenses {
		if j := &p.licenses[i]; j.phase == upcoming {
			add(EventLicenseStarts, j.starts, "")
		}
	}
	for i := range p.facts.Notices {
		n := &p.facts.Notices[i]
		names := map[string]string{NoticeMaintenance: EventMaintenance, NoticePolicy: EventPolicyChange}
		if name := names[n.Body.Type]; name != "" && !n.Body.Withdrawn && n.Vendor == p.Vendor && n.concerns(p.best.Held) {
			add(name, n.Body.From, "")
		}
	}
	marks := len(all) // of the product; those of features follow, each moment and kind once
	ends := make([]Event, 0, len(p.ids))
	for _, id := range p.ids {
		v := p.Features[id]
		if v.Mode != Keep || v.Until.IsZero() || v.Until.Before(p.At) {
			continue
		}
		m := Event{At: v.Until, Name: EventPause, Product: p.ID, Feature: id}
		if v.Then == View {
			m.Name = EventViewMode
		}
		ends = append(ends, m)
		if !slices.ContainsFunc(all[marks:], func(e Event) bool { return e.Name == m.Name && e.At.Equal(m.At) }) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), eventOrder[a.Name]-eventOrder[b.Name])
	})
	all = slices.Compact(all)
	return withFeatures(all, ends)
}

// withFeatures puts every end of a feature into the place of the first one that ends in the same way at the same moment.
func withFeatures(firsts, ends []Event) []Event {
	if len(firsts) == 0 {
		return nil
	}
	all := make([]Event, 0, len(firsts)+len(ends))
	for _, e := range firsts {
		if e.Feature == "" {
			all = append(all, e)
			continue
		}
		for i := range ends {
			if ends[i].Name == e.Name && ends[i].At.Equal(e.At) {
				all = append(all, ends[i])
			}
		}
	}
	return all
}

// silentNow says that the continuity rule has lifted the limit on time without contact.
func (p *product) silentNow() bool { return p.best.silentNow(p.At) }
