package main

import (
	"strings"

	"holdfast/licensing/issuer"
)

// elsewhere has the service on the folder take what is whole. done is false when there is none.
func (w *watching) elsewhere() (done bool, err error) {
	if w.p.host != nil {
		return false, nil
	}
	args := []string{"watch", w.c.In, "--dir", w.c.Dir, "--out", w.c.Out, "--once", "--quiet"}
	if w.c.Mail {
		args = append(args, "--mail")
	}
	a, done, err := w.p.forward(w.c.Dir, args, nil)
	if !done || err != nil {
		return done, err
	}
	_, _ = w.p.out.Write(a.Stdout)
	if a.Code != 0 && a.Code != exitPartly { // what holds the service up
		return true, &issuer.Error{Code: codeHeldUp, Slots: map[string]any{"text": firstLine(a.Stderr)}}
	}
	_, _ = w.p.err.Write(a.Stderr)
	return true, nil
}

// firstLine is what was said first.
func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	return line
}
