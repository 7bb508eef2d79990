package cli

import (
	"io"

	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// sink is standard output. It remembers that something did not get out, so that a command whose answer is lost never
// looks like one that succeeded.
type sink struct {
	io.Writer
	err error
}

func (o *sink) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.Writer.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	o.err = err
	return n, err
}

// told returns code, unless the answer could not be written: that is said on standard error and has a code of its own.
func (s *session) told(code int) int {
	if s.out.err == nil {
		return code
	}
	var p page
	p.add(s.text("cli.error.output", nil), s.text("cli.error.detail", map[string]any{"detail": s.out.err.Error()}))
	p.write(s.Err)
	if disk.IsFull(s.out.err) {
		return terms.StateDiskFull.ExitCode(s.Strict)
	}
	return codeUnexpected
}
