package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// filesIn lists the files of a folder in the order of their names. Links and files that are still being written are
// left out, because nobody named them.
func (p *program) filesIn(dir string) ([]string, error) {
	entries, err := p.fs.ReadDir(dir)
	if err != nil {
		return nil, inFile(dir, err)
	}
	var names []string
	for _, e := range entries {
		n := e.Name()
		if e.Type().IsRegular() && !strings.HasPrefix(n, ".") && !strings.HasSuffix(n, ".tmp") && !strings.HasSuffix(n, ".part") {
			names = append(names, filepath.Join(dir, n))
		}
	}
	return names, nil
}

// folder writes files under names that the issuer suggests, and never over another file: the same content is left
// as it is, other content gets a number.
type folder struct {
	p   *program
	dir string
}

const maxNumber = 1000

func (f folder) put(name string, data []byte) (string, error) {
	if err := f.p.fs.MkdirAll(f.dir, 0o700); err != nil {
		return "", inFile(f.dir, err)
	}
	ending := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	for n := 1; n <= maxNumber; n++ {
		path := filepath.Join(f.dir, name)
		have, err := disk.ReadFile(f.p.fs, path, exchange.MaxFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return path, f.p.write(path, data)
		case err == nil && bytes.Equal(have, data):
			return path, nil
		case err != nil && !errors.Is(err, disk.ErrNotRegular) && !errors.Is(err, disk.ErrTooLarge):
			return "", inFile(path, err)
		}
		name = fmt.Sprintf("%s_%d%s", stem, n+1, ending)
	}
	return "", inFile(filepath.Join(f.dir, name), fs.ErrExist)
}
