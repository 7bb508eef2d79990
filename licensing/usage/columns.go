package usage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The content of a usage file, version 1. It is what is compressed and sealed. Numbers are uvarints, a text is its length and its bytes.
//
//	version u8 | number of epochs | epochs
//
// An epoch is: HEADER body, CLOSE body (empty when there is none), totals of the CLOSE unsealed (empty when they are not known),
// number of entries, then texts that hold one column each:
//
//	kinds   a byte for each entry: 0 sealed, 1 use, 2 session, 3 other, 4 session with a key of its own
//	types   the entry type of each sealed and each other entry
//	bodies  as texts: the body of a sealed entry, the plaintext of a session or other one; in front of a session's its 16 random
//	        bytes, and in front of these u8 length, id of the sealing key and encapsulation when it has a key of its own
//	names, units, times, flags   of each use; times as zigzag difference to the use before in the same session
//
// Sealed entries are those whose key is not at hand on the device; the vendor reads them.
const contentVersion = 1

// Limits of contents. A content ends with the epoch in which it passes stopAt.
const (
	stopAt     = 8 << 20
	maxContent = 16 << 20
	maxEpochs  = 1 << 16
	maxBlob    = 1 << 20 // most bytes of one text that is no column
)

// kinds of entries in the kinds column.
const (
	kindSealed byte = iota
	kindUse
	kindSession
	kindOther
	kindFresh
)

// packed is one epoch of a content. Columns point into the content.
type packed struct {
	header, closing, totals []byte
	kinds                   []byte
	columns
	lastSlot int64 // while packing: of the use before in the session
}

type columns struct{ types, bodies, names, units, times, flags []byte }

var errContent = errors.New("not a content of this format")

