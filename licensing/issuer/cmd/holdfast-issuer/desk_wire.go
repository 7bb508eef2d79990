package main

import "time"

// A command that finds a service on its folder is run by that service: one process at a time has a store open. The two speak HTTP
// over a unix socket or Windows pipe that the file endpoint in the folder names. Both make sure that the other end is the same user.
const (
	deskSchema   = 1
	deskPath     = "/v1/command"
	maxCommand   = 24 << 20 // a file of 16 MiB as base64, and arguments
	maxPrinted   = 64 << 20
	maxCommands  = 8
	maxArgs      = 4096
	deskPatience = 5 * time.Second  // until a service takes a command
	deskTime     = 30 * time.Minute // for the command
	deskDrain    = 10 * time.Second // for those that run when the service stops
)

// deskCommand is a command line, where it was started, and what it reads. They are bytes, because names of files need not be text.
type deskCommand struct {
	Schema int      `json:"schema_version"`
	Args   [][]byte `json:"args"`
	Dir    []byte   `json:"dir"`
	Stdin  []byte   `json:"stdin,omitempty"`
}

// deskAnswer is what the command printed, and how it ended.
type deskAnswer struct {
	Schema int    `json:"schema_version"`
	Stdout []byte `json:"stdout,omitempty"`
	Stderr []byte `json:"stderr,omitempty"`
	Code   int    `json:"code"`
}
