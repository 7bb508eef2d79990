package issuer

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"holdfast/licensing/disk"
)

// KeptPassword is what became of a password that an earlier version wrote into the folder, beside the address of the database.
type KeptPassword string

// What may have become of it; "" where there is none.
const (
	PasswordKept  KeptPassword = "kept"  // it is there still
	PasswordTaken KeptPassword = "taken" // it was taken out: another source has it
)

// CarriesPassword says whether the address that Database names, or the file with it, holds a password. It opens the database this time and is
// written nowhere.
func (o Options) CarriesPassword() bool {
	o.DatabasePassword = ""
	l, err := o.complete("").location()
	return err == nil && l.secret()
}

// opening adds to a folder's location what opens it. What the folder keeps comes last: it may be older than the others.
func (l location) opening(o Options) location {
	l.keyPass = cmp.Or(o.keyPass, os.Getenv(keyPassName), l.keyPass)
	l.password = cmp.Or(o.DatabasePassword, l.otherwise(), l.password)
	return l
}

const keyPassName = "PGSSLPASSWORD"

// takeOut takes out of the folder what it keeps of a database that was opened by used, when everything of it came from a source that is there the
// next time too. It does so for who asks for it alone: another's PGPASSWORD is none that the service has.
func takeOut(dir string, kept, used location, o Options) KeptPassword {
	lasting := used.otherwise()
	if !o.typed {
		lasting = cmp.Or(o.DatabasePassword, lasting)
	}
	if !o.TakePassword || needed(kept.password, used.password, lasting) || needed(kept.keyPass, used.keyPass, os.Getenv(keyPassName)) {
		return PasswordKept
	}
	if replaceAddress(o.FS, filepath.Join(dir, addressName), kept.address) != nil {
		return PasswordKept
	}
	return PasswordTaken
}

// needed says whether a kept secret is needed: the one that opened is not that of a lasting source.
func needed(kept, used, lasting string) bool { return kept != "" && (lasting == "" || lasting != used) }

// replaceAddress writes another address into a file of this user, which keeps its group and mode.
func replaceAddress(fsys disk.FS, name, address string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || !mine(info) {
		return errors.New("a link, or the file of another user")
	}
	temp := filepath.Join(filepath.Dir(name), "."+addressName+".new")
	err = disk.WriteFile(fsys, temp, []byte(address+"\n"), 0o600)
	if err == nil {
		err = alike(temp, info)
	}
	if err == nil {
		err = fsys.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(err, fsys.Remove(temp))
	}
	return fsys.SyncDir(filepath.Dir(name))
}
