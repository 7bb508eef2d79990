package cli

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

type filesCmd struct{ reads }

type filesJSON struct {
	In []fileJSON `json:"came_in"`
	// Out are requests that were never saved as a file, Waiting those whose answer has not come.
	Out     []outJSON `json:"must_go_out"`
	Waiting []outJSON `json:"waiting"`
	// Usage are usage files that wait for a receipt.
	Usage []usageFileJSON `json:"usage_waiting"`
}

type fileJSON struct {
	Document   string        `json:"document"`
	Kind       exchange.Kind `json:"kind"`
	Name       string        `json:"name,omitempty"`
	Vendor     string        `json:"vendor,omitempty"`
	VendorName string        `json:"vendor_name,omitempty"`
	Product    string        `json:"product,omitempty"`
	License    string        `json:"license,omitempty"`
	Words      string        `json:"words,omitempty"`
	Issued     time.Time     `json:"issued,omitzero"`
	Taken      time.Time     `json:"taken,omitzero"`
	InUse      bool          `json:"in_use"`
}

type outJSON struct {
	requestJSON
	Words string `json:"words,omitempty"`
}

// run shows what came in, what must go out and what is waited for, each with its check words.
func (c *filesCmd) run(ctx context.Context, s *session) (result, error) {
	came, err := s.engine.Files(ctx)
	if err != nil {
		return result{}, err
	}
	snap := s.engine.Snapshot()
	j := filesJSON{In: []fileJSON{}, Out: []outJSON{}, Waiting: []outJSON{}, Usage: []usageFileJSON{}}
	var in, out, waiting page
	for _, f := range came {
		j.In = append(j.In, fileJSON{
			Document: f.Hash, Kind: f.Kind, Name: f.Name, Vendor: f.Root, VendorName: f.Vendor, Product: f.Product.In(s.say.Language()),
			License: f.Serial, Words: f.Words, Issued: f.Issued.UTC(), Taken: f.Taken.UTC(), InUse: f.InUse,
		})
		in = append(in, s.fileLines(f)...)
	}
	for _, q := range snap.Requests {
		if q.State != terms.RequestOpen {
			continue
		}
		o := outJSON{requestJSON: s.requestJSON(q)}
		if m, err := s.engine.RequestFile(q.ID); err == nil {
			o.Words = m.Words // without them the request is still worth a line
		}
		if q.File == "" {
			j.Out = append(j.Out, o)
			out = append(out, s.requestLines(o, q)...)
			continue
		}
		j.Waiting = append(j.Waiting, o)
		waiting = append(waiting, s.requestLines(o, q)...)
	}
	for _, u := range snap.Usage {
		j.Usage = append(j.Usage, waitingJSON(u.Waiting)...)
		for _, f := range u.Waiting {
			waiting.add(s.waitingLine(f))
		}
	}
	r := result{json: j}
	r.page.part(s.text("cli.files.in", nil), in, s.text("cli.files.in.none", nil))
	r.page.part(s.text("cli.files.out", nil), out, s.text("cli.files.out.none", nil))
	r.page.part(s.text("cli.files.waiting", nil), waiting, s.text("cli.files.waiting.none", nil))
	return r, nil
}

func (s *session) fileLines(f licensing.FileView) []string {
	args := map[string]any{
		"name": f.Name, "kind": s.kind(f.Kind), "vendor": f.Vendor, "date": s.say.Date(f.Taken, s.zone),
		"product": f.Product.In(s.say.Language()), "serial": f.Serial, "words": f.Words,
	}
	var p page
	if f.Name == "" {
		args["name"] = args["kind"]
	}
	p.add(s.text("cli.files.came", args))
	if f.Serial != "" {
		p.indent(s.text("cli.files.license", args))
	}
	if f.Words != "" {
		p.indent(s.text("cli.files.words", args))
	}
	if f.InUse {
		p.indent(s.text("cli.files.in_use", nil))
	}
	return p
}

func (s *session) requestLines(o outJSON, q terms.Request) []string {
	args := map[string]any{
		"id": short(q.ID), "vendor": s.vendorName(q.Vendor), "name": q.File, "words": o.Words,
		"date": s.say.Date(q.Created, s.zone), "until": s.say.Date(q.Until, s.zone),
	}
	var p page
	if q.File == "" {
		p.add(s.text("cli.files.request", args))
		p.indent(s.text("cli.files.save", args))
	} else {
		p.add(s.text("cli.files.saved", args))
	}
	p.indent(s.text("cli.files.until", args))
	if o.Words != "" {
		p.indent(s.text("cli.files.words", args))
	}
	return p
}

// part appends a heading with lines below it, or the sentence for none.
func (p *page) part(head string, lines page, none string) {
	p.gap()
	p.add(head)
	if len(lines) == 0 {
		lines = page{none}
	}
	p.indent(lines...)
}