func appendText(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// takeText takes a text off the front of b.
func takeText(b *[]byte, most uint64) ([]byte, error) {
	var n uint64
	if !nextUvarint(b, &n) || n > most || n > uint64(len(*b)) {
		return nil, fmt.Errorf("%w: a text of %d bytes", errContent, n)
	}
	return takeBytes(b, int(n))
}

func takeBytes(b *[]byte, n int) ([]byte, error) {
	if n > len(*b) {
		return nil, fmt.Errorf("%w: %d of %d bytes", errContent, len(*b), n)
	}
	part := (*b)[:n:n]
	*b = (*b)[n:]
	return part, nil
}

// addUse adds a RECORD by its plaintext. It is false when the plaintext is not one that the columns give back byte for byte.
func (p *packed) addUse(plain []byte) bool {
	r, err := parseUse(plain)
	if err != nil {
		return false
	}
	p.kinds = append(p.kinds, kindUse)
	p.names = binary.AppendUvarint(p.names, r.Name)
	p.units = binary.AppendUvarint(p.units, r.Units)
	p.times = binary.AppendVarint(p.times, r.Slot-p.lastSlot)
	p.flags = binary.AppendUvarint(p.flags, uint64(r.Flags))
	p.lastSlot = r.Slot
	return true
}

// addSession adds TypeSession or TypeFresh: what stands in front of its sealed part, and its plaintext.
func (p *packed) addSession(typ byte, front, plain []byte) {
	kind := kindSession
	if typ == TypeFresh {
		kind = kindFresh
	}
	p.kinds, p.lastSlot = append(p.kinds, kind), 0
	p.bodies = appendText(appendText(p.bodies, front), plain)
}

func (p *packed) addOther(kind, typ byte, body []byte) {
	p.kinds, p.types = append(p.kinds, kind), append(p.types, typ)
	p.bodies = appendText(p.bodies, body)
}

// write appends the epoch to a content.
func (p *packed) write(dst []byte) []byte {
	for _, b := range [][]byte{p.header, p.closing, p.totals} {
		dst = appendText(dst, b)
	}
	dst = binary.AppendUvarint(dst, uint64(len(p.kinds)))
	for _, b := range [][]byte{p.kinds, p.types, p.bodies, p.names, p.units, p.times, p.flags} {
		dst = appendText(dst, b)
	}
	return dst
}

// unpack splits a content into its epochs. Nothing is allocated because the content announces a number.
func unpack(content []byte) ([]*packed, error) {
	if len(content) == 0 || content[0] != contentVersion {
		return nil, fmt.Errorf("%w: its version", errContent)
	}
	rest := content[1:]
	var n uint64
	if !nextUvarint(&rest, &n) || n == 0 || n > maxEpochs {
		return nil, fmt.Errorf("%w: %d epochs", errContent, n)
	}
	var all []*packed
	for range n {
		p := &packed{}
		if err := p.read(&rest); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes behind the last epoch", errContent, len(rest))
	}
	return all, nil
}

func (p *packed) read(rest *[]byte) (err error) {
	for _, to := range []*[]byte{&p.header, &p.closing, &p.totals} {
		if *to, err = takeText(rest, maxBlob); err != nil {
			return err
		}
	}
	var entries uint64
	if !nextUvarint(rest, &entries) {
		return fmt.Errorf("%w: no number of entries", errContent)
	}
	for _, to := range []*[]byte{&p.kinds, &p.types, &p.bodies, &p.names, &p.units, &p.times, &p.flags} {
		if *to, err = takeText(rest, maxContent); err != nil {
			return err
		}
	}
	if uint64(len(p.kinds)) != entries {
		return fmt.Errorf("%w: %d of %d entries", errContent, len(p.kinds), entries)
	}
	return nil
}

// item is one entry of a packed epoch. body is the sealed body, or the plaintext; front stands before the sealed part of a session's body.
type item struct {
	kind, typ   byte
	body, front []byte
	use         usePlain // of kindUse
}

// plain is the plaintext of the entry as the device could read it, nil when it could not.
func (it *item) plain() []byte {
	if it.kind == kindSealed {
		return nil
	}
	return it.body
}

// walk steps through the entries of a packed epoch.
type walk struct {
	columns
	slot    int64
	scratch [4 * binary.MaxVarintLen64]byte
}

// each calls fn for every entry; body is good until fn returns. A column that ends early or holds more than its entries need is an error.
func (p *packed) each(fn func(i int, it *item) error) error {
	w := walk{columns: p.columns}
	var it item
	for i, kind := range p.kinds {
		it = item{kind: kind}
		if err := w.next(&it); err != nil {
			return err
		}
		if err := fn(i, &it); err != nil {
			return err
		}
	}
	for _, b := range [][]byte{w.types, w.bodies, w.names, w.units, w.times, w.flags} {
		if len(b) > 0 {
			return fmt.Errorf("%w: %d bytes left in a column", errContent, len(b))
		}
	}
	return nil
}

func (w *walk) next(it *item) (err error) {
	switch it.kind {
	case kindUse:
		return w.nextUse(it)
	case kindSession, kindFresh:
		it.typ, w.slot = TypeSession, 0
		if it.kind == kindFresh {
			it.typ = TypeFresh
		}
		if it.front, err = takeText(&w.bodies, maxBlob); err != nil {
			return err
		}
	case kindSealed, kindOther:
		typ, err := takeBytes(&w.types, 1)
		if err != nil {
			return err
		}
		it.typ = typ[0]
	default:
		return fmt.Errorf("%w: an entry of kind %d", errContent, it.kind)
	}
	it.body, err = takeText(&w.bodies, maxBlob)
	return err
}

func (w *walk) nextUse(it *item) error {
	var delta int64
	var flags uint64
	u := &it.use
	if !nextUvarint(&w.names, &u.Name) || !nextUvarint(&w.units, &u.Units) || !nextVarint(&w.times, &delta) || !nextUvarint(&w.flags, &flags) {
		return fmt.Errorf("%w: a column of uses ends early", errContent)
	}
	w.slot += delta
	if u.Name >= maxMeters || u.Units < 1 || u.Units > math.MaxInt64 || flags > math.MaxUint32 || w.slot > maxSlot || w.slot < -maxSlot {
		return errRecord
	}
	u.Slot, u.Flags, it.typ = w.slot, Flag(flags), TypeRecord
	it.body = u.encode(w.scratch[:0])
	return nil
}
