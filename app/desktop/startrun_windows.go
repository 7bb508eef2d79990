package desktop

import (
	"errors"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The Run values start programs at sign-in. What a person switched off in the Task Manager stands beside them.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
	runValue    = "Holdfast"
)

// runEntry is the account's Run value of Windows.
type runEntry struct{}

func (runEntry) on() bool {
	run, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer run.Close()
	if command, _, err := run.GetStringValue(runValue); err != nil || command == "" {
		return false
	}
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return true
	}
	defer approved.Close()
	flags, _, err := approved.GetBinaryValue(runValue)
	return err != nil || len(flags) == 0 || flags[0]&1 == 0 // odd: switched off
}

func (runEntry) set(program string) error {
	run, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer run.Close()
	if err := run.SetStringValue(runValue, windows.EscapeArg(program)); err != nil {
		return err
	}
	return removeValue(approvedKey)
}

func (runEntry) unset() error { return errors.Join(removeValue(runKey), removeValue(approvedKey)) }

// removeValue removes our value from a key; what is not there is removed already.
func removeValue(key string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.SET_VALUE)
	if err == nil {
		defer k.Close()
		err = k.DeleteValue(runValue)
	}
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	return err
}
