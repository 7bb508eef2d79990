package views

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// draftTime is how long making a usage file may take. A hundred thousand entries take seconds.
const draftTime = 2 * time.Minute

// The codes of the engine's answer when every entry has its receipt, and when there never was one.
const (
	nothingToReport = "nothing_to_report"
	nothingRecorded = "nothing_recorded"
)

// usageDraft makes the usage file of a vendor and shows everything that is in it. Nothing leaves by it. Where a file waits for
// its receipt and nothing came after it, it is that file again.
func (w *Window) usageDraft(root string) {
	if w.ready() {
		w.makeUsageDraft(licensing.UsageOptions{Vendor: root})
	}
}

func (w *Window) makeUsageDraft(o licensing.UsageOptions) {
	w.do(w.v.t("busy.usagefile"), func(ctx context.Context) func() {
		d, err := w.draftOf(ctx, o)
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.visit(w.noUsageDraftPlace(o, err))
				return
			}
			w.visit(w.usageDraftPlace(&d))
		}
	})
}

// draftOf asks the engine, for as long as a person would wait.
func (w *Window) draftOf(ctx context.Context, o licensing.UsageOptions) (licensing.UsageDraft, error) {
	ctx, stop := context.WithTimeout(w.o.Interactive(ctx), draftTime)
	defer stop()
	return w.engine.DraftUsage(ctx, o)
}

// usageFilePlace names the place of a vendor's usage file, made or not.
func usageFilePlace(root string) string { return "usage file " + root }

// usageDraftPlace shows a usage file before it leaves.
func (w *Window) usageDraftPlace(d *licensing.UsageDraft) place {
	return place{section: secUsage, name: usageFilePlace(d.Root), build: func() *screen {
		m := w.v.usageFile(w.snap, *d)
		if told := w.sendingNow(); told.Root == d.Root {
			m.Sending = told
		}
		p := &usageFilePage{v: w.v, page: look.NewPage(nil), do: usageFileActions{
			save: func() { w.saveUsage(d, func(string) {}) }, mail: func() { w.saveUsage(d, func(path string) { w.writeUsageMail(d, path) }) },
			stick:   func(dir string) { w.usageToStick(d, dir) },
			entries: func() { w.visit(w.usageEntriesPlace(d)) }, fields: func() { w.visit(w.usageFieldsPlace(d)) }, raw: func() { w.visit(w.usageRawPlace(d)) },
			level: func(level string) { w.usageAtLevel(d, level) }, command: w.copy, sending: w.sendingHere(),
		}}
		p.Set(m)
		w.offerStick(p.page, func(stick, name string) {
			m.Stick, m.StickName = stick, name
			p.Set(m)
		}, p.page.ToTop) // the file before the button
		s := w.sub(m.Title, p.page, nil, nil)
		s.enter = func() *look.Button { return p.main }
		s.first = func() fyne.Focusable { return p.main }
		return s
	}}
}

// usageAtLevel makes the file again with another level of detail, and shows that one. What cannot be had leaves the page as it is.
func (w *Window) usageAtLevel(d *licensing.UsageDraft, level string) {
	if level == d.AskedLevel() {
		return
	}
	w.do(w.v.t("busy.usagefile"), func(ctx context.Context) func() {
		other, err := w.draftOf(ctx, licensing.UsageOptions{Vendor: d.Root, Level: level})
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.reshow() // the choice goes back
				w.warn(err)
				return
			}
			w.visit(w.usageDraftPlace(&other))
			w.refocus("level " + level)
		}
	})
}

// noUsageDraftPlace says why there is no usage file, with the way forward.
func (w *Window) noUsageDraftPlace(o licensing.UsageOptions, err error) place {
	return place{section: secUsage, name: usageFilePlace(o.Vendor), build: func() *screen {
		b, f := w.problem(err)
		code := plain.Code(err)
		if code == nothingRecorded {
			w.v.neverUsed(w.snap, o.Vendor, &b.Answers)
		}
		main := look.NewButton(look.PrimaryButton, w.v.t("usagefile.again"), func() { w.makeUsageDraft(o) })
		switch a := b.Answers.Action; {
		case b.Answers.Button == "":
			if code == nothingToReport || code == nothingRecorded {
				main.Label, main.OnTapped = w.v.t("rail.usage"), func() { w.visit(w.usagePlace()) }
			}
		case f.State == terms.StateDiskFull:
		case a == terms.ActUnlock || a == terms.ActTryAgain:
			main.Label, main.OnTapped = b.Answers.Button, func() { w.unlockThen(func() { w.makeUsageDraft(o) }) }
		default:
			main.Label, main.OnTapped = b.Answers.Button, func() { w.act(a, f) }
		}
		main.Key = "banner"
		command := commandLine("usage_preview")
		page := look.NewPage(sheet(
			look.NewBanner(look.BannerModel{
				Tone: b.Tone, Symbol: b.Symbol, Eyebrow: b.Eyebrow, Headline: b.Answers.Headline, Answers: w.v.four(b.Answers), Columns: true, Button: main,
			}),
			look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) })))
		s := w.sub(w.v.t("usagefile.name"), page, nil, nil)
		s.enter = func() *look.Button { return main }
		s.first = func() fyne.Focusable { return main }
		return s
	}}
}

// neverUsed says, where no file can be made, that nothing was used yet.
func (v voice) neverUsed(s licensing.Snapshot, root string, a *plain.Answers) {
	vendor := vendorName(s, root)
	if vendor == "" {
		vendor = v.t("open_request.contact")
	}
	a.Headline, a.Happened, a.Do = v.t("usagefile.unused"), v.t("usagefile.unused.happened", "vendor", vendor), v.t("usagefile.unused.do")
}

// unlockThen lets the system ask the person for the key store, and goes on when it is open.
func (w *Window) unlockThen(then func()) {
	w.do(w.v.t("busy.unlock", "keychain", w.snap.KeyStore.Label), func(ctx context.Context) func() {
		err := w.engine.Unlock(w.o.Interactive(ctx))
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.warn(err)
				return
			}
			then()
		}
	})
}
