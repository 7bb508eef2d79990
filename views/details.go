package views

import (
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// featureRow is one feature of a product.
type featureRow struct {
	Name, Word, Until string
	Tone              terms.Tone
	Symbol            string
}

// detailsModel is one state with its reasons, and for a product what may be used.
type detailsModel struct {
	Title    string
	Banner   banner
	Finding  terms.Finding
	Features []featureRow
	Facts    [][2]string
	Reasons  []string
}

// findingDetails is about a state of the whole computer.
func (v voice) findingDetails(s licensing.Snapshot, f terms.Finding) detailsModel {
	return detailsModel{Title: v.Title(f.State), Banner: v.banner(s, f), Finding: f, Reasons: v.reasons(f.Reasons)}
}

// productDetails is about one product.
func (v voice) productDetails(s licensing.Snapshot, p terms.ProductVerdict) detailsModel {
	m := v.findingDetails(s, p.Finding)
	m.Title, m.Banner.Eyebrow = v.name(p.Name, p.ID), ""
	var why []terms.Reason
	for _, id := range slices.Sorted(maps.Keys(p.Features)) {
		f := p.Features[id]
		row := featureRow{Name: v.name(f.Name, id), Tone: terms.ToneOK, Word: v.t("detail.works"), Until: v.t("detail.no_end")}
		switch f.Mode {
		case terms.View:
			row.Tone, row.Symbol, row.Word = terms.ToneWarn, "eye", v.t("detail.view")
		case terms.Pause:
			row.Tone, row.Word = terms.ToneWarn, v.t("detail.paused")
		}
		if !f.Until.IsZero() {
			row.Until = v.t("detail.until", "date", v.short(f.Until))
		} else if f.Mode != terms.Keep {
			row.Until = ""
		}
		m.Features = append(m.Features, row)
		why = append(why, f.Reasons...)
	}
	if len(m.Reasons) == 0 {
		m.Reasons = v.reasons(why)
	}
	for _, vv := range s.Vendors {
		if vv.Root == p.Vendor {
			m.Facts = append(m.Facts, [2]string{v.t("detail.vendor"), vv.Name}, [2]string{v.t("detail.words"), strings.Join(vv.Words, " ")})
		}
	}
	m.Facts = append(m.Facts, [2]string{v.t("detail.serial"), p.License})
	return m
}

// reasons says each step of "why" once.
func (v voice) reasons(rs []terms.Reason) []string {
	var out []string
	for _, r := range rs {
		if s := v.Reason(r, v.zone); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// detailsPage shows the four answers of one state, what may be used, and why.
type detailsPage struct {
	v     voice
	act   func(a terms.Action, f terms.Finding)
	page  *look.Page
	main  *look.Button
	first fyne.Focusable
}

func newDetailsPage(v voice, act func(a terms.Action, f terms.Finding)) *detailsPage {
	return &detailsPage{v: v, act: act, page: look.NewPage(nil)}
}

// Set shows m.
func (p *detailsPage) Set(m detailsModel) {
	p.main = nil
	if a := m.Banner.Answers; a.Button != "" {
		p.main = look.NewButton(look.PrimaryButton, a.Button, func() { p.act(a.Action, m.Finding) })
		p.main.Key = "banner"
		p.first = p.main
	}
	parts := []fyne.CanvasObject{look.NewBanner(look.BannerModel{
		Tone: m.Banner.Tone, Symbol: m.Banner.Symbol, Eyebrow: m.Banner.Eyebrow, Headline: m.Banner.Answers.Headline,
		Answers: p.v.four(m.Banner.Answers), ButtonAt: doing, Button: p.main,
	})}
	if len(m.Features) > 0 {
		var rows []look.Feature
		for _, f := range m.Features {
			rows = append(rows, look.Feature{Name: f.Name, Chip: look.NewChip(f.Tone, f.Symbol, f.Word), Until: f.Until})
		}
		parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("detail.features"), ""), look.NewFeatures(rows)))
	}
	if len(m.Facts) > 0 {
		parts = append(parts, look.PaddedCard(look.Facts(m.Facts...)))
	}
	if len(m.Reasons) > 0 {
		parts = append(parts, look.Column(look.Gap8, look.Section("", p.v.t("detail.why"), ""), look.PaddedCard(look.Numbered(m.Reasons))))
	}
	p.page.Set(sheet(parts...))
}
