//go:build unix

package keystore

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"holdfast/licensing/disk"
)

func TestForeignFilesAreNamedWithoutCost(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, fifo, large, "/dev/zero", filepath.Join(dir, "none", "keys")} {
		s := openPassphrase(t, disk.OS(), path, "p")
		if err := s.Set(ctx, "keys", []byte("v")); err == nil {
			t.Errorf("%s was written", path)
		}
		info, err := os.Lstat(path)
		if err == nil && path == fifo && info.Mode()&fs.ModeNamedPipe == 0 {
			t.Errorf("%s was replaced", path)
		}
	}
}
