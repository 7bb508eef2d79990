package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"holdfast/licensing"
	"holdfast/licensing/disk"
)

// Variables of the environment that choose where and with which key store to work.
const (
	EnvHome           = "HOLDFAST_HOME"
	EnvKeyStore       = "HOLDFAST_KEYSTORE"
	EnvPassphraseFile = "HOLDFAST_PASSPHRASE_FILE"
)

// Home returns the absolute folder of the records: what the person named (relative to dir), else the system's usual
// place. When that usual place lies on a network or roaming drive, several computers see it, so each has a folder of
// its own in it. Nothing is made.
func Home(named, dir string, env func(string) string) (string, error) {
	if named == "" {
		named = env(EnvHome)
	}
	if named != "" {
		if !filepath.IsAbs(named) {
			named = filepath.Join(dir, named)
		}
		return filepath.Clean(named), nil
	}
	home, err := licensing.DefaultHome(env)
	if err != nil {
		return "", &licensing.Mistake{Code: "home_unknown"}
	}
	if shared(existing(home)) {
		home = filepath.Join(home, "machine-"+machine())
	}
	return home, nil
}

// usable refuses what is no folder and what belongs to another account, before anything is made there. A home that
// is not there yet is fine.
func usable(home string) error {
	info, err := os.Stat(home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unusable(home, err)
	case !info.IsDir():
		return &licensing.Mistake{Code: "home_no_folder", Args: map[string]any{"home": home}}
	case !mine(info):
		return &licensing.Mistake{Code: "home_of_another", Args: map[string]any{"home": home}}
	}
	return nil
}

// unusable says that no folder can be at home, such as below a file. Other errors stay as they are.
func unusable(home string, err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) || disk.IsFull(err) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	return &licensing.Mistake{Code: "home_no_folder", Args: map[string]any{"home": home}}
}

// existing returns the nearest folder above name, or name itself, that is there.
func existing(name string) string {
	for {
		if _, err := os.Stat(name); err == nil || filepath.Dir(name) == name {
			return name
		}
		name = filepath.Dir(name)
	}
}

// machine returns a short name for this computer that stays the same: from the id of its installation, else its name.
func machine() string {
	var id []byte
	for _, file := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if b, err := os.ReadFile(file); err == nil && len(b) >= 32 {
			id = b
			break
		}
	}
	if id == nil {
		name, _ := os.Hostname()
		id = []byte(name)
	}
	sum := sha256.Sum256(append([]byte("holdfast home\x00"), id...))
	return hex.EncodeToString(sum[:4])
}

// Fresh says whether a home holds no records yet: it is missing, empty, or only has settings, what a person was told of dates, and
// what an owner leaves there.
func Fresh(home string) bool {
	entries, err := os.ReadDir(home)
	if err != nil {
		return os.IsNotExist(err)
	}
	for _, e := range entries {
		switch e.Name() {
		case "lock", "endpoint", "endpoint.tmp", settingsFile, "." + settingsFile + ".tmp", alarmsFile, "." + alarmsFile + ".tmp":
		default:
			return false
		}
	}
	return true
}
