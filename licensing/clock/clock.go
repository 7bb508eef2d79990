// Package clock reads the time and keeps the lower bound of it.
//
// It is the only package below licensing that may ask the system for the time. Everything else takes a Clock, so that
// tests, the simulator and the timeline can hand in another one.
//
// A Reading has two independent parts. Wall is what the computer shows; a person, a flat battery or a restored disk can
// set it to anything. Running is how long this computer has been on since it started, with the time that it
// slept; nobody sets it, but it begins at zero with each boot, and Boot says which boot that was.
//
// Bound keeps the latest time that is proven to have passed: a time that a vendor signed, plus the running time
// since then. Course follows the wall clock and says when it is not believed. Decisions use the later
// of the bound and what is believed of the wall clock: Decide(lower, course.Believed(reading, lower)).
package clock

import "time"

// Reading is one look at the clocks.
type Reading struct {
	// Wall is the wall clock in UTC, without Go's monotonic part, so that comparisons use what is shown.
	Wall time.Time
	// Boot names the boot that Running counts from; "" when the system does not tell.
	Boot string
	// Running is the time since that boot, including sleep.
	Running time.Duration
}

// Clock reads the time. Implementations are safe for concurrent use.
type Clock interface {
	Read() Reading
}

// System returns the clock of this computer.
//
//   - Linux: boot id of the kernel and CLOCK_BOOTTIME.
//   - macOS: kern.bootsessionuuid and CLOCK_MONOTONIC_RAW, which is mach_continuous_time there (CLOCK_UPTIME_RAW would
//     leave out sleep).
//   - Windows: the boot counter that the prefetcher keeps, and QueryInterruptTime.
//
// A boot id that cannot be read is "": Bound then counts carefully instead of guessing.
func System() Clock { return systemClock{} }

type systemClock struct{}

// Read reads the boot clock before the wall clock, so that a pause in between never makes Running look ahead of Wall.
func (systemClock) Read() Reading {
	boot, running := bootID(), running()
	return Reading{Wall: time.Now().Round(0).UTC(), Boot: boot, Running: running}
}

// Stopwatch starts measuring and returns a function that tells the time since. It is for waiting times in
// messages, not for decisions: it stands still while the computer sleeps.
func Stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// Decide returns the time that decisions use: the later of the lower bound and the wall clock, see Course.Believed.
func Decide(lower time.Time, r Reading) time.Time {
	if lower.After(r.Wall) {
		return lower
	}
	return r.Wall
}
