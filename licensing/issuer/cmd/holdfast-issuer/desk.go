package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/service"
)

// opened is the issuer for one command. A service that runs the command for another process keeps its own open.
type opened struct {
	*issuer.Issuer
	host    *hosted // nil: it is the command's own
	running func() time.Duration
}

// DecideFile is that of the issuer. A service is told of what its issuer answered.
func (o *opened) DecideFile(ctx context.Context, name string, data []byte, by issuer.Decision) ([]issuer.Answer, error) {
	if o.host == nil {
		return o.Issuer.DecideFile(ctx, name, data, by)
	}
	began := o.running()
	answers, err := o.Issuer.DecideFile(ctx, name, data, by)
	o.host.tell.Answered(data, answers, err, o.running()-began)
	return answers, err
}

// Close closes what the command opened itself.
func (o *opened) Close() error {
	if o.host != nil {
		return nil
	}
	return o.Issuer.Close()
}

// hosted is where a service runs the commands of other processes.
type hosted struct {
	is     *issuer.Issuer
	dir    string           // of the issuer
	caller string           // folder in which the caller's relative names are meant
	what   string           // the command, once it is known
	tell   *service.Service // counts and logs what the command answers
}

// opens gives out the service's issuer, for its own folder alone.
func (h *hosted) opens(dir string, running func() time.Duration) (*opened, error) {
	own, err := os.Stat(h.dir)
	if err != nil {
		return nil, inFile(dir, err)
	}
	if asked, err := os.Stat(dir); err != nil || !os.SameFile(own, asked) {
		return nil, &issuer.Error{Code: issuer.CodeNone, Err: err, Slots: map[string]any{"dir": dir}}
	}
	return &opened{h.is, h, running}, nil
}

// source reads a file that a person named.
func (p *program) source(name string) ([]byte, error) {
	if p.host != nil {
		name = within(p.host.caller, name)
	}
	return exchange.ReadSource(name)
}

// within is a name as a process in dir means it.
func within(dir, name string) string {
	if filepath.IsAbs(name) || name == "" {
		return name
	}
	return filepath.Join(dir, name)
}

// callerFS is a file system in which relative names are meant in a caller's folder.
type callerFS struct {
	disk.FS
	dir string
}

func (c callerFS) OpenFile(name string, flag int, perm fs.FileMode) (disk.File, error) {
	return c.FS.OpenFile(within(c.dir, name), flag, perm)
}

func (c callerFS) Rename(old, new string) error {
	return c.FS.Rename(within(c.dir, old), within(c.dir, new))
}
func (c callerFS) Remove(name string) error { return c.FS.Remove(within(c.dir, name)) }
func (c callerFS) MkdirAll(name string, perm fs.FileMode) error {
	return c.FS.MkdirAll(within(c.dir, name), perm)
}

func (c callerFS) ReadDir(name string) ([]fs.DirEntry, error) {
	return c.FS.ReadDir(within(c.dir, name))
}

func (c callerFS) Stat(name string) (fs.FileInfo, error) { return c.FS.Stat(within(c.dir, name)) }

func (c callerFS) SyncDir(name string) error { return c.FS.SyncDir(within(c.dir, name)) }
