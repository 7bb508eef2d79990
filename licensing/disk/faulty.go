package disk

import (
	"io/fs"
	"os"
	"sync/atomic"
)

// Faulty is a file system whose n-th call fails, for tests: run an operation with n = 1, 2, 3 … until Tripped
// is false, and every single call has failed once (the loop of SQLite's tests). It counts the calls of the FS and of all
// its open files, closing included. A failing write writes half of its bytes first and a failing close closes,
// as real ones do. It is safe for concurrent use.
type Faulty struct {
	inner  FS
	err    error
	sticky bool
	calls  atomic.Int64
	n      atomic.Int64 // the call that fails; 0: none
	fired  atomic.Bool
}

// NewFaulty returns inner with its n-th call (counted from 1; 0: none) failing with err.
func NewFaulty(inner FS, n int, err error) *Faulty {
	f := &Faulty{inner: inner, err: err}
	f.Arm(n)
	return f
}

// NewBroken is like NewFaulty, but every call from the n-th on fails, until Heal.
func NewBroken(inner FS, n int, err error) *Faulty {
	f := NewFaulty(inner, n, err)
	f.sticky = true
	return f
}

// Arm starts counting anew: the n-th call from now fails; 0: none.
func (f *Faulty) Arm(n int) {
	f.n.Store(int64(n))
	f.calls.Store(0)
	f.fired.Store(false)
}

// Heal ends all faults.
func (f *Faulty) Heal() { f.n.Store(0) }

// Calls returns how many calls were made since Arm.
func (f *Faulty) Calls() int { return int(f.calls.Load()) }

// Tripped says whether a call has failed since Arm.
func (f *Faulty) Tripped() bool { return f.fired.Load() }

func (f *Faulty) fault(op, name string) error {
	c, n := f.calls.Add(1), f.n.Load()
	if n == 0 || c < n || c > n && !f.sticky {
		return nil
	}
	f.fired.Store(true)
	return &os.PathError{Op: op, Path: name, Err: f.err}
}

// OpenFile is the FS call, counted.
func (f *Faulty) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if err := f.fault("open", name); err != nil {
		return nil, err
	}
	inner, err := f.inner.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{File: inner, fs: f, name: name}, nil
}

// Rename is the FS call, counted.
func (f *Faulty) Rename(old, new string) error {
	if err := f.fault("rename", old); err != nil {
		return err
	}
	return f.inner.Rename(old, new)
}

// Remove is the FS call, counted.
func (f *Faulty) Remove(name string) error {
	if err := f.fault("remove", name); err != nil {
		return err
	}
	return f.inner.Remove(name)
}

// MkdirAll is the FS call, counted.
func (f *Faulty) MkdirAll(name string, perm fs.FileMode) error {
	if err := f.fault("mkdir", name); err != nil {
		return err
	}
	return f.inner.MkdirAll(name, perm)
}

// ReadDir is the FS call, counted.
func (f *Faulty) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.fault("readdir", name); err != nil {
		return nil, err
	}
	return f.inner.ReadDir(name)
}

// Stat is the FS call, counted.
func (f *Faulty) Stat(name string) (fs.FileInfo, error) {
	if err := f.fault("stat", name); err != nil {
		return nil, err
	}
	return f.inner.Stat(name)
}

// SyncDir is the FS call, counted.
func (f *Faulty) SyncDir(name string) error {
	if err := f.fault("fsync", name); err != nil {
		return err
	}
	return f.inner.SyncDir(name)
}
