package exchange

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"holdfast/licensing/terms"
)

func wantUnreadable(t *testing.T, name, cause string) {
	t.Helper()
	_, err := ReadSource(name)
	if stateOf(t, err) != terms.StateFileUnreadable || slot(err, "cause") != cause {
		t.Errorf("%s: %v, want cause %s", name, err, cause)
	}
}

func TestASourceIsReadThroughLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "license.hflic"), filepath.Join(dir, "link")
	want := smallFile(t)
	if err := os.WriteFile(file, want, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	for _, name := range []string{file, link} {
		if got, err := ReadSource(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSourcesThatCannotBeReadAreNamed(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	wantUnreadable(t, path("missing"), CauseMissing)
	wantUnreadable(t, dir, CauseDirectory)
	wantUnreadable(t, "", CauseMissing)
	wantUnreadable(t, "a\x00b", CauseOther)

	sparse := func(name string, size int64) {
		f, err := os.Create(path(name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Truncate(size); err != nil {
			t.Fatal(err)
		}
	}
	sparse("1 GiB", 1<<30)
	wantUnreadable(t, path("1 GiB"), CauseTooLarge)
	sparse("one byte too long", MaxFile+1)
	wantUnreadable(t, path("one byte too long"), CauseTooLarge)
	sparse("just right", MaxFile)
	if b, err := ReadSource(path("just right")); err != nil || len(b) != MaxFile {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if err := os.Symlink(path("loop"), path("loop")); err == nil {
		wantUnreadable(t, path("loop"), CauseOther)
	}
	if os.Geteuid() != 0 {
		if err := os.WriteFile(path("not yours"), nil, 0); err != nil {
			t.Fatal(err)
		}
		wantUnreadable(t, path("not yours"), CausePermission)
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		wantUnreadable(t, "/dev/zero", CauseDevice)
		wantUnreadable(t, "/dev/null", CauseDevice)
	}
}

func TestPermissionIsNamed(t *testing.T) {
	err := sourceProblem(&os.PathError{Op: "open", Path: "x", Err: os.ErrPermission})
	if slot(err, "cause") != CausePermission {
		t.Error(err)
	}
}

func TestAStreamIsReadToItsLimit(t *testing.T) {
	_, err := ReadStream(zeros{})
	if stateOf(t, err) != terms.StateFileUnreadable || slot(err, "cause") != CauseTooLarge {
		t.Error(err)
	}
	if b, err := ReadStream(io.LimitReader(zeros{}, 10)); err != nil || len(b) != 10 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	_, err = ReadStream(iotest.ErrReader(errors.New("stick removed")))
	if slot(err, "cause") != CauseOther {
		t.Error(err)
	}
}
