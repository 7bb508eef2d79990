package views

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// featureRow is one feature of a product.
type featureRow struct {
	Name, Word, Until string
	Tone              terms.Tone
	Symbol            string
}

// licenseModel is one product as its page shows it.
type licenseModel struct {
	Title, Vendor string
	Row           row // its chip
	Banner        banner
	Finding       terms.Finding
	Line          timeline
	Steps         []step
	Ends          [][2]string // the dates by their own names
	Zone          string
	Whys          []why
	Features      []featureRow
	Computer      [][2]string
}

// license turns one product into words.
func (v voice) license(s licensing.Snapshot, p terms.ProductVerdict) licenseModel {
	spans := ahead(s, p)
	steps := v.steps(p, spans)
	m := licenseModel{
		Title: v.name(p.Name, p.ID), Vendor: vendorName(s, p.Vendor), Row: v.row(s, p), Banner: v.banner(s, p.Finding),
		Finding: p.Finding, Line: v.timeline(s, p, spans), Steps: steps, Ends: v.ends(s, p), Features: v.features(p),
		Computer: v.computer(s, p), Whys: v.whys(p, steps),
	}
	m.Banner.Eyebrow = ""
	m.Zone = v.t("detail.zone", "zone", s.Verdict.At.In(v.zone).Format("MST"))
	if src := v.decidedBy(p); src != "" {
		m.Zone += " " + src
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
