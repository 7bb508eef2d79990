package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

const keyFileLimit = 4 << 10

// Run creates a license. Standard output holds the license key and nothing else.
func (c *createCommand) Run(p *program) error {
	policy, err := readPolicy(c.Policy)
	if err != nil {
		return err
	}
	if c.Line < 1 || c.Places < 0 {
		return badValue("--line, --places", fmt.Sprintf("%d, %d", c.Line, c.Places))
	}
	key, err := c.existing(p)
	if err != nil {
		return err
	}
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	made, err := is.CreateLicense(issuer.NewLicense{
		Policy: policy, Customer: c.Customer, Key: key, Order: c.ExternalID, Line: c.Line, Places: c.Places, Starter: c.Welcome != "",
	})
	if err != nil {
		return err
	}
	// The key is told even when the welcome file cannot be written: without an order id it could not be asked for again.
	welcome := c.Welcome
	var unwritten error
	if welcome != "" {
		if welcome, unwritten = p.target(welcome, made.Name); unwritten == nil {
			unwritten = p.write(welcome, made.Welcome)
		}
	}
	if p.cli.JSON {
		p.json(struct {
			head
			licenseJSON
			Key     string   `json:"license_key"`
			Again   bool     `json:"again"`
			Welcome string   `json:"welcome,omitempty"`
			Words   []string `json:"check_words,omitempty"`
		}{head{1, exitCode(unwritten)}, licenseFields(made.License), made.Key, made.Again, welcome, made.Words})
	} else if _, err := fmt.Fprintln(p.out, made.Key); err != nil {
		return err
	}
	p.noteCreated(made, welcome, unwritten)
	return unwritten
}

func (p *program) noteCreated(made issuer.Created, welcome string, unwritten error) {
	if made.Again {
		p.note("issuer.say.create.again", map[string]any{"order": made.Order})
		if made.Differs {
			p.note("issuer.say.create.differs", nil)
		}
	}
	p.note("issuer.say.create.done", map[string]any{
		"serial": made.Serial, "product": productName(made.License), "until": p.until(made.License),
		"places": p.say.Text("issuer.say.places", map[string]any{"n": made.Places}),
	})
	if welcome != "" && unwritten == nil {
		p.note("issuer.say.create.welcome", map[string]any{"file": welcome})
		if !made.Policy.Devices.FirstUse.Lasts() {
			p.note("issuer.say.create.starter_none", nil)
		}
	}
}

// existing returns the license key to join: typed, from a file, or from standard input.
func (c *createCommand) existing(p *program) (string, error) {
	switch c.KeyFile {
	case "":
		return c.Key, nil
	case "-":
		b, err := exchange.ReadStream(p.in)
		return string(b), inFile(c.KeyFile, err)
	}
	b, err := disk.ReadFile(p.fs, c.KeyFile, keyFileLimit)
	return string(b), inFile(c.KeyFile, err)
}

// Run renews a license.
func (c *renewCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	renewed, err := is.Renew(p.ctx, c.Serial, c.ExternalID)
	if err != nil {
		return err
	}
	out := folder{p: p, dir: c.Out}
	var files []fileJSON
	for _, a := range renewed.Files {
		name, err := out.put(a.Name, a.File)
		if err != nil {
			return err
		}
		files = append(files, fileJSON{Computer: a.Code, File: name, Words: a.Words})
	}
	if p.cli.JSON {
		p.json(struct {
			head
			licenseJSON
			Was   time.Time  `json:"was"`
			Again bool       `json:"again"`
			Files []fileJSON `json:"files"`
		}{head{SchemaVersion: 1}, licenseFields(renewed.License), renewed.Was, renewed.Again, files})
		return nil
	}
	if renewed.Again {
		p.note("issuer.say.renew.again", map[string]any{"order": c.ExternalID})
	}
	zone := zoneOf(renewed.License)
	p.line("issuer.say.renew.done", map[string]any{"serial": renewed.Serial, "date": renewed.Ends.In(zone), "was": renewed.Was.In(zone)})
	for _, f := range files {
		p.line("issuer.say.answer.license", map[string]any{"file": f.File, "code": f.Computer, "words": f.Words})
	}
	if len(files) == 0 {
		p.note("issuer.say.renew.none", nil)
	}
	return nil
}

type fileJSON struct {
	Computer string `json:"computer"`
	File     string `json:"file"`
	Words    string `json:"check_words"`
}

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
}

func licenseFields(l issuer.License) licenseJSON {
	return licenseJSON{
		l.Serial, l.Version, l.Policy.Product.ID, l.Policy.Version, l.Customer, l.Order, l.Line, l.Mask, l.Made, l.Starts, l.Ends,
		l.Places, l.Used, l.InUse,
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
