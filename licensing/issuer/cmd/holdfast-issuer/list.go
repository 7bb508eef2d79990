package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// Run lists all licenses.
func (c *listCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	all, err := is.Licenses()
	if err != nil {
		return err
	}
	if p.cli.JSON {
		rows := []licenseJSON{}
		for _, l := range all {
			row := licenseFields(l)
			row.Computers = nil
			rows = append(rows, row)
		}
		p.json(struct {
			head
			Licenses []licenseJSON `json:"licenses"`
		}{head{SchemaVersion: 1}, rows})
		return nil
	}
	if len(all) == 0 {
		p.note("issuer.say.no_licenses", nil)
		return nil
	}
	t := p.table("serial", "product", "customer", "ends", "places", "key")
	for _, l := range all {
		t.row(l.Serial, productName(l), l.Customer, p.ends(l), fmt.Sprintf("%d/%d", l.Used, l.Places), l.Mask)
	}
	return t.Flush()
}

// Run lists the notices.
func (c *noticesCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	all, err := is.Statements()
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s issuer.Statement) bool { return s.Part.Notice == nil })
	if p.cli.JSON {
		p.json(struct {
			head
			Notices []issuer.Statement `json:"notices"`
		}{head{SchemaVersion: 1}, all})
		return nil
	}
	if len(all) == 0 {
		p.note("issuer.say.no_notices", nil)
		return nil
	}
	t := p.table("id", "version", "what", "from", "until", "for", "text")
	for _, s := range all {
		n := s.Part.Notice
		what := p.say.Text("issuer.say.notice."+n.Type, nil)
		if n.Withdrawn {
			what = p.say.Text("issuer.say.notice.withdrawn", nil)
		}
		t.row(n.ID, p.say.Number(int64(s.Version)), what, p.say.ShortFrom(n.From, time.Time{}, s.Zone), p.say.ShortUntil(n.Until, time.Time{}, s.Zone),
			strings.TrimSpace(s.Audience.Scope+" "+s.Audience.ID+" "+n.Product), n.Text.In("en"))
	}
	return t.Flush()
}

// Run shows one license.
func (c *showCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	l, err := is.License(c.Serial)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			licenseJSON
		}{head{SchemaVersion: 1}, licenseFields(l)})
		return nil
	}
	p.line("issuer.say.create.done", map[string]any{
		"serial": l.Serial, "product": productName(l), "until": p.until(l), "places": p.say.Text("issuer.say.places", map[string]any{"n": l.Places}),
	})
	if l.Customer != "" {
		p.line("issuer.say.show.customer", map[string]any{"customer": l.Customer})
	}
	if l.Order != "" {
		p.line("issuer.say.show.order", map[string]any{"order": l.Order})
	}
	p.line("issuer.say.show.key", map[string]any{"key": l.Mask})
	if r := l.Withdrawn; r != nil {
		p.line("issuer.say.show.withdrawn", map[string]any{"date": r.From.In(zoneOf(l)), "by": r.DecidedBy, "reason": r.Reason, "ref": r.Ref})
	}
	if h := l.OnHold; h != nil {
		p.line("issuer.say.show.on_hold", map[string]any{"reason": h.Reason, "ref": h.Ref})
	}
	if len(l.InUse) == 0 {
		return nil
	}
	t := p.table("computer", "label", "since")
	for _, u := range l.InUse {
		t.row(u.Code, u.Label, p.say.ShortDate(u.Since, zoneOf(l)))
	}
	return t.Flush()
}

// licenseJSON is a license in JSON. The key is masked.
type licenseJSON struct {
	Serial    string         `json:"serial"`
	Version   int            `json:"version"`
	Product   string         `json:"product"`
	Policy    int            `json:"policy_version"`
	Customer  string         `json:"customer,omitempty"`
	Order     string         `json:"external_id,omitempty"`
	Line      int            `json:"line"`
	Mask      string         `json:"license_key_masked"`
	Made      time.Time      `json:"made"`
	Starts    time.Time      `json:"starts,omitzero"`
	Ends      time.Time      `json:"ends,omitzero"`
	Places    int            `json:"places"`
	Used      int            `json:"places_used"`
	Computers []issuer.Place `json:"computers,omitempty"`

	Withdrawn *terms.Revocation `json:"withdrawn,omitempty"`
	OnHold    *terms.Hold       `json:"on_hold,omitempty"`
}

func licenseFields(l issuer.License) licenseJSON {
	return licenseJSON{
		l.Serial, l.Version, l.Policy.Product.ID, l.Policy.Version, l.Customer, l.Order, l.Line, l.Mask, l.Made, l.Starts, l.Ends,
		l.Places, l.Used, l.InUse, l.Withdrawn, l.OnHold,
	}
}

func productName(l issuer.License) string {
	if n := l.Policy.Product.Name.In("en"); n != "" {
		return n
	}
	return l.Policy.Product.ID
}

func zoneOf(l issuer.License) *time.Location {
	if z, err := terms.Zone(l.Policy.Zone); err == nil {
		return z
	}
	return time.UTC
}

// ends is the end of a license for a table, until the same in a sentence.
func (p *program) ends(l issuer.License) string {
	if l.Ends.IsZero() {
		return p.say.Text("issuer.say.no_end", nil)
	}
	return p.say.ShortDate(l.Ends, zoneOf(l))
}

func (p *program) until(l issuer.License) string {
	if l.Ends.IsZero() {
		return p.say.Text("issuer.say.no_end", nil)
	}
	return p.say.Text("issuer.say.until", map[string]any{"date": l.Ends.In(zoneOf(l))})
}

// table prints rows under translated headings.
type table struct{ *tabwriter.Writer }

func (p *program) table(columns ...string) table {
	t := table{tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)}
	for i, c := range columns {
		columns[i] = p.say.Text("issuer.say.table."+c, nil)
	}
	t.row(columns...)
	return t
}

func (t table) row(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
