package disk

import (
	"os"

	"golang.org/x/sys/windows"
)

func syncData(f *os.File) error { return f.Sync() }

// syncDir does nothing: NTFS journals names itself and offers no call for it.
func syncDir(string) error { return nil }

var fullErrors = []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_WRITE_PROTECT, windows.ERROR_DISK_QUOTA_EXCEEDED}

const nonblock = 0
