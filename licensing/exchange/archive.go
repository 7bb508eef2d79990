package exchange

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxEntries = 1000
	sniffBytes = 4096
)

// archive reads the entries of a zip file. Names in it are text for messages; nothing is ever written, so they can lead
// nowhere. Entries that are not ours are left out, and so are archives inside.
func (r *reader) archive(name string, data []byte, depth int) {
	if r.inZip {
		r.fail(name, "", otherKind(OtherPacked))
		return
	}
	// The standard library would make a record of every directory entry before it compares with the announced number.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > 4*maxEntries {
		r.fail(name, "", unreadable(CauseTooLarge, fmt.Errorf("about %d entries", n)))
		return
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if !bytes.Contains(data, []byte(zipEmpty)) {
			r.fail(name, "", cut(err))
		} else {
			r.fail(name, "", changed(err))
		}
		return
	}
	if len(z.File) > maxEntries {
		r.fail(name, "", unreadable(CauseTooLarge, fmt.Errorf("%d entries", len(z.File))))
		return
	}
	r.inZip = true
	defer func() { r.inZip = false }()
	office := false
	r.within(RepairArchive, func() {
		for _, f := range z.File {
			office = office || f.Name == "[Content_Types].xml" || f.Name == "META-INF/manifest.xml"
			if !strings.HasSuffix(f.Name, "/") && !strings.HasPrefix(f.Name, "__MACOSX/") {
				r.entry(f, depth)
			}
		}
	})
	if office {
		r.fail(name, "", otherKind(OtherOffice))
	} else {
		r.fail(name, "", otherKind(OtherArchive))
	}
}

// entry reads one entry.
func (r *reader) entry(f *zip.File, depth int) {
	name := plainName(f.Name)
	if f.Flags&1 != 0 {
		r.fail(name, "", otherKind(OtherLocked))
		return
	}
	// What the directory announces is never allocated, but an entry must not give more than that.
	if size := f.UncompressedSize64; size > uint64(min(r.left, MaxFile)) {
		if oursByName(name) || size <= MaxFile {
			r.fail(name, "", unreadable(CauseTooLarge, fmt.Errorf("entry %q", name)))
		}
		return
	}
	in, err := f.Open()
	if err != nil {
		r.spoiled(name, nil, err)
		return
	}
	defer in.Close()
	var data bytes.Buffer
	rest := io.LimitReader(in, int64(f.UncompressedSize64)+1)
	_, err = io.CopyN(&data, rest, sniffBytes)
	if err == nil && !worthReading(data.Bytes()) {
		if head := data.Bytes(); bytes.HasPrefix(head, []byte(zipMagic)) || sniff(head) == OtherPacked {
			r.fail(name, "", otherKind(OtherPacked))
		}
		return
	}
	if err == nil {
		_, err = data.ReadFrom(rest)
	}
	r.left -= data.Len()
	if uint64(data.Len()) > f.UncompressedSize64 {
		err = zip.ErrFormat
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.spoiled(name, data.Bytes(), err)
		return
	}
	r.inner(name, data.Bytes(), depth+1)
}

// spoiled reports an entry that cannot be unpacked, if it is ours by name or by what could be read of it.
func (r *reader) spoiled(name string, data []byte, err error) {
	if oursByName(name) || bytes.Contains(data, []byte("BEGIN HOLDFAST")) {
		r.fail(name, "", changed(err))
	}
}

// worthReading says whether the beginning of a long entry may be a text, a mail or a compact file.
func worthReading(head []byte) bool {
	if isBlank(head) {
		return false
	}
	if isCompact(head) {
		return true
	}
	text, _ := toUTF8(head)
	switch sniff(text) {
	case OtherText, OtherWebPage:
		return true
	}
	return false
}
