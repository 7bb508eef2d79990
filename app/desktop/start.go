package desktop

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// Errors of Start.
var (
	errNoProgram = errors.New("the program to start has no absolute name")
	errNoHome    = errors.New("no home directory is known")
)

// Start is the entry of this account by which the program starts with the session: an XDG autostart entry on Linux,
// a launch agent on macOS, a Run value on Windows. It starts the window and names no file.
type Start struct {
	entry   startEntry
	program string
}

// startEntry is one system's way to start programs with a session.
type startEntry interface {
	on() bool
	set(program string) error
	unset() error // nil when it was not set
}

// NewStart returns the entry for a program, which is an absolute name; "" for the window that belongs to the running
// program. Nothing is read or written yet.
func NewStart(env func(string) string, program string) Start {
	if program == "" {
		if running, err := os.Executable(); err == nil {
			program = windowOf(running)
		}
	}
	return Start{entry: entryOf(runtime.GOOS, env), program: program}
}

func entryOf(system string, env func(string) string) startEntry {
	switch system {
	case "windows":
		return runEntry{}
	case "darwin":
		return agentEntry{home: env("HOME")}
	}
	return newXDGEntry(env)
}

// windowOf returns the program with a window that lies beside one that may have none; that one itself where there is
// no other.
func windowOf(running string) string {
	window := filepath.Join(filepath.Dir(running), windowName())
	if info, err := os.Stat(window); err == nil && info.Mode().IsRegular() {
		return window
	}
	return running
}

func windowName() string {
	if runtime.GOOS == "windows" {
		return "holdfastw.exe"
	}
	return "holdfast"
}

// On says whether the program starts with the session of this account.
func (s Start) On() bool { return s.entry.on() }

// Set switches the start on or off. Switching it on again names the program anew, for one that was moved.
func (s Start) Set(on bool) error {
	switch {
	case !on:
		return s.entry.unset()
	case !filepath.IsAbs(s.program):
		return errNoProgram
	}
	return s.entry.set(s.program)
}
