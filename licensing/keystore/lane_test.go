package keystore

import (
	"context"
	"errors"
	"testing"
	"time"
)

const (
	soon  = 20 * time.Millisecond
	never = time.Hour
)

func TestLateCallIsLeftBehindAndTheLaneIsFreeOnceItReturns(t *testing.T) {
	var l lane
	release, inside := make(chan struct{}), make(chan struct{})
	_, err := inLane(context.Background(), &l, soon, func(context.Context) (int, error) {
		close(inside)
		<-release // like a library without a deadline
		return 1, nil
	})
	<-inside
	if ClassOf(err) != Mute {
		t.Fatalf("class of %v, want mute", err)
	}
	// In the background the answer comes at once, however long the deadline; the second call never starts.
	_, err = inLane(context.Background(), &l, never, func(context.Context) (int, error) {
		t.Error("two calls at once")
		return 2, nil
	})
	var e *Error
	if !errors.As(err, &e) || e.Class != Mute || e.Waited < soon {
		t.Fatalf("%v, want mute with the age of the call that hangs", err)
	}
	close(release)
	// A call that the person asked for waits its turn.
	got, err := inLane(Interactive(context.Background()), &l, never, func(context.Context) (int, error) { return 3, nil })
	if err != nil || got != 3 {
		t.Fatalf("%d, %v after the call returned", got, err)
	}
	if got, err = inLane(context.Background(), &l, never, func(context.Context) (int, error) { return 4, nil }); err != nil || got != 4 {
		t.Fatalf("%d, %v in the background", got, err)
	}
}

func TestQueuedCallIsMuteAtItsDeadline(t *testing.T) {
	var l lane
	release, inside, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := inLane(context.Background(), &l, never, func(context.Context) (int, error) {
			close(inside)
			<-release
			return 1, nil
		})
		done <- err
	}()
	<-inside
	_, err := inLane(context.Background(), &l, soon, func(context.Context) (int, error) { return 2, nil })
	if ClassOf(err) != Mute {
		t.Fatalf("class of %v, want mute", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestCallThatEndsAtItsDeadlineSaysWhy(t *testing.T) {
	var l lane
	_, err := inLane(context.Background(), &l, soon, func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, &Error{Class: Locked}
	})
	var e *Error
	if !errors.As(err, &e) || e.Class != Locked || e.Waited < soon || e.Backend != "os" {
		t.Fatalf("%#v", err)
	}
}

func TestPanicOfALibraryIsAnError(t *testing.T) {
	var l lane
	_, err := inLane(context.Background(), &l, never, func(context.Context) (int, error) {
		var answer any = "text"
		return answer.(int), nil
	})
	if ClassOf(err) != None {
		t.Fatalf("class of %v, want none", err)
	}
}
