package keystore

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"slices"
	"sync"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
)

const backendPassphrase = "passphrase"

// Passphrase returns the store in the file at path, sealed with a passphrase, for machines without a key store of
// their own. The file is made by the first Set, in a directory that must exist. The passphrase is copied; an empty one
// is refused. Nothing is read before the first call, so a wrong passphrase shows there, as Denied.
//
// The key is derived once and kept in memory; a file that another process wrote is read again at each
// call. Two processes must not write at the same time: the owner of the home does.
func Passphrase(path string, passphrase []byte) (Store, error) {
	return newPassphrase(disk.OS(), path, passphrase, defaultKDF)
}

func newPassphrase(fsys disk.FS, path string, passphrase []byte, params kdfParams) (*passphraseStore, error) {
	if path == "" || len(passphrase) == 0 {
		return nil, errors.New("key store: path and passphrase must not be empty")
	}
	return &passphraseStore{fs: fsys, path: path, passphrase: bytes.Clone(passphrase), params: params}, nil
}

type passphraseStore struct {
	fs     disk.FS
	path   string
	params kdfParams // of new files

	mu         sync.Mutex
	passphrase []byte
	known      derived // the last key, so that only the first call pays for it
}

type derived struct {
	kdf kdf
	key []byte
}

func (s *passphraseStore) Backend() string { return backendPassphrase }

func (s *passphraseStore) Label() string { return "passphrase file" }

func (s *passphraseStore) Get(ctx context.Context, item string) ([]byte, error) {
	if err := checkItem(item); err != nil {
		return nil, err
	}
	var value []byte
	err := s.do(ctx, func() error {
		items, _, err := s.load()
		if err != nil {
			return err
		}
		found, ok := items[item]
		if !ok {
			return &Error{Class: Missing}
		}
		value = slices.Clone(found)
		return nil
	})
	return value, err
}

func (s *passphraseStore) Set(ctx context.Context, item string, value []byte) error {
	if err := checkItem(item); err != nil {
		return err
	}
	if err := checkValue(value); err != nil {
		return err
	}
	return s.change(ctx, func(items map[string][]byte) bool {
		old, ok := items[item]
		items[item] = value
		return !ok || !bytes.Equal(old, value)
	})
}

func (s *passphraseStore) Delete(ctx context.Context, item string) error {
	if err := checkItem(item); err != nil {
		return err
	}
	return s.change(ctx, func(items map[string][]byte) bool {
		_, ok := items[item]
		delete(items, item)
		return ok
	})
}

func (s *passphraseStore) Check(ctx context.Context) error {
	return s.do(ctx, func() error {
		_, _, err := s.load()
		return err
	})
}

// change writes the file again when edit says that something is new.
func (s *passphraseStore) change(ctx context.Context, edit func(map[string][]byte) bool) error {
	return s.do(ctx, func() error {
		items, k, err := s.load()
		if err != nil {
			return err
		}
		if !edit(items) {
			return nil
		}
		return s.save(items, k)
	})
}

// do runs fn alone and gives its error the backend and the time it took. A file needs no deadline of its
// own: what takes long is deriving the key, and the limits on its parameters bound that.
func (s *passphraseStore) do(ctx context.Context, fn func() error) error {
	age := clock.Stopwatch()
	s.mu.Lock()
	defer s.mu.Unlock()
	err := ctx.Err()
	if err == nil {
		err = fn()
	}
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Class: ClassOf(err), Err: err}
		if errors.Is(err, fs.ErrPermission) {
			e.Class = Denied
		}
	}
	return &Error{Class: e.Class, Backend: backendPassphrase, Waited: age(), Err: e.Err}
}

// load reads the file. Without one there are no items, and k has fresh parameters.
func (s *passphraseStore) load() (items map[string][]byte, k kdf, err error) {
	data, err := disk.ReadFile(s.fs, s.path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string][]byte{}, kdf{kdfParams: s.params}, nil
	}
	if err != nil {
		return nil, kdf{}, err
	}
	f, err := parseFile(data)
	if err != nil {
		return nil, kdf{}, &Error{Class: Missing, Err: err}
	}
	items, err = f.open(s.key(f.kdf))
	return items, f.kdf, err
}

// save seals items under a fresh nonce. The salt stays while the parameters are those of new files, so the key does too.
func (s *passphraseStore) save(items map[string][]byte, k kdf) error {
	if len(items) > maxItems {
		return ErrValue
	}
	if k.kdfParams != s.params || k.salt == [saltSize]byte{} {
		k = kdf{kdfParams: s.params}
		if _, err := rand.Read(k.salt[:]); err != nil {
			return err
		}
	}
	data, err := sealFile(k, s.key(k), items)
	if err != nil {
		return err
	}
	return disk.WriteFile(s.fs, s.path, data, 0o600)
}

func (s *passphraseStore) key(k kdf) []byte {
	if s.known.key == nil || s.known.kdf != k {
		s.known = derived{kdf: k, key: k.derive(s.passphrase)}
	}
	return s.known.key
}
