package policy

import "golang.org/x/sys/windows"

// kept says whether a file or folder belongs to an administrator or the system: "", Owner or Unreadable. ProgramData lets everybody make
// files, which then belong to whoever made them. Rights that an administrator gave to others are not looked at. own: this account may
// have them as well.
func kept(name string, own bool) string {
	sd, err := windows.GetNamedSecurityInfo(name, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return Unreadable
	}
	owner, _, err := sd.Owner()
	if err != nil || owner == nil {
		return Unreadable
	}
	if owner.IsWellKnown(windows.WinBuiltinAdministratorsSid) || owner.IsWellKnown(windows.WinLocalSystemSid) {
		return ""
	}
	if own {
		if u, err := windows.GetCurrentProcessToken().GetTokenUser(); err == nil && owner.Equals(u.User.Sid) {
			return ""
		}
	}
	return Owner
}
