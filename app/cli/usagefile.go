package cli

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/usage"
)

type usagePreviewCmd struct {
	reads
	Entries bool   `help:"cli.flag.entries"`
	Raw     bool   `help:"cli.flag.raw"`
	Level   string `help:"cli.flag.level" placeholder:"contract|computer|full"`
	Vendor  string `help:"cli.flag.vendor" placeholder:"ID"`
}

// draftJSON is a usage file before it leaves.
type draftJSON struct {
	ID         string    `json:"id"`
	Vendor     string    `json:"vendor"` // root
	VendorName string    `json:"vendor_name"`
	Name       string    `json:"name"`
	Words      string    `json:"words"`
	Size       int       `json:"size"`
	Entries    uint64    `json:"entries"`
	Uses       int64     `json:"uses"`           // of the entries that can be read here
	Unread     int64     `json:"unread_entries"` // that only the vendor can read
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`
	Level      string    `json:"level"`
	Customer   string    `json:"customer,omitempty"`
	Again      bool      `json:"again"` // the same bytes as before
	Left       bool      `json:"left"`  // it was saved before
	ReceiptBy  time.Time `json:"receipt_by,omitzero"`
	MailTo     string    `json:"mail_to,omitempty"`
	// Contents is everything in the file, decoded from its bytes; its rows are left out unless they were asked for.
	Contents *usage.Contents `json:"contents,omitempty"`
	*jsonError
}

func (s *session) draftJSON(d licensing.UsageDraft, rows bool) draftJSON {
	c := d.Contents
	if !rows {
		c.Rows = nil
	}
	return draftJSON{
		ID: d.ID, Vendor: d.Root, VendorName: d.Vendor, Name: d.Name, Words: d.Words, Size: len(d.File), Entries: c.File.Entries, Uses: uses(c), Unread: unread(c),
		From: utc(d.From), To: utc(d.To), Level: c.File.Level, Customer: d.Customer, Again: d.Again, Left: d.Left, ReceiptBy: utc(d.ReceiptBy),
		MailTo: d.Email, Contents: &c,
	}
}

// run shows everything that the next usage file would carry. Nothing leaves.
func (c *usagePreviewCmd) run(ctx context.Context, s *session) (result, error) {
	d, err := s.draft(ctx, licensing.UsageOptions{Vendor: c.Vendor, Level: c.Level})
	if err != nil {
		return s.nothingNew(ctx, err)
	}
	if c.Raw && !s.JSON {
		b, err := json.MarshalIndent(d.Contents, "", "  ")
		return result{raw: append(b, '\n')}, err
	}
	r := result{json: s.draftJSON(d, c.Entries || c.Raw), page: s.previewLines(d)}
	if c.Entries {
		r.page.gap()
		r.page.add(s.text("cli.usage.entries", nil))
		r.page = append(r.page, s.rowLines(d.Contents.Rows)...)
	}
	r.page.gap()
	r.page.add(s.text("cli.usage.preview.then", map[string]any{"command": "holdfast usage export --reviewed --out FILE" + s.vendorNeeded(c.Vendor)}))
	return r, nil
}

func (s *session) vendorNeeded(name string) string {
	if name == "" {
		return ""
	}
	return " --vendor " + name
}

// draft makes the usage file, or says why there is none to make.
func (s *session) draft(ctx context.Context, o licensing.UsageOptions) (licensing.UsageDraft, error) {
	if o.Level != "" {
		if err := knownLevel(o.Level); err != nil {
			return licensing.UsageDraft{}, err
		}
	}
	if code := s.nothingWaits(o.Vendor); code != "" { // also while the key store is locked
		return licensing.UsageDraft{}, mistake(code, nil)
	}
	return s.engine.DraftUsage(ctx, o)
}

// nothingWaits says why no use of a vendor's products waits for a receipt: all is confirmed, or nothing was recorded; "" when some does.
// Vendor "" is all of them.
func (s *session) nothingWaits(vendor string) string {
	ledgers, entries := 0, uint64(0)
	for _, u := range s.engine.Snapshot().Usage {
		if !s.isVendor(u.Root, vendor) {
			continue
		}
		ledgers++
		if entries += u.Entries; u.Unsent > 0 {
			return ""
		}
	}
	switch {
	case entries > 0:
		return "nothing_to_report"
	case ledgers > 0 || vendor == "":
		return "nothing_recorded"
	}
	return ""
}

// nothingNew turns the engine's word that there is no use without a receipt into an answer of its own; other errors stay.
func (s *session) nothingNew(ctx context.Context, err error) (result, error) {
	var wrong *licensing.Mistake
	if !errors.As(err, &wrong) || wrong.Code != "nothing_to_report" && wrong.Code != "nothing_recorded" {
		return result{}, err
	}
	r := s.failed(ctx, err, nil)
	r.code, r.err = codeNothing, false
	return r, nil
}

// previewLines are everything in the file except its single entries: its face, what it counts, and what is not in it.
func (s *session) previewLines(d licensing.UsageDraft) page {
	c := d.Contents
	var p page
	id, sealed := "cli.usage.preview.head", unread(c)
	if sealed > 0 {
		id = "cli.usage.preview.head_sealed"
	}
	p.add(s.text(id, map[string]any{
		"vendor": d.Vendor, "n": uses(c), "entries": int64(min(c.File.Entries, 1<<62)), "size": kilobytes(len(d.File)),
	}))
	if sealed > 0 {
		p.add(s.text("cli.usage.unread", map[string]any{"n": sealed}))
	}
	if !d.From.IsZero() && !d.To.IsZero() {
		p.add(s.text("cli.usage.preview.range", map[string]any{"from": s.say.DateTime(d.From, s.zone), "to": s.say.DateTime(d.To, s.zone)}))
	}
	switch {
	case d.Left:
		p.add(s.text("cli.usage.preview.left", nil))
	case d.Again:
		p.add(s.text("cli.usage.preview.again", nil))
	default:
		p.add(s.text("cli.usage.preview.new", nil))
	}
	p.add(s.text("cli.usage.preview.everything", nil))
	p.add(s.summaryLines(d)...)
	p = append(p, s.contentLines(c)...)
	if d.Asked != "" {
		p.add(s.text("cli.usage.preview.finer", map[string]any{"level": c.File.Level}))
	}
	if c.File.Level == usage.LevelContract {
		p.add(s.text("cli.usage.preview.not_contract", nil))
	} else {
		p.add(s.text("cli.usage.preview.not", nil))
	}
	p.add(s.text("cli.usage.words", map[string]any{"words": d.Words}))
	if !d.ReceiptBy.IsZero() {
		p.add(s.text("cli.usage.receipt_by", map[string]any{"date": s.say.Date(d.ReceiptBy, s.zone)}))
	}
	return p
}

// uses is how many uses a file counts; its other entries say when programs ran, and what they count.
func uses(c usage.Contents) int64 {
	n := uint64(0)
	for _, sum := range c.Sums {
		n += sum.Count
	}
	return int64(min(n, 1<<62))
}

// unread is how many entries of a file only the vendor can read, among them perhaps uses.
func unread(c usage.Contents) int64 {
	n := uint64(0)
	for _, e := range c.Epochs {
		n += e.Unread
	}
	return int64(min(n, 1<<62))
}

// kilobytes is a size as people read it, never 0 for something.
func kilobytes(n int) int { return (n + 1023) / 1024 }
