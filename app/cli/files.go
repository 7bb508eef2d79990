package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

type inspectCmd struct {
	reads
	Files []string `arg:"" name:"file" help:"cli.arg.files"`
}

func (c *inspectCmd) run(ctx context.Context, s *session) (result, error) {
	return s.inspect(ctx, c.Files)
}

type importCmd struct {
	Files  []string `arg:"" name:"file" help:"cli.arg.files"`
	DryRun bool     `help:"cli.flag.dry_run"`
	Yes    bool     `help:"cli.flag.yes"`
}

// needs: a dry run only reads.
func (c *importCmd) needs() need {
	if c.DryRun {
		return reading
	}
	return writing
}

func (c *importCmd) run(ctx context.Context, s *session) (result, error) {
	if c.DryRun {
		return s.inspect(ctx, c.Files)
	}
	return s.use(ctx, c.Files, c.Yes)
}

// sources reads the files. A stop while they are read, as in front of a terminal, ends the command.
func (s *session) sources(ctx context.Context, names []string) ([]licensing.Source, error) {
	src := licensing.ReadSources(names, s.In, s.Dir)
	return src, ctx.Err()
}

func (s *session) inspect(ctx context.Context, names []string) (result, error) {
	src, err := s.sources(ctx, names)
	if err != nil {
		return result{}, err
	}
	rep := s.engine.Inspect(ctx, src)
	return s.looked(rep, bodiesOf(src, rep.Items)), nil
}

// use imports files and shows what became of each.
func (s *session) use(ctx context.Context, names []string, yes bool) (result, error) {
	src, err := s.sources(ctx, names)
	if err != nil {
		return result{}, err
	}
	known := s.engine.Snapshot().Vendors
	rep, err := s.engine.Import(ctx, src, licensing.ImportOptions{TrustVendor: yes, AcceptLoss: yes})
	if err != nil {
		return result{}, err
	}
	at := s.now()
	inside := bodiesOf(src, rep.Items)
	r := result{code: s.importCode(rep), json: s.reportJSON(rep, at, inside)}
	for _, it := range rep.Items {
		if it.ForOther && rep.ForHere > 0 && len(rep.Items) > 1 {
			continue // counted below
		}
		r.page.add(s.itemLines(it, at, !it.Taken, known)...)
		r.page.indent(s.explained(inside, it)...)
	}
	s.summary(&r.page, rep, at)
	if v := s.engine.Snapshot().Verdict; rep.ForHere > 0 {
		r.page.gap()
		r.page.add(string(v.Main.State), s.tell(v.Main, v.At).Headline)
	}
	return r, nil
}

// looked shows what files are and what using them would do.
func (s *session) looked(rep licensing.Report, inside bodies) result {
	at := s.now()
	r := result{code: s.importCode(rep), json: s.reportJSON(rep, at, inside)}
	for _, it := range rep.Items {
		r.page.gap()
		r.page.add(s.itemLines(it, at, true, s.engine.Snapshot().Vendors)...)
		r.page.indent(s.explained(inside, it)...)
	}
	s.summary(&r.page, rep, at)
	return r
}

func (s *session) summary(p *page, rep licensing.Report, at time.Time) {
	switch {
	case rep.Nothing:
		p.add(s.text("cli.import.nothing", nil))
	case rep.ForHere == 0 && rep.ForOthers > 0:
		a := s.tell(rep.Finding, at)
		p.add(a.Headline, a.Happened, a.Do)
	case rep.ForOthers > 0:
		p.add(s.text("cli.import.for_others", map[string]any{"n": rep.ForOthers}))
	}
}

// sameName says whether a vendor that is not among known calls itself like one that is.
func sameName(it licensing.Item, known []licensing.VendorView) bool {
	if len(it.RootWords) == 0 {
		return false
	}
	name, same := it.Vendor, false
	if name == "" {
		name, _ = it.Finding.Slots["name"].(string)
	}
	for _, v := range known {
		if slices.Equal(v.Words, it.RootWords) {
			return false
		}
		same = same || strings.EqualFold(strings.TrimSpace(v.Name), strings.TrimSpace(name))
	}
	return same
}

