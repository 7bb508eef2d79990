package views

import "strings"

// commands are the command line's twins of what the window does, by act. FILE, KEY and the like stand for what a person
// puts in. A test parses every one of them, and every page takes its line from here.
var commands = map[string][]string{
	"status":         {"status"},
	"until":          {"until"},
	"why":            {"why"},
	"import":         {"import"},
	"files":          {"files"},
	"request":        {"request", "activate"},
	"request_show":   {"request", "show"},
	"request_list":   {"request", "list"},
	"request_cancel": {"request", "cancel"},
	"history":        {"ledger", "show"},
	"doctor":         {"doctor"},
	"guide":          {"guide"},
	"tell":           {"tell"},
	"settings":       {"settings", "list"},
	"set":            {"settings", "set"},
	"data":           {"data", "show"},
	"data_delete":    {"data", "delete", "--yes"},
	"setup":          {"setup", "--again", "--yes"},
	"version":        {"version"},
}

// commandLine is the command of an act with arguments, ready to paste into a POSIX shell.
func commandLine(act string, args ...string) string {
	return shellWords(append(append([]string{"holdfast"}, commands[act]...), args...))
}

// shellWords quotes words for a POSIX shell, so that a copied command does what it says.
func shellWords(words []string) string {
	out := make([]string, len(words))
	for i, n := range words {
		if n == "" || strings.ContainsFunc(n, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:,./_-", r))
		}) {
			n = "'" + strings.ReplaceAll(n, "'", `'\''`) + "'"
		}
		out[i] = n
	}
	return strings.Join(out, " ")
}

// fileArgs are names of files as arguments: none is taken for an option.
func fileArgs(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		if strings.HasPrefix(n, "-") && n != "-" {
			n = "./" + n
		}
		out[i] = n
	}
	return out
}

// examples are arguments for the commands that need some.
var examples = map[string][]string{
	"why": {"acmecad"}, "import": {"FILE.hflic"}, "guide": {"dates"}, "tell": {"buyer"}, "set": {"language", "de"},
	"request_cancel": {"ID"}, "request": {"--vendor", "acme", "--key-file", "-", "--out", "FILE.hfreq"},
}

// Commands are the arguments of every command that the window shows, by what a person does there.
func Commands() map[string][]string {
	all := map[string][]string{}
	for act, args := range commands {
		all[act] = append(append([]string{}, args...), examples[act]...)
	}
	return all
}
