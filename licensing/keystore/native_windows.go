package keystore

import (
	"context"
	"errors"

	"github.com/zalando/go-keyring"
	"golang.org/x/sys/windows"
)

// credentials uses go-keyring, which calls CredRead, CredWrite and CredDelete. They ask nobody anything.
type credentials struct{ service string }

func newNative(service string, _ Options) native { return credentials{service} }

func (credentials) label() string { return "Credential Manager" }

func (c credentials) get(_ context.Context, item string) (string, error) {
	text, err := keyring.Get(c.service, item)
	return text, judge(err)
}

func (c credentials) set(_ context.Context, item, text string) error {
	return judge(keyring.Set(c.service, item, text))
}

func (c credentials) remove(_ context.Context, item string) error {
	return judge(keyring.Delete(c.service, item))
}

func (c credentials) check(ctx context.Context) error {
	if _, err := c.get(ctx, "check"); ClassOf(err) != Missing {
		return err
	}
	return nil
}

func judge(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound), errors.Is(err, windows.ERROR_NOT_FOUND):
		return &Error{Class: Missing, Err: err}
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return &Error{Class: Denied, Err: err}
	}
	// ERROR_NO_SUCH_LOGON_SESSION above all: a session without a profile has no credentials.
	return &Error{Class: None, Err: err}
}
