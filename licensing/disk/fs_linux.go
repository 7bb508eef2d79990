package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncData leaves out times and other facts that are not needed to read the data back, which is half the work.
func syncData(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var serr error
	err = raw.Control(func(fd uintptr) {
		for {
			if serr = unix.Fdatasync(int(fd)); serr != unix.EINTR {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if serr != nil {
		return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: serr}
	}
	return nil
}

var fullErrors = []error{unix.ENOSPC, unix.EROFS, unix.EDQUOT}

// nonblock keeps the opening of a pipe without a writer from waiting.
const nonblock = unix.O_NONBLOCK

// unsupported says that a file system has no sync for directories.
func unsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP)
}
