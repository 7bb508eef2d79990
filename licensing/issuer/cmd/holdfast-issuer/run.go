package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// world is everything outside the program that a command may touch. Files that a person names as input are read by
// exchange.ReadSource.
type world struct {
	in       io.Reader
	out, err io.Writer
	fs       disk.FS
	rand     io.Reader // nil: crypto/rand
	now      func() time.Time
	running  func() (boot string, on time.Duration) // nil: not known
	wait     func(context.Context, time.Duration)   // until the time is over or the context is done
	host     *hosted                                // of the service that runs this for another process; nil: it runs for itself
}

// version is set by the linker (-X main.version=…).
var version = "dev"

// program is one run of one command.
type program struct {
	world
	ctx  context.Context
	say  *plain.Speaker
	cli  *cli
	code int // exit code of a command that did its work and has something to report
}

const programName = "holdfast-issuer"

// stopped ends the parser when it has printed help.
type stopped int

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string, w world) (code int) {
	words, err := plain.New("en")
	if err != nil {
		_, _ = fmt.Fprintln(w.err, err)
		return 1
	}
	p := &program{world: w, ctx: ctx, say: words, cli: &cli{}}
	defer func() {
		r := recover()
		if s, ok := r.(stopped); ok {
			code = int(s)
		} else if r != nil {
			panic(r)
		}
	}()
	parser, err := kong.New(p.cli, kong.Name(programName), kong.Writers(w.out, w.err), kong.Exit(func(n int) { panic(stopped(n)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Help(printHelp))
	if err != nil {
		_, _ = fmt.Fprintln(w.err, err)
		return 1
	}
	describe(parser.Model, words)
	command, err := parser.Parse(args)
	if err != nil {
		p.cli.JSON = p.cli.JSON || asksForJSON(args)
		return p.report(&issuer.Error{Code: codeUsage, Slots: map[string]any{"detail": p.say.Mistyped(err)}})
	}
	if p.host != nil {
		p.host.what = command.Selected().Path()
	}
	if done, err := p.elsewhere(command, args); err != nil {
		return p.report(err)
	} else if done {
		return p.code
	}
	if err := command.Run(p); err != nil {
		return p.report(err)
	}
	return p.code
}

// missing says that a command needs words, or options, that are not there.
func (p *program) missing(what string) error {
	return &issuer.Error{Code: codeUsage, Slots: map[string]any{"detail": p.say.Text("mistyped.missing", map[string]any{"a": what})}}
}

// asksForJSON is for command lines that could not be read to their end.
func asksForJSON(args []string) bool {
	for _, a := range args {
		if a == "--json" {
			return true
		}
	}
	return false
}

// Codes that only the command line has.
const (
	codeUsage    issuer.Code = "usage"
	codeTogether issuer.Code = "together"
	codeSeveral  issuer.Code = "several"
	codeNoMail   issuer.Code = "no_mail"
	codeLink     issuer.Code = "link"
	codeLarge    issuer.Code = "too_large"
)

func exitCode(err error) int {
	var own *issuer.Error
	switch {
	case errors.Is(err, context.Canceled):
		return 130
	case errors.As(err, &own) && (own.Code == codeUsage || own.Code == codeTogether || own.Code == codeSeveral || own.Code == codeNoMail):
		return 2
	case errors.As(err, &own) && (own.Code == codePlain || own.Code == codeAddress || own.Code == codeAddressForm):
		return 2
	case errors.As(err, &own) && (own.Code == codeCert || own.Code == codeCertKey || own.Code == codeCertPair):
		return 2
	case errors.As(err, &own) && (own.Code == codeServing || own.Code == codeLost || own.Code == codeAddressUsed):
		return 75
	case errors.As(err, &own) && (own.Code == codeServedAlone || own.Code == codeServedOther || own.Code == codeServedFull):
		return 75
	case errors.As(err, &own) && own.Code == codeAddressPort:
		return 42
	case disk.IsFull(err):
		return 43
	case issuer.ExitCode(err) != 1:
		return issuer.ExitCode(err)
	case errors.Is(err, fs.ErrPermission):
		return 42
	case errors.Is(err, fs.ErrNotExist):
		return 29
	}
	return 1
}

// report tells about an error, on standard error and, with --json, on standard output too.
func (p *program) report(err error) int {
	code := exitCode(err)
	_, _ = fmt.Fprintln(p.err, p.sentence(err))
	var policy policyErrors
	var mistakes []mistake
	if errors.As(err, &policy) {
		mistakes = policy.mistakes(p.say)
		for _, m := range mistakes {
			_, _ = fmt.Fprintln(p.err, policy.line(p.say, m))
		}
	}
	var changes []issuer.PolicyChange
	var uncovered *issuer.Uncovered
	if errors.As(err, &uncovered) {
		changes = uncovered.Changes
		for _, c := range changes {
			_, _ = fmt.Fprintln(p.err, p.changed(c))
		}
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Error problem `json:"error"`
		}{head{1, code}, problem{Code: stableCode(err), Text: p.sentence(err), Mistakes: mistakes, Changes: changes}})
	}
	return code
}

// problem is an error in JSON.
type problem struct {
	Source string `json:"source,omitempty"`
	Code   string `json:"code"`
	Text   string `json:"text"`
	// Mistakes of a policy file, in the order of its lines.
	Mistakes []mistake `json:"mistakes,omitempty"`
	// Changes of a policy that its changelog says nothing of.
	Changes []issuer.PolicyChange `json:"changes,omitempty"`
	// Ask is what a person has to decide.
	Ask *issuer.Ask `json:"ask,omitempty"`
}

// head stands in front of every JSON answer.
type head struct {
	SchemaVersion int `json:"schema_version"`
	ExitCode      int `json:"exit_code"`
}

func stableCode(err error) string {
	var own *issuer.Error
	if errors.As(err, &own) {
		return string(own.Code)
	}
	return plain.Code(err)
}

// sentence puts an error into words.
func (p *program) sentence(err error) string {
	var own *issuer.Error
	var file *terms.Problem
	var named *fileError
	switch {
	case errors.As(err, &named):
		return p.say.Text("issuer.error.file", map[string]any{"file": named.name, "text": p.sentence(named.err)})
	case errors.Is(err, context.Canceled):
		return p.say.Text("issuer.error.stopped", nil)
	case errors.As(err, &own):
		slots := map[string]any{"detail": ""}
		for k, v := range own.Slots {
			slots[k] = v
		}
		if own.Err != nil {
			slots["detail"] = own.Err.Error()
		}
		var ask *issuer.Ask
		if errors.As(own.Err, &ask) {
			slots["what"] = p.asks(ask)
		}
		return p.say.Text("issuer.error."+string(own.Code), slots)
	case errors.As(err, &file):
		return p.fileProblem(file)
	case errors.Is(err, fs.ErrNotExist):
		return p.say.Text("issuer.problem.missing", nil)
	case errors.Is(err, fs.ErrPermission), disk.IsFull(err):
		return p.say.Text("issuer.problem.other", nil)
	}
	return p.say.Text("issuer.error.unexpected", map[string]any{"detail": err.Error()})
}

func (p *program) fileProblem(err *terms.Problem) string {
	if err.State == terms.StateFileUnreadable && err.Slots["cause"] == exchange.CauseMissing {
		return p.say.Text("issuer.problem.missing", nil)
	}
	if id := "issuer.problem." + string(err.State); p.say.Has(id) {
		return p.say.Text(id, nil)
	}
	a := p.say.Problem(err, p.now(), nil)
	return strings.TrimSpace(a.Headline + " " + a.Happened)
}

// note tells something on standard error that is not the result.
func (p *program) note(id string, slots map[string]any) {
	if !p.cli.Quiet {
		_, _ = fmt.Fprintln(p.err, p.say.Text(id, slots))
	}
}

// line prints one line of the result.
func (p *program) line(id string, slots map[string]any) {
	_, _ = fmt.Fprintln(p.out, p.say.Text(id, slots))
}
