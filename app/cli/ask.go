package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// asking are the options of a request about licenses that are held.
type asking struct {
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
	Out    string `help:"cli.flag.out" xor:"to" placeholder:"FILE.hfreq|-"`
	Append string `help:"cli.flag.append" xor:"to,now" placeholder:"BATCH.zip"`
	Now    bool   `help:"cli.flag.now" xor:"now"`
	Force  bool   `help:"cli.flag.force"`
}

// needs: only a request that leaves at once reaches the network.
func (a *asking) needs() need {
	if a.Now {
		return sending
	}
	return writing
}

// make makes a request, saves it, and sends it when it leaves at once. Again gives the same one while it is open.
func (a *asking) make(ctx context.Context, s *session, o licensing.RequestOptions, covers []coverJSON) (result, error) {
	to, err := a.target(&o), error(nil)
	if !to.unsaved() {
		to, err = s.foresee(o, to)
	}
	if err != nil {
		return result{}, err
	}
	m, err := s.engine.MakeRequest(ctx, o)
	if err != nil {
		return result{}, err
	}
	r, err := s.saveRequest(ctx, m, to, covers)
	if err == nil && a.Now {
		s.sendNow(ctx, &r, m.Request)
	}
	return r, err
}

// target is where the request goes. Its options keep the name of the file, for the records.
func (a *asking) target(o *licensing.RequestOptions) target {
	for _, name := range []string{a.Out, a.Append} {
		if name != "" && name != "-" {
			o.File = filepath.Base(name)
		}
	}
	return target{out: a.Out, batch: a.Append, force: a.Force, now: a.Now}
}

type checkinCmd struct{ asking }

func (c *checkinCmd) run(ctx context.Context, s *session) (result, error) {
	return c.make(ctx, s, licensing.RequestOptions{Kind: exchange.RequestCheckin, Vendor: c.Vendor}, nil)
}

type renewCmd struct {
	asking
	Product string `help:"cli.flag.product" placeholder:"P"`
}

func (c *renewCmd) run(ctx context.Context, s *session) (result, error) {
	return c.make(ctx, s, licensing.RequestOptions{Kind: exchange.RequestRenew, Vendor: c.Vendor, Product: c.Product}, nil)
}

type moretimeCmd struct {
	asking
	Until   string `help:"cli.flag.until_away" required:"" placeholder:"DATE"`
	Product string `help:"cli.flag.product" placeholder:"P"`
	DryRun  bool   `help:"cli.flag.dry_run_moretime"`
}

// asks says whether a request is made: without a file to write or a contact to make it is only a question.
func (c *moretimeCmd) asks() bool { return (c.Out != "" || c.Append != "" || c.Now) && !c.DryRun }

// needs: a time away that is only looked at changes nothing.
func (c *moretimeCmd) needs() need {
	if !c.asks() {
		return reading
	}
	return c.asking.needs()
}

// coverJSON is licensing.Cover for programs.
type coverJSON struct {
	Vendor      string    `json:"vendor"`
	Product     string    `json:"product"`
	Name        string    `json:"name"`
	Covered     bool      `json:"covered"`
	Until       time.Time `json:"until,omitzero"`
	Grace       time.Time `json:"grace,omitzero"`
	Granted     bool      `json:"granted"` // the vendor's policy gives it at once
	Most        time.Time `json:"most,omitzero"`
	LicenseEnds time.Time `json:"license_ends,omitzero"`
	Text        string    `json:"text"`

	wanted time.Time
}

type awayJSON struct {
	Until    time.Time   `json:"until"`
	Covered  bool        `json:"covered"`
	Products []coverJSON `json:"products"`
	Next     []string    `json:"next,omitempty"` // commands that ask for what is missing
	*jsonError
}

// run says for each product whether a time away is covered, in every case. When it is not and a file is named, it makes one
// request; without one it says how to. 71 says that there was nothing to do.
func (c *moretimeCmd) run(ctx context.Context, s *session) (result, error) {
	until, err := s.lastMoment(c.Until)
	if err != nil {
		return result{}, err
	}
	covers := s.engine.Away(terms.Query{Vendor: c.Vendor, Product: c.Product}, until)
	if len(covers) == 0 {
		if c.Product != "" {
			return result{}, mistake("product_unknown", map[string]any{"product": c.Product})
		}
		return result{}, mistake("moretime_nothing", nil)
	}
	away := awayJSON{Until: utc(until), Covered: true}
	var r result
	var roots []string
	for _, v := range covers {
		j := s.coverJSON(v, until)
		away.Products = append(away.Products, j)
		r.page.add(j.Text)
		if !j.Covered {
			away.Covered = false
			roots = append(roots, v.Vendor)
		}
	}
	roots = slices.Compact(slices.Sorted(slices.Values(roots)))
	switch {
	case away.Covered:
		r.page.add(s.text("cli.moretime.covered_all", map[string]any{"date": s.say.Until(until, s.now(), s.zone)}))
		r.code, r.json = codeNothing, away
		return r, nil
	case !c.asks():
		away.Next = c.next(s, covers, away.Products, roots)
		for _, command := range away.Next {
			r.page.add(s.text("cli.moretime.next", map[string]any{"command": command}))
		}
		r.json = away
		return r, nil
	case len(roots) > 1:
		var names []string
		for _, root := range roots {
			names = append(names, s.vendorOption(root))
		}
		return s.notAsked(ctx, r, away, mistake("moretime_vendors", map[string]any{"vendors": strings.Join(names, "|")})), nil
	}
	o := licensing.RequestOptions{Kind: exchange.RequestMoreTime, Vendor: roots[0], Product: c.Product, Until: until}
	made, err := c.make(ctx, s, o, away.Products)
	if err != nil {
		return s.notAsked(ctx, r, away, err), nil
	}
	if made.raw != nil { // standard output is the file's
		made.note = append(r.page, made.note...)
		return made, nil
	}
	made.page = append(r.page, made.page...)
	return made, nil
}

