package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"holdfast/app/policy"
	"holdfast/docs"
)

const (
	helpWidth  = 100 // of a line, at most
	helpColumn = 30  // of names; a longer one has a line of its own
)

// helpRow is a name and what it stands for.
type helpRow struct{ name, text string }

// helpRows appends names with their texts beside them, in lines of at most helpWidth.
func (p *page) helpRows(all []helpRow) {
	wide := 0
	for _, e := range all {
		if n := utf8.RuneCountInString(e.name); n <= helpColumn {
			wide = max(wide, n)
		}
	}
	for _, e := range all {
		name := e.name
		if utf8.RuneCountInString(name) > wide {
			p.indent(name)
			name = ""
		}
		for _, line := range docs.Fold(e.text, helpWidth-wide-4) {
			p.indent(fmt.Sprintf("%-*s  %s", wide, name, line))
			name = ""
		}
	}
}

// printHelp shows what a verb does, its options, examples and exit codes; at is nil for the program as a whole.
func (s *session) printHelp(k *kong.Kong, at *kong.Node) {
	var p page
	if at == nil {
		s.programHelp(&p, k)
	} else {
		s.verbHelp(&p, at)
	}
	p.gap()
	p.add(s.text("cli.help.head.globals", nil))
	p.helpRows(s.optionRows(k.Model.Flags))
	p.write(s.Out)
}

func (s *session) programHelp(p *page, k *kong.Kong) {
	p.add(s.text("cli.help.program", nil))
	p.gap()
	p.add(s.text("cli.help.head.usage", nil))
	p.indent("holdfast [FILE …]", "holdfast <verb> [--help]")
	p.gap()
	p.add(s.text("cli.help.head.verbs", nil))
	p.helpRows(s.verbRows(k.Model.Node))
	s.examples(p, "program")
	p.gap()
	p.add(s.text("cli.help.head.environment", nil))
	p.helpRows([]helpRow{
		{"HOLDFAST_HOME", s.text("cli.env.home", nil)},
		{"HOLDFAST_KEYSTORE", s.text("cli.env.keystore", nil)},
		{"HOLDFAST_PASSPHRASE_FILE", s.text("cli.env.passphrase_file", nil)},
	})
}

func (s *session) verbHelp(p *page, at *kong.Node) {
	p.add(docs.Fold(s.text(at.Help, nil), helpWidth)...)
	if verbPath(at) == "policy" {
		where := s.text("cli.policy.where", map[string]any{"file": policy.File(), "dropins": policy.DropIns()})
		p.add(docs.Fold(where, helpWidth)...)
	}
	p.gap()
	p.add(s.text("cli.help.head.usage", nil))
	p.indent(synopsis(at))
	if rows := s.verbRows(at); len(rows) > 0 {
		p.gap()
		p.add(s.text("cli.help.head.verbs", nil))
		p.helpRows(rows)
	}
	if len(at.Positional) > 0 {
		p.gap()
		p.add(s.text("cli.help.head.arguments", nil))
		var rows []helpRow
		for _, a := range at.Positional {
			rows = append(rows, helpRow{strings.ToUpper(a.Name), s.text(a.Help, nil)})
		}
		p.helpRows(rows)
	}
	if len(at.Flags) > 0 {
		p.gap()
		p.add(s.text("cli.help.head.options", nil))
		p.helpRows(s.optionRows(at.Flags))
	}
	s.examples(p, strings.ReplaceAll(verbPath(at), " ", "."))
	if codes := at.Tag.Get("codes"); codes != "" {
		p.gap()
		p.add(s.text("cli.help.head.codes", nil))
		var rows []helpRow
		for _, c := range strings.Split(codes, ",") {
			rows = append(rows, helpRow{c, s.text("cli.code."+c, nil)})
		}
		p.helpRows(rows)
	}
}

// synopsis is the verb with its arguments as a person writes it.
func synopsis(at *kong.Node) string {
	line := "holdfast " + verbPath(at)
	if len(at.Children) > 0 {
		return line + " <verb>"
	}
	for _, a := range at.Positional {
		name := strings.ToUpper(a.Name)
		if a.IsSlice() {
			name += " …"
		}
		if !a.Required {
			name = "[" + name + "]"
		}
		line += " " + name
	}
	for _, f := range at.Flags {
		if f.Required {
			line += " " + option(f)
		}
	}
	return line + " [options]"
}

func (s *session) verbRows(n *kong.Node) []helpRow {
	var rows []helpRow
	for _, c := range n.Children {
		name := c.Name
		if len(c.Children) > 0 {
			var sub []string
			for _, g := range c.Children {
				sub = append(sub, g.Name)
			}
			name += " " + strings.Join(sub, "|")
		}
		rows = append(rows, helpRow{name, s.text(c.Help, nil)})
	}
	return rows
}

func (s *session) optionRows(flags []*kong.Flag) []helpRow {
	var rows []helpRow
	for _, f := range flags {
		rows = append(rows, helpRow{option(f), s.text(f.Help, nil)})
	}
	return rows
}

// option is "--format date|days|epoch".
func option(f *kong.Flag) string {
	text := "--" + f.Name
	if f.Short != 0 {
		text = "-" + string(f.Short) + ", " + text
	}
	if !f.IsBool() {
		text += " " + strings.Trim(f.FormatPlaceHolder(), `"`)
	}
	return text
}

func (s *session) examples(p *page, path string) {
	id := "cli.example." + path
	if !s.say.Has(id) {
		return
	}
	p.gap()
	p.add(s.text("cli.help.head.examples", nil))
	for _, line := range strings.Split(s.text(id, nil), "\n") {
		p.indent(line)
	}
}
