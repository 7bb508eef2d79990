package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// contactsActions is what a person can do on the page about contacts.
type contactsActions struct {
	check    func(roots []string)
	stop     func()
	pause    func()
	goOn     func()
	settings func()
	files    func(root string)
	use      func()
	unlock   func()
	read     func(id string)
	copy     func(string)
	moving   func(p *look.Progress, shown func() bool)
}

// contactsPage shows how contacts with each vendor stand, and the log.
type contactsPage struct {
	v      voice
	page   *look.Page
	do     contactsActions
	opened map[string]bool
	main   *look.Button
	shows  int // which model is shown
}

// Set shows m.
func (p *contactsPage) Set(m contactsModel) {
	p.main = nil
	p.shows++
	if len(m.Vendors) == 0 {
		p.main = p.button(look.SecondaryButton, "use_file", p.v.t("files.use"), p.do.use)
		p.page.Set(sheet(look.EmptyState("globe", p.v.t("contacts.empty"), p.v.t("contacts.empty.text"), p.main), p.command("contacts")))
		return
	}
	parts := []fyne.CanvasObject{look.NewPara(p.v.t("contacts.lead"), look.Body)}
	for i := range m.Vendors {
		parts = append(parts, p.vendor(&m.Vendors[i], len(m.Vendors) > 1))
	}
	parts = append(parts, p.buttons(m), look.Column(look.Gap8, look.Section("", p.v.t("contacts.so_far"), ""), p.log(m)))
	if m.More {
		parts = append(parts, look.NewPara(p.v.t("history.more", "command", commandLine("contacts")), look.Caption))
	}
	commands := look.Column(look.Gap4, p.command("contacts"))
	if len(m.Check) > 0 {
		commands.Add(p.command("sync"))
	}
	if m.Paused != "" {
		commands.Add(p.command("resume"))
	}
	p.page.Set(sheet(append(parts, commands)...))
}

func (p *contactsPage) button(kind look.Kind, key, label string, tapped func()) *look.Button {
	b := look.NewButton(kind, label, tapped)
	b.Key = key
	return b
}

func (p *contactsPage) command(act string) fyne.CanvasObject {
	command := commandLine(act)
	return look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.copy(command) })
}

func (p *contactsPage) note(sym, text string) fyne.CanvasObject {
	return look.Row(look.Gap12, look.Cell{Object: look.NewIcon(sym, look.Secondary, look.IconRow), Align: look.Top},
		look.Cell{Object: look.NewPara(text, look.Body), Width: look.Stretch})
}

// buttons are what a person can do about all contacts.
func (p *contactsPage) buttons(m contactsModel) fyne.CanvasObject {
	row := look.Wrapped(look.Gap12)
	if len(m.Check) > 0 {
		p.main = p.button(look.PrimaryButton, "check", p.v.t("contacts.check"), func() { p.do.check(m.Check) })
		row.Add(p.main)
	}
	switch {
	case m.Paused != "":
		row.Add(p.button(look.SecondaryButton, "go_on", p.v.t("contacts.go_on"), p.do.goOn))
	case m.Pause:
		row.Add(p.button(look.SecondaryButton, "pause", p.v.t("contacts.pause"), p.do.pause))
	}
	settings := p.button(look.LinkButton, "network", p.v.t("contacts.settings"), p.do.settings)
	if p.main == nil {
		settings.Kind = look.SecondaryButton
		p.main = settings
	}
	row.Add(settings)
	if m.Paused == "" {
		return row
	}
	return look.Column(look.Gap8, p.note("wait", m.Paused), row)
}

// vendor is the card of one vendor.
func (p *contactsPage) vendor(m *contactVendor, several bool) fyne.CanvasObject {
	names := func() fyne.CanvasObject {
		return look.Column(0, look.NewPara(m.Name, look.Heading), look.NewPara(m.Host, look.Caption))
	}
	var check *look.Button
	if several && m.Check {
		check = p.button(look.SecondaryButton, "check "+m.Root, p.v.t("contacts.check"), func() { p.do.check([]string{m.Root}) })
		check.Small = true
	}
	right := func() fyne.CanvasObject {
		if check == nil {
			return chipOf(m.Chip)
		}
		return look.Row(look.Gap12, look.Cell{Object: chipOf(m.Chip)}, look.Cell{Object: check})
	}
	card := look.Column(look.Gap12, look.Either(420,
		look.Row(look.Gap12, look.Cell{Object: look.NewInitial(m.Name)}, look.Cell{Object: names(), Width: look.Stretch, Least: 150}, look.Cell{Object: right()}),
		look.Column(look.Gap8, names(), look.Wrapped(0, right()))))
	if len(m.Facts) > 0 {
		card.Add(look.Facts(m.Facts...))
	}
	if m.Asking != "" {
		card.Add(p.asking(m))
	}
	for _, n := range m.Notes {
		card.Add(look.NewPara(n, look.Body))
	}
	if m.Ask != "" {
		card.Add(look.NewRuns([]look.Run{{Text: p.v.t("contacts.show_it") + " ", Color: look.Secondary}, {Text: m.Ask}}, look.Body))
	}
	row := look.Wrapped(look.Gap12)
	if m.Ask != "" {
		row.Add(p.button(look.SecondaryButton, "copy_it "+m.Root, p.v.t("contacts.copy_it"), func() { p.do.copy(m.Ask) }))
	}
	if m.Files {
		row.Add(p.button(look.SecondaryButton, "files "+m.Root, p.v.t("contacts.files"), func() { p.do.files(m.Root) }))
	}
	if len(row.Objects) > 0 {
		card.Add(row)
	}
	return look.PaddedCard(card)
}

