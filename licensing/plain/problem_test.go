package plain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"holdfast/licensing/terms"
)

type wrongName struct{ code string }

func (w wrongName) Error() string                    { return w.code }
func (w wrongName) Spoken() (string, map[string]any) { return w.code, map[string]any{"vendor": "acme"} }

func TestEveryErrorHasAnswersAndAStableCode(t *testing.T) {
	s := speaker(t, "en")
	_, missing := os.Open("/no/such/folder/file")
	for _, c := range []struct {
		err            error
		code, headline string
	}{
		{terms.NewProblem(terms.StateFileCut, nil, errors.New("eof")), "file_cut", "This file is not complete."},
		{fmt.Errorf("import: %w", terms.NewProblem(terms.StateFileEmpty, nil, nil)), "file_empty", "This file is empty."},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), "deadline", "This took too long, so we stopped waiting."},
		{os.ErrDeadlineExceeded, "deadline", "This took too long, so we stopped waiting."},
		{context.Canceled, "stopped", "Stopped, as you asked."},
		{&fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, "permission", "The system did not allow this."},
		{&fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, "disk_full", "There is no room to save license records."},
		{&fs.PathError{Op: "write", Path: "/x", Err: syscall.EROFS}, "disk_full", "There is no room to save license records."},
		{missing, "not_found", "A file or folder is not there."},
		{errors.New("nil map"), "unexpected", "Something happened that we did not expect."},
		{fmt.Errorf("x: %w", wrongName{"vendor_unknown"}), "vendor_unknown", "There is no vendor called acme here."},
	} {
		a := s.Problem(c.err, now, berlin)
		if a.Code != c.code || Code(c.err) != c.code || a.Headline != c.headline {
			t.Errorf("%v: code %q and %q, headline %q", c.err, a.Code, Code(c.err), a.Headline)
		}
		if slices.ContainsFunc(a.all(), func(s string) bool { return untidy(s) != "" }) {
			t.Errorf("%v: %+v", c.err, a)
		}
	}
	if a := s.Problem(nil, now, berlin); a != (Answers{}) || Code(nil) != "" {
		t.Errorf("no error gives %+v", a)
	}
}

func TestTheTextOfAnUnexpectedErrorIsNotShownAsASentence(t *testing.T) {
	a := speaker(t, "en").Problem(errors.New("open /home/kim/secret: boom"), now, berlin)
	if text := strings.Join(a.all(), " "); strings.Contains(text, "boom") || strings.Contains(text, "/home") {
		t.Errorf("shown: %q", text)
	}
}

func TestWhatToDoComesFromTheMistakeWhenItHasAText(t *testing.T) {
	s := speaker(t, "en")
	if got := s.Problem(wrongName{"vendor_unknown"}, now, berlin).Do; !strings.Contains(got, "key file") {
		t.Errorf("got %q", got)
	}
}

func TestEveryGeneralErrorAndMistakeIsComplete(t *testing.T) {
	s := speaker(t, "en")
	for _, code := range append(constants(t, "licensing/plain", "code"), "mistake") {
		for _, part := range []string{"headline", "happened", "works", "do", "by"} {
			if id := "error." + code + "." + part; !s.Has(id) {
				t.Errorf("no text %s", id)
			}
		}
	}
}
