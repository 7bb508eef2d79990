package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Errors of ReadFile.
var (
	ErrNotRegular = errors.New("not a regular file")
	ErrTooLarge   = errors.New("larger than the limit")
)

// WriteFile replaces name with data: temporary file beside it, sync, rename, directory sync. After an error the
// name holds the old bytes or the new ones whole (the new ones only when the last step, the sync of the
// directory, failed), and the temporary file is gone. A temporary file left by a crash is replaced by
// the next write to the same name. Missing directories are not made.
func WriteFile(fsys FS, name string, data []byte, perm fs.FileMode) error {
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".tmp")
	if err := writeTemp(fsys, temp, data, perm); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(name), err)
	}
	if err := fsys.Rename(temp, name); err != nil {
		_ = fsys.Remove(temp)
		return fmt.Errorf("write %s: %w", filepath.Base(name), err)
	}
	if err := fsys.SyncDir(filepath.Dir(name)); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(name), err)
	}
	return nil
}

// writeTemp writes a new file and syncs it; on error it leaves none behind. O_EXCL, so that a link placed under
// that name is never followed.
func writeTemp(fsys FS, temp string, data []byte, perm fs.FileMode) (err error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := fsys.OpenFile(temp, flags, perm)
	if errors.Is(err, fs.ErrExist) {
		if err = fsys.Remove(temp); err != nil {
			return err
		}
		f, err = fsys.OpenFile(temp, flags, perm)
	}
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			_ = fsys.Remove(temp)
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// ReadFile returns the content of a regular file of at most limit bytes. Errors: ErrNotRegular (also for a
// directory, pipe or device), ErrTooLarge, or those of package os.
func ReadFile(fsys FS, name string, limit int64) ([]byte, error) {
	// Looked at before opening, because opening a device may already do something.
	info, err := fsys.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrNotRegular}
	}
	f, err := fsys.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	data, err := readOpen(f, name, limit)
	if cerr := f.Close(); err == nil && cerr != nil {
		return nil, cerr
	}
	return data, err
}

func readOpen(f File, name string, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // replaced meanwhile
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrNotRegular}
	}
	if info.Size() > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	data := make([]byte, info.Size()+1) // one more, to notice that it grew
	n, err := io.ReadFull(f, data)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return data[:n], nil
	case err != nil:
		return nil, err
	}
	rest, err := io.ReadAll(io.LimitReader(f, limit-int64(n)+1))
	if err != nil {
		return nil, err
	}
	if data = append(data, rest...); int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return data, nil
}

// IsFull says whether err means that there is no room, or no right to write, on the disk: no space, quota used up, or a
// read-only file system. It is the state disk_full of package terms.
func IsFull(err error) bool {
	for _, e := range fullErrors {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
