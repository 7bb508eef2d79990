package views

import (
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// bannerView is a state with its buttons: the one that stands out and, of less weight, a second way. The one that stands out
// is returned too, nil when there is none: Enter presses it.
func (v voice) bannerView(b banner, f terms.Finding, columns bool, act func(terms.Action, terms.Finding)) (*look.Banner, *look.Button) {
	a := b.Answers
	m := look.BannerModel{
		Tone: b.Tone, Symbol: b.Symbol, Eyebrow: b.Eyebrow, Headline: a.Headline, Answers: v.four(a), ButtonAt: doing, Columns: columns,
	}
	if a.Button != "" {
		m.Button = look.NewButton(look.PrimaryButton, a.Button, func() { act(a.Action, f) })
		m.Button.Key = "banner"
	}
	if b.Online != "" && a.Button != "" {
		m.Other = m.Button
		m.Other.Kind = look.SecondaryButton
		m.Button = look.NewButton(look.PrimaryButton, b.Online, func() { act(actAskNow, f) })
		m.Button.Key = "banner.online"
	}
	if a.AlsoButton != "" {
		m.Also = look.NewButton(look.TextButton, a.AlsoButton, func() { act(a.Also, f) })
		m.Also.Key = "banner.also"
	}
	return look.NewBanner(m), m.Button
}
