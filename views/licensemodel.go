package views

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// featureRow is one feature of a product.
type featureRow struct {
	Name, Word, Until string
	Tone              terms.Tone
	Symbol            string
}

// step is one date of what happens next.
type step struct {
	At         time.Time // zero for what comes after all dates
	Date, Text string
}

// licenseModel is one product as its page shows it.
type licenseModel struct {
	Title, Vendor string
	Row           row // its chip
	Banner        banner
	Finding       terms.Finding
	Line          timeline
	Steps         []step
	Ends          [][2]string // the two dates by their two names
	Zone          string
	Reasons       []string
	Features      []featureRow
	Computer      [][2]string
}

// license turns one product into words.
func (v voice) license(s licensing.Snapshot, p terms.ProductVerdict) licenseModel {
	m := licenseModel{
		Title: v.name(p.Name, p.ID), Vendor: vendorName(s, p.Vendor), Row: v.row(s, p), Banner: v.banner(s, p.Finding),
		Finding: p.Finding, Line: v.timeline(s, p), Steps: v.steps(s, p), Ends: v.ends(s, p), Features: v.features(p),
		Computer: v.computer(s, p),
	}
	m.Banner.Eyebrow = ""
	m.Zone = v.t("detail.zone", "zone", s.Verdict.At.In(v.zone).Format("MST"))
	if src := v.decidedBy(p); src != "" {
		m.Zone += " " + src
	}
	m.Reasons = v.reasons(p.Reasons)
	if len(m.Reasons) == 0 {
		var why []terms.Reason
		for _, id := range slices.Sorted(maps.Keys(p.Features)) {
			why = append(why, p.Features[id].Reasons...)
		}
		m.Reasons = v.reasons(why)
	}
	return m
}

// decidedBy names the license and policy behind the dates.
func (v voice) decidedBy(p terms.ProductVerdict) string {
	for _, r := range p.Reasons {
		if r.License != "" {
			return v.t("detail.decided", "serial", r.License, "policy", strconv.Itoa(r.Policy))
		}
	}
	if p.License != "" {
		return v.t("detail.decided_license", "serial", p.License)
	}
	return ""
}

// features says for each feature whether it works, and until when.
func (v voice) features(p terms.ProductVerdict) []featureRow {
	var out []featureRow
	for _, id := range slices.Sorted(maps.Keys(p.Features)) {
		f := p.Features[id]
		r := featureRow{Name: v.name(f.Name, id), Tone: terms.ToneOK, Word: v.t("detail.works"), Until: v.t("detail.no_end")}
		switch f.Mode {
		case terms.View:
			r.Tone, r.Symbol, r.Word = terms.ToneWarn, "eye", v.t("detail.view")
		case terms.Pause:
			r.Tone, r.Word = terms.ToneWarn, v.t("detail.paused")
		}
		if !f.Until.IsZero() {
			r.Until = v.t("detail.until", "date", v.short(f.Until))
		} else if f.Mode != terms.Keep {
			r.Until = ""
		}
		out = append(out, r)
	}
	return out
}

// ends are the dates that a license has, each by its own name: never one that hides another.
func (v voice) ends(s licensing.Snapshot, p terms.ProductVerdict) [][2]string {
	var out [][2]string
	add := func(id string, t time.Time) {
		if !t.IsZero() {
			out = append(out, [2]string{v.t(id), v.Until(t, s.Verdict.At, v.zone)})
		}
	}
	add("row.offline_until", p.OfflineUntil)
	if p.LicenseEnds.IsZero() && p.State != terms.StateNotStarted {
		out = append(out, [2]string{v.t("row.license_ends"), v.t("detail.no_end")})
	}
	add("row.license_ends", p.LicenseEnds)
	if p.GraceEnds.After(p.LicenseEnds) {
		add("row.grace_ends", p.GraceEnds)
	}
	return out
}

// computer is what is known of the license and of the computer it is for.
func (v voice) computer(s licensing.Snapshot, p terms.ProductVerdict) [][2]string {
	out := [][2]string{{v.t("detail.serial"), p.License}}
	for _, h := range s.Facts.Licenses {
		l := h.License
		if l.Serial != p.License || h.Vendor != p.Vendor {
			continue
		}
		out = append(out, [2]string{v.t("detail.bound"), v.t("detail.bound." + string(l.Binding))})
		if l.Places.Total > 0 {
			out = append(out, [2]string{v.t("detail.places"), v.t("detail.places_of", "used", l.Places.Used, "n", l.Places.Total)})
		}
		out = append(out, [2]string{v.t("detail.taken"), v.long(h.Taken)})
	}
	out = append(out, [2]string{v.t("detail.code"), s.Device.Code}, [2]string{v.t("detail.label"), s.Device.Label})
	for _, x := range s.Vendors {
		if x.Root == p.Vendor {
			out = append(out, [2]string{v.t("detail.vendor"), x.Name}, [2]string{v.t("detail.contact"), x.Support},
				[2]string{v.t("detail.words"), strings.Join(x.Words, " ")})
		}
	}
	return out
}

// steps are the coming dates and what each of them does.
func (v voice) steps(s licensing.Snapshot, p terms.ProductVerdict) []step {
	var out []step
	for i := 0; i < len(p.Next); {
		e := p.Next[i]
		var names []string
		for ; i < len(p.Next) && p.Next[i].Name == e.Name && p.Next[i].At.Equal(e.At); i++ {
			if id := p.Next[i].Feature; id != "" {
				names = append(names, v.name(p.Features[id].Name, id))
			}
		}
		id := "step." + e.Name
		switch {
		case len(names) > 0:
		case e.Name == terms.EventLicenseEnds && p.GraceEnds.After(p.LicenseEnds):
			id += ".grace"
		}
		out = append(out, step{e.At, v.ShortUntil(e.At, s.Verdict.At, v.zone), v.t(id, "list", names)})
	}
	later := "step.later"
	switch {
	case len(out) == 0 && len(p.Works) == len(p.Features):
		later = "step.later_works"
	case p.LicenseEnds.IsZero():
		return out
	}
	return append(out, step{Date: v.t("step.later_when"), Text: v.t(later)})
}

// reasons says each step of "why" once.
func (v voice) reasons(rs []terms.Reason) []string {
	var out []string
	for _, r := range rs {
		text := v.Reason(r, v.zone)
		if text == "" || slices.Contains(out, text) {
			continue
		}
		out = append(out, text)
	}
	return out
}
