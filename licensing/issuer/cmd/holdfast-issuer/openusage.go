package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/usage"
)

// Run opens usage files without answering them.
func (c *openCommand) Run(p *program) error {
	if (c.Dir == "") == (c.Key == "") {
		return p.missing("--dir, --key")
	}
	data, err := p.input(c.In)
	if err != nil {
		return inFile(c.In, err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, perFile)
	defer cancel()
	files, err := c.open(ctx, p, data)
	if err != nil && len(files) == 0 {
		return inFile(c.In, err)
	}
	var problems []problem
	if err != nil {
		p.code = exitPartly
		for _, e := range split(err) {
			problems = append(problems, problem{Source: c.In, Code: stableCode(e), Text: p.sentence(e)})
			_, _ = fmt.Fprintln(p.err, p.sentence(inFile(c.In, e)))
		}
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Files    []issuer.Usage `json:"files"`
			Problems []problem      `json:"problems,omitempty"`
		}{head{1, p.code}, files, problems})
		return nil
	}
	for _, f := range files {
		u := f.Contents.File
		p.line("issuer.say.open.file", map[string]any{
			"code": f.Computer, "vendor": u.Vendor, "made": u.Issued, "n": int64(min(u.Entries, 1<<62)), "from": int64(min(u.First, 1<<62)), "to": int64(min(u.Last, 1<<62)),
		})
		t := p.table("product", "meter", "day", "units", "events")
		for _, s := range f.Contents.Sums {
			t.row(s.Product, s.Meter, s.Day.UTC().Format(time.DateOnly), strconv.FormatInt(s.Units, 10), strconv.FormatUint(s.Count, 10))
		}
		if err := t.Flush(); err != nil {
			return err
		}
		for _, x := range f.Findings {
			p.line("issuer.say.anomalies.line", p.finding(x, f.Computer, "", x.At))
		}
	}
	return nil
}

func (c *openCommand) open(ctx context.Context, p *program, data []byte) ([]issuer.Usage, error) {
	name := filepath.Base(c.In)
	if c.Key == "" {
		is, err := p.open(c.Dir, "")
		if err != nil {
			return nil, err
		}
		defer is.Close()
		return is.OpenUsage(ctx, name, data)
	}
	o, err := p.options()
	if err != nil {
		return nil, err
	}
	k, err := issuer.ReadSealingKey(p.fs, c.Key, o.Passphrase)
	if err != nil {
		return nil, err
	}
	vendor := ""
	if c.Profile != "" {
		b, err := p.source(c.Profile)
		if err == nil {
			vendor, err = vendorOf(c.Profile, b)
		}
		if err != nil {
			return nil, inFile(c.Profile, err)
		}
	}
	return k.Open(ctx, name, data, vendor)
}

// vendorOf is the short name in a profile. Nobody is trusted for it: it only says whose files are meant.
func vendorOf(name string, data []byte) (string, error) {
	found, err := exchange.Read(name, data)
	if err != nil {
		return "", err
	}
	for _, f := range found {
		for _, e := range f.Bundle.Envelopes {
			if p, err := exchange.PeekProfile(e); err == nil {
				return p.Vendor, nil
			}
		}
	}
	return "", badValue("--profile", name)
}

// input reads a file, or standard input for -.
func (p *program) input(name string) ([]byte, error) {
	if name == "-" {
		return exchange.ReadStream(p.in)
	}
	return p.source(name)
}

// Run prints what a person should look at.
func (c *anomaliesCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	all, err := is.Anomalies()
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Anomalies []issuer.Anomaly `json:"anomalies"`
		}{head{SchemaVersion: 1}, all})
		return nil
	}
	open := slices.DeleteFunc(all, func(a issuer.Anomaly) bool { return !c.All && !a.Settled.IsZero() })
	if len(open) == 0 {
		p.note("issuer.say.anomalies.none", nil)
		return nil
	}
	for _, a := range open {
		id := "issuer.say.anomalies.line"
		if !a.Settled.IsZero() {
			id = "issuer.say.anomalies.settled"
		}
		p.line(id, p.finding(a.Finding, a.Computer, a.Customer, a.Since))
	}
	return nil
}

// finding fills the line about a finding: what it is, of which computer, since when, and the facts behind it.
func (p *program) finding(f usage.Finding, computer, customer string, since time.Time) map[string]any {
	var facts []string
	if f.Epoch > 0 {
		facts = append(facts, "epoch="+strconv.FormatUint(f.Epoch, 10))
	}
	if f.Seq > 0 {
		facts = append(facts, "seq="+strconv.FormatUint(f.Seq, 10))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Evidence)) {
		facts = append(facts, terminal(name+"="+f.Evidence[name]))
	}
	return map[string]any{
		"what": p.say.Text("issuer.finding."+f.Code, nil), "code": computer, "customer": terminal(customer),
		"since": since.UTC().Format(time.RFC3339), "facts": strings.Join(facts, " "),
	}
}
