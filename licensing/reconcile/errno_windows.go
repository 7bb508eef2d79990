package reconcile

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// The system's numbers for no way to an address, and for nobody listening there.
var (
	noWays   = []syscall.Errno{windows.WSAENETUNREACH, windows.WSAEHOSTUNREACH, windows.WSAENETDOWN, windows.WSAEADDRNOTAVAIL}
	refusals = []syscall.Errno{windows.WSAECONNREFUSED}
)
