package views

import (
	"fmt"
	"runtime"
	"strings"
	"unicode"
)

// commands are the command line's twins of what the window does, by act. FILE, KEY and the like stand for what a person
// puts in. A test parses every one of them, and every page takes its line from here.
var commands = map[string][]string{
	"status":         {"status"},
	"until":          {"until"},
	"why":            {"why"},
	"import":         {"import"},
	"files":          {"files"},
	"request":        {"request", "activate"},
	"checkin":        {"request", "checkin"},
	"moretime":       {"request", "moretime"},
	"timeline":       {"timeline"},
	"simulate":       {"simulate"},
	"calendar":       {"calendar"},
	"grace":          {"grace", "show"},
	"clock":          {"clock", "show"},
	"clock_confirm":  {"clock", "confirm"},
	"notices":        {"notices"},
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
	"usage":          {"usage", "list"},
	"usage_preview":  {"usage", "preview"},
	"usage_export":   {"usage", "export"},
	"usage_level":    {"usage", "level"},
	"contacts":       {"contacts", "list"},
	"sync":           {"sync"},
	"pause":          {"contacts", "pause"},
	"resume":         {"contacts", "resume"},
	"receipts":       {"receipts", "list"},
	"receipt":        {"receipts", "show"},
	"version":        {"version"},
}

// commandLine is the command of an act with arguments, ready to paste into a shell of this system.
func commandLine(act string, args ...string) string {
	return shellWords(runtime.GOOS, append(append([]string{"holdfast"}, commands[act]...), args...))
}

// shellWords quotes words for the shells of a system, so that a copied command does what it says.
func shellWords(system string, words []string) string {
	bare, quote := "@%+=:,./_-", quotePOSIX
	if system == "windows" {
		bare, quote = `+=:./_-\`, quoteWindows
	}
	out := make([]string, len(words))
	for i, n := range words {
		if n == "" || strings.ContainsFunc(n, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(bare, r))
		}) {
			n = quote(n)
		}
		out[i] = n
	}
	return strings.Join(out, " ")
}

func quotePOSIX(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// quoteWindows puts a word into double quotes, which cmd.exe and PowerShell read alike. A character that one of them acts
// on even there becomes "?", which no file name has: such a command finds no file, and never runs anything else. Only
// %NAME% stays, which cmd.exe may replace. A backslash at the end is doubled, else it would quote the quote.
func quoteWindows(word string) string {
	word = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune("\"$`“”„", r) {
			return '?'
		}
		return r
	}, word)
	return `"` + word + strings.Repeat(`\`, len(word)-len(strings.TrimRight(word, `\`))) + `"`
}

// passphraseCommand starts the program with secrets behind a passphrase, with newHome in a folder of their own. FILE and
// NEWFOLDER stand for what a person puts in.
func passphraseCommand(newHome bool) string { return passphraseOn(runtime.GOOS, newHome) }

func passphraseOn(system string, newHome bool) string {
	form := "%s=%s "
	if system == "windows" {
		form = `set "%s=%s" && `
	}
	var before string
	if newHome {
		before = fmt.Sprintf(form, "HOLDFAST_HOME", "NEWFOLDER")
	}
	return before + fmt.Sprintf(form, "HOLDFAST_PASSPHRASE_FILE", "FILE") + "holdfast --keystore passphrase"
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
	"checkin": {"--vendor", "acme", "--out", "FILE.hfreq"}, "moretime": {"--until", "2026-12-24", "--out", "FILE.hfreq"},
	"pause": {"2026-12-24"}, "simulate": {"--offline", "60d"}, "calendar": {"--out", "dates.ics"},
	"request_cancel": {"ID"}, "request": {"--vendor", "acme", "--key-file", "-", "--out", "FILE.hfreq"},
	"usage_export": {"--reviewed", "--out", "FILE.hfuse"}, "usage_level": {"contract"}, "receipt": {"R-118"},
}

// Commands are the arguments of every command that the window shows, by what a person does there.
func Commands() map[string][]string {
	all := map[string][]string{}
	for act, args := range commands {
		all[act] = append(append([]string{}, args...), examples[act]...)
	}
	return all
}
