package clock

import (
	"strconv"
	"sync"
	"time"
)

// Driven is a clock that moves only when told to. Tests and the simulator use it. It is safe for concurrent use.
type Driven struct {
	mu    sync.Mutex
	wall  time.Time
	boots int
	since time.Duration
}

// NewDriven returns a clock that shows t on a computer that has just started.
func NewDriven(t time.Time) *Driven {
	return &Driven{wall: t.Round(0).UTC(), boots: 1}
}

// Read returns the present reading.
func (d *Driven) Read() Reading {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Reading{Wall: d.wall, Boot: "boot-" + strconv.Itoa(d.boots), Running: d.since}
}

// Set sets the wall clock, as a person or a flat battery does. The running time does not change.
func (d *Driven) Set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wall = t.Round(0).UTC()
}

// Advance lets time pass while the computer is on or asleep. A negative span counts as zero.
func (d *Driven) Advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	by = max(0, by)
	d.wall = d.wall.Add(by)
	d.since += by
}

// Reboot starts the computer again at once.
func (d *Driven) Reboot() { d.PowerOff(0) }

// PowerOff switches the computer off for a span in which only the wall clock goes on, and starts it again.
func (d *Driven) PowerOff(span time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wall = d.wall.Add(max(0, span))
	d.boots++
	d.since = 0
}