// notAsked keeps the answer when the request could not be made or saved.
func (s *session) notAsked(ctx context.Context, r result, away awayJSON, err error) result {
	failed := s.failed(ctx, err, nil)
	if why, ok := failed.json.(jsonError); ok {
		away.jsonError = &why
	}
	r.code, r.problem, r.json = failed.code, failed.page, away
	return r
}

// next are the commands that ask for what is not covered: one for each vendor, for more time or, where the license itself ends
// first, for a renewal.
func (c *moretimeCmd) next(s *session, covers []licensing.Cover, told []coverJSON, roots []string) []string {
	var all []string
	for _, root := range roots {
		verb := "request renew"
		for i, v := range covers {
			if v.Vendor == root && !told[i].Covered && (v.LicenseEnds.IsZero() || !v.LicenseEnds.Before(told[i].wanted)) {
				verb = "moretime --until " + c.Until
			}
		}
		command := "holdfast " + verb
		if c.Vendor != "" || len(roots) > 1 {
			command += " --vendor " + s.vendorOption(root)
		}
		if c.Product != "" {
			command += " --product " + c.Product
		}
		if s.wayOf(root) != wayFile {
			command += " --now"
		} else {
			command += " --out FILE"
		}
		all = append(all, command)
	}
	return all
}

// coverJSON says in one line whether a product is covered, and what may be had.
func (s *session) coverJSON(v licensing.Cover, until time.Time) coverJSON {
	name := nameOr(v.Name.In(s.say.Language()), v.Product)
	// What is limited already is not covered, although nothing more would be lost.
	limited := slices.ContainsFunc(s.verdictNow().Products, func(p terms.ProductVerdict) bool {
		return p.Vendor == v.Vendor && p.ID == v.Product && len(p.View)+len(p.Paused) > 0
	})
	v.Covered = v.Covered && !limited
	j := coverJSON{
		Vendor: v.Vendor, Product: v.Product, Name: name, Covered: v.Covered, Until: utc(v.Until), Grace: utc(v.Grace),
		Granted: v.Granted, Most: utc(v.Most), LicenseEnds: utc(v.LicenseEnds), wanted: until,
	}
	now := s.now()
	say := func(t time.Time) string { return s.say.Until(t, now, s.zone) }
	args := map[string]any{"product": name, "vendor": s.vendorName(v.Vendor), "until": say(v.Until), "most": say(v.Most), "ends": say(v.LicenseEnds), "wanted": say(until), "grace": say(v.Grace)}
	switch {
	case v.Covered && v.Until.IsZero():
		j.Text = s.text("cli.moretime.covered_no_end", args)
	case v.Covered && !v.Until.Before(until):
		j.Text = s.text("cli.moretime.covered", args)
	case v.Covered && !v.Grace.Before(until):
		j.Text = s.text("cli.moretime.covered_grace", args)
	case v.Covered:
		j.Text = s.text("cli.moretime.covered_on", args)
	case v.Until.Before(now):
		j.Text = s.text("cli.moretime.over", args)
	default:
		j.Text = s.text("cli.moretime.short", args)
	}
	switch {
	case v.Covered:
	case !v.LicenseEnds.IsZero() && v.LicenseEnds.Before(until):
		j.Text += " " + s.text("cli.moretime.license", args)
	case v.Granted:
		j.Text += " " + s.text("cli.moretime.at_once", args)
	case v.Most.After(now):
		j.Text += " " + s.text("cli.moretime.most", args)
	default:
		j.Text += " " + s.text("cli.moretime.person", args)
	}
	return j
}

// vendorID is vendorOption for many records.
func (s *session) vendorID(root string) string {
	if s.ids == nil {
		s.ids = map[string]string{}
	}
	id, ok := s.ids[root]
	if !ok {
		id = s.vendorOption(root)
		s.ids[root] = id
	}
	return id
}

// vendorOption is a vendor as --vendor takes it: its id, with the beginning of its root where another one has that id.
func (s *session) vendorOption(root string) string {
	all := s.engine.Snapshot().Vendors
	i := slices.IndexFunc(all, func(v licensing.VendorView) bool { return v.Root == root })
	if i < 0 {
		return root
	}
	if slices.ContainsFunc(all, func(o licensing.VendorView) bool { return o.Root != root && strings.EqualFold(o.ID, all[i].ID) }) {
		return all[i].ID + "@" + root[:min(8, len(root))]
	}
	return all[i].ID
}
