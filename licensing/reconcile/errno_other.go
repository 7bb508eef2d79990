//go:build !windows

package reconcile

import "syscall"

// The system's numbers for no way to an address, and for nobody listening there.
var (
	noWays   = []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL}
	refusals = []syscall.Errno{syscall.ECONNREFUSED}
)
