package views

import (
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// footerPart is one fact of the footer. A part that needs care is bold and has the sign of its tone.
type footerPart struct {
	Text string
	Tone terms.Tone // "" for a plain fact
}

// clockSlack is how far the clock may be behind a signed time before the footer says so; less is delay on the way.
const clockSlack = 5 * time.Minute

// footer says what is known of offline time, contact, clock and safe storage, and nothing that is not known.
func (v voice) footer(s licensing.Snapshot, wall time.Time) []footerPart {
	parts := []footerPart{{Text: v.offline(s)}}
	if s.LastContact.IsZero() {
		parts = append(parts, footerPart{Text: v.t("footer.no_contact")})
	} else {
		parts = append(parts, footerPart{Text: v.t("footer.contact", "date", v.short(s.LastContact))})
		if s.Verdict.At.Sub(wall) > clockSlack {
			parts = append(parts, footerPart{v.t("footer.clock_behind"), terms.ToneWarn})
		} else {
			parts = append(parts, footerPart{v.t("footer.clock_ok"), terms.ToneOK})
		}
	}
	switch {
	case s.KeyStore.State != "":
		parts = append(parts, footerPart{v.t("footer.storage", "state", v.Short(s.KeyStore.State)), terms.ToneWarn})
	case s.Device.Code != "":
		parts = append(parts, footerPart{v.t("footer.storage_ok"), terms.ToneOK})
	}
	if st := s.Records.State; st != "" {
		parts = append(parts, footerPart{v.t("footer.records", "state", v.Short(st)), st.Tone()})
	}
	return parts
}

// offline is the date until which at least one product works without any contact: the latest one.
func (v voice) offline(s licensing.Snapshot) string {
	if len(s.Verdict.Products) == 0 {
		return v.t("footer.not_set_up")
	}
	var latest time.Time
	works := false
	for _, p := range s.Verdict.Products {
		if len(p.Works) == 0 {
			continue
		}
		end := p.LicenseEnds
		switch {
		case !p.OfflineUntil.IsZero():
			end = p.OfflineUntil
		case p.GraceActive:
			end = p.GraceEnds
		}
		if end.IsZero() {
			return v.t("footer.offline_no_end")
		}
		works = true
		if end.After(latest) {
			latest = end
		}
	}
	if !works {
		return v.t("footer.not_working")
	}
	return v.t("footer.offline_until", "date", v.short(latest))
}

// newFooter shows the parts on the strip at the foot of the window.
func newFooter(parts []footerPart) fyne.CanvasObject {
	line := look.Wrapped(look.Gap8)
	for i, p := range parts {
		if i > 0 {
			line.Add(look.NewLine("·", look.Caption))
		}
		line.Add(look.NewFact(p.Text, p.Tone))
	}
	return look.Strip(line)
}
