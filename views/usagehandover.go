package views

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/app/mail"
	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// saveUsage asks where to save a usage file, and goes on with then.
func (w *Window) saveUsage(d *licensing.UsageDraft, then func(path string)) {
	w.saveDialog(w.v.t("usagefile.save.title"), d.Name, func(path string) { w.writeUsage(d, path, then) })
}

func (w *Window) usageToStick(d *licensing.UsageDraft, dir string) {
	w.writeUsage(d, filepath.Join(dir, d.Name), func(string) {})
}

// writeUsage saves a usage file, notes that it left and goes to what comes next.
func (w *Window) writeUsage(d *licensing.UsageDraft, path string, then func(path string)) {
	w.do(w.v.t("busy.save"), func(ctx context.Context) func() {
		err := disk.WriteFile(disk.OS(), path, d.File, requestMode)
		var unkept error
		if err == nil {
			unkept = w.engine.UsageLeft(w.o.Interactive(ctx), d.ID, filepath.Base(path))
		}
		st := w.look()
		return func() {
			w.set(st)
			switch {
			case disk.IsFull(err):
				w.warn(terms.NewProblem(terms.StateDiskFull, nil, err))
				return
			case err != nil:
				w.toast("warn", look.Warn, w.v.t("save.problem"))
				return
			}
			if !d.Left {
				d.Left, d.Again = true, false // it is saved for the first time
			}
			w.visit(w.usageSavedPlace(d, path))
			if unkept != nil { // the file is out all the same
				w.toast("notice", look.Notice, w.v.t("usagefile.unkept"))
			}
			then(path)
		}
	})
}

// usageMail is the mail that brings a usage file to the vendor, with dates as they are here.
func (w *Window) usageMail(d *licensing.UsageDraft, path string) mail.Draft {
	local := *d
	local.Name = filepath.Base(path)
	local.From, local.To, local.ReceiptBy = d.From.In(w.v.zone), d.To.In(w.v.zone), d.ReceiptBy.In(w.v.zone)
	return mail.ForUsage(w.v.Speaker, local)
}

// draftName is where the draft of the mail lies: beside the file.
func draftName(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".eml" }

// writeUsageMail writes the draft beside the file and opens it. Where no mail program takes one, a mail without the file opens.
func (w *Window) writeUsageMail(d *licensing.UsageDraft, path string) {
	m, at := w.usageMail(d, path), w.snap.Verdict.At.In(w.v.zone)
	w.do(w.v.t("busy.save"), func(context.Context) func() {
		b, err := m.EML(at)
		if err == nil {
			err = disk.WriteFile(disk.OS(), draftName(path), b, requestMode)
		}
		if err == nil {
			err = w.o.Desk.OpenDraft(draftName(path))
		}
		return func() {
			if err != nil {
				w.openMail(plain.Note{To: m.To, Subject: m.Subject, Text: m.Text},
					func() { w.toast("ok", look.OK, w.v.t("mail.opened", "name", m.Name)) })
				return
			}
			w.toast("ok", look.OK, w.v.t("usagefile.draft_opened", "name", filepath.Base(draftName(path))))
		}
	})
}

// usageSavedPlace says that a usage file is saved, and helps to hand it on.
func (w *Window) usageSavedPlace(d *licensing.UsageDraft, path string) place {
	return place{section: secUsage, name: "usage saved " + d.Root, build: func() *screen {
		m := w.usageMail(d, path)
		v := w.v
		button := func(key, symbol, label string, tapped func()) *look.Button {
			b := look.NewButton(look.SecondaryButton, label, tapped)
			b.Key, b.Symbol = key, symbol
			return b
		}
		done := button("done", "", v.t("done"), func() { w.visit(w.usagePlace()) })
		done.Kind = look.PrimaryButton
		folder := button("folder", "", v.t("usagefile.folder"), func() { w.openFolder(path) })
		again := button("save", "", v.t("open_request.save_again"), func() { w.saveUsage(d, func(string) {}) })
		a := plain.Answers{
			Headline: v.t("usagefile.is_saved"), Happened: v.t("usagefile.is_saved.happened", "n", uses(d.Contents), "vendor", d.Vendor),
			Works: v.t("usagefile.works"), Do: v.t("usagefile.is_saved.do", "vendor", d.Vendor), By: v.t("usagefile.receipt_none", "vendor", d.Vendor),
		}
		if !d.ReceiptBy.IsZero() {
			a.By = v.t("usagefile.receipt", "date", v.long(d.ReceiptBy))
		}
		facts := [][2]string{
			{v.t("open_request.folder"), filepath.Dir(path)}, {v.t("usagefile.words"), d.Words}, {v.t("usagefile.address"), m.To}, {v.t("usagefile.subject"), m.Subject},
		}
		ways := look.Wrapped(look.Gap12, button("draft", "mail", v.t("usagefile.draft"), func() { w.writeUsageMail(d, path) }))
		if m.To != "" {
			ways.Add(button("address", "", v.t("usagefile.copy_address"), func() { w.copy(m.To) }))
		}
		ways.Add(button("subject", "", v.t("usagefile.copy_subject"), func() { w.copy(m.Subject) }))
		help := v.t("usagefile.mail.text")
		if inside := m.Inside(); inside != "" {
			ways.Add(button("inside", "", v.t("usagefile.copy_text"), func() { w.copy(inside) }))
		} else {
			help = v.t("usagefile.mail.attach")
		}
		command := commandLine("usage_export", "--vendor", vendorID(w.snap, d.Root), "--reviewed", "--out", filepath.Base(path), "--email", draftName(filepath.Base(path)))
		page := look.NewPage(sheet(
			look.NewBanner(look.BannerModel{Tone: terms.ToneOK, Headline: a.Headline, Answers: v.four(a), Columns: true}),
			look.PaddedCard(look.Column(look.Gap12, look.NewPara(v.t("usagefile.mail"), look.Heading), look.NewPara(help, look.Body), ways)),
			look.PaddedCard(look.Column(look.Gap12,
				look.Row(look.Gap12, look.Cell{Object: look.NewIcon("fileout", look.Notice, 24)},
					look.Cell{Object: look.NewCutLine(filepath.Base(path), look.CodeBold), Width: look.Stretch}),
				look.Facts(facts...))),
			look.NewCommand(v.t("command"), command, v.t("copy"), func() { w.copy(command) })))
		page.SetBar(look.Wrapped(look.Gap12, done, folder, again))
		s := w.sub(v.usagePeriod(d.From, d.To, w.snap.Verdict.At), page, []fyne.CanvasObject{look.NewChip(terms.ToneOK, "", v.t("usagefile.saved"))}, nil)
		s.enter = func() *look.Button { return done }
		s.first = func() fyne.Focusable { return done }
		return s
	}}
}

// openFolder shows where a file lies.
func (w *Window) openFolder(path string) {
	w.work.quietly(func() func() {
		err := w.o.Desk.ShowFolder(path)
		return func() {
			if err != nil {
				w.toast("notice", look.Notice, w.v.t("usagefile.no_folder", "folder", filepath.Dir(path)))
			}
		}
	})
}
