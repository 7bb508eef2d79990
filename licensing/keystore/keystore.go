// Package keystore keeps small secrets where the operating system keeps them: Keyring (Secret Service) on Linux, Keychain
// on macOS, Credential Manager on Windows, or in a file under a passphrase when a person chose that.
//
// A key store belongs to somebody else and may be locked, refuse, be absent or never answer. So:
//
//   - Every call ends by a deadline, 3 seconds, or 30 when the person asked (Interactive). Only then may it bring up
//     a question of the system.
//   - Every error has a Class, and every class a state of words.md (Class.State).
//   - Nothing is remembered about a failure. The next call looks again, so a store that comes back is used at
//     once, without a restart.
//   - No program is started that would outlive this one: on Linux a bus must already be there.
//   - A store never falls back to another one. Who wrote an item with one Store reads it with the same.
//
// Stores are safe for concurrent use; calls to the system's store are made one after the other. Values never appear in
// errors. Any program of the same user may be able to read the items: a key store is no wall between programs.
package keystore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"holdfast/licensing/terms"
)

// Store keeps secrets by name.
//
// An item's name has 1 to 64 characters of a-z, 0-9, '-', '_' and '.'; a value has 1 to MaxValue bytes, so that it fits
// every system's store. Other names and values give ErrItem or ErrValue.
type Store interface {
	// Backend is "os" or "passphrase". Records remember it.
	Backend() string
	// Label is the name of the store as the system calls it, for messages.
	Label() string
	// Get returns the value of an item. An item that is not there has class Missing, and so has one whose
	// content is not what Set wrote; errors.Is(err, ErrWrongValue) tells the two apart.
	Get(ctx context.Context, item string) ([]byte, error)
	// Set writes an item and replaces what it held. When it returns an error, the old or the new value is there.
	Set(ctx context.Context, item string, value []byte) error
	// Delete removes an item; it is no error when there is none.
	Delete(ctx context.Context, item string) error
	// Check says whether Get and Set could work now. With Interactive it asks the person to unlock.
	Check(ctx context.Context) error
}

// MaxValue is the largest value in bytes. Windows keeps 2,560 bytes and macOS about 3,000 after encoding.
const MaxValue = 1024

// Errors about what a caller passed or what was found.
var (
	ErrItem       = errors.New("key store: the name of the item is not allowed")
	ErrValue      = errors.New("key store: the value is empty or too large")
	ErrWrongValue = errors.New("key store: the item holds something else")
)

// Class is what is the matter with a key store.
type Class string

// The classes.
const (
	OK      Class = "ok"
	Locked  Class = "locked"  // the person must unlock it; also when a question stayed unanswered
	Denied  Class = "denied"  // the person or a rule said no; a wrong passphrase
	None    Class = "none"    // no store here that can be used
	Missing Class = "missing" // the store works, the item is not there
	Mute    Class = "mute"    // no answer by the deadline
)

// State returns the state of words.md for a class; "" for OK.
func (c Class) State() terms.State {
	switch c {
	case OK:
		return ""
	case Locked:
		return terms.StateKeychainLocked
	case Denied:
		return terms.StateKeychainDenied
	case Missing:
		return terms.StateKeyMissing
	case Mute:
		return terms.StateKeychainMute
	}
	return terms.StateKeychainNone
}

// Error is what every method of a Store returns, except for ErrItem and ErrValue.
type Error struct {
	Class   Class
	Backend string
	Waited  time.Duration // how long the call took
	Err     error         // cause, for logs; never holds a secret
}

// Error returns the class and the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("key store %s: %s", e.Backend, e.Class)
	}
	return fmt.Sprintf("key store %s: %s: %v", e.Backend, e.Class, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of an error of this package, OK for nil. A deadline or a cancelled context
// is Mute, any other error None.
func ClassOf(err error) Class {
	var e *Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &e):
		return e.Class
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Mute
	}
	return None
}

type interactiveKey struct{}

// Interactive marks calls that a person asked for and waits for: the system may ask for a password or permission,
// and the deadline is 30 seconds instead of 3.
func Interactive(ctx context.Context) context.Context {
	return context.WithValue(ctx, interactiveKey{}, true)
}

func interactive(ctx context.Context) bool {
	yes, _ := ctx.Value(interactiveKey{}).(bool)
	return yes
}

func checkItem(item string) error {
	if len(item) == 0 || len(item) > 64 {
		return ErrItem
	}
	for _, c := range []byte(item) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return ErrItem
		}
	}
	return nil
}

func checkValue(value []byte) error {
	if len(value) == 0 || len(value) > MaxValue {
		return ErrValue
	}
	return nil
}
