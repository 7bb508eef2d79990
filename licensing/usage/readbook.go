package usage

import (
	"holdfast/licensing/ledger"
)

// RawEpoch is an epoch as it lies on the disk, with what opens it.
type RawEpoch struct {
	Number, First, Last uint64
	Header              []byte // body, nil when it cannot be read
	Close               []byte // body, nil when there is none
	Totals              []byte // sealed, as Close holds them
	Entries             []RawEntry
	Key                 *Key           // nil when it cannot be unwrapped here
	Own                 map[uint64]Key // of FRESH entries by their number, as far as they can be unwrapped
	Pruned, Damaged     bool
}

// RawEntry is one entry. Type is never 146. Head is that after it; zero when the chain is broken before it.
type RawEntry struct {
	Seq  uint64
	Type byte
	Body []byte
	Head [32]byte
}

// opener opens the entries of the epoch.
func (e *RawEpoch) opener(ledger string) *opener {
	return &opener{ledger: ledger, key: e.Key, own: func(seq uint64, _ opening) (Key, error) {
		if k, ok := e.Own[seq]; ok {
			return k, nil
		}
		return Key{}, ErrSealed
	}}
}

// each calls fn with every entry and its plain text, which is good until fn returns; nil when it cannot be opened here.
func (e *RawEpoch) each(id string, fn func(en *RawEntry, plain []byte) error) error {
	o := e.opener(id)
	previous := ledger.StartHead(e.Header)
	var buf []byte
	for i := range e.Entries {
		en := &e.Entries[i]
		plain, err := o.open(buf[:0], en.Type, en.Seq, previous, en.Body)
		if err == nil && plain == nil {
			plain = []byte{}
		}
		if previous = en.Head; plain != nil {
			buf = plain
		}
		if err := fn(en, plain); err != nil {
			return err
		}
	}
	return nil
}

// Epochs returns the epochs from number from on that are closed, pruned or damaged.
func (b *Book) Epochs(from uint64) ([]RawEpoch, error) {
	var all []RawEpoch
	err := b.EachEpoch(from, func(e RawEpoch) error {
		all = append(all, e)
		return nil
	})
	return all, err
}

// EachEpoch calls fn for the epochs of Epochs, one after the other, so that not all of them are in memory.
func (b *Book) EachEpoch(from uint64, fn func(RawEpoch) error) error {
	for _, s := range b.l.Segments() {
		if s.Number < from || !s.Closed && !s.Damaged {
			continue
		}
		e, err := b.epoch(s.Number)
		if err != nil {
			return err
		}
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}

// epoch reads one epoch whole.
func (b *Book) epoch(num uint64) (RawEpoch, error) {
	w, err := b.l.ReadSegment(num)
	if err != nil {
		return RawEpoch{}, err
	}
	return b.raw(num, w)
}

// raw is epoch of what was read.
func (b *Book) raw(num uint64, w ledger.Whole) (e RawEpoch, err error) {
	e = RawEpoch{
		Number: w.Number, First: w.First, Last: w.Last, Header: w.Header, Close: w.Close, Totals: w.Totals,
		Pruned: w.Pruned, Damaged: w.Damaged, Entries: make([]RawEntry, len(w.Entries)),
	}
	fresh := false
	for i := range w.Entries {
		en := &w.Entries[i]
		e.Entries[i] = RawEntry{Seq: en.Seq, Type: plainType(en.Type), Body: en.Body, Head: en.Head}
		fresh = fresh || en.Type == TypeFresh
	}
	e.Key, e.Own, err = b.keysOf(num, w.Header, fresh)
	return e, err
}
