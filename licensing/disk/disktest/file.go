package disktest

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
)

// file is an open file of a Memory.
type file struct {
	m        *Memory
	n        *node
	name     string
	pos      int64
	writable bool
	closed   bool
}

var errNotWritable = errors.New("not open for writing")

func (f *file) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.pos)
	f.pos += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, pathError("read", f.name, fs.ErrClosed)
	}
	if off >= int64(len(f.n.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.n.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.WriteAt(p, f.pos)
	f.pos += int64(n)
	return n, err
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return 0, pathError("write", f.name, fs.ErrClosed)
	}
	if !f.writable {
		return 0, pathError("write", f.name, errNotWritable)
	}
	dark := f.m.off
	err := f.m.power("write", f.name)
	if err != nil && dark {
		return 0, err
	}
	// The write during which the power goes may still reach the disk, in part.
	if end := off + int64(len(p)); int64(len(f.n.data)) < end {
		f.n.data = resize(f.n.data, end)
	}
	copy(f.n.data[off:], p)
	f.n.writes = append(f.n.writes, write{off: off, data: slices.Clone(p), size: -1})
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	switch whence {
	case io.SeekCurrent:
		offset += f.pos
	case io.SeekEnd:
		offset += int64(len(f.n.data))
	}
	if offset < 0 {
		return 0, pathError("seek", f.name, fs.ErrInvalid)
	}
	f.pos = offset
	return offset, nil
}

func (f *file) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.power("fdatasync", f.name); err != nil {
		return err
	}
	f.n.durable, f.n.writes = slices.Clone(f.n.data), nil
	return nil
}

func (f *file) Truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if !f.writable {
		return pathError("truncate", f.name, errNotWritable)
	}
	return f.truncate(size)
}

func (f *file) truncate(size int64) error {
	if err := f.m.power("truncate", f.name); err != nil {
		return err
	}
	f.n.data = resize(f.n.data, size)
	f.n.writes = append(f.n.writes, write{size: size})
	return nil
}

func (f *file) Stat() (fs.FileInfo, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	return info{filepath.Base(f.name), f.n, int64(len(f.n.data))}, nil
}

func (f *file) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if f.closed {
		return pathError("close", f.name, fs.ErrClosed)
	}
	f.closed = true
	return nil
}
