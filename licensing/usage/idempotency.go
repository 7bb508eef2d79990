package usage

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/ledger"
)

// idHash stands beside an entry for the id of its event.
type idHash [ledger.BesideSize]byte

type idAt struct {
	id  idHash
	seq uint64
}

// windowSize is how many of the newest events are known by their id, at least.
const windowSize = 1 << 20

// window finds the newest events by their id: two halves, of which the older one is dropped when the newer one is full.
type window struct {
	newer, older map[idHash]placed // newer is nil until the ids are read
}

func (w *window) find(id idHash) (placed, bool) {
	at, ok := w.newer[id]
	if !ok {
		at, ok = w.older[id]
	}
	return at, ok
}

func (w *window) add(id idHash, at placed) {
	if w.newer == nil {
		return
	}
	if len(w.newer) >= windowSize {
		w.newer, w.older = map[idHash]placed{}, w.newer
	}
	w.newer[id] = at
}

// forget takes ids out again that did not become durable.
func (w *window) forget(ids []idAt) {
	for _, i := range ids {
		for _, half := range []map[idHash]placed{w.newer, w.older} {
			if half[i.id].seq() == i.seq {
				delete(half, i.id)
			}
		}
	}
}

const idKeyName = "ids.key"

// hash is called after loadIDs, which makes the key once and for all. An id is one of its product and meter: one order may use two.
func (b *Book) hash(product, meter, id string) idHash {
	h, _ := b.hashers.Get().(*hasher)
	if h == nil {
		h = &hasher{mac: hmac.New(sha256.New, b.idKey)}
	}
	h.mac.Reset()
	h.text = append(append(append(append(append(h.text[:0], product...), 0), meter...), 0), id...)
	h.mac.Write(h.text)
	h.text = h.mac.Sum(h.text[:0])
	sum := idHash(h.text)
	b.hashers.Put(h)
	return sum
}

// hasher is what hash needs for one id; making it costs more than using it.
type hasher struct {
	mac  hash.Hash
	text []byte
}

// hashes appends those of the ids of events to all; zero where there is none. known is false when none has an id.
func (b *Book) hashes(all []idHash, events []Event) (_ []idHash, known bool, err error) {
	from := len(all)
	all = append(all, make([]idHash, len(events))...)
	for i := range events {
		e := &events[i]
		if e.ID == "" {
			continue
		}
		if !known {
			if err := b.loadIDs(); err != nil {
				return nil, false, err
			}
		}
		all[from+i], known = b.hash(e.Product, e.Meter, e.ID), true
	}
	return all, known, nil
}

// blind names the start of the computer so that nobody without the ledger's files finds out which one it was, however few there can
// be. It is called in turn with the appends, with mu held.
func (b *Book) blind(s *Session) error {
	if b.idKey == nil {
		key, made, err := b.readIDKey()
		if err == nil && made {
			err = b.keepIDKey(key)
		}
		if err != nil {
			return err
		}
		b.idKey = key
	}
	mac := hmac.New(sha256.New, b.idKey)
	mac.Write([]byte("holdfast/v1/boot\x00" + b.o.Ledger + "\x00" + s.Boot))
	s.Boot = hex.EncodeToString(mac.Sum(nil)[:8])
	return nil
}

// Known says which of the events Record would find to be there again, or twice among these. It answers at once: what is being
// recorded at the same time may or may not be known yet. Record can tell another amount afterwards, see recallUnits.
func (b *Book) Known(events []Event) ([]bool, error) {
	again := make([]bool, len(events))
	hashes, keyed, err := b.hashes(nil, events)
	if err != nil {
		return nil, fmt.Errorf("look: %w", err)
	}
	if !keyed {
		return again, nil
	}
	here := make(map[idHash]bool, len(events))
	var unmarked []uint64
	b.mu.Lock()
	for i, id := range hashes {
		if events[i].ID == "" {
			continue
		}
		at, ok := b.ids.find(id)
		if again[i] = ok || here[id]; ok && !at.marked() {
			unmarked = append(unmarked, at.seq())
		}
		here[id] = true
	}
	b.mu.Unlock()
	b.recallUnits(unmarked)
	return again, nil
}

// loadIDs reads the hashes of the newest events, once. It does so in turn with the appends, so that none is missed.
func (b *Book) loadIDs() error {
	if b.idsLoaded.Load() { // without mu: many callers at once meet here
		return nil
	}
	return b.l.Do(func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.idsLoaded.Load() {
			return nil
		}
		key, made, err := b.readIDKey()
		if err != nil {
			return err
		}
		last, _ := b.l.Tail()
		found := make(map[idHash]placed, min(last, windowSize))
		take := func(seq uint64, beside []byte) {
			if id := idHash(beside); found[id] == 0 || found[id].seq() > seq {
				found[id] = placed(seq)
			}
		}
		err = b.l.Beside(take, func(first uint64) bool { return outside(first, last) })
		if err != nil {
			return err
		}
		for _, s := range b.l.Segments() {
			if s.Pruned && !outside(s.Last, last) {
				if err := b.readIDs(s, take); err != nil {
					return err
				}
			}
		}
		if made && len(found) > 0 {
			b.lostIDs.Store(uint64(len(found))) // the key is kept when a note has said so
		} else if made && !b.o.ReadOnly {
			if err := b.keepIDKey(key); err != nil {
				return err
			}
		}
		b.idKey, b.ids = key, window{newer: map[idHash]placed{}, older: found}
		b.idsLoaded.Store(true)
		return nil
	})
}

