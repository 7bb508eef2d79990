package cli

import (
	"context"
	"errors"
	"io/fs"

	"holdfast/app"
	"holdfast/app/local"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// jsonError is what keeps a command from its work, for programs.
type jsonError struct {
	Error struct {
		Code string     `json:"code"`
		Tone terms.Tone `json:"tone,omitempty"`
		jsonAnswers
		Detail string `json:"detail,omitempty"`
	} `json:"error"`
}

// jsonAnswers are the four answers and their headline.
type jsonAnswers struct {
	Text     string `json:"text"`
	Happened string `json:"happened,omitempty"`
	Works    string `json:"works,omitempty"`
	Do       string `json:"do,omitempty"`
	By       string `json:"by,omitempty"`
}

func answersJSON(a plain.Answers) jsonAnswers {
	return jsonAnswers{Text: a.Headline, Happened: a.Happened, Works: a.Works, Do: a.Do, By: a.By}
}

// fileError says which file an error is about.
type fileError struct {
	name string
	err  error
}

func (f *fileError) Error() string { return f.name + ": " + f.err.Error() }
func (f *fileError) Unwrap() error { return f.err }

// mistake is a wrong use that only a verb can see. Its sentence is the message error.<code>.
func mistake(code string, args map[string]any) error {
	return &licensing.Mistake{Code: code, Args: args}
}

// failed turns an error into what is printed about it and the exit code. c is nil when the command was not understood.
func (s *session) failed(ctx context.Context, err error, c *call) result {
	r := result{err: true}
	var j jsonError
	var usage *usageError
	var wrong *licensing.Mistake
	var problem *terms.Problem
	var locked *app.Locked
	switch {
	case ctx.Err() != nil:
		r.code, j.Error.Code = codeStopped, "stopped"
		r.page.add(s.text("cli.error.stopped", nil))
	case errors.As(err, &usage):
		r.code, j.Error.Code = codeUsage, "usage"
		s.JSON = usage.json
		help := "holdfast --help"
		if usage.path != "" {
			help = "holdfast " + usage.path + " --help"
		}
		r.page.add(s.text("cli.error.usage", map[string]any{"detail": usage.detail}), s.text("cli.hint.help", map[string]any{"command": help}))
	case errors.As(err, &wrong):
		r.code, j.Error.Code = codeUsage, wrong.Code
		switch wrong.Code {
		case "home_of_another":
			r.code = codeForbidden
		case "network_off", "usage_level_set", "usage_level_meanwhile":
			r.code = codeLocked
		}
		id := s.mistakeID(wrong)
		r.page.add(s.text(id, wrong.Args))
		if s.say.Has(id + ".do") {
			j.Error.Do = s.text(id+".do", wrong.Args)
			r.page.add(j.Error.Do)
		}
	case errors.As(err, &locked):
		r.code, j.Error.Code = codeLocked, "setting_locked"
		r.page.add(s.locked(locked)...)
		j.Error.Do = r.page[len(r.page)-1]
	case errors.Is(err, local.ErrBusy), errors.Is(err, local.ErrOtherVersion), errors.Is(err, local.ErrLost):
		r.code = codeLater
		switch {
		case errors.Is(err, local.ErrLost):
			j.Error.Code = "owner_lost"
		case errors.Is(err, local.ErrOtherVersion):
			j.Error.Code = "owner_other_version"
		default:
			j.Error.Code = "busy"
		}
		r.page.add(s.text("cli.error."+j.Error.Code, nil))
	default:
		a := s.say.Problem(err, s.now(), s.zone)
		j.Error.Code, j.Error.jsonAnswers = a.Code, answersJSON(a)
		headline := a.Headline
		var about *fileError
		if errors.As(err, &about) {
			headline = s.text("cli.import.file", map[string]any{"name": about.name, "text": headline})
		}
		r.page.add(headline, a.Happened, a.Works, a.Do)
		switch state := terms.State(a.Code); {
		case errors.As(err, &problem):
			j.Error.Tone, r.code = problem.Tone, problem.State.ExitCode(s.Strict)
			r.page.add(s.passphraseHint(problem.State))
		case state.Known():
			j.Error.Tone, r.code = state.Tone(), state.ExitCode(s.Strict)
		case errors.Is(err, fs.ErrNotExist):
			r.code = terms.StateFileUnreadable.ExitCode(s.Strict)
		case errors.Is(err, fs.ErrPermission):
			r.code = codeForbidden
		case errors.Is(err, context.DeadlineExceeded):
			r.code = codeLater
		default:
			r.code, j.Error.Detail = codeUnexpected, err.Error()
			r.page.add(s.text("cli.error.detail", map[string]any{"detail": err.Error()}))
		}
		if r.code == codeOK {
			r.code = codeUnexpected // a problem is never a success
		}
	}
	if j.Error.Text == "" && len(r.page) > 0 {
		j.Error.Text = r.page[0]
	}
	r.json = j
	return r
}

// mistakeID is the message for a mistake. One about a name that was left out has its own.
func (s *session) mistakeID(m *licensing.Mistake) string {
	id := "error." + m.Code
	for _, slot := range []string{"vendor", "id"} {
		if m.Args[slot] == "" && s.say.Has(id+".none") {
			return id + ".none"
		}
	}
	return id
}

// passphraseHint says where a passphrase comes from when the key store that it opens is locked.
func (s *session) passphraseHint(state terms.State) string {
	if s.engine == nil || (state != terms.StateKeychainLocked && state != terms.StateKeychainDenied) ||
		s.engine.Snapshot().KeyStore.Backend != "passphrase" {
		return ""
	}
	return s.text("cli.hint.passphrase", nil)
}
