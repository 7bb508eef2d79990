package licensing

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// maxSources is how many files of one folder are read.
const maxSources = 1000

// ReadSources reads the named files. "-" is stdin; a folder gives the files in it, not those in folders below. Names are
// relative to dir. What cannot be read becomes a Source with Err. Links are followed: a person named the file.
func ReadSources(paths []string, stdin io.Reader, dir string) []Source {
	var out []Source
	for _, name := range paths {
		if name == "-" {
			out = append(out, readStdin(stdin))
			continue
		}
		full := name
		if !filepath.IsAbs(full) {
			full = filepath.Join(dir, full)
		}
		if info, err := os.Stat(full); err == nil && info.IsDir() {
			out = append(out, readFolder(name, full)...)
			continue
		}
		data, err := exchange.ReadSource(full)
		out = append(out, Source{Name: name, Data: data, Err: err})
	}
	return out
}

func readStdin(in io.Reader) Source {
	s := Source{Name: "-"}
	if in == nil {
		s.Err = terms.NewProblem(terms.StateFileEmpty, nil, nil)
		return s
	}
	s.Data, s.Err = exchange.ReadStream(in)
	return s
}

func readFolder(name, full string) []Source {
	entries, err := os.ReadDir(full)
	if err != nil {
		return []Source{{Name: name, Err: terms.NewProblem(terms.StateFileUnreadable, terms.Slots{"cause": "permission"}, err)}}
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var out []Source
	for _, en := range entries {
		if en.IsDir() || en.Name()[0] == '.' {
			continue
		}
		if len(out) == maxSources {
			break
		}
		data, err := exchange.ReadSource(filepath.Join(full, en.Name()))
		if foreign(err, data, en.Name()) {
			continue
		}
		out = append(out, Source{Name: filepath.Join(name, en.Name()), Data: data, Err: err, Of: name})
	}
	return out
}

// foreign says that a file in a folder is none of ours and need not be mentioned.
func foreign(err error, data []byte, name string) bool {
	if err != nil {
		return false
	}
	_, rerr := exchange.Read(name, data)
	var p *terms.Problem
	return errors.As(rerr, &p) && p.State == terms.StateFileOtherKind
}
