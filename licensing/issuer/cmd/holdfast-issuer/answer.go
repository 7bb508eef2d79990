package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// perFile bounds the work on one file, however it was made.
const perFile = time.Minute

// Run answers every request and usage file in IN.
func (c *answerCommand) Run(p *program) error {
	if c.Out == "-" && p.cli.JSON {
		return together("--json", "--out -")
	}
	if c.Agent == "" && (c.Second != "" || c.Reason != "") || c.Agent != "" && c.Reason == "" {
		return p.missing("--agent, --reason")
	}
	names, several, err := p.sources(c.In)
	if err != nil {
		return err
	}
	outFolder, err := p.asFolder(c.Out)
	if err != nil {
		return err
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	work := answering{
		p: p, is: is, out: c.Out, folder: several, into: several || outFolder,
		by: issuer.Decision{Agent: c.Agent, Second: c.Second, Reason: c.Reason, Refuse: c.Refuse},
	}
	work.choose(c.Mail, outFolder)
	for _, name := range names {
		if err := work.source(name); err != nil {
			return err
		}
	}
	if err := work.pack(); err != nil {
		return err
	}
	return work.finish(strings.Join(c.In, " "))
}

// sources lists the files that a person named: files, and those in folders. several says that there may be more than one.
func (p *program) sources(in []string) (names []string, several bool, err error) {
	several = len(in) > 1
	for _, name := range in {
		folder, err := p.isDir(name)
		if err != nil {
			return nil, false, err
		}
		if !folder {
			names = append(names, name)
			continue
		}
		inside, err := p.filesIn(name)
		if err != nil {
			return nil, false, err
		}
		names, several = append(names, inside...), true
	}
	return names, several, nil
}

// answering is one run over one or many files.
type answering struct {
	p        *program
	is       *opened
	by       issuer.Decision
	out      string
	folder   bool // IN is a folder, or several files
	into     bool // OUT is meant to be a folder
	mail     bool // mails get a reply
	mailOnly bool // OUT is one such reply
	zip      bool // OUT is one archive for all answers
	packed   []packed
	answers  []answerJSON
	replies  []replyJSON
	problems []problem
	skipped  []string
	codes    []int // exit codes of everything that was not simply granted
}

type answerJSON struct {
	Source   string   `json:"source"`
	Request  string   `json:"request"`
	Computer string   `json:"computer"`
	Result   string   `json:"result"` // license, partly, refused, withdrawn or receipt
	Reason   string   `json:"reason,omitempty"`
	Serials  []string `json:"serials,omitempty"`
	// Of a check-in or more time: what was withdrawn, until when more time was granted, whether a license end cut that short, and by
	// whom when a person had to decide.
	Withdrawn []string  `json:"withdrawn,omitempty"`
	Until     time.Time `json:"until,omitzero"`
	EndsFirst bool      `json:"license_ends_first,omitempty"`
	Agent     string    `json:"agent,omitempty"`
	File      string    `json:"file"`
	Words     string    `json:"check_words"`
	Again     bool      `json:"again"`
	// Receipt says what was counted of a usage file.
	Receipt *issuer.Counting `json:"receipt,omitempty"`
}

// source answers the requests of one file. The error is one that stops the whole run; what is wrong with this file
// alone is kept for the end.
func (w *answering) source(name string) error {
	data, err := w.read(name)
	if err != nil {
		w.trouble(name, err)
		return nil
	}
	ctx, cancel := context.WithTimeout(w.p.ctx, perFile)
	defer cancel()
	answers, err := w.is.DecideFile(ctx, filepath.Base(name), data, w.by)
	if w.p.ctx.Err() != nil {
		return context.Canceled
	}
	if err := w.write(name, data, answers); err != nil {
		return err
	}
	if err == nil {
		return nil
	}
	for _, e := range split(err) {
		if ends(e) {
			return e
		}
		w.trouble(name, e)
	}
	return nil
}

// ends says whether a problem is the issuer's own, so that the next file would meet it too.
func ends(err error) bool {
	var own *issuer.Error
	if !errors.As(err, &own) {
		return false
	}
	switch own.Code {
	case issuer.CodeOtherVendor, issuer.CodeKindUnknown, issuer.CodeRequestOver, issuer.CodeNoRequest,
		issuer.CodeNeedsPerson, issuer.CodeSecondNeeded, issuer.CodeTooMany, issuer.CodeSealedForOther:
		return false
	}
	return true
}

func (w *answering) read(name string) ([]byte, error) {
	if name == "-" {
		return exchange.ReadStream(w.p.in)
	}
	return w.p.source(name)
}

// trouble keeps what is wrong with a file. In a folder, files that hold no request are only counted.
func (w *answering) trouble(name string, err error) {
	var own *issuer.Error
	var file *terms.Problem
	other := errors.As(err, &own) && own.Code == issuer.CodeNoRequest || errors.As(err, &file) && file.State == terms.StateFileOtherKind
	if w.folder && other {
		w.skipped = append(w.skipped, name)
		return
	}
	text := w.p.sentence(err)
	var ask *issuer.Ask
	errors.As(err, &ask)
	w.problems = append(w.problems, problem{Source: name, Code: stableCode(err), Text: text, Ask: ask})
	w.codes = append(w.codes, exitCode(err))
	if own == nil || own.Code != issuer.CodeNoRequest {
		text = w.p.say.Text("issuer.error.source", map[string]any{"source": name, "text": text})
	}
	_, _ = fmt.Fprintln(w.p.err, text)
}

// exitPartly is "some of several items done".
const exitPartly = 70

// finish works out the exit code: of one item its own; of several 0 when all were granted, the common code when all
// ended alike, and 70 otherwise.
func (w *answering) finish(in string) error {
	p := w.p
	if len(w.skipped) > 0 && !p.cli.JSON {
		p.note("issuer.say.answer.skipped", map[string]any{"n": len(w.skipped)})
	}
	var err error
	switch done := len(w.answers) + len(w.problems); {
	case done == 0:
		err = &issuer.Error{Code: issuer.CodeNothing, Slots: map[string]any{"dir": in}}
		if !p.cli.JSON {
			return err
		}
		p.code = exitCode(err)
		w.problems = []problem{{Code: stableCode(err), Text: p.sentence(err)}}
	case len(w.codes) == 0:
	case len(w.codes) == done && same(w.codes):
		p.code = w.codes[0]
	default:
		p.code = exitPartly
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Answers  []answerJSON `json:"answers"`
			Replies  []replyJSON  `json:"replies,omitempty"`
			Problems []problem    `json:"problems"`
			Skipped  []string     `json:"skipped"`
		}{head{1, p.code}, orEmpty(w.answers), w.replies, orEmpty(w.problems), orEmpty(w.skipped)})
	}
	return nil
}

func same(codes []int) bool {
	for _, c := range codes {
		if c != codes[0] {
			return false
		}
	}
	return true
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// split returns the errors that were joined.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
