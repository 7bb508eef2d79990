package main

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"holdfast/licensing/plain"
)

// describe fills in the help of every command, flag and argument from the translation files: issuer.help.<command>,
// issuer.detail.<command> for examples, issuer.flag.<name>. A struct tag may name another id: `help:"out-dir"`.
func describe(app *kong.Application, words *plain.Speaker) {
	text := func(v *kong.Value) string {
		return words.Text("issuer.flag."+cmp.Or(v.Help, v.Name), map[string]any{"default": v.Default})
	}
	app.HelpFlag.Help = words.Text("issuer.flag.help", nil)
	var walk func(n *kong.Node, id string)
	walk = func(n *kong.Node, id string) {
		n.Help = words.Text("issuer.help."+id, nil)
		n.Detail = words.Text("issuer.detail."+id, nil)
		for _, f := range n.Flags {
			if f != app.HelpFlag {
				f.Help = text(f.Value)
			}
		}
		for _, a := range n.Positional {
			a.Help = text(a)
		}
		for _, c := range n.Children {
			child := strings.ReplaceAll(c.Name, "-", "_")
			if id != "app" {
				child = id + "_" + child
			}
			walk(c, child)
		}
	}
	walk(app.Node, "app")
}

// helpWidth is how long a line of help may be.
const helpWidth = 100

// printHelp is kong's help with the lines broken that it leaves as they are: usage, and examples, which a shell still reads.
func printHelp(o kong.HelpOptions, ctx *kong.Context) error {
	var all bytes.Buffer
	out := ctx.Stdout
	ctx.Stdout = &all
	err := kong.DefaultHelpPrinter(o, ctx)
	ctx.Stdout = out
	for line := range strings.Lines(all.String()) {
		for _, l := range narrow(strings.TrimSuffix(line, "\n")) {
			_, _ = fmt.Fprintln(out, l)
		}
	}
	return err
}

// narrow is a line of help in lines of at most helpWidth, broken before options.
func narrow(line string) []string {
	const lead = "        "
	more := ""
	if strings.HasPrefix(line, "    "+programName) {
		more = " \\" // a command goes on
	}
	var all []string
	for len(line) > helpWidth {
		at := strings.LastIndex(line[:helpWidth-len(more)+1], " --")
		if at < len(lead) {
			break
		}
		all = append(all, line[:at]+more)
		line = lead + line[at+1:]
	}
	return append(all, line)
}
