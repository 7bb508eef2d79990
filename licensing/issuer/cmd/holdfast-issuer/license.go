package main

import (
	"fmt"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

const keyFileLimit = 4 << 10

// Run creates a license. Standard output holds the license key and nothing else.
func (c *createCommand) Run(p *program) error {
	policy, err := p.readPolicy(c.Policy)
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
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	renewed, err := is.Renew(p.ctx, c.Serial, c.ExternalID)
	if err != nil {
		return err
	}
	files, err := p.putAll(c.Out, renewed.Files)
	if err != nil {
		return err
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
	if renewed.Ends.IsZero() { // renewed only to end its withdrawal
		p.line("issuer.say.change.done", map[string]any{"serial": renewed.Serial, "version": renewed.Policy.Version})
		p.told(files)
		return nil
	}
	p.line("issuer.say.renew.done", map[string]any{"serial": renewed.Serial, "date": renewed.Ends.In(zone), "was": renewed.Was.In(zone)})
	p.told(files)
	return nil
}

// putAll writes the files for several computers into a folder.
func (p *program) putAll(dir string, answers []issuer.Answer) ([]fileJSON, error) {
	out := folder{p: p, dir: dir}
	files := []fileJSON{}
	for _, a := range answers {
		name, err := out.put(a.Name, a.File)
		if err != nil {
			return nil, err
		}
		files = append(files, fileJSON{Computer: a.Code, File: name, Words: a.Words})
	}
	return files, nil
}

// told lists the files for several computers.
func (p *program) told(files []fileJSON) {
	for _, f := range files {
		p.line("issuer.say.answer.license", map[string]any{"file": f.File, "code": f.Computer, "words": f.Words})
	}
	if len(files) == 0 {
		p.note("issuer.say.renew.none", nil)
	}
}

// Run gives a license other terms.
func (c *changeCommand) Run(p *program) error {
	terms := issuer.NewTerms{Places: c.Places, Customer: c.Customer}
	if c.Places < 0 {
		return badValue("--places", fmt.Sprint(c.Places))
	}
	if c.Policy != "" {
		policy, err := p.readPolicy(c.Policy)
		if err != nil {
			return err
		}
		terms.Policy = &policy
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	changed, err := is.Change(p.ctx, c.Serial, terms)
	if err != nil {
		return err
	}
	files, err := p.putAll(c.Out, changed.Files)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			licenseJSON
			Files []fileJSON `json:"files"`
		}{head{SchemaVersion: 1}, licenseFields(changed.License), files})
		return nil
	}
	p.line("issuer.say.change.done", map[string]any{"serial": changed.Serial, "version": changed.Policy.Version})
	p.told(files)
	return nil
}

type fileJSON struct {
	Computer string `json:"computer"`
	File     string `json:"file"`
	Words    string `json:"check_words"`
}
