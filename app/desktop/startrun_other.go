//go:build !windows

package desktop

import "errors"

// runEntry is only there on Windows.
type runEntry struct{}

func (runEntry) on() bool         { return false }
func (runEntry) set(string) error { return errors.ErrUnsupported }
func (runEntry) unset() error     { return errors.ErrUnsupported }
