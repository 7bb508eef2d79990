package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"

	"holdfast/app/mail"
	"holdfast/licensing"
)

type usageExportCmd struct {
	Out      string `help:"cli.flag.out_usage" placeholder:"FILE.hfuse|DIR|-"`
	Email    string `help:"cli.flag.email" placeholder:"FILE.eml"`
	Append   string `help:"cli.flag.append" placeholder:"BATCH.zip"`
	Reviewed bool   `help:"cli.flag.reviewed"`
	Level    string `help:"cli.flag.level" placeholder:"contract|computer|full"`
	Vendor   string `help:"cli.flag.vendor" placeholder:"ID"`
	Force    bool   `help:"cli.flag.force"`
}

// needs: what was not reviewed is only shown.
func (c *usageExportCmd) needs() need {
	if !c.Reviewed {
		return reading
	}
	return writing
}

type exportJSON struct {
	draftJSON
	File    string `json:"file,omitempty"` // as it was saved
	Email   string `json:"email,omitempty"`
	Mailto  string `json:"mailto,omitempty"`
	Batch   string `json:"batch,omitempty"`
	InBatch int    `json:"in_batch,omitempty"`
	Data    []byte `json:"data,omitempty"` // with --out -
}

// run saves the usage file: plain, in a mail that is ready to send, or in the batch of many computers. What was not reviewed is
// shown instead, and nothing is written. Again gives the same file until its receipt is here.
func (c *usageExportCmd) run(ctx context.Context, s *session) (result, error) {
	d, err := s.draft(ctx, licensing.UsageOptions{Vendor: c.Vendor, Level: c.Level})
	if err != nil {
		return s.nothingNew(ctx, err)
	}
	if !c.Reviewed {
		return s.notReviewed(ctx, d), nil
	}
	out := c.outFile(s, d.Name)
	if err := c.allWritable(s, out, d); err != nil {
		return result{}, err
	}
	j := exportJSON{draftJSON: s.draftJSON(d, false)}
	j.Contents = nil
	r := result{}
	left := d.Name
	switch {
	case out == "-" && s.JSON:
		j.Data = d.File
	case out == "-":
		r.raw = d.File
	case out != "":
		if err := s.saveAs(target{out: out, force: c.Force}, d.File); err != nil {
			return result{}, err
		}
		j.File, left = out, filepath.Base(out)
		id, n := "cli.usage.saved", uses(d.Contents)
		if unread(d.Contents) > 0 {
			id, n = "cli.usage.saved_sealed", int64(min(d.Contents.File.Entries, 1<<62))
		}
		r.page.add(s.text(id, map[string]any{"file": out, "n": n}))
	}
	if c.Email != "" {
		name := d.Name
		if out != "" && out != "-" { // the mail names the file as it lies here
			name = filepath.Base(out)
		}
		if err := c.saveMail(s, d, name, &j, &r); err != nil {
			return result{}, err
		}
		left = filepath.Base(c.Email)
	}
	if c.Append != "" {
		n, err := s.appendTo(c.Append, d.Name, d.File, olderUsage(d.Contents.File))
		if err != nil {
			return result{}, err
		}
		j.Batch, j.InBatch, left = c.Append, n, filepath.Base(c.Append)
		r.page.add(s.text("cli.batch.appended", map[string]any{"file": c.Append, "n": n}))
	}
	s.sendLines(&r.page, d)
	if r.raw != nil { // standard output is the file's
		r.note, r.page = r.page, nil
	}
	r.json = j
	if err := s.engine.UsageLeft(ctx, d.ID, left); err != nil {
		// The file is out. That this could not be noted is said, and does not take it back.
		failed := s.failed(ctx, err, nil)
		if why, ok := failed.json.(jsonError); ok {
			j.jsonError = &why
		}
		r.code, r.problem, r.json = failed.code, failed.page, j
	}
	return r, nil
}

// notReviewed shows what would leave, and how to let it.
func (s *session) notReviewed(ctx context.Context, d licensing.UsageDraft) result {
	failed := s.failed(ctx, mistake("usage_not_reviewed", nil), nil)
	j := s.draftJSON(d, false)
	if why, ok := failed.json.(jsonError); ok {
		j.jsonError = &why
	}
	return result{code: failed.code, page: s.previewLines(d), problem: failed.page, json: j}
}

// outFile is the file to write: "" for none, "-" for standard output. A folder takes the file under its own name.
func (c *usageExportCmd) outFile(s *session, name string) string {
	switch {
	case c.Out == "" && (c.Email != "" || c.Append != ""), c.Out == "-":
		return c.Out
	case c.Out == "":
		return name
	}
	if info, err := os.Stat(s.resolve(c.Out)); err == nil && info.IsDir() || strings.HasSuffix(c.Out, string(filepath.Separator)) {
		return filepath.Join(c.Out, name)
	}
	return c.Out
}

// allWritable finds out before anything is written whether all of it can be.
func (c *usageExportCmd) allWritable(s *session, out string, d licensing.UsageDraft) error {
	for _, name := range []string{out, c.Email} {
		if name == "" || name == "-" {
			continue
		}
		old, err := s.present(name)
		switch {
		case err != nil:
			return err
		case old != nil && !c.Force && !bytes.Equal(old, d.File) && !sameDocument(old, d.File):
			return mistake("file_exists", map[string]any{"file": name})
		}
		if err := s.writable(name); err != nil {
			return err
		}
	}
	if c.Append != "" {
		return s.batchable(c.Append)
	}
	return nil
}

// saveMail writes a mail that is ready to be looked at and sent, with a link for mail programs that do not open one.
func (c *usageExportCmd) saveMail(s *session, d licensing.UsageDraft, name string, j *exportJSON, r *result) error {
	named := d
	named.Name = name
	draft := mail.ForUsage(s.say, named)
	eml, err := draft.EML(s.now())
	if err != nil {
		return err
	}
	saving.Lock()
	defer saving.Unlock()
	if err := s.write(c.Email, eml, 0o600); err != nil {
		return err
	}
	j.Email, j.Mailto, j.MailTo = c.Email, draft.Mailto(), draft.To
	id := "cli.usage.mail"
	if draft.To == "" {
		id = "cli.usage.mail_nobody"
	}
	r.page.add(s.text(id, map[string]any{"file": c.Email, "to": draft.To}))
	r.page.add(s.text("cli.usage.mailto", map[string]any{"link": draft.Mailto(), "name": name}))
	return nil
}

// sendLines say where the file goes and what comes back.
func (s *session) sendLines(p *page, d licensing.UsageDraft) {
	if d.Again && d.Left { // not the first file that was only looked at before
		p.add(s.text("cli.usage.again", nil))
	}
	p.add(
		s.text("cli.usage.send", map[string]any{"vendor": d.Vendor, "contact": s.vendorContact(d.Root)}),
		s.text("cli.usage.words", map[string]any{"words": d.Words}),
	)
	if !d.ReceiptBy.IsZero() {
		p.add(s.text("cli.usage.receipt_by", map[string]any{"date": s.say.Date(d.ReceiptBy, s.zone)}))
	}
	if n := d.Contents.File.Remains; n > 0 {
		p.add(s.text("cli.usage.remains", map[string]any{"n": int64(min(n, 1<<62))}))
	}
}
