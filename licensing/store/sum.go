package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"holdfast/licensing/disk"
)

const (
	sumSuffix = ".sum"
	sumHead   = "holdfast index 1 " // version of the sum file
	sumLimit  = 256
	// maxIndex bounds what is read before the index is given up and built again.
	maxIndex = 1 << 30
)

func (s *Store) sumPath() string { return s.path + sumSuffix }

// checkSum returns ErrRebuild unless the sum file says, to the byte, what the index is.
func (s *Store) checkSum() error {
	written, err := disk.ReadFile(s.o.FS, s.sumPath(), sumLimit)
	if errors.Is(err, disk.ErrNotRegular) || errors.Is(err, disk.ErrTooLarge) {
		return ErrRebuild
	}
	if err != nil {
		return err
	}
	text, err := s.sum()
	if err != nil {
		return err
	}
	if !hmac.Equal(written, text) {
		return fmt.Errorf("%w: it is not as it was left", ErrRebuild)
	}
	return nil
}

// sum reads the index once, in pieces, and returns what the sum file has to say.
func (s *Store) sum() ([]byte, error) {
	info, err := s.o.FS.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxIndex || info.Size() == 0 {
		return nil, ErrRebuild
	}
	f, err := s.o.FS.OpenFile(s.path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, s.key.sum)
	_, err = io.CopyBuffer(h, io.LimitReader(struct{ io.Reader }{f}, maxIndex), make([]byte, 32<<10))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return []byte(sumHead + hex.EncodeToString(h.Sum(nil)) + "\n"), err
}

func (s *Store) writeSum() error {
	text, err := s.sum()
	if err != nil {
		return err
	}
	return disk.WriteFile(s.o.FS, s.sumPath(), text, 0o600)
}
