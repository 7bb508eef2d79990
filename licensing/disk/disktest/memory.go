// Package disktest is a disk for tests that can lose power.
//
// Memory keeps, beside what programs see, what a real disk would have kept: bytes become durable with File.Sync, names
// with SyncDir. Crash builds the disk as it may be found after the power came back: everything that was made
// durable, and of everything else a random part, in sectors of 512 bytes, in any order. It is safe for concurrent use.
package disktest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"holdfast/licensing/disk"
)

// ErrPower is returned by every call that changes something after the power went.
var ErrPower = errors.New("no power")

// Memory is a disk.FS in memory.
type Memory struct {
	mu      sync.Mutex
	names   map[string]*node // as programs see them
	durable map[string]*node
	changes []change // of names, not yet durable, in order
	calls   int
	until   int  // the call at which the power goes; 0: never
	off     bool // it went
}

type node struct {
	dir     bool
	perm    fs.FileMode
	data    []byte
	durable []byte
	writes  []write // not yet durable, in order
}

// write is some bytes at off, or a new size.
type write struct {
	off  int64
	data []byte
	size int64 // of a truncation; -1 for bytes
}

// change is one name that appeared (node), or went away (nil), or was moved from another.
type change struct {
	name, from string
	node       *node
}

// NewMemory returns an empty disk.
func NewMemory() *Memory {
	root := &node{dir: true, perm: 0o700}
	return &Memory{names: map[string]*node{"/": root}, durable: map[string]*node{"/": root}}
}

// PowerOffAfter makes every call after the next n fail with ErrPower. Only calls that change or sync something count.
func (m *Memory) PowerOffAfter(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.until = m.calls + n + 1
}

// Calls returns how many calls that change or sync something were made.
func (m *Memory) Calls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

func (m *Memory) power(op, name string) error {
	if m.calls++; m.until > 0 && m.calls >= m.until {
		m.off = true
		return &os.PathError{Op: op, Path: name, Err: ErrPower}
	}
	return nil
}

func clean(name string) string { return filepath.Clean("/" + filepath.ToSlash(name)) }

func pathError(op, name string, err error) error {
	return &os.PathError{Op: op, Path: name, Err: err}
}

// OpenFile is the FS call. O_APPEND is not known.
func (m *Memory) OpenFile(name string, flag int, perm fs.FileMode) (disk.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	path := clean(name)
	n := m.names[path]
	writable := flag&(os.O_WRONLY|os.O_RDWR) != 0
	switch {
	case n != nil && n.dir && writable:
		return nil, pathError("open", name, errors.New("is a directory"))
	case n != nil && flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return nil, pathError("open", name, fs.ErrExist)
	case n == nil && flag&os.O_CREATE == 0:
		return nil, pathError("open", name, fs.ErrNotExist)
	case n == nil:
		if d := m.names[filepath.Dir(path)]; d == nil || !d.dir {
			return nil, pathError("open", name, fs.ErrNotExist)
		}
		if err := m.power("open", name); err != nil {
			return nil, err
		}
		n = &node{perm: perm}
		m.change(change{name: path, node: n})
	}
	f := &file{m: m, n: n, name: path, writable: writable}
	if flag&os.O_TRUNC != 0 && len(n.data) > 0 {
		if err := f.truncate(0); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (m *Memory) change(c change) {
	apply(m.names, c)
	m.changes = append(m.changes, c)
}

// Rename is the FS call.
func (m *Memory) Rename(old, new string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.names[clean(old)]
	if n == nil {
		return pathError("rename", old, fs.ErrNotExist)
	}
	if err := m.power("rename", old); err != nil {
		return err
	}
	m.change(change{name: clean(new), from: clean(old), node: n})
	return nil
}

// Remove is the FS call.
func (m *Memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.names[clean(name)] == nil {
		return pathError("remove", name, fs.ErrNotExist)
	}
	if err := m.power("remove", name); err != nil {
		return err
	}
	m.change(change{name: clean(name)})
	return nil
}

// MkdirAll is the FS call.
func (m *Memory) MkdirAll(name string, perm fs.FileMode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	path := clean(name)
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		dir := path[:i]
		if n := m.names[dir]; n != nil {
			if !n.dir {
				return pathError("mkdir", dir, errors.New("not a directory"))
			}
			continue
		}
		if err := m.power("mkdir", dir); err != nil {
			return err
		}
		m.change(change{name: dir, node: &node{dir: true, perm: perm}})
	}
	return nil
}

// ReadDir is the FS call.
func (m *Memory) ReadDir(name string) ([]fs.DirEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir := clean(name)
	if n := m.names[dir]; n == nil || !n.dir {
		return nil, pathError("open", name, fs.ErrNotExist)
	}
	var list []fs.DirEntry
	for path, n := range m.names {
		if path != "/" && filepath.Dir(path) == dir {
			list = append(list, fs.FileInfoToDirEntry(info{filepath.Base(path), n, int64(len(n.data))}))
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// Stat is the FS call.
func (m *Memory) Stat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.names[clean(name)]
	if n == nil {
		return nil, pathError("stat", name, fs.ErrNotExist)
	}
	return info{filepath.Base(clean(name)), n, int64(len(n.data))}, nil
}

// SyncDir makes the names in a directory durable.
func (m *Memory) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir := clean(name)
	if n := m.names[dir]; n == nil || !n.dir {
		return pathError("fsync", name, fs.ErrNotExist)
	}
	if err := m.power("fsync", name); err != nil {
		return err
	}
	var left []change
	for _, c := range m.changes {
		if filepath.Dir(c.name) == dir {
			apply(m.durable, c)
		} else {
			left = append(left, c)
		}
	}
	m.changes = left
	return nil
}

type info struct {
	name string
	n    *node
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.n.dir }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.n.dir {
		return i.n.perm | fs.ModeDir
	}
	return i.n.perm
}
