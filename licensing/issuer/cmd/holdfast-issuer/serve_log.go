package main

import (
	"io"
	"os"
	"sync"

	"holdfast/licensing/disk"
)

// journal is where the log goes: standard error, or a file that is opened anew when somebody else has moved it away.
type journal struct {
	p    *program
	name string

	mu   sync.Mutex
	to   io.Writer
	file disk.File // nil for standard error
}

func openJournal(p *program, name string) (*journal, error) {
	j := &journal{p: p, name: name, to: p.err}
	return j, j.open()
}

func (j *journal) open() error {
	if j.name == "" {
		return nil
	}
	f, err := j.p.fs.OpenFile(j.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return inFile(j.name, err)
	}
	j.close()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file, j.to = f, f
	return nil
}

// reopen goes on in the old file when a new one cannot be opened.
func (j *journal) reopen() {
	if err := j.open(); err != nil {
		_, _ = io.WriteString(j.p.err, j.p.sentence(err)+"\n")
	}
}

// Write writes one line.
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.to.Write(b)
}

func (j *journal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		_ = j.file.Close()
		j.file, j.to = nil, j.p.err
	}
}
