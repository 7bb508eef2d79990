package policy

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// Dir is the folder of the machine policy. The system is asked, not the environment.
func Dir() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		dir = `C:\ProgramData`
	}
	return filepath.Join(dir, "Holdfast")
}
