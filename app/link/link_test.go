package link

import (
	"context"
	"testing"
	"time"
)

func TestAChangeOfAddressesIsToldOnceAndOthersAreNot(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := &Link{changed: make(chan struct{}, 1)}
	now := make(chan uint64)
	tick := time.Millisecond
	go l.watch(ctx, nil, tick, func() uint64 {
		select {
		case n := <-now:
			return n
		case <-ctx.Done():
			return 0
		}
	})
	now <- 1
	now <- 1
	now <- 1
	select {
	case <-l.Changed():
		t.Error("told without a change")
	default:
	}
	now <- 2
	<-l.Changed()
	now <- 2
	now <- 2
	select {
	case <-l.Changed():
		t.Error("told twice")
	default:
	}
}

func TestWatchingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := Watch(ctx)
	cancel()
	if l.Changed() == nil {
		t.Error("nothing to wait for")
	}
	_ = l.Saving() // whatever this computer is, it answers at once
	if one, other := addresses(), addresses(); one != other {
		t.Error("the same addresses have two numbers")
	}
}
