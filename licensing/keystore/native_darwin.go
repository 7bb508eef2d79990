package keystore

import (
	"context"
	"errors"
	"os/exec"

	"github.com/zalando/go-keyring"
)

// keychain uses go-keyring, which runs /usr/bin/security. A question of that program cannot be called off: a call that is
// late stays behind in its lane until the person answers it.
type keychain struct{ service string }

func newNative(service string, _ Options) native { return keychain{service} }

func (keychain) label() string { return "Keychain" }

func (k keychain) get(_ context.Context, item string) (string, error) {
	text, err := keyring.Get(k.service, item)
	return text, judge(err)
}

// set reads the item back: `security -i` can end well although its command did not.
func (k keychain) set(ctx context.Context, item, text string) error {
	if err := keyring.Set(k.service, item, text); err != nil {
		return judge(err)
	}
	switch back, err := k.get(ctx, item); {
	case ClassOf(err) == Missing, err == nil && back != text:
		return &Error{Class: Denied, Err: errors.New("the item was not written")}
	default:
		return err
	}
}

func (k keychain) remove(_ context.Context, item string) error {
	return judge(keyring.Delete(k.service, item))
}

func (k keychain) check(ctx context.Context) error {
	if _, err := k.get(ctx, "check"); ClassOf(err) != Missing {
		return err
	}
	return nil
}

// Exit codes of security: the low byte of the OSStatus (Security framework, SecBase.h).
const (
	exitItemNotFound  = 44  // errSecItemNotFound, -25300
	exitNoInteraction = 36  // errSecInteractionNotAllowed, -25308: locked, and nobody to ask (ssh)
	exitInteraction   = 29  // errSecInteractionRequired, -25315
	exitAuthFailed    = 51  // errSecAuthFailed, -25293
	exitNoAccess      = 101 // errSecNoAccessForItem, -25243
	exitUserCancelled = 128 // errSecUserCanceled, -128
)

func judge(err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return &Error{Class: Missing, Err: err}
	case !errors.As(err, &exit):
		return &Error{Class: None, Err: err}
	}
	class := None
	switch exit.ExitCode() {
	case exitItemNotFound:
		class = Missing
	case exitNoInteraction, exitInteraction:
		class = Locked
	case exitAuthFailed, exitNoAccess, exitUserCancelled:
		class = Denied
	}
	return &Error{Class: class, Err: err}
}