// asking says that a vendor is asked now, and moves for as long as that is shown.
func (p *contactsPage) asking(m *contactVendor) fyne.CanvasObject {
	var stop *look.Button
	if m.Own {
		stop = p.button(look.LinkButton, "stop "+m.Root, p.v.t("contacts.stop"), p.do.stop)
	}
	bar := look.NewUnderWay(m.Asking, stop)
	mine := p.shows
	p.do.moving(bar, func() bool { return p.shows == mine })
	return bar
}

func chipOf(m chipModel) fyne.CanvasObject {
	if m.Quiet {
		return look.NewQuietChip(m.Symbol, m.Word)
	}
	return look.NewChip(m.Tone, m.Symbol, m.Word)
}

// log is every contact, newest first.
func (p *contactsPage) log(m contactsModel) fyne.CanvasObject {
	quiet := func(id string) fyne.CanvasObject { return look.PaddedCard(look.NewPara(p.v.t(id), look.Quiet)) }
	switch {
	case m.Locked:
		b := p.button(look.SecondaryButton, "unlock", p.v.Action(terms.ActUnlock), p.do.unlock)
		b.Small = true
		words := func() fyne.CanvasObject { return look.NewPara(p.v.t("contacts.locked"), look.Quiet) }
		return look.PaddedCard(look.Either(480, look.Row(look.Gap16, look.Cell{Object: words(), Width: look.Stretch}, look.Cell{Object: b}),
			look.Column(look.Gap8, words(), look.Wrapped(0, b))))
	case !m.Read:
		return quiet("history.reading")
	case len(m.Rows) == 0:
		return quiet("contacts.none")
	}
	chips := &look.Share{Least: 96}
	var rows []fyne.CanvasObject
	for i := range m.Rows {
		rows = append(rows, p.row(&m.Rows[i], chips))
	}
	return look.Card(look.Rows(rows...))
}

// row is one contact; its details fold open.
func (p *contactsPage) row(r *contactRow, chips *look.Share) fyne.CanvasObject {
	words := func() fyne.CanvasObject {
		return look.Column(0, look.NewPara(r.Title, look.BodyBold), look.NewPara(r.Sub, look.Caption))
	}
	head := look.Either(0,
		look.Row(look.Gap12, look.Cell{Object: words(), Width: look.Stretch, Least: 200}, look.Cell{Object: chipOf(r.Chip), Share: chips, Start: true}),
		look.Column(look.Gap4, words(), look.Wrapped(0, chipOf(r.Chip))))
	label := r.Title + ", " + r.Sub + ", " + r.Chip.Word
	return look.NewFoldRow("contact "+r.ID, label, p.opened[r.ID], head, func() fyne.CanvasObject { return p.details(r) },
		func(open bool) { p.opened[r.ID] = open })
}

// details begin with what changed; how it went follows.
func (p *contactsPage) details(r *contactRow) fyne.CanvasObject {
	col := look.Column(look.Gap12)
	if len(r.Changes)+len(r.Notes) > 0 {
		list := look.Column(look.Gap4)
		for _, c := range r.Changes {
			list.Add(look.NewChange(c.Sign, c.Name, c.Text, c.Was))
		}
		if len(list.Objects) > 0 {
			col.Add(list)
		}
		for _, n := range r.Notes {
			col.Add(look.NewPara(n, look.Body))
		}
	}
	col.Add(look.Facts(r.Facts...))
	for _, b := range r.Batches {
		col.Add(look.Wrapped(0, p.button(look.LinkButton, "batch "+b.ID, b.Label, func() { p.do.read(b.ID) })))
	}
	return look.Inset(0, look.Gap16, look.Gap16, look.FoldIndent, col)
}
