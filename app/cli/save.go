package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"holdfast/licensing"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// target is where a file that leaves goes.
type target struct {
	out   string // "-" is standard output, "" the request's own name
	batch string // the batch it goes into instead; "" for none
	force bool   // another file may be replaced
	now   bool   // the request leaves at once as well, and needs no file
	over  []byte // what stands there, when it may be replaced: a request of this home that the new one is, or takes the place of
}

// unsaved says that no file is written.
func (t target) unsaved() bool { return t.now && t.out == "" && t.batch == "" }

// foresee finds out whether the file of a request can be written, before the request is made: what cannot be saved should leave
// nothing behind, and close nothing that is open. A file that holds something else is refused, unless force allows it.
func (s *session) foresee(o licensing.RequestOptions, to target) (target, error) {
	out, force := to.out, to.force
	switch {
	case out == "-":
		return to, nil
	case to.batch != "":
		return to, s.batchable(to.batch)
	}
	f, err := s.engine.Foresee(o)
	if err != nil {
		return to, err
	}
	name := out
	if name == "" {
		name = f.Name
	}
	if name == "" {
		return to, s.writable(filepath.Join(".", "request"))
	}
	old, err := s.present(name)
	if err != nil {
		return to, err
	}
	if old != nil && !force && !slices.ContainsFunc(f.Open, func(id string) bool {
		m, err := s.engine.RequestFile(id)
		return err == nil && sameDocument(old, m.File)
	}) {
		return to, mistake("file_exists", map[string]any{"file": name})
	}
	to.over = old
	return to, s.writable(name)
}

// writable says whether a file can be made in the folder of out, by making one and removing it.
func (s *session) writable(out string) error {
	f, err := os.CreateTemp(filepath.Dir(s.resolve(out)), ".holdfast-*")
	switch {
	case errors.Is(err, fs.ErrNotExist): // the folder is there, and takes no files
		return mistake("file_name", map[string]any{"file": out})
	case err != nil:
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// place says whether a file can be written as out at all: its folder must be there, and a folder, pipe or device in its
// place is never replaced.
func (s *session) place(out string) error {
	name := s.resolve(out)
	if dir := filepath.Dir(name); !isFolder(dir) {
		return mistake("folder_missing", map[string]any{"folder": dir})
	}
	info, err := os.Stat(name)
	switch {
	case strings.HasSuffix(out, string(filepath.Separator)), err == nil && !info.Mode().IsRegular():
		return mistake("file_not_regular", map[string]any{"file": out})
	case err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission): // too long a name, links in a circle
		return mistake("file_name", map[string]any{"file": out})
	}
	return nil
}

// isFolder is true too for a folder that cannot be looked at: writing then says what is wrong.
func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir() || errors.Is(err, fs.ErrPermission)
}

// present returns what the file holds, nil when it is not there. A folder or device in its place is a mistake.
func (s *session) present(out string) ([]byte, error) {
	if err := s.place(out); err != nil {
		return nil, err
	}
	b, err := disk.ReadFile(disk.OS(), s.resolve(out), exchange.MaxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, disk.ErrTooLarge):
		return []byte{0}, nil
	case errors.Is(err, disk.ErrNotRegular):
		return nil, mistake("file_not_regular", map[string]any{"file": out}) // put there just now
	case err != nil:
		return nil, err
	}
	return append(b, 0)[:len(b)], nil // never nil for a file that is there
}

// sameDocument compares the signed part alone: the readable paragraph may be in another language.
func sameDocument(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, xerr := exchange.Read("", a)
	y, yerr := exchange.Read("", b)
	return xerr == nil && yerr == nil && len(x) == 1 && len(y) == 1 && x[0].Words == y[0].Words
}

// saving lets commands that run here at once write one after the other, should they name the same file.
var saving sync.Mutex

// saveAs writes the file of a request or of usage, unless something else is in its place.
func (s *session) saveAs(to target, data []byte) error {
	saving.Lock()
	defer saving.Unlock()
	old, err := s.present(to.out)
	switch {
	case err != nil:
		return err
	case old != nil && bytes.Equal(old, data):
		return nil
	case old != nil && !to.force && !sameDocument(old, data) && !(to.over != nil && bytes.Equal(old, to.over)):
		return mistake("file_exists", map[string]any{"file": to.out})
	}
	return s.write(to.out, data, 0o600)
}

// write writes a file as a whole. Where the place takes no files at all, that is the mistake.
func (s *session) write(out string, data []byte, perm fs.FileMode) error {
	err := disk.WriteFile(disk.OS(), s.resolve(out), data, perm)
	if errors.Is(err, fs.ErrNotExist) {
		return mistake("file_name", map[string]any{"file": out})
	}
	return err
}
