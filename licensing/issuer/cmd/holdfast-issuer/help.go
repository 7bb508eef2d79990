package main

import (
	"cmp"
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