// itemLines are the lines about one file. full tells all of it, else only what changed. known are the vendors trusted
// before it was used.
func (s *session) itemLines(it licensing.Item, at time.Time, full bool, known []licensing.VendorView) []string {
	var p page
	name := it.Source
	if it.Name != "" && it.Name != filepath.Base(it.Source) {
		name = s.text("cli.import.inside", map[string]any{"name": it.Name, "source": it.Source})
	}
	a := s.itemAnswers(it, at)
	switch {
	case it.Taken:
		p.add(s.text("cli.import.used", map[string]any{"name": name}))
	default:
		p.add(s.text("cli.import.file", map[string]any{"name": name, "text": a.Headline}))
	}
	if full {
		p.indent(a.Happened)
		words := it.Words
		if it.NeedsTrust || it.Kind == exchange.KindProfile {
			words = "" // only the eight words of the root key say whose it is
		}
		for _, line := range []struct {
			id, value string
		}{
			{"cli.import.kind", s.kind(it.Kind)},
			{"cli.import.vendor", it.Vendor},
			{"cli.import.words", words},
			{"cli.import.repaired", s.say.List(s.repairs(it.Repaired))},
		} {
			if line.value != "" {
				p.indent(s.text(line.id, map[string]any{"value": line.value}))
			}
		}
	}
	if full && (it.NeedsTrust || it.Kind == exchange.KindProfile && it.Vendor != "") {
		p.indent(s.addresses(it.URLs))
	}
	if sameName(it, known) {
		p.indent(s.text("cli.keys.same_name", nil))
	}
	for _, c := range it.Changes {
		p.indent(string(c.Sign) + " " + s.change(c, at))
	}
	if full {
		if a.Do != "" {
			p.indent(s.text("cli.label.do", nil) + " " + a.Do)
		}
		switch {
		case it.NeedsTrust:
			p.indent(s.text("cli.import.needs_trust", nil))
		case it.NeedsYes:
			p.indent(s.text("cli.import.needs_yes", nil))
		}
	}
	return p
}

// itemAnswers are the words for a file's finding; a profile that was taken has none of its own.
func (s *session) itemAnswers(it licensing.Item, at time.Time) plain.Answers {
	if it.Finding.State == "" {
		return plain.Answers{Headline: s.text("cli.import.usable", nil)}
	}
	return s.tell(it.Finding, at)
}

// change is one line of what a file changes.
func (s *session) change(c licensing.Change, at time.Time) string {
	name := c.Name.In(s.say.Language())
	if name == "" {
		name = c.Product
	}
	return s.say.Change(c.Code, name, c.Until, c.Was, c.New, at, s.zone)
}

// kind names a kind of document; "" when it is not known.
func (s *session) kind(k exchange.Kind) string {
	if id := "cli.kind." + string(k); k != "" && s.say.Has(id) {
		return s.text(id, nil)
	}
	return string(k)
}

// repairs names what was repaired in a file.
func (s *session) repairs(codes []string) []string {
	var out []string
	for _, c := range codes {
		if id := "cli.repair." + c; s.say.Has(id) {
			c = s.text(id, nil)
		}
		out = append(out, c)
	}
	return out
}

// importCode is the exit code for a report: 71 nothing to do, 70 some done, 0 when everything for this computer was (or
// would be) used, else the code of the state that kept it from being used. 10: it takes rights away and needs --yes.
func (s *session) importCode(rep licensing.Report) int {
	switch {
	case rep.Nothing:
		return codeNothing
	case rep.Partly:
		return codePartly
	case rep.ForHere == 0 && waitsForYes(rep):
		return codeAct // whatever state the file would lead to
	case rep.ForHere == 0:
		if code := rep.Finding.State.ExitCode(s.Strict); code != codeOK {
			return code
		}
		return codeAct
	}
	known := true
	for _, it := range rep.Items {
		switch it.Finding.State {
		case terms.StateRequestRefused, terms.StateDeviceLimit:
			if it.Taken || it.Usable {
				return it.Finding.State.ExitCode(s.Strict) // the vendor's no is taken, and is a no
			}
		}
		known = known && (it.ForOther || it.Finding.State == terms.StateFileKnown)
		if it.NeedsYes && !it.Taken {
			return codeAct
		}
	}
	if known {
		return terms.StateFileKnown.ExitCode(s.Strict)
	}
	return codeOK
}

// waitsForYes says that a file was not taken for want of --yes.
func waitsForYes(rep licensing.Report) bool {
	return slices.ContainsFunc(rep.Items, func(it licensing.Item) bool { return it.NeedsYes && !it.Taken })
}
