package local

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"
)

// SchemaVersion is the version of Command and Answer on the wire.
const SchemaVersion = 1

// Limits of one owner. A command carries at most one file of 16 MiB, which is 22 MiB as base64.
const (
	MaxBody        = 24 << 20
	maxAnswer      = 64 << 20
	maxHeader      = 16 << 10
	maxConnections = 256
	maxCommands    = 8
	maxPrograms    = 64 // requests of licensed programs that run at once
	maxArgs        = 4096
)

// Patience is how long a client waits for an owner to accept its command.
const Patience = 2 * time.Second

const (
	readTime    = 10 * time.Second // for a whole request
	idleTime    = 2 * time.Minute  // between two requests of a licensed program
	checkTime   = 5 * time.Second  // for an answer to a licensed program
	usageTime   = 30 * time.Second // until its usage is on disk
	commandTime = 2 * time.Minute  // for running it
	drainTime   = 5 * time.Second  // for commands that run when the owner stops
)

// Command is what a client asks the owner to do, as if it had been started there.
type Command struct {
	Schema int      `json:"schema_version"`
	Args   []string `json:"args"`
	// Dir is the absolute folder that relative names are meant in.
	Dir string `json:"dir"`
	// Stdin is sent only when an argument is "-".
	Stdin []byte `json:"stdin,omitempty"`
	// Raw are Args when one of them is not UTF-8, which the text of JSON cannot hold: file names may be any bytes.
	Raw [][]byte `json:"raw,omitempty"`
	// RawDir is Dir in the same case.
	RawDir []byte `json:"raw_dir,omitempty"`
	// Env holds the few variables that change how an answer is worded, such as LANG and TZ.
	Env map[string]string `json:"env,omitempty"`
}

// packed is c as it travels.
func (c Command) packed() Command {
	c.Schema = SchemaVersion
	if slices.ContainsFunc(c.Args, func(a string) bool { return !utf8.ValidString(a) }) {
		for _, a := range c.Args {
			c.Raw = append(c.Raw, []byte(a))
		}
	}
	if !utf8.ValidString(c.Dir) {
		c.RawDir = []byte(c.Dir)
	}
	return c
}

// unpacked undoes packed.
func (c Command) unpacked() Command {
	if len(c.Raw) > 0 {
		c.Args = nil
		for _, a := range c.Raw {
			c.Args = append(c.Args, string(a))
		}
	}
	if len(c.RawDir) > 0 {
		c.Dir = string(c.RawDir)
	}
	c.Raw, c.RawDir = nil, nil
	return c
}

// Answer is what the command printed, and its exit code.
type Answer struct {
	Schema int    `json:"schema_version"`
	Stdout []byte `json:"stdout,omitempty"`
	Stderr []byte `json:"stderr,omitempty"`
	Code   int    `json:"code"`
}

// Handler runs one command. ctx ends when the client goes away, the owner stops or the time is over.
type Handler func(ctx context.Context, c Command) Answer

// Errors of this package. All others are of the file system or the network, wrapped.
var (
	// ErrTaken says that another process owns the home.
	ErrTaken = errors.New("another process owns this home")
	// ErrBusy says that the home is taken and its owner did not accept the command in time.
	ErrBusy = errors.New("the owner of this home does not answer")
	// ErrOtherVersion says that the owner does not understand this client's commands.
	ErrOtherVersion = errors.New("the owner of this home is another version")
	// ErrLost says that the owner accepted the command and then went away; it may or may not have been done.
	ErrLost = errors.New("the owner of this home went away")
)
