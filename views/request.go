package views

import (
	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/views/look"
)

// requestForm is what a person typed; it is kept while they fetch a vendor's file.
type requestForm struct {
	Vendor, Key, Label string
	online             bool                 // they want to ask over the network
	wrong              func(v voice) string // what has to be put right; nil: nothing
}

// vendorOption is a vendor that a request can go to.
type vendorOption struct {
	Root, ID, Name string
	HasKey         bool
	Online         bool   // it can be asked over the network
	Why            string // why it cannot, although it has a service
	Settings       bool   // a person can change that
}

// requestModel is everything the request page shows.
type requestModel struct {
	Title   string
	Vendors []vendorOption
	Form    requestForm
}

type requestActions struct {
	make     func(f requestForm) // the file
	now      func(f requestForm) // ask over the network
	vendor   func(f requestForm) // fetch a key or welcome file
	changed  func(f requestForm)
	settings func()
	notNow   func()
	command  func(string)
}

// requestPage asks whom, with which key and under which name.
type requestPage struct {
	v     voice
	do    requestActions
	page  *look.Page
	m     requestModel
	main  *look.Button
	first fyne.Focusable
	// complaint is what has to be put right; hidden when there is nothing.
	complaint *fyne.Container
}

func newRequestPage(v voice, do requestActions) *requestPage {
	return &requestPage{v: v, do: do, page: look.NewPage(nil)}
}

// requestModelOf lists the vendors of a snapshot; the only one is chosen already.
func requestModelOf(s licensing.Snapshot, f requestForm) requestModel {
	m := requestModel{Form: f}
	known := false
	for _, v := range s.Vendors {
		c, _ := contactOf(s, v.Root)
		m.Vendors = append(m.Vendors, vendorOption{Root: v.Root, ID: v.ID, Name: v.Name, HasKey: v.HasKey, Online: reachable(c)})
		known = known || v.Root == f.Vendor
	}
	if !known {
		m.Form.Vendor = ""
		if len(m.Vendors) == 1 {
			m.Form.Vendor = m.Vendors[0].Root
		}
	}
	return m
}

// request puts the request page into words.
func (v voice) request(s licensing.Snapshot, f requestForm, network app.Source) requestModel {
	m := requestModelOf(s, f)
	m.Title = v.t("request.title")
	if f.online {
		m.Title = v.t("request.title_online")
	}
	for i := range m.Vendors {
		x := &m.Vendors[i]
		switch c, ok := contactOf(s, x.Root); {
		case !ok || x.Online:
		case c.Host != "":
			x.Why, x.Settings = v.goes(c, s.Verdict.At, network), !network.Locked()
		case f.online:
			x.Why = v.ContactHold(reconcile.HoldNoAddress)
		}
		if x.Online {
			m.Title = v.t("request.title_online")
		}
	}
	return m
}

// chosen returns the vendor that the form names.
func (m requestModel) chosen() (vendorOption, bool) {
	for _, v := range m.Vendors {
		if v.Root == m.Form.Vendor {
			return v, true
		}
	}
	return vendorOption{}, false
}

// Set shows m.
func (p *requestPage) Set(m requestModel) {
	p.m, p.first = m, nil
	v, ok := m.chosen()
	lead := p.v.t("request.lead")
	switch {
	case ok && v.Online:
		lead = p.v.t("request.lead_online", "vendor", v.Name)
	case len(m.Vendors) == 0 && m.Form.online:
		lead = p.v.t("request.lead_first")
	}
	parts := []fyne.CanvasObject{look.NewPara(lead, look.Body)}
	if ok && v.Why != "" {
		parts = append(parts, p.why(v))
	}
	parts = append(parts, look.PaddedCard(p.vendors()))
	if ok {
		parts = append(parts, look.PaddedCard(look.Column(look.Gap16, look.Column(look.Gap8, p.key(v), p.wrong(v)), p.label(v))))
	}
	row := look.Wrapped(look.Gap12)
	p.main = nil
	add := func(key, id string, tapped func()) {
		b := look.NewButton(look.SecondaryButton, p.v.t(id), tapped)
		if b.Key = key; p.main == nil && ok {
			p.main, b.Kind = b, look.PrimaryButton
		}
		row.Add(b)
	}
	if ok && v.Online {
		add("now", "request.now", func() { p.do.now(p.m.Form) })
	}
	if ok {
		add("make", "request.make", func() { p.do.make(p.m.Form) })
	}
	add("not_now", "not_now", p.do.notNow)
	if ok {
		command := p.command(v)
		parts = append(parts, look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.do.command(command) }))
	}
	p.page.Set(sheet(parts...))
	p.page.SetBar(row)
}

