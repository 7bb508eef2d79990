package keystore

import (
	"context"
	"time"
)

const backendOS = "os"

// Options change how OSWith reaches the system's key store. The zero value is right for programs.
type Options struct {
	Background time.Duration // deadline of a call; default 3 s
	Asked      time.Duration // deadline of a call marked Interactive; default 30 s
	// Bus is the D-Bus address on Linux; default: the session's.
	Bus string
}

// OS returns the key store of this system for one service, such as "holdfast". It touches nothing until a method is called.
func OS(service string) Store { return OSWith(service, Options{}) }

// OSWith is OS with other options.
func OSWith(service string, o Options) Store {
	if o.Background <= 0 {
		o.Background = 3 * time.Second
	}
	if o.Asked <= 0 {
		o.Asked = 30 * time.Second
	}
	return &osStore{options: o, native: newNative(service, o)}
}

// native is one system's key store. Its methods may block until ctx ends, or longer where a library knows no
// deadline, and return *Error or an error that ClassOf can judge.
type native interface {
	label() string
	get(ctx context.Context, item string) (string, error)
	set(ctx context.Context, item, text string) error
	remove(ctx context.Context, item string) error
	check(ctx context.Context) error
}

type osStore struct {
	options Options
	native  native
	lane    lane
}

func (s *osStore) Backend() string { return backendOS }

func (s *osStore) Label() string { return s.native.label() }

func (s *osStore) Get(ctx context.Context, item string) ([]byte, error) {
	if err := checkItem(item); err != nil {
		return nil, err
	}
	return inLane(ctx, &s.lane, s.limit(ctx), func(ctx context.Context) ([]byte, error) {
		text, err := s.native.get(ctx, item)
		if err != nil {
			return nil, err
		}
		value, err := decodeItem(item, text)
		if err != nil {
			return nil, &Error{Class: Missing, Err: err}
		}
		return value, nil
	})
}

func (s *osStore) Set(ctx context.Context, item string, value []byte) error {
	if err := checkItem(item); err != nil {
		return err
	}
	if err := checkValue(value); err != nil {
		return err
	}
	text := encodeItem(item, value)
	return s.do(ctx, func(ctx context.Context) error { return s.native.set(ctx, item, text) })
}

func (s *osStore) Delete(ctx context.Context, item string) error {
	if err := checkItem(item); err != nil {
		return err
	}
	return s.do(ctx, func(ctx context.Context) error {
		if err := s.native.remove(ctx, item); ClassOf(err) != Missing {
			return err
		}
		return nil
	})
}

func (s *osStore) Check(ctx context.Context) error { return s.do(ctx, s.native.check) }

func (s *osStore) do(ctx context.Context, fn func(context.Context) error) error {
	_, err := inLane(ctx, &s.lane, s.limit(ctx), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, fn(ctx)
	})
	return err
}

func (s *osStore) limit(ctx context.Context) time.Duration {
	if interactive(ctx) {
		return s.options.Asked
	}
	return s.options.Background
}
