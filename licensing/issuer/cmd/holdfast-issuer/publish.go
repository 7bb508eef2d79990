package main

import (
	"path/filepath"
	"strings"
	"time"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// Run looks at a policy file.
func (c *policyCheckCommand) Run(p *program) error {
	policy, err := p.readPolicy(c.Policy)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Product string       `json:"product"`
			Version int          `json:"policy_version"`
			Policy  terms.Policy `json:"policy"`
		}{head{SchemaVersion: 1}, policy.Product.ID, policy.Version, policy.WithDefaults()})
		return nil
	}
	p.line("issuer.say.policy.good", map[string]any{"file": c.Policy, "product": policy.Product.ID, "version": policy.Version})
	return nil
}

// Run puts a new version of a policy into force.
func (c *policyPublishCommand) Run(p *program) error {
	policy, err := p.readPolicy(c.Policy)
	if err != nil {
		return err
	}
	zone, err := terms.Zone(policy.Zone)
	if err != nil {
		return badValue("zone", policy.Zone)
	}
	from, err := moment("--from", c.From, zone, false)
	if err != nil {
		return err
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	out, err := is.Publish(p.ctx, policy, from)
	if err != nil {
		return err
	}
	files, err := p.putAll(c.Out, out.Files)
	if err != nil {
		return err
	}
	into := folder{p: p, dir: c.Out}
	notice, err := into.put(out.Notice.Name, out.Notice.File)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.published(out, files, notice)
		return nil
	}
	p.line("issuer.say.publish.done", map[string]any{"product": out.Product.ID, "version": p.say.Number(int64(out.Version)), "date": p.say.From(out.From, time.Time{}, zone), "n": len(out.Licenses)})
	for _, change := range out.Changes {
		_, _ = p.out.Write([]byte(p.changed(change) + "\n"))
	}
	t := p.table("serial", "customer", "ends", "places")
	for _, l := range out.Licenses {
		t.row(l.Serial, l.Customer, p.ends(l), p.say.Number(int64(l.Used)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	p.told(files)
	p.line("issuer.say.publish.notice", map[string]any{"file": notice, "words": out.Notice.Words})
	if out.Again {
		p.note("issuer.say.publish.again", map[string]any{"version": out.Version})
	}
	return nil
}

func (p *program) published(out issuer.Publication, files []fileJSON, notice string) {
	rows := []licenseJSON{}
	for _, l := range out.Licenses {
		row := licenseFields(l)
		row.Computers = nil
		rows = append(rows, row)
	}
	p.json(struct {
		head
		Product  string                `json:"product"`
		Version  int                   `json:"policy_version"`
		From     time.Time             `json:"from"`
		Changes  []issuer.PolicyChange `json:"changes"`
		Licenses []licenseJSON         `json:"licenses"`
		Files    []fileJSON            `json:"files"`
		Notice   fileJSON              `json:"notice"`
		Again    bool                  `json:"again"`
	}{head{SchemaVersion: 1}, out.Product.ID, out.Version, out.From, out.Changes, rows, files, fileJSON{File: notice, Words: out.Notice.Words}, out.Again})
}

// Run writes the public page of a policy.
func (c *policyPageCommand) Run(p *program) error {
	policy, err := p.readPolicy(c.Policy)
	if err != nil {
		return err
	}
	page, err := issuer.PolicyPage(policy, c.Language)
	if err != nil {
		return err
	}
	data := page.Markdown()
	switch strings.ToLower(filepath.Ext(c.Out)) {
	case ".md", "":
	case ".html", ".htm":
		if data, err = page.HTML(); err != nil {
			return err
		}
	default:
		return badValue("--out", c.Out)
	}
	if c.Out == "-" && p.cli.JSON {
		return together("--json", "--out -")
	}
	if err := p.write(c.Out, data); err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			File     string `json:"file"`
			Language string `json:"language"`
		}{head{SchemaVersion: 1}, c.Out, page.Language})
		return nil
	}
	tell := p.line
	if c.Out == "-" {
		tell = p.note // standard output is the page
	}
	tell("issuer.say.page.done", map[string]any{"file": c.Out})
	return nil
}