// why says why the vendor cannot be asked over the network, with the way to change that.
func (p *requestPage) why(v vendorOption) fyne.CanvasObject {
	if !v.Settings {
		return wayLine(v.Why)
	}
	b := look.NewButton(look.LinkButton, p.v.t("contacts.settings"), p.do.settings)
	b.Key = "network"
	return wayLine(v.Why, b)
}

// command never carries the key: it would stand in the history of the shell.
func (p *requestPage) command(v vendorOption) string {
	args := []string{"--vendor", v.ID}
	if !v.HasKey {
		args = append(args, "--key-file", "-")
	}
	if v.Online {
		return commandLine("request", append(args, "--now")...)
	}
	return commandLine("request", append(args, "--out", "FILE.hfreq")...)
}

func (p *requestPage) vendors() fyne.CanvasObject {
	col := look.Column(look.Gap8, look.NewPara(p.v.t("request.vendor"), look.Heading))
	if len(p.m.Vendors) == 0 {
		col.Add(look.NewPara(p.v.t("request.vendor_none"), look.Body))
		b := look.NewButton(look.PrimaryButton, p.v.t("request.vendor_file"), func() { p.do.vendor(p.m.Form) })
		b.Key = "vendor_file"
		p.first = b
		col.Add(look.Wrapped(0, b))
		return col
	}
	list := look.Column(2)
	for _, v := range p.m.Vendors {
		sub := v.ID
		if v.HasKey {
			sub = p.v.t("request.vendor_key")
		}
		o := look.NewOption(v.Name, sub, v.Root == p.m.Form.Vendor, func() {
			m := p.m
			m.Form.Vendor, m.Form.wrong = v.Root, nil
			p.do.changed(m.Form)
			p.Set(m)
		})
		o.Key = "vendor " + v.Root
		if p.first == nil && p.m.Form.Vendor == "" {
			p.first = o
		}
		list.Add(o)
	}
	col.Add(list)
	other := look.NewButton(look.LinkButton, p.v.t("request.vendor_other"), func() { p.do.vendor(p.m.Form) })
	other.Key = "vendor_file"
	col.Add(look.Inset(0, 0, 0, look.Gap12, look.Wrapped(0, other)))
	return col
}

func (p *requestPage) key(v vendorOption) fyne.CanvasObject {
	e := look.NewSecretEntry("key", "", p.v.t("request.show"), p.v.t("request.hide"))
	e.SetText(p.m.Form.Key)
	e.CursorColumn = len([]rune(p.m.Form.Key)) // go on where it was typed
	e.OnChanged = func(s string) {
		p.m.Form.Key, p.m.Form.wrong = s, nil
		if p.complaint.Visible() {
			p.complaint.Hide()
			p.page.Refresh() // words of several lines needed more room
		}
		p.do.changed(p.m.Form)
	}
	label, help := p.v.t("request.key"), p.v.t("request.key_help")
	if v.HasKey {
		label, help = p.v.t("request.key_optional"), p.v.t("request.key_help_optional")
	} else if p.first == nil {
		p.first = e
	}
	return look.NewField(label, help, e)
}

// wrong says below the key what has to be put right, until the person begins to. Where something can be, the line is there
// from the start, so that the buttons stay where they are.
func (p *requestPage) wrong(v vendorOption) fyne.CanvasObject {
	words := ""
	if p.m.Form.wrong != nil {
		words = p.m.Form.wrong(p.v)
	}
	p.complaint = look.Row(look.Gap8, look.Cell{Object: look.NewIcon("stop", look.Stop, look.IconRow), Align: look.Top},
		look.Cell{Object: look.NewPara(words, look.BodyBold.In(look.Stop)), Width: look.Stretch})
	if words == "" {
		p.complaint.Hide()
	}
	if v.HasKey && words == "" {
		return p.complaint
	}
	return look.Over(look.NewPara("\u00a0", look.BodyBold), p.complaint)
}

func (p *requestPage) label(v vendorOption) fyne.CanvasObject {
	e := look.NewEntry("label", "")
	e.SetText(p.m.Form.Label)
	e.OnChanged = func(s string) { p.m.Form.Label = s; p.do.changed(p.m.Form) }
	return look.NewField(p.v.t("request.label"), p.v.t("request.label_help", "vendor", v.Name), e)
}
