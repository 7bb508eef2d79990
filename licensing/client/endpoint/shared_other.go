//go:build !linux && !darwin && !windows

package endpoint

// shared is not known on this system.
func shared(string) bool { return false }
