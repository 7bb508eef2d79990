package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"holdfast/licensing"
	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/disk"
)

// Variables of the environment that choose where and with which key store to work.
const (
	EnvHome           = endpoint.EnvHome
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
	home, err := endpoint.Home(env)
	if err != nil {
		return "", &licensing.Mistake{Code: "home_unknown"}
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

// Fresh says whether a home holds no records yet: it is missing, empty, or only has settings, what a person was told of dates, and
// what an owner leaves there.
func Fresh(home string) bool {
	entries, err := os.ReadDir(home)
	if err != nil {
		return os.IsNotExist(err)
	}
	for _, e := range entries {
		switch e.Name() {
		case "lock", endpoint.File, endpoint.File + ".tmp", settingsFile, "." + settingsFile + ".tmp", alarmsFile, "." + alarmsFile + ".tmp":
		default:
			return false
		}
	}
	return true
}
