package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// mayWrite refuses to replace a file that holds something else than an open request of this home. force allows any file,
// but only a file.
func (s *session) mayWrite(out string, force bool) error {
	if out == "" || out == "-" {
		return nil
	}
	old, err := s.present(out)
	if old == nil || err != nil || force {
		return err
	}
	for _, q := range s.engine.Snapshot().Requests {
		if q.State != terms.RequestOpen {
			continue
		}
		if m, err := s.engine.RequestFile(q.ID); err == nil && sameRequest(old, m.File) {
			return nil
		}
	}
	return mistake("file_exists", map[string]any{"file": out})
}

// place says whether a file can be written as out at all: its folder must be there, and a folder, pipe or device in its
// place is never replaced.
func (s *session) place(out string) error {
	name := s.resolve(out)
	if dir := filepath.Dir(name); !isFolder(dir) {
		return mistake("folder_missing", map[string]any{"folder": dir})
	}
	if info, err := os.Stat(name); strings.HasSuffix(out, string(filepath.Separator)) || err == nil && !info.Mode().IsRegular() {
		return mistake("file_not_regular", map[string]any{"file": out})
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
	b, err := disk.ReadFile(disk.OS(), s.resolve(out), 1<<20)
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

// sameRequest compares the signed part alone: the readable paragraph may be in another language.
func sameRequest(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, xerr := exchange.Read("", a)
	y, yerr := exchange.Read("", b)
	return xerr == nil && yerr == nil && len(x) == 1 && len(y) == 1 && x[0].Words == y[0].Words
}

// saving lets commands that run here at once write one after the other, should they name the same file.
var saving sync.Mutex

// saveAs writes a request's file, unless something else is in its place.
func (s *session) saveAs(out string, data []byte, force bool) error {
	saving.Lock()
	defer saving.Unlock()
	old, err := s.present(out)
	switch {
	case err != nil:
		return err
	case old != nil && bytes.Equal(old, data):
		return nil
	case old != nil && !force && !sameRequest(old, data):
		return mistake("file_exists", map[string]any{"file": out})
	}
	return disk.WriteFile(disk.OS(), s.resolve(out), data, 0o600)
}
