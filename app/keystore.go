package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"holdfast/licensing"
	"holdfast/licensing/keystore"
)

// Key stores that a person can choose.
const (
	KeyStoreOS         = "os"
	KeyStorePassphrase = "passphrase"
)

const (
	service         = "holdfast"
	passphraseLimit = 4 << 10
)

// chooseKeyStore returns the key store for home: the one that was named, else the one that holds the home's keys
// already, else the system's. A home is never moved from one key store to another by naming it.
func (o *Options) chooseKeyStore(home string) (keystore.Store, error) {
	asked := o.KeyStore
	if asked == "" {
		asked = o.Env(EnvKeyStore)
	}
	kept := licensing.KeyStoreOf(home)
	if _, err := os.Stat(filepath.Join(home, licensing.PassphraseFile)); kept == "" && err == nil {
		kept = KeyStorePassphrase // the note in the home is damaged, the key store itself is there
	}
	switch {
	case asked == "" && kept != "":
		asked = kept
	case asked == "":
		asked = KeyStoreOS
	case kept != "" && asked != kept:
		return nil, &licensing.Mistake{Code: "keystore_other", Args: map[string]any{"kept": kept, "asked": asked}}
	}
	switch {
	case o.Keys != nil:
		return o.Keys(home, asked)
	case asked == KeyStoreOS:
		return keystore.OS(service), nil
	case asked == KeyStorePassphrase:
		return passphrase(home, o.Env(EnvPassphraseFile), o.Dir)
	}
	return nil, &licensing.Mistake{Code: "keystore_unknown", Args: map[string]any{"asked": asked}}
}

// passphrase opens the store that a passphrase seals. Without a passphrase the store is locked, not gone: what needs
// no secret still works.
func passphrase(home, file, dir string) (keystore.Store, error) {
	if file == "" {
		return locked{errors.New(EnvPassphraseFile + " is not set")}, nil
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	secret, err := readPassphrase(file)
	if err != nil {
		return locked{err}, nil
	}
	defer clear(secret)
	return keystore.Passphrase(filepath.Join(home, licensing.PassphraseFile), secret)
}

func readPassphrase(file string) ([]byte, error) {
	i, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !i.Mode().IsRegular() {
		return nil, errors.New("the passphrase file is not a regular file")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, passphraseLimit+1))
	if err != nil {
		return nil, err
	}
	b = bytes.TrimRight(b, "\r\n")
	if len(b) == 0 || len(b) > passphraseLimit {
		return nil, errors.New("the passphrase file is empty or too long")
	}
	return b, nil
}

// locked is the passphrase store without a passphrase.
type locked struct{ cause error }

func (l locked) Backend() string { return KeyStorePassphrase }

// Label is the one that the open store has.
func (l locked) Label() string {
	if s, err := keystore.Passphrase(licensing.PassphraseFile, []byte("-")); err == nil {
		return s.Label()
	}
	return KeyStorePassphrase
}

func (l locked) fail() error {
	return &keystore.Error{Class: keystore.Locked, Backend: KeyStorePassphrase, Err: l.cause}
}

func (l locked) Get(context.Context, string) ([]byte, error) { return nil, l.fail() }
func (l locked) Set(context.Context, string, []byte) error   { return l.fail() }
func (l locked) Delete(context.Context, string) error        { return l.fail() }
func (l locked) Check(context.Context) error                 { return l.fail() }
