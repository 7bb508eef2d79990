package views

import (
	"context"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// receiptPage shows one receipt of a vendor, compared with the ledger here. ref is its reference; "" takes the newest.
func (w *Window) receiptPage(ref string) {
	if !w.ready() {
		return
	}
	w.do(w.v.t("busy.look"), func(context.Context) func() {
		all := w.engine.Receipts()
		return func() {
			for _, r := range all {
				if ref == "" || r.Ref == ref {
					w.visit(w.receiptPlace(r))
					return
				}
			}
			w.toast("notice", look.Notice, w.v.t("receipt.none"))
		}
	})
}

// receiptPlace is a receipt in words. What it says never changes; what is counted here may.
func (w *Window) receiptPlace(r licensing.ReceiptView) place {
	return place{section: secUsage, name: "receipt " + r.Ref, build: func() *screen {
		v, m := w.v, w.v.receipt(w.snap, r)
		save := look.NewButton(look.PrimaryButton, v.t("receipt.save"), func() {
			w.saveAs("receipt.save", "receipt_"+r.Ref+".txt", func() ([]byte, error) { return []byte(v.receiptText(m)), nil })
		})
		save.Key = "save"
		main := save
		bar := look.Wrapped(look.Gap12, save)
		if !r.Matches {
			ask := look.NewButton(look.PrimaryButton, v.Action(terms.ActAskVendor), func() { w.tellAbout(plain.NoteVendor, m.Finding) })
			ask.Key = "ask"
			save.Kind, main = look.SecondaryButton, ask
			bar = look.Wrapped(look.Gap12, ask, save)
		}
		var rows [][]string
		for _, t := range m.Meters {
			rows = append(rows, []string{t.Name, t.Here, t.There})
		}
		parts := []fyne.CanvasObject{
			look.NewBanner(look.BannerModel{Tone: m.Banner.Tone, Headline: m.Banner.Answers.Headline, Answers: v.four(m.Banner.Answers), Columns: true}),
		}
		if len(rows) > 0 {
			parts = append(parts, look.PaddedCard(look.Column(look.Gap12, look.NewPara(v.t("receipt.meters"), look.Heading),
				look.NewPara(m.Compared, look.Body), look.NewTable([]string{v.t("receipt.meter"), v.t("receipt.here"), v.t("receipt.there")}, rows, nil))))
		}
		parts = append(parts, look.PaddedCard(look.Column(look.Gap12, look.NewPara(v.t("receipt.says"), look.Heading), look.Facts(m.Facts...))),
			look.NewCommand(v.t("command"), m.Command, v.t("copy"), func() { w.copy(m.Command) }))
		page := look.NewPage(sheet(parts...))
		page.SetBar(bar)
		tone, word := terms.ToneOK, v.t("receipt.matches")
		if !r.Matches {
			tone, word = terms.ToneWarn, v.t("receipt.differs")
		}
		s := w.sub(m.Title, page, []fyne.CanvasObject{look.NewChip(tone, "", word)}, nil)
		s.enter = func() *look.Button { return main }
		s.first = func() fyne.Focusable { return main }
		return s
	}}
}
