//go:build !linux && !darwin && !windows

package keystore

import (
	"context"
	"errors"
)

// absent stands in where no system store is supported: the passphrase store works.
type absent struct{}

func newNative(string, Options) native { return absent{} }

var errAbsent = &Error{Class: None, Err: errors.New("no key store is supported on this system")}

func (absent) label() string                               { return "Keyring" }
func (absent) get(context.Context, string) (string, error) { return "", errAbsent }
func (absent) set(context.Context, string, string) error   { return errAbsent }
func (absent) remove(context.Context, string) error        { return errAbsent }
func (absent) check(context.Context) error                 { return errAbsent }
