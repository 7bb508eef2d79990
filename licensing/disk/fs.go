package disk

import (
	"io"
	"io/fs"
	"os"
)

// FS is a file system. Names are paths as package os takes them; errors wrap those of package os, so errors.Is
// works with fs.ErrNotExist and with system error numbers.
type FS interface {
	// OpenFile opens name with the flags of package os.
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	// Rename moves old to new and replaces a file that is there, in one step.
	Rename(old, new string) error
	Remove(name string) error
	// MkdirAll makes a directory and its parents; an existing one is no error.
	MkdirAll(name string, perm fs.FileMode) error
	// ReadDir lists a directory in the order of names.
	ReadDir(name string) ([]fs.DirEntry, error)
	// Stat follows links.
	Stat(name string) (fs.FileInfo, error)
	// SyncDir makes new, renamed and removed names in a directory durable. It does nothing where the system
	// offers no such call (Windows).
	SyncDir(name string) error
}

// File is an open file.
type File interface {
	io.Reader
	io.Writer
	io.ReaderAt
	io.WriterAt
	io.Seeker
	io.Closer
	// Sync makes the data, and the length needed to read it back, durable: fdatasync where it exists.
	Sync() error
	Truncate(size int64) error
	Stat() (fs.FileInfo, error)
}

// OS returns the real file system.
func OS() FS { return system{} }

type system struct{}

func (system) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err // not a nil *os.File in a non-nil interface
	}
	return file{f}, nil
}

func (system) Rename(old, new string) error                 { return os.Rename(old, new) }
func (system) Remove(name string) error                     { return os.Remove(name) }
func (system) MkdirAll(name string, perm fs.FileMode) error { return os.MkdirAll(name, perm) }
func (system) ReadDir(name string) ([]fs.DirEntry, error)   { return os.ReadDir(name) }
func (system) Stat(name string) (fs.FileInfo, error)        { return os.Stat(name) }
func (system) SyncDir(name string) error                    { return syncDir(name) }

type file struct{ *os.File }

func (f file) Sync() error { return syncData(f.File) }
