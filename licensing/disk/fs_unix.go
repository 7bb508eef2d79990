//go:build unix && !linux

package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncData uses the system's strongest call: F_FULLFSYNC on macOS, where fsync alone does not reach the medium.
func syncData(f *os.File) error { return f.Sync() }

var fullErrors = []error{unix.ENOSPC, unix.EROFS, unix.EDQUOT}

// nonblock keeps the opening of a pipe without a writer from waiting.
const nonblock = unix.O_NONBLOCK

// unsupported says that a file system has no sync for directories.
func unsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP)
}
