package issuer

import (
	"maps"
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// follow puts a license under a new policy without taking anything away: what the old one gave goes on for its offline window and its
// longest grace from that time on, features that the new one no longer has stay, and so do places that were sold. The
// license keeps its own end and its site.
func (rec *licenseRecord) follow(next terms.Policy, from, now time.Time) {
	old := rec.Policy
	o := overlapOf(old, from)
	if had := rec.Overlap; had != nil && now.Before(had.Until) {
		o = longest(o, *had)
	}
	o.Features = renamed(o.Features, next)
	rec.Overlap, rec.Policy, rec.policySum = &o, next, ""
	rec.Policy.Features = maps.Clone(next.Features)
	for id, f := range old.Features {
		if !has(next, id) {
			rec.Policy.Features[id] = f
		}
	}
	rec.PolicyPlaces = 0
	if rec.Places > next.Devices.Places {
		rec.PolicyPlaces, rec.Policy.Devices.Places = next.Devices.Places, rec.Places
	}
	rec.Places = rec.Policy.Devices.Places
	if rec.Policy.Devices.Site == "" {
		rec.Policy.Devices.Site = old.Devices.Site
	}
}

// has says whether a policy has a feature, also under a newer id.
func has(p terms.Policy, id string) bool {
	if _, ok := p.Features[id]; ok {
		return true
	}
	for _, f := range p.Features {
		if slices.Contains(f.Was, id) {
			return true
		}
	}
	return false
}

// renamed puts features also under the id that they have in a later policy.
func renamed(features map[string]terms.Feature, next terms.Policy) map[string]terms.Feature {
	all := maps.Clone(features)
	for id, f := range next.Features {
		for _, was := range f.Was {
			if old, ok := features[was]; ok {
				if _, taken := all[id]; !taken {
					all[id] = old
				}
			}
		}
	}
	return all
}

// base is the policy of a license as it was published: a number of places of its own is taken out again.
func (rec licenseRecord) base() terms.Policy {
	p := rec.Policy
	if rec.PolicyPlaces > 0 {
		p.Devices.Places = rec.PolicyPlaces
	}
	return p
}

// overlapOf keeps what a policy gave until its offline window and then its longest grace are over, counted from a time.
func overlapOf(p terms.Policy, from time.Time) terms.Overlap {
	zone := zoneOf(p)
	o := terms.Overlap{Version: p.Version, Offline: p.Offline, Grace: p.Grace, Features: p.Features}
	window := p.Offline.Window.After(from, zone)
	o.Until = window
	for _, l := range append(featureGraces(p), graces(p.Grace)...) {
		if to := l.After(window, zone); l.Lasts() && to.After(o.Until) {
			o.Until = to
		}
	}
	return o
}

// longest joins two overlaps so that neither gets shorter.
func longest(a, b terms.Overlap) terms.Overlap {
	if b.Until.After(a.Until) {
		a.Until = b.Until
	}
	if a.Offline.Window.Lasts() { // none is no limit
		a.Offline.Window = longer(a.Offline.Window, b.Offline.Window)
		if !b.Offline.Window.Lasts() {
			a.Offline.Window = b.Offline.Window
		}
	}
	a.Offline.MoreTime = longer(a.Offline.MoreTime, b.Offline.MoreTime)
	a.Grace = terms.Grace{
		Offline: longer(a.Grace.Offline, b.Grace.Offline), Renewal: longer(a.Grace.Renewal, b.Grace.Renewal),
		Outage: longer(a.Grace.Outage, b.Grace.Outage), Maintenance: longer(a.Grace.Maintenance, b.Grace.Maintenance),
		Migration: longer(a.Grace.Migration, b.Grace.Migration),
	}
	a.Features = maps.Clone(a.Features)
	for id, f := range b.Features {
		now, ok := a.Features[id]
		switch {
		case !ok, f.After == terms.Keep:
			now = f
		case f.Grace.IsZero() && now.Grace.IsZero():
		case f.Grace.IsZero() || now.Grace.IsZero(): // one of them follows the cause: the longest of all
			now.Grace = longer(f.Grace, now.Grace)
			for _, l := range graces(a.Grace) {
				now.Grace = longer(now.Grace, l)
			}
		default:
			now.Grace = longer(now.Grace, f.Grace)
		}
		a.Features[id] = now
	}
	return a
}

// graces are the lengths of grace of all causes.
func graces(g terms.Grace) []terms.Length {
	return []terms.Length{g.Offline, g.Renewal, g.Outage, g.Maintenance, g.Migration}
}

func longer(a, b terms.Length) terms.Length {
	if spanOf(b) > spanOf(a) {
		return b
	}
	return a
}
