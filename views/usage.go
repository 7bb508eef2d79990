package views

import (
	"context"
	"reflect"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// usagePlace says what is recorded, what left and what was confirmed.
func (w *Window) usagePlace() place {
	return place{section: secUsage, name: secUsage, build: w.usageScreen}
}

// showUsage goes to the page about use, with a vendor's ledger ("" the one that was looked at last).
func (w *Window) showUsage(root string) {
	if root != "" {
		w.usage.root, w.usage.tab = root, usageTabUsed
	}
	w.visit(w.usagePlace())
}

// exportUsage makes the usage file of the vendor that a state is about. Where that is not known the person picks on the page.
func (w *Window) exportUsage(f terms.Finding) {
	if root := usageRoot(w.snap, f); root != "" {
		w.usageDraft(root)
		return
	}
	w.showUsage("")
}

// seeReceipt goes to the receipt that a state is about: the one it names, else the newest of its vendor.
func (w *Window) seeReceipt(f terms.Finding) {
	ref, _ := f.Slots["ref"].(string)
	root := usageRoot(w.snap, f)
	w.work.quietly(func() func() {
		all := w.engine.Receipts()
		return func() {
			for _, r := range all {
				if r.Ref == ref || ref == "" && r.Root == root {
					w.receiptPage(r.Ref)
					return
				}
			}
			w.showUsage(root)
		}
	})
}

func (w *Window) usageScreen() *screen {
	p := &usagePage{v: w.v, page: look.NewPage(nil), do: usageActions{
		export: w.usageDraft, act: w.actOnUsage, read: w.showFinding, receipt: w.receiptPage, leaves: w.whatLeaves, level: w.setUsageLevel,
		change: w.changeUsage, copy: w.copy, canvas: w.canvas, contacts: w.showContacts, batch: w.readBatch, sending: w.sendingActions(),
	}}
	m := w.v.usage(w.snap, w.usage, usageFetched{}, false, nil)
	s := &screen{head: look.PageTitle(w.v.t("rail.usage"), p.tools(m)...), body: p.page}
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	head := m.head()
	fetched(w, s, w.fetchUsage, func(d usageFetched, read bool, err error) usageModel {
		d.contacts = w.contactFacts(d.contacts.log)
		m := w.v.usage(w.snap, w.usage, d, read, err)
		m.Sending = w.sendingNow()
		return m
	}, p.Set)
	renew := s.renew
	s.renew = func() {
		if now := w.v.usage(w.snap, w.usage, usageFetched{}, false, nil); !reflect.DeepEqual(now.head(), head) {
			w.reshow()
			return
		}
		renew()
	}
	return s
}

// usageHead is what the head of the page depends on.
type usageHead struct {
	vendors []string
	on      int
	export  bool
}

// head is what stands beside the title: the choice of the vendor, where there are several, and the way to a usage file where the
// banner has none.
func (m usageModel) head() usageHead {
	return usageHead{m.Vendors, m.On, m.Sendable && m.Finding.Action != terms.ActExportUsage}
}

// fetchUsage reads the receipts and what came in and left. When the records cannot be read now, the receipts are still there.
func (w *Window) fetchUsage() (usageFetched, error) {
	d := usageFetched{receipts: w.engine.Receipts(), log: map[string][]licensing.LedgerEntry{}}
	for _, u := range w.engine.Snapshot().Usage {
		log, err := w.engine.History(context.Background(), u.Root, "", 2*mostContacts)
		if err != nil {
			return d, err
		}
		d.log[u.Root] = log
	}
	log, err := w.engine.ContactLog(context.Background(), "", newsLimit)
	if err != nil {
		return d, err
	}
	d.contacts.log = log
	return d, nil
}

// actOnUsage does what the banner says; a file is made for the vendor that is shown.
func (w *Window) actOnUsage(root string) func(a terms.Action, f terms.Finding) {
	return func(a terms.Action, f terms.Finding) {
		if a == terms.ActExportUsage {
			w.usageDraft(root)
			return
		}
		w.act(a, f)
	}
}

// changeUsage shows the page as a person chose it now.
func (w *Window) changeUsage(change func(f *usageForm)) {
	change(&w.usage)
	w.now.renew()
}

// setUsageLevel keeps how much a person lets leave. It counts from now on.
func (w *Window) setUsageLevel(root, level string) {
	w.do(w.v.t("busy.save"), func(ctx context.Context) func() {
		err := w.engine.SetUsageLevel(w.o.Interactive(ctx), root, level)
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.reshow() // the choice goes back
				w.warn(err)
				return
			}
			w.toast("ok", look.OK, w.v.t("usage.level.kept"))
		}
	})
}

