package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"holdfast/licensing/disk"
)

const (
	nameWidth = 8
	maxNumber = 99_999_999
	suffix    = ".seg"
	damaged   = ".damaged"
	pruned    = ".pruned"
	torn      = ".torn"
)

func baseName(num uint64) string { return fmt.Sprintf("%0*d", nameWidth, num) }

// presence is how a segment's file lies in the directory.
type presence byte

const (
	missing   presence = iota
	asSegment          // NNN.seg
	asDamaged          // NNN.damaged
	asPruned           // NNN.pruned: HEADER and CLOSE alone
)

// segment is what is known of one segment number.
type segment struct {
	num     uint64
	as      presence
	odd     bool // no regular file: never opened, as a pipe would hold the program
	size    int64
	header  header
	body    []byte // of HEADER; nil when it cannot be read
	closing *closing
	closed  Head // hash of CLOSE
	// closeBody is set by glance only, and not kept.
	closeBody []byte
	signed    bool // CLOSE is signed by a known key; only after its signature was looked at
	// first and last number of its entries; last is what a damaged one may have used at most.
	first, last uint64
	code        Code // what is wrong; "" nothing
	at          uint64
	noted       bool // a later HEADER speaks of it

	contents *contents // when it was read whole; dropped after use
}

func (s *segment) ok() bool { return s.code == "" }

func (s *segment) path(dir string) string {
	end := suffix
	switch s.as {
	case asDamaged:
		end = damaged
	case asPruned:
		end = pruned
	}
	return filepath.Join(dir, baseName(s.num)+end)
}

// list returns the segments in dir by number, with those that are missing in between.
func list(fsys disk.FS, dir string) ([]segment, error) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	found := map[uint64]segment{}
	highest := uint64(0)
	for _, e := range names {
		base, kind := split(e.Name())
		if kind == missing {
			continue
		}
		num, err := strconv.ParseUint(base, 10, 64)
		if err != nil || len(base) != nameWidth || num == 0 {
			continue
		}
		// A whole segment wins: pruning was cut off, and is done again.
		if old := found[num].as; old == missing || kind == asSegment || old == asDamaged {
			found[num] = segment{as: kind, odd: !e.Type().IsRegular()}
		}
		highest = max(highest, num)
	}
	// A lone file with a high number would otherwise stand for millions of missing ones.
	if highest > uint64(len(found))+maxHole {
		return nil, fmt.Errorf("%d segments, but the highest number is %d: %w", len(found), highest, ErrDamaged)
	}
	segs := make([]segment, highest)
	for i := range segs {
		segs[i] = found[uint64(i+1)]
		segs[i].num = uint64(i + 1)
	}
	return segs, nil
}

// split takes the name of a segment's file apart; missing for other files.
func split(name string) (string, presence) {
	for end, kind := range map[string]presence{suffix: asSegment, damaged: asDamaged, pruned: asPruned} {
		if base, ok := strings.CutSuffix(name, end); ok {
			return base, kind
		}
	}
	return "", missing
}

// maxHole is how many segments may be missing before the directory is taken for something else.
const maxHole = 100_000

// load reads a segment whole; limit ≥ 0 reads only that many bytes. What is no regular file, or larger than any segment, can
// hold no entries and reads as nothing.
func (s *segment) load(fsys disk.FS, dir string, limit int64) ([]byte, error) {
	if s.odd {
		return nil, nil
	}
	if limit < 0 {
		data, err := disk.ReadFile(fsys, s.path(dir), maxSegment)
		if errors.Is(err, disk.ErrTooLarge) || errors.Is(err, disk.ErrNotRegular) {
			return nil, nil
		}
		return data, err
	}
	f, err := fsys.OpenFile(s.path(dir), os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	data := make([]byte, limit)
	err = readFull(f, data, 0)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return data, err
}

// glance reads only the first and the last frame of a segment. It is false when the file must be read whole.
func (s *segment) glance(fsys disk.FS, dir string) (bool, error) {
	if s.odd {
		return false, nil
	}
	f, err := fsys.OpenFile(s.path(dir), os.O_RDONLY, 0)
	if err != nil {
		return false, err
	}
	ok, err := s.glanceAt(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return ok, err
}

const glanceBytes = 4096

func (s *segment) glanceAt(f disk.File) (bool, error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	s.size = info.Size()
	if !info.Mode().IsRegular() || s.size < 2*frameHead || s.size > maxSegment {
		return false, nil
	}
	buf := make([]byte, min(s.size, glanceBytes))
	if err := readFull(f, buf, 0); err != nil {
		return false, err
	}
	first, ok := readFrame(buf)
	if !ok || first.typ != typeHeader {
		return false, nil
	}
	if s.header, err = parseHeader(first.body); err != nil {
		return false, nil
	}
	s.body = append([]byte(nil), first.body...)
	if s.size > glanceBytes {
		if err := readFull(f, buf, s.size-int64(len(buf))); err != nil {
			return false, err
		}
	}
	for p := len(buf) - frameHead; p >= 0; p-- {
		if n, ok := frameLength(buf[p:]); !ok || buf[p] != typeClose || p+frameHead+n != len(buf) {
			continue
		}
		if fr, ok := readFrame(buf[p:]); ok {
			if c, err := parseClose(fr.body); err == nil && c.Ledger == s.header.Ledger && c.Segment == s.header.Segment && c.First == s.header.First {
				s.closing, s.closed, s.closeBody = &c, closeHash(fr.body), fr.body
				return s.as != asPruned || s.size == int64(first.size()+fr.size()), nil
			}
		}
	}
	return false, nil
}

// readFull reads len(b) bytes at off; a file that ends before is an error.
func readFull(f disk.File, b []byte, off int64) error {
	for len(b) > 0 {
		n, err := f.ReadAt(b, off)
		b, off = b[n:], off+int64(n)
		if len(b) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