// missIDKey loads the ids at once when there should be their key and is none: a new one would make all of them unknown, unsaid.
func (b *Book) missIDKey() error {
	seq, _ := b.l.Tail()
	_, err := b.o.FS.Stat(filepath.Join(b.dir, idKeyName))
	if seq == 0 || b.o.ReadOnly || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return b.loadIDs()
}

// sayIDsLost notes that events of before are no longer known by their ids, so that some may be counted twice.
func (b *Book) sayIDsLost(ctx context.Context, at time.Time) error {
	if b.lostIDs.Load() == 0 {
		return nil
	}
	b.mu.Lock()
	n, key := b.lostIDs.Swap(0), b.idKey
	b.mu.Unlock()
	if n == 0 {
		return nil
	}
	_, err := b.Note(ctx, Note{Kind: "gap", Code: "ids", At: at, Count: n})
	if err == nil {
		err = b.keepIDKey(key)
	}
	if err != nil {
		b.lostIDs.Store(n)
	}
	return err
}

// outside says whether an entry is so old that its id may be forgotten.
func outside(seq, last uint64) bool { return seq+windowSize <= last }

// A pruned epoch leaves the ids of its events in NNN.ids, while they are in the window: for each, u64 number of the entry and the hash;
// behind them CRC-32C over all.
const idSize = 8 + len(idHash{})

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (b *Book) idsName(num uint64) string { return filepath.Join(b.dir, fmt.Sprintf("%08d.ids", num)) }

// keepIDs writes NNN.ids of an epoch that is going to be pruned.
func (b *Book) keepIDs(num uint64) error {
	w, err := b.l.ReadSegment(num)
	if err != nil {
		return err
	}
	var data []byte
	for _, e := range w.Entries {
		if e.Beside != nil {
			data = append(binary.BigEndian.AppendUint64(data, e.Seq), e.Beside...)
		}
	}
	data = binary.BigEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
	return disk.WriteFile(b.o.FS, b.idsName(num), data, 0o600)
}

// readIDs passes what keepIDs wrote. A file that is gone or damaged holds none.
func (b *Book) readIDs(s ledger.Segment, take func(uint64, []byte)) error {
	data, err := disk.ReadFile(b.o.FS, b.idsName(s.Number), maxIDs)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, disk.ErrTooLarge) || errors.Is(err, disk.ErrNotRegular) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read ids of epoch %d: %w", s.Number, err)
	}
	eachID(data, s.First, s.Last, take)
	return nil
}

const maxIDs = 16 << 20

// eachID passes the ids in the bytes of an NNN.ids whose entries are first to last.
func eachID(data []byte, first, last uint64, take func(uint64, []byte)) {
	n := len(data) - crc32.Size
	if n < 0 || n%idSize != 0 || binary.BigEndian.Uint32(data[n:]) != crc32.Checksum(data[:n], castagnoli) {
		return
	}
	for data = data[:n]; len(data) > 0; data = data[idSize:] {
		if seq := binary.BigEndian.Uint64(data); seq >= first && seq <= last {
			take(seq, data[8:idSize])
		}
	}
}

// readIDKey reads the key of the hashes, or makes one. It is no secret from who can read the ledger's files: it keeps hashes
// of one computer from being compared with those of another.
func (b *Book) readIDKey() (key []byte, made bool, err error) {
	name := filepath.Join(b.dir, idKeyName)
	key, err = disk.ReadFile(b.o.FS, name, sha256.Size)
	if err == nil && len(key) == sha256.Size {
		return key, false, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, disk.ErrTooLarge) {
		return nil, false, fmt.Errorf("read the key of ids: %w", err)
	}
	key = make([]byte, sha256.Size)
	if _, err := io.ReadFull(b.o.Rand, key); err != nil {
		return nil, false, fmt.Errorf("read randomness: %w", err)
	}
	return key, true, nil
}

func (b *Book) keepIDKey(key []byte) error {
	return disk.WriteFile(b.o.FS, filepath.Join(b.dir, idKeyName), key, 0o600)
}

// Look finds the use of a meter with that id among the newest. It answers only when it is sure.
func (b *Book) Look(product, meter, id string) (Done, bool, error) {
	if id == "" {
		return Done{}, false, nil
	}
	if err := b.loadIDs(); err != nil {
		return Done{}, false, fmt.Errorf("look: %w", err)
	}
	var d Done
	var ok bool
	err := b.l.Do(func() error { // behind all writes, after what did not succeed was taken away
		b.mu.Lock()
		defer b.mu.Unlock()
		at, there := b.ids.find(b.hash(product, meter, id))
		d.Seq, d.Again, ok = at.seq(), there, there
		return nil
	})
	if err != nil {
		return Done{}, false, fmt.Errorf("look: %w", err)
	}
	return d, ok, nil
}
