package endpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// EnvHome is the variable that names another folder of records than the usual one.
const EnvHome = "HOLDFAST_HOME"

// Home returns the usual folder for this account's records; env is os.Getenv or a stand-in. When that place lies on a network or
// roaming drive, several computers see it, so each has a folder of its own in it. Nothing is made.
func Home(env func(string) string) (string, error) {
	home, err := usual(env)
	if err == nil && shared(existing(home)) {
		home = filepath.Join(home, "machine-"+machine())
	}
	return home, err
}

func usual(env func(string) string) (string, error) {
	switch runtime.GOOS {
	case "windows":
		if d := env("LOCALAPPDATA"); d != "" {
			return filepath.Join(d, "Holdfast"), nil
		}
	case "darwin":
		if d := env("HOME"); d != "" {
			return filepath.Join(d, "Library", "Application Support", "Holdfast"), nil
		}
	default:
		if d := env("XDG_DATA_HOME"); filepath.IsAbs(d) {
			return filepath.Join(d, "holdfast"), nil
		}
		if d := env("HOME"); d != "" {
			return filepath.Join(d, ".local", "share", "holdfast"), nil
		}
	}
	return "", errors.New("no home directory is known")
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
