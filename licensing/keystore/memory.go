package keystore

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// MemoryStore keeps items in memory, for tests of other packages. It obeys the same rules as the others.
type MemoryStore struct {
	mu    sync.Mutex
	class Class
	items map[string][]byte
}

// Memory returns an empty MemoryStore that works.
func Memory() *MemoryStore { return &MemoryStore{class: OK, items: map[string][]byte{}} }

// Fail lets every call fail with class c from now on; OK ends it. The items stay, as they do in a real store. Missing
// lets Get fail alone.
func (m *MemoryStore) Fail(c Class) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.class = c
}

// Backend is "os", so that a MemoryStore can stand in for the system's.
func (m *MemoryStore) Backend() string { return backendOS }

// Label names the store.
func (m *MemoryStore) Label() string { return "Keyring" }

// Get returns the value of an item.
func (m *MemoryStore) Get(ctx context.Context, item string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, item); err != nil {
		return nil, err
	}
	value, ok := m.items[item]
	if !ok || m.class == Missing {
		return nil, &Error{Class: Missing, Backend: backendOS}
	}
	return slices.Clone(value), nil
}

// Set writes an item.
func (m *MemoryStore) Set(ctx context.Context, item string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, item); err != nil {
		return err
	}
	if err := checkValue(value); err != nil {
		return err
	}
	m.items[item] = slices.Clone(value)
	return nil
}

// Delete removes an item.
func (m *MemoryStore) Delete(ctx context.Context, item string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, item); err != nil {
		return err
	}
	delete(m.items, item)
	return nil
}

// Check returns the error that Fail asked for.
func (m *MemoryStore) Check(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ready(ctx, "check")
}

func (m *MemoryStore) ready(ctx context.Context, item string) error {
	switch {
	case ctx.Err() != nil:
		return &Error{Class: Mute, Backend: backendOS, Err: ctx.Err()}
	case m.class != OK && m.class != Missing:
		return &Error{Class: m.class, Backend: backendOS, Err: errors.New("as the test asked")}
	}
	return checkItem(item)
}
