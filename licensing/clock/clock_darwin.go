package clock

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// bootID is read once: it cannot change while a process lives.
var bootID = sync.OnceValue(func() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
})

// running uses CLOCK_MONOTONIC_RAW: Apple's clock_gettime answers it from mach_continuous_time, which counts sleep.
func running() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC_RAW, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
