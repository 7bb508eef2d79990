package keystore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"holdfast/licensing/clock"
)

// lane lets one call at a time into a library that knows no deadline, each in a goroutine of its own. A call that is
// late is left behind; while it hangs there, background calls are answered Mute at once instead of
// waiting behind it, and when it returns the lane is free again.
type lane struct {
	once sync.Once
	busy chan struct{}

	mu    sync.Mutex
	since func() time.Duration // age of the call that was left behind; nil when there is none
}

// parting is how long a call that noticed its deadline has to say what it was waiting for.
const parting = 250 * time.Millisecond

type result[T any] struct {
	value T
	err   error
}

// inLane runs fn in the lane and returns its result, or an *Error of class Mute once limit has passed.
// fn should end soon after its context does.
func inLane[T any](ctx context.Context, l *lane, limit time.Duration, fn func(context.Context) (T, error)) (T, error) {
	l.once.Do(func() { l.busy = make(chan struct{}, 1) })
	age := clock.Stopwatch()
	asked := interactive(ctx)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	if hung := l.hung(); hung != nil && !asked {
		return failed[T](Mute, hung(), errors.New("an earlier call still has no answer"))
	}
	select {
	case l.busy <- struct{}{}:
	case <-ctx.Done():
		return failed[T](Mute, age(), context.Cause(ctx))
	}

	done := make(chan result[T], 1)
	finished := false // guarded by l.mu
	go func() {
		v, err := guarded(ctx, fn)
		l.mu.Lock()
		finished, l.since = true, nil
		l.mu.Unlock()
		<-l.busy
		done <- result[T]{v, err}
	}()
	select {
	case r := <-done:
		return r.value, timed(r.err, age())
	case <-ctx.Done():
	}
	timer := time.NewTimer(parting)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.value, timed(r.err, age())
	case <-timer.C:
	}
	l.mu.Lock()
	if !finished {
		l.since = age
	}
	l.mu.Unlock()
	return failed[T](Mute, age(), context.Cause(ctx))
}

// guarded runs fn and turns a panic into an error: the libraries below panic on answers they did not expect.
func guarded[T any](ctx context.Context, fn func(context.Context) (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("unexpected answer: %v", p)
		}
	}()
	return fn(ctx)
}

func (l *lane) hung() func() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.since
}

func failed[T any](c Class, waited time.Duration, cause error) (T, error) {
	var none T
	return none, &Error{Class: c, Backend: backendOS, Waited: waited, Err: cause}
}

// timed gives an error its class if it has none yet, and the time it took.
func timed(err error, waited time.Duration) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Class: ClassOf(err), Err: err}
	}
	return &Error{Class: e.Class, Backend: backendOS, Waited: waited, Err: e.Err}
}
