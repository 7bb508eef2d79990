//go:build !windows

package client

import (
	"os/exec"
	"syscall"
)

// detach lets a command outlive this program and its terminal.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
