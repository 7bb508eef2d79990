package cli

import (
	"context"
	"slices"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

type tellCmd struct {
	Who     string `arg:"" help:"cli.arg.who" enum:"buyer,it,vendor"`
	Product string `help:"cli.flag.product_told" placeholder:"P"`
	DryRun  bool   `help:"cli.flag.dry_run_tell"`
}

// needs: a note that is only looked at changes nothing.
func (c *tellCmd) needs() need {
	if c.DryRun {
		return reading
	}
	return writing
}

type tellJSON struct {
	Who      string      `json:"who"`
	To       string      `json:"to,omitempty"`
	Subject  string      `json:"subject"`
	Text     string      `json:"text"`
	State    terms.State `json:"state"`
	Product  string      `json:"product,omitempty"`
	License  string      `json:"license,omitempty"`
	Recorded bool        `json:"recorded"`
	*jsonError
}

// run prints a note for somebody who can act, and records that they were told. A note that cannot be recorded is printed all
// the same: the way out is never locked.
func (c *tellCmd) run(ctx context.Context, s *session) (result, error) {
	v := s.engine.Snapshot().Verdict
	about, err := s.subject(v, c.Product)
	if err != nil {
		return result{}, err
	}
	note := s.say.Note(c.Who, about)
	j := tellJSON{Who: c.Who, To: note.To, Subject: note.Subject, Text: note.Text, State: about.Finding.State, License: about.Finding.License}
	t := licensing.Telling{Who: c.Who}
	if p := about.Product; p != nil {
		j.Product, j.License = p.ID, p.License
		if about.Finding.State == p.State { // else it is a meter of a product that works, and told with the computer's first line
			t.Vendor, t.Product = p.Vendor, p.ID
		}
	}
	r := result{}
	if note.To != "" {
		r.page.add(s.text("cli.tell.to", map[string]any{"to": note.To}))
	}
	r.page.add(s.text("cli.tell.subject", map[string]any{"subject": note.Subject}))
	r.page = append(r.page, append([]string{""}, strings.Split(note.Text, "\n")...)...)
	if c.DryRun {
		r.json = j
		return r, nil
	}
	if err := s.engine.Tell(ctx, t); err != nil {
		failed := s.failed(ctx, err, nil)
		if why, ok := failed.json.(jsonError); ok {
			j.jsonError = &why
		}
		r.code, r.problem, r.json = failed.code, failed.page, j
		return r, nil
	}
	j.Recorded = true
	r.json = j
	r.note.add(s.text("cli.tell.recorded", nil))
	return r, nil
}

// subject is what a note is about: a product, or what the computer's first line says.
func (s *session) subject(v terms.Verdict, name string) (plain.NoteAbout, error) {
	snap := s.engine.Snapshot()
	about := plain.NoteAbout{Finding: v.Main, Code: snap.Device.Code, At: v.At, Zone: s.zone}
	p, err := told(v, name)
	if err != nil {
		return about, err
	}
	finding := v.Main
	switch i := slices.IndexFunc(v.Products, func(x terms.ProductVerdict) bool { return x.ID == v.Main.Product }); {
	case p != nil:
		finding = p.Finding
	case i >= 0 && (v.Main.State == terms.StateQuotaUsed || v.Main.State == terms.StateQuotaLow):
		p = &v.Products[i]
	}
	switch {
	case p != nil:
		about.Product, about.Finding, about.At = p, finding, p.At
		about.Vendor, about.Contact = s.vendorName(p.Vendor), s.vendorContact(p.Vendor)
		for _, l := range snap.Facts.Licenses {
			if l.Vendor == p.Vendor && l.Serial == p.License {
				about.Buyer = l.Policy.Renewal.Contact
			}
		}
	case len(snap.Vendors) == 1:
		about.Vendor, about.Contact = snap.Vendors[0].Name, snap.Vendors[0].Support
	}
	return about, nil
}

// told is the product that a note is about: the one named, or else the one that the main finding is about; nil when that
// is about the computer. Two vendors may have products of one name, so "id@root" names one with the beginning of its root.
func told(v terms.Verdict, name string) (*terms.ProductVerdict, error) {
	id, root, _ := strings.Cut(name, "@")
	var found *terms.ProductVerdict
	for i, p := range v.Products {
		switch {
		case name == "" && (p.ID != v.Main.Product || p.State != v.Main.State || p.Finding.License != v.Main.License):
		case name != "" && (!strings.EqualFold(p.ID, id) || !strings.HasPrefix(p.Vendor, strings.ToLower(root))):
		case found != nil && name != "":
			return nil, mistake("product_of_two", map[string]any{"product": id})
		case found == nil:
			found = &v.Products[i]
		}
	}
	if found == nil && name != "" {
		return nil, mistake("product_unknown", map[string]any{"product": name})
	}
	return found, nil
}
