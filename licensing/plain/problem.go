package plain

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"holdfast/licensing/terms"
)

// Codes of errors that have no state of words.md.
const (
	codeDeadline     = "deadline"
	codeStopped      = "stopped"
	codePermission   = "permission"
	codeMissing      = "not_found"
	codeUnexpected   = "unexpected"
	codeUnknownState = "unknown_state"
)

// Spoken is an error with a sentence of its own, error.<code>, that args fill, and an optional error.<code>.do: a wrong
// name or choice that the person can put right.
type Spoken interface {
	error
	// Spoken returns the stable code, after a point also which of its sentences fits, and what stands in it.
	Spoken() (code string, args map[string]any)
}

// Problem puts any error into words, as seen at a time and in a zone: a *terms.Problem as its state; a Spoken with its
// sentence; a passed deadline, a stop, a missing permission or file and a full disk as what they are; everything else as
// unexpected. The error's own text is never shown as a sentence; it belongs to details and logs. A nil error gives
// empty Answers.
func (s *Speaker) Problem(err error, at time.Time, zone *time.Location) Answers {
	if err == nil {
		return Answers{}
	}
	var p *terms.Problem
	if errors.As(err, &p) {
		return s.Say(p.Finding, at, zone)
	}
	var own Spoken
	if errors.As(err, &own) {
		return s.mistake(own.Spoken())
	}
	if full(err) {
		return s.Say(terms.NewProblem(terms.StateDiskFull, nil, err).Finding, at, zone)
	}
	return s.general(Code(err))
}

// Code returns the stable code of an error: the state of a *terms.Problem, the code of a Spoken, else disk_full,
// deadline, stopped, permission, not_found or unexpected; "" for nil.
func Code(err error) string {
	var p *terms.Problem
	var own Spoken
	switch {
	case err == nil:
		return ""
	case errors.As(err, &p):
		return string(p.State)
	case errors.As(err, &own):
		code, _ := own.Spoken()
		code, _, _ = strings.Cut(code, ".")
		return code
	case full(err):
		return string(terms.StateDiskFull)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return codeDeadline
	case errors.Is(err, context.Canceled):
		return codeStopped
	case errors.Is(err, fs.ErrPermission):
		return codePermission
	case errors.Is(err, fs.ErrNotExist):
		return codeMissing
	}
	return codeUnexpected
}

// mistake answers for something a person can put right at once.
func (s *Speaker) mistake(code string, args map[string]any) Answers {
	a := s.general("mistake")
	stable, _, _ := strings.Cut(code, ".") // what follows chooses the words
	a.Code, a.Headline = stable, s.Text("error."+code, args)
	for _, do := range []string{"error." + code + ".do", "error." + stable + ".do"} {
		if s.Has(do) {
			a.Do = s.Text(do, args)
			break
		}
	}
	return a
}

// full says whether nothing more can be written.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EDQUOT)
}

// general answers for an error without a state.
func (s *Speaker) general(code string) Answers {
	part := func(name string) string { return s.Text("error."+code+"."+name, map[string]any{"code": code}) }
	return Answers{
		Headline: part("headline"), Happened: part("happened"), Works: part("works"), Do: part("do"), By: part("by"),
		Code: code,
	}
}
