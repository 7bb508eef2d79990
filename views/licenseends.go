package views

import (
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// ends are the dates that a license has, each by its own name: never one that hides another. What moves them stands
// below: a grace that runs, more time that was granted, rules before that still count.
func (v voice) ends(s licensing.Snapshot, p terms.ProductVerdict) [][2]string {
	var out [][2]string
	add := func(id string, t time.Time) {
		if !t.IsZero() {
			out = append(out, [2]string{v.t(id), v.Until(t, p.At, v.zone)})
		}
	}
	if !p.OfflineUntil.IsZero() {
		out = append(out, [2]string{v.t("ends.contact"), v.DateTime(p.LastContact, v.zone)})
		add("row.offline_until", p.OfflineUntil)
		if p.OfflineGrace.After(p.OfflineUntil) {
			add("ends.offline_grace", p.OfflineGrace)
		}
	}
	full, withdrawn := p.Slots["date2"].(time.Time)
	switch withdrawn = withdrawn && p.State == terms.StateRevoked; {
	case withdrawn: // neither the license end nor its grace will be met
		add("row.full_use_until", full)
		if by, ok := p.Slots["deadline"].(time.Time); ok {
			add("ends.review_by", by)
		}
	case p.LicenseEnds.IsZero() && p.State != terms.StateNotStarted:
		out = append(out, [2]string{v.t("row.license_ends"), v.t("detail.no_end")})
	default:
		add("row.license_ends", p.LicenseEnds)
		if p.GraceEnds.After(p.LicenseEnds) {
			add("row.grace_ends", p.GraceEnds)
		}
	}
	if p.Cause != "" {
		out = append(out, [2]string{v.t("ends.cause"), v.running(p)})
	}
	return append(append(out, v.granted(s, p)...), v.overlaps(s, p)...)
}

// running says why grace runs, since when, and how much of it is left.
func (v voice) running(p terms.ProductVerdict) string {
	said := v.CauseText(p.Cause) + " " + v.t("ends.since", "date", v.ShortUntil(p.GraceStarted, p.At, v.zone))
	if p.GraceUntil.IsZero() {
		return said
	}
	return said + " " + v.t("ends.until", "date", v.ShortUntil(p.GraceUntil, p.At, v.zone), "left", v.Left(p.GraceUntil.Sub(p.At)))
}

// granted are the extensions that count for a license now.
func (v voice) granted(s licensing.Snapshot, p terms.ProductVerdict) [][2]string {
	l, ok := deciding(s, p)
	if !ok {
		return nil
	}
	var out [][2]string
	for _, x := range s.Facts.Extensions {
		reaches := x.Body.Serial == l.Serial || x.Body.Serial == "" && x.Audience.Includes(&l.License)
		until := x.Body.Until
		if until.IsZero() {
			until = x.Body.By.After(x.Issued, time.UTC)
		}
		if x.Vendor != p.Vendor || !reaches || until.Before(p.At) {
			continue
		}
		out = append(out, [2]string{v.t("ends.more"), v.t("ends.granted", "what", v.t("ends.more."+x.Body.What),
			"until", v.ShortUntil(until, p.At, v.zone), "agent", x.Body.Agent, "reason", x.Body.Reason)})
	}
	return out
}

// overlaps says how long the rules before a change still count.
func (v voice) overlaps(s licensing.Snapshot, p terms.ProductVerdict) [][2]string {
	l, ok := deciding(s, p)
	if !ok || l.Overlap == nil || l.Overlap.Until.Before(p.At) {
		return nil
	}
	return [][2]string{{v.t("ends.before"), v.t("ends.overlap", "n", l.Overlap.Version, "until", v.ShortUntil(l.Overlap.Until, p.At, v.zone))}}
}

// deciding is the license that decides for a product.
func deciding(s licensing.Snapshot, p terms.ProductVerdict) (terms.Held, bool) {
	for i := range s.Facts.Licenses {
		if h := &s.Facts.Licenses[i]; h.Vendor == p.Vendor && h.License.Serial == p.License {
			return *h, true
		}
	}
	return terms.Held{}, false
}
