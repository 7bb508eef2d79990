package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// call is a command that was understood.
type call struct {
	globals
	verb verb
	path string // "request activate"
}

// usageError is a wrong use of the command line. detail names the words that were wrong, as the parser says it.
type usageError struct {
	detail string
	path   string // of the verb, for the hint
	json   bool
}

func (u *usageError) Error() string { return u.detail }

// parse understands args. It returns nil without an error when help was asked for and printed.
func (s *session) parse(args []string) (*call, error) {
	var t tree
	k, err := grammar(&t)
	if err != nil {
		return nil, err
	}
	args, help := wantsHelp(args)
	if help {
		at, err := kong.Trace(k, args)
		if err != nil {
			return nil, err
		}
		if at.Selected() == nil && at.Error != nil { // a word that is no verb
			return nil, &usageError{detail: s.say.Mistyped(at.Error), json: slices.Contains(args, "--json")}
		}
		s.printHelp(k, named(at.Selected(), args))
		return nil, nil
	}
	args = withVerb(k, joinShift(args), s.exists)
	ctx, err := k.Parse(args)
	if err != nil {
		u := &usageError{detail: s.say.Mistyped(err), json: slices.Contains(args, "--json")}
		if at, terr := kong.Trace(k, args); terr == nil && at.Selected() != nil {
			u.path = verbPath(at.Selected())
		}
		return nil, u
	}
	node := ctx.Selected()
	v, ok := node.Target.Addr().Interface().(verb)
	if !ok {
		return nil, &usageError{detail: verbPath(node), path: verbPath(node), json: t.JSON}
	}
	return &call{globals: t.globals, verb: v, path: verbPath(node)}, nil
}

// grammar is the parser of the command line, which fills t.
func grammar(t *tree) (*kong.Kong, error) {
	return kong.New(t, kong.Name("holdfast"), kong.NoDefaultHelp(), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}),
		kong.KindMapper(reflect.String, kong.MapperFunc(asTyped)))
}

// Parses says what is wrong with args as a command of this command line; nil when nothing is. Nothing runs and no
// file is looked at, so that whoever shows a command to a person can check it: args are what follows the program's name.
func Parses(args []string) error {
	k, err := grammar(&tree{})
	if err != nil {
		return err
	}
	args, help := wantsHelp(args)
	if help {
		_, err = kong.Trace(k, args)
		return err
	}
	_, err = k.Parse(withVerb(k, joinShift(args), func(string) bool { return false }))
	return err
}

// joinShift makes one word of "--clock -400d": by itself, a value that begins with "-" would be taken for an option.
func joinShift(args []string) []string {
	i := slices.Index(args, "--clock")
	if i < 0 || i+1 == len(args) || len(args[i+1]) < 2 || args[i+1][0] != '-' || args[i+1][1] < '0' || args[i+1][1] > '9' {
		return args
	}
	return slices.Replace(slices.Clone(args), i, i+2, args[i]+"="+args[i+1])
}

// homeIn is the home that args name, as far as that can be seen before they are understood; "" for the usual one.
func homeIn(args []string) string {
	for i, a := range args {
		switch name, ok := strings.CutPrefix(a, "--home="); {
		case ok:
			return name
		case a == "--home" && i+1 < len(args):
			return args[i+1]
		case a == "--":
			return ""
		}
	}
	return ""
}

// asTyped takes a word as it is. The parser's own way goes through JSON, which loses what is not UTF-8, and file names may
// be any bytes. An empty word is what a script makes of a variable that is not set: it is no answer to anything, but for a setting.
func asTyped(ctx *kong.DecodeContext, target reflect.Value) error {
	t, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	if t.String() == "" && ctx.Value.Tag.Get("empty") == "" {
		return errEmpty
	}
	target.SetString(t.String())
	return nil
}

var errEmpty = errors.New("is empty")

// named is the verb that args name. One that is only meant where its group stands alone was not: help is about the group.
func named(n *kong.Node, args []string) *kong.Node {
	if n != nil && n.Parent.DefaultCmd == n && !slices.Contains(args, n.Name) {
		return n.Parent
	}
	return n
}

// verbPath is how a person writes the verb: "request activate".
func verbPath(n *kong.Node) string {
	var names []string
	for ; n != nil && n.Type == kong.CommandNode; n = n.Parent {
		names = append(names, n.Name)
	}
	slices.Reverse(names)
	return strings.Join(names, " ")
}

// wantsHelp takes the wish for help out of args: --help, -h, or the word help in front.
func wantsHelp(args []string) ([]string, bool) {
	if len(args) > 0 && args[0] == "help" {
		return args[1:], true
	}
	for i, a := range args {
		switch a {
		case "--":
			return args, false
		case "--help", "-h":
			return slices.Delete(slices.Clone(args), i, i+1), true
		}
	}
	return args, false
}

// withVerb names the verb open when args name files but no verb: `holdfast FILE…` and `holdfast` alone mean the
// window. A word that is neither a verb nor a file stays, so that the mistake is told.
func withVerb(k *kong.Kong, args []string, exists func(string) bool) []string {
	if slices.Equal(args, []string{"--version"}) {
		return []string{"version"}
	}
	takesValue := map[string]bool{}
	for _, f := range k.Model.Flags {
		takesValue["--"+f.Name] = !f.IsBool()
	}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--":
			return slices.Insert(slices.Clone(args), i, "open")
		case strings.HasPrefix(a, "-") && a != "-":
			if takesValue[a] {
				i++
			}
		case isVerb(k, a) || (!exists(a) && filepath.Base(a) == a && filepath.Ext(a) == ""):
			return args
		default:
			return slices.Insert(slices.Clone(args), i, "open")
		}
	}
	return append(slices.Clone(args), "open")
}

func isVerb(k *kong.Kong, word string) bool {
	return slices.ContainsFunc(k.Model.Children, func(n *kong.Node) bool { return n.Name == word })
}

// resolve means a name relative to the command's folder.
func (s *session) resolve(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.Dir, name)
}

func (s *session) exists(name string) bool {
	_, err := os.Lstat(s.resolve(name))
	return err == nil
}
