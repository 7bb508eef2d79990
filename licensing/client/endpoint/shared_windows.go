package endpoint

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// shared says whether dir lies on a drive that other computers see too.
func shared(dir string) bool {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(dir) + `\`)
	return err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
