package cli

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// maxBatch is the most files in a batch: a vendor's program reads no more of one archive.
const maxBatch = 1000

// batchable says whether a batch can be written, before anything is made for it.
func (s *session) batchable(batch string) error {
	if err := s.place(batch); err != nil {
		return err
	}
	if _, err := s.batchFiles(batch); err != nil {
		return err
	}
	return s.writable(batch)
}

// batchFiles opens a batch; a missing one has no files.
func (s *session) batchFiles(batch string) ([]*zip.File, error) {
	data, err := disk.ReadFile(disk.OS(), s.resolve(batch), exchange.MaxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, disk.ErrTooLarge):
		return nil, mistake("batch_full", map[string]any{"file": batch, "n": maxBatch})
	case errors.Is(err, disk.ErrNotRegular):
		return nil, mistake("file_not_regular", map[string]any{"file": batch})
	case err != nil:
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, mistake("batch_unreadable", map[string]any{"file": batch})
	}
	if len(z.File) > maxBatch {
		return nil, mistake("batch_full", map[string]any{"file": batch, "n": maxBatch})
	}
	return z.File, nil
}

// appendTo puts a file into a batch, the zip that many computers send as one, and returns how many are in it then. Files that are
// older ones of the same computer go; all others stay as they are. The batch is replaced as a whole.
func (s *session) appendTo(batch, name string, data []byte, older func(exchange.Found) bool) (int, error) {
	saving.Lock()
	defer saving.Unlock()
	if err := s.place(batch); err != nil {
		return 0, err
	}
	files, err := s.batchFiles(batch)
	if err != nil {
		return 0, err
	}
	ending := filepath.Ext(name)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	used, n, left := map[string]bool{}, 1, exchange.MaxUnpacked
	for _, f := range files {
		if strings.EqualFold(filepath.Ext(f.Name), ending) && isOlder(f, &left, older) {
			continue
		}
		if err := z.Copy(f); err != nil {
			return 0, mistake("batch_unreadable", map[string]any{"file": batch})
		}
		used[strings.ToLower(f.Name)] = true
		n++
	}
	if err := addFile(z, free(name, used), data, s.now()); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	if n > maxBatch || b.Len() > exchange.MaxFile {
		return 0, mistake("batch_full", map[string]any{"file": batch, "n": maxBatch})
	}
	return n, s.write(batch, b.Bytes(), 0o600)
}

func addFile(z *zip.Writer, name string, data []byte, at time.Time) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.UTC()})
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

// isOlder looks into one file of a batch, within what may still be unpacked. What cannot be read is nobody's and stays.
func isOlder(f *zip.File, left *int, older func(exchange.Found) bool) bool {
	if f.UncompressedSize64 > uint64(min(*left, exchange.MaxFile)) {
		return false
	}
	in, err := f.Open()
	if err != nil {
		return false
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, int64(f.UncompressedSize64)+1))
	*left -= len(data)
	if err != nil || *left < 0 {
		return false
	}
	found, err := exchange.Read(f.Name, data)
	return err == nil && len(found) == 1 && found[0].Problem == nil && older(found[0])
}

// free is name, or with a number when a file of another computer has it.
func free(name string, used map[string]bool) string {
	ending := filepath.Ext(name)
	for i, base := 2, strings.TrimSuffix(name, ending); used[strings.ToLower(name)]; i++ {
		name = fmt.Sprintf("%s-%d%s", base, i, ending)
	}
	return name
}

// olderUsage finds usage files of the same ledger and computer; a new one carries all that they do.
func olderUsage(mine exchange.Usage) func(exchange.Found) bool {
	return func(f exchange.Found) bool {
		u, ok := usageFace(f)
		return ok && u.Device.ID == mine.Device.ID && u.Ledger == mine.Ledger
	}
}

// usageFace is the verified face of a usage file.
func usageFace(f exchange.Found) (exchange.Usage, bool) {
	for _, e := range f.Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind == exchange.KindUsage {
			u, err := exchange.ParseUsage(e)
			return u, err == nil
		}
	}
	return exchange.Usage{}, false
}

// olderRequest finds requests of the same computer to the same vendor for the same thing.
func olderRequest(mine []byte) func(exchange.Found) bool {
	found, err := exchange.Read("", mine)
	if err != nil || len(found) != 1 {
		return func(exchange.Found) bool { return false }
	}
	own, _ := requestFace(found[0])
	return func(f exchange.Found) bool {
		q, ok := requestFace(f)
		return ok && q.Device.ID == own.Device.ID && q.Vendor == own.Vendor && q.Kind == own.Kind && q.KeyHash == own.KeyHash
	}
}

func requestFace(f exchange.Found) (exchange.Request, bool) {
	for _, e := range f.Bundle.Envelopes {
		if _, kind := exchange.PeekHeader(e); kind == exchange.KindRequest {
			q, err := exchange.ParseRequest(e)
			return q, err == nil
		}
	}
	return exchange.Request{}, false
}