// usageActions is what a person can do on the page about use.
type usageActions struct {
	export  func(root string)
	act     func(root string) func(a terms.Action, f terms.Finding)
	read    func(f terms.Finding)
	receipt func(ref string)
	leaves  func()
	level   func(root, level string)
	change  func(change func(f *usageForm))
	copy    func(string)
	canvas  func() fyne.Canvas

	contacts func()
	batch    func(id string)
	sending  sendingActions
}

// usagePage shows the use that is recorded for one vendor.
type usagePage struct {
	v    voice
	page *look.Page
	do   usageActions
	main *look.Button // what Enter presses
	// export makes a usage file; it stands in the head where the banner does not have it, else nil.
	export *look.Button
}

// Set shows m.
func (p *usagePage) Set(m usageModel) {
	p.main = nil
	if m.Empty {
		leaves := look.NewButton(look.SecondaryButton, p.v.t("first.leaves"), p.do.leaves)
		leaves.Key = "leaves"
		p.main = leaves
		p.page.Set(sheet(look.EmptyState("usage", p.v.t("usage.none"), p.v.t("usage.none.text"), leaves), p.command("usage")))
		return
	}
	view, main := p.v.bannerView(m.Banner, m.Finding, true, p.do.act(m.Root))
	p.main = main
	parts := []fyne.CanvasObject{view}
	if p.main == nil {
		p.main = p.export
	}
	if m.Stands != "" {
		parts = append(parts, look.NewPara(m.Stands, look.Body))
	}
	if len(m.Lines) > 0 {
		parts = append(parts, p.lines(m.Lines))
	}
	if m.Sending.Root != "" {
		parts = append(parts, sendingBox(p.v, m.Sending, p.do.sending))
	}
	if len(m.Online.Lines) > 0 {
		parts = append(parts, p.online(m.Online.Lines))
	}
	v := p.v
	tabs := look.NewTabs([]string{v.t("usage.tab.used"), v.t("usage.tab.files"), v.t("usage.tab.log"), v.t("usage.tab.leaves")}, m.Form.tab,
		func(i int) { p.do.change(func(f *usageForm) { f.tab = i }) })
	parts = append(parts, tabs)
	command := p.command("usage")
	switch m.Form.tab {
	case usageTabFiles:
		parts, command = append(parts, p.files(m)...), p.command("receipts")
	case usageTabLog:
		parts, command = append(parts, p.log(m)), p.command("history")
	case usageTabLeaves:
		parts, command = append(parts, p.leaves(m)...), p.command("usage_level")
	default:
		parts = append(parts, p.used(m)...)
	}
	p.page.Set(sheet(append(parts, command)...))
}

// online says what left by itself and what leaves next.
func (p *usagePage) online(lines []string) fyne.CanvasObject {
	words := func() fyne.CanvasObject {
		col := look.Column(0)
		for _, l := range lines {
			col.Add(look.NewPara(l, look.Body))
		}
		return look.Row(look.Gap12, look.Cell{Object: look.NewIcon("globe", look.Secondary, look.IconRow), Align: look.Top}, look.Cell{Object: col, Width: look.Stretch})
	}
	link := look.NewButton(look.LinkButton, p.v.t("contacts.title"), p.do.contacts)
	link.Key = "contacts"
	return look.PaddedCard(look.Either(480, look.Row(look.Gap16, look.Cell{Object: words(), Width: look.Stretch}, look.Cell{Object: link}),
		look.Column(look.Gap8, words(), look.Wrapped(0, link))))
}

func (p *usagePage) command(act string, args ...string) fyne.CanvasObject {
	command := commandLine(act, args...)
	return look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.copy(command) })
}

// tools are the buttons in the head of the page.
func (p *usagePage) tools(m usageModel) []fyne.CanvasObject {
	var all []fyne.CanvasObject
	if len(m.Vendors) > 1 {
		all = append(all, look.NewChooser("vendor", p.do.canvas(), p.v.t("usage.vendor"), m.Vendors, m.On, func(i int) {
			p.do.change(func(f *usageForm) { f.root, f.month = m.Roots[i], time.Time{} })
		}))
	}
	if m.head().export {
		p.export = look.NewButton(look.SecondaryButton, p.v.Action(terms.ActExportUsage), func() { p.do.export(m.Root) })
		p.export.Key = "export"
		if m.Banner.Answers.Button == "" {
			p.export.Kind = look.PrimaryButton
		}
		all = append(all, p.export)
	}
	return all
}

func (p *usagePage) lines(lines []line) fyne.CanvasObject {
	list := look.Column(look.Gap4)
	for _, l := range lines {
		tone := look.ToneOf(l.Tone)
		sym := l.Symbol
		if sym == "" {
			sym = tone.Icon
		}
		list.Add(look.NewListLine(sym, tone.Ink, l.Title, l.Sub, func() { p.do.read(l.Finding) }))
	}
	return look.Card(look.Inset(6, 6, 6, 6, list))
}
