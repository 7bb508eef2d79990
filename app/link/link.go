package link

import (
	"context"
	"fmt"
	"hash/fnv"
	"net"
	"sync/atomic"
	"time"
)

const (
	pollEvery = 30 * time.Second // where the system does not tell
	sureEvery = time.Minute      // where it does
	settle    = 2 * time.Second  // a change comes in several steps
	askLimit  = time.Second      // for what other programs of this computer are asked
)

// Link is a connection that is watched.
type Link struct {
	changed chan struct{}
	saving  atomic.Bool
}

// Watch watches until ctx ends.
func Watch(ctx context.Context) *Link {
	l := &Link{changed: make(chan struct{}, 1)}
	events, every := make(chan struct{}, 1), pollEvery
	if listen(ctx, events) == nil {
		every = sureEvery
	}
	go l.watch(ctx, events, every, addresses)
	return l
}

// Changed receives after the addresses of this computer changed.
func (l *Link) Changed() <-chan struct{} { return l.changed }

// Saving says whether this computer runs on its battery, or on a connection that costs by the amount.
func (l *Link) Saving() bool { return l.saving.Load() }

// watch compares what now gives after each event and at each tick.
func (l *Link) watch(ctx context.Context, events <-chan struct{}, every time.Duration, now func() uint64) {
	seen := now()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		l.saving.Store(onBattery() || metered(ctx))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-events:
			select {
			case <-ctx.Done():
				return
			case <-time.After(settle):
			}
		}
		if a := now(); a != seen {
			seen = a
			told(l.changed)
		}
	}
}

func told(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// addresses is a number that changes with the addresses by which this computer can be reached.
func addresses() uint64 {
	h := fnv.New64a()
	all, _ := net.Interfaces()
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		list, _ := i.Addrs()
		for _, a := range list {
			if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
				fmt.Fprintf(h, "%s %s\n", i.Name, a)
			}
		}
	}
	return h.Sum64()
}
