package usage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"holdfast/licensing/disk"
)

// keptKey is a key that could not be wrapped yet.
type keptKey struct {
	epoch, place uint64
	key          Key
}

// keep remembers a key until the key store opens; mu is held.
func (b *Book) keep(epoch, place uint64, key Key) {
	b.kept = append(b.kept, keptKey{epoch, place, key})
}

// keysOf returns the key of an epoch and those of its FRESH entries, as far as they can be unwrapped.
func (b *Book) keysOf(num uint64, header []byte, fresh bool) (*Key, map[uint64]Key, error) {
	b.mu.Lock()
	store := b.keys.Store
	var key *Key
	own := map[uint64]Key{}
	for _, k := range b.kept {
		if k.epoch == num && k.place == 0 {
			key = &k.key
		} else if k.epoch == num {
			own[k.place] = k.key
		}
	}
	if b.now.num == num && b.now.key != nil {
		key = b.now.key
	}
	b.mu.Unlock()
	if store == nil {
		return key, own, nil
	}
	if o, err := parseOwner(header); key == nil && err == nil && o.Wrapped != nil {
		if k, err := unwrapKey(*store, o.Wrapped, b.o.Ledger, num, 0); err == nil {
			key = &k
		}
	}
	if key != nil && !fresh {
		return key, own, nil
	}
	side, err := b.readSide(num)
	if err != nil {
		return nil, nil, err
	}
	for place, wrapped := range side.Keys {
		k, err := unwrapKey(*store, wrapped, b.o.Ledger, num, place)
		if err != nil {
			continue
		}
		if place != 0 {
			own[place] = k
		} else if key == nil {
			key = &k
		}
	}
	return key, own, nil
}

// side is the file NNN.key.
type side struct {
	Version int               `json:"v"`
	Keys    map[uint64][]byte `json:"keys"`
}

const maxSide = 1 << 20

func (b *Book) sideName(num uint64) string {
	return filepath.Join(b.dir, fmt.Sprintf("%08d.key", num))
}

// readSide reads the file with keys that were wrapped later. One that cannot be understood holds none.
func (b *Book) readSide(num uint64) (side, error) {
	data, err := disk.ReadFile(b.o.FS, b.sideName(num), maxSide)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, disk.ErrTooLarge) && !errors.Is(err, disk.ErrNotRegular) {
		return side{}, fmt.Errorf("read the keys of epoch %d: %w", num, err)
	}
	s, _ := parseSide(data)
	return s, nil
}

func parseSide(data []byte) (side, bool) {
	s := side{Version: 1}
	if len(data) > maxSide || json.Unmarshal(data, &s) != nil || s.Version != 1 || s.Keys == nil {
		return side{Version: 1, Keys: map[uint64][]byte{}}, false
	}
	return s, true
}

// Unlock takes the keys of a key store that was opened. What was recorded meanwhile can be read from now on, also after this process.
func (b *Book) Unlock(ctx context.Context, keys Keys) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if keys.Store == nil {
		return ErrLocked
	}
	err := b.l.Do(func() error {
		b.mu.Lock()
		kept := b.kept
		b.keys = keys
		b.mu.Unlock()
		left, err := b.wrapKept(*keys.Store, kept)
		b.mu.Lock()
		b.kept = left
		clear(b.days) // more of them can be read now
		b.mu.Unlock()
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the keys: %w", err)
	}
	return b.load()
}

// wrapKept writes keys to their files and returns those that are left after an error.
func (b *Book) wrapKept(store Key, kept []keptKey) ([]keptKey, error) {
	for len(kept) > 0 {
		num := kept[0].epoch
		s, err := b.readSide(num)
		if err != nil {
			return kept, err
		}
		var rest []keptKey
		for _, k := range kept {
			if k.epoch != num {
				rest = append(rest, k)
				continue
			}
			if s.Keys[k.place], err = wrapKey(store, k.key, b.o.Ledger, num, k.place, b.o.Rand); err != nil {
				return kept, err
			}
		}
		data, err := json.Marshal(s)
		if err != nil {
			return kept, err
		}
		if err := disk.WriteFile(b.o.FS, b.sideName(num), data, 0o600); err != nil {
			return kept, err
		}
		kept = rest
	}
	return nil, nil
}
