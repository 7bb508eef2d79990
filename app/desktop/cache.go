package desktop

import "os"

// MakeCache makes the folder in which programs of this account keep what they can make again, for this account alone. It
// leaves one that is there as it is.
func MakeCache() error {
	dir, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o700)
}
