package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing/issuer"
)

var monthWanted = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// Run prints what was counted.
func (c *usageReportCommand) Run(p *program) error {
	if c.Month != "" && !monthWanted.MatchString(c.Month) {
		return badValue("--month", c.Month)
	}
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	rows, err := is.UsageReport(issuer.UsageFilter{Customer: c.Customer, Product: c.Product, Month: c.Month})
	if err != nil {
		return err
	}
	switch {
	case p.cli.JSON || c.Format == "json":
		p.json(struct {
			head
			Rows []issuer.UsageRow `json:"rows"`
		}{head{SchemaVersion: 1}, rows})
		return nil
	case c.Format == "csv":
		return writeCSV(p, rows)
	}
	if len(rows) == 0 {
		p.note("issuer.say.usage.none", nil)
		return nil
	}
	t := p.table("customer", "product", "meter", "month", "units", "unit")
	for _, r := range rows {
		t.row(terminal(r.Customer), terminal(r.Product), terminal(r.Meter), r.Month, strconv.FormatInt(r.Units, 10), terminal(r.Unit))
	}
	return t.Flush()
}

func writeCSV(p *program, rows []issuer.UsageRow) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"customer", "product", "meter", "month", "units", "unit"}) // a buffer takes everything; Error tells
	for _, r := range rows {
		_ = w.Write([]string{cell(r.Customer), cell(r.Product), cell(r.Meter), cell(r.Month), strconv.FormatInt(r.Units, 10), cell(r.Unit)})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return p.write("-", b.Bytes())
}

// cell keeps spreadsheet programs from taking a text for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

// terminal leaves control characters out of what somebody else wrote.
func terminal(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}

// Run writes everything that is stored about the usage of a customer.
func (c *usageExportCommand) Run(p *program) error {
	if c.Out == "-" && p.cli.JSON {
		return together("--json", "--out -")
	}
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	all, err := is.CustomerUsage(c.Customer)
	if err != nil {
		return err
	}
	b, err := indented(all)
	if err != nil {
		return err
	}
	name, err := p.target(c.Out, "usage_of_customer.json")
	if err != nil {
		return err
	}
	if err := p.write(name, b); err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			File    string `json:"file"`
			Ledgers int    `json:"ledgers"`
		}{head{SchemaVersion: 1}, name, len(all.Ledgers)})
		return nil
	}
	p.note("issuer.say.usage.exported", map[string]any{"file": name, "n": len(all.Ledgers)})
	return nil
}

// Run erases what is stored about the usage of a customer, except what proves the chain.
func (c *usageEraseCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	x, err := is.EraseUsage(p.ctx, c.Customer, c.Agent, c.Reason)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Erased issuer.Erasure `json:"erased"`
		}{head{SchemaVersion: 1}, x})
		return nil
	}
	p.line("issuer.say.usage.erased", map[string]any{"customer": terminal(c.Customer), "n": x.Days})
	p.line("issuer.say.usage.erased_stays", nil)
	return nil
}

// Run says or sets how long days of usage are kept.
func (c *usageKeepCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	erased := 0
	if c.Keep.Lasts() {
		if erased, err = is.KeepUsage(p.ctx, c.Keep, c.Agent); err != nil {
			return err
		}
	}
	keep, before, err := is.Keeping()
	if err != nil {
		return err
	}
	if p.cli.JSON {
		length := ""
		if keep.Lasts() {
			length = keep.String()
		}
		p.json(struct {
			head
			Keep   string    `json:"keep"` // "": for good
			Before time.Time `json:"erased_before,omitzero"`
			Erased int       `json:"erased"`
		}{head{SchemaVersion: 1}, length, before, erased})
		return nil
	}
	if !keep.Lasts() {
		p.line("issuer.say.usage.kept_for_good", nil)
		return nil
	}
	p.line("issuer.say.usage.kept", map[string]any{"keep": keep.String(), "before": before.Format(time.DateOnly)})
	if erased > 0 {
		p.line("issuer.say.usage.aged", map[string]any{"n": erased})
	}
	return nil
}

// indented is v as JSON for a file.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
