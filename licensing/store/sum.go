package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

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

// checkSum returns ErrRebuild unless the sum file says what the index is.
func (s *Store) checkSum() error {
	want, err := disk.ReadFile(s.o.FS, s.sumPath(), sumLimit)
	if errors.Is(err, disk.ErrNotRegular) || errors.Is(err, disk.ErrTooLarge) {
		return ErrRebuild
	}
	if err != nil {
		return err
	}
	text, ok := strings.CutPrefix(strings.TrimSuffix(string(want), "\n"), sumHead)
	if !ok {
		return fmt.Errorf("%w: its sum is of another version", ErrRebuild)
	}
	sum, err := hex.DecodeString(text)
	if err != nil {
		return ErrRebuild
	}
	got, err := s.sum()
	if err != nil {
		return err
	}
	if !hmac.Equal(sum, got) {
		return fmt.Errorf("%w: it is not as it was left", ErrRebuild)
	}
	return nil
}

// sum reads the index once, in pieces.
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
	_, err = io.CopyBuffer(h, io.LimitReader(struct{ io.Reader }{f}, maxIndex), make([]byte, 256<<10))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return h.Sum(nil), err
}

func (s *Store) writeSum() error {
	sum, err := s.sum()
	if err != nil {
		return err
	}
	return disk.WriteFile(s.o.FS, s.sumPath(), []byte(sumHead+hex.EncodeToString(sum)+"\n"), 0o600)
}
