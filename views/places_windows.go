package views

import (
	"golang.org/x/sys/windows"
)

// sticks returns the drives whose medium comes and goes and is there now.
func sticks(func(string) string) []string {
	var out []string
	for _, d := range drives(windows.DRIVE_REMOVABLE) {
		if isFolder(d) { // a card reader without a card is a drive as well
			out = append(out, d)
		}
	}
	return out
}

// otherDrives returns the drives that stay, without the computer's own. They are not looked at: the network can be slow.
func otherDrives(own string) []string {
	var out []string
	for _, d := range drives(windows.DRIVE_FIXED, windows.DRIVE_REMOTE, windows.DRIVE_RAMDISK) {
		if d != own {
			out = append(out, d)
		}
	}
	return out
}

// drives returns the roots of the drives of some types. A: and B: are floppy disks, which take long to answer.
func drives(types ...uint32) []string {
	there, err := windows.GetLogicalDrives()
	if err != nil {
		return nil
	}
	var out []string
	for i := range 26 {
		if i < 2 || there&(1<<i) == 0 {
			continue
		}
		root := string(rune('A'+i)) + `:\`
		name, err := windows.UTF16PtrFromString(root)
		if err != nil {
			continue
		}
		kind := windows.GetDriveType(name)
		for _, t := range types {
			if kind == t {
				out = append(out, root)
			}
		}
	}
	return out
}
