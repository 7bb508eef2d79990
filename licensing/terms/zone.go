package terms

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // Windows has no zone database of its own
)

// zones remembers what was looked up: the database does not change while a program runs, and a verdict over
// thousands of licenses asks for the same few names.
var zones sync.Map

// Zone returns the zone with an IANA name, "" being UTC. "Local" is refused: a license ends at the same moment
// everywhere.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	if name == "Local" {
		return nil, fmt.Errorf("zone %q differs from computer to computer", name)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w", name, err)
	}
	zones.Store(name, z)
	return z, nil
}

// zone is Zone for a policy that was checked when it was signed; an unknown name counts as UTC.
func (p Policy) zone() *time.Location {
	z, err := Zone(p.Zone)
	if err != nil {
		return time.UTC
	}
	return z
}
