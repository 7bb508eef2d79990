package usage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"holdfast/licensing/ledger"
)

var errFound = errors.New("found")

// Prune takes the entries out of all closed epochs up to number through; HEADER and CLOSE stay, and with them sums and proof. It
// says so in the ledger first. A zero Note: there was nothing to take out.
func (b *Book) Prune(ctx context.Context, through uint64, at time.Time) (Note, error) {
	n := Note{Kind: "prune", At: at}
	segs := b.l.Segments()
	last, _ := b.l.Tail()
	upTo := uint64(0) // the note may close another epoch, which is not meant
	for _, s := range segs {
		if s.Number > through || !s.Closed || s.Pruned || s.Damaged {
			continue
		}
		upTo = s.Number
		n.Seq, n.Count = s.Last, n.Count+s.Last-s.First+1
		if outside(s.Last, last) {
			continue
		}
		if err := b.keepIDs(s.Number); err != nil {
			return Note{}, fmt.Errorf("prune: %w", err)
		}
	}
	if n.Count == 0 {
		return Note{}, nil
	}
	if _, err := b.Note(ctx, n); err != nil {
		return Note{}, err
	}
	if _, err := b.l.Prune(upTo); err != nil {
		return Note{}, fmt.Errorf("prune: %w", err)
	}
	for _, s := range segs {
		if s.Pruned && outside(s.Last, last) {
			if err := b.o.FS.Remove(b.idsName(s.Number)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return n, fmt.Errorf("prune: %w", err)
			}
		}
	}
	return n, nil
}

// unsaidPrunes finds pruned epochs of which no note speaks.
func unsaidPrunes(dir string, o BookOptions) ([]ledger.Finding, error) {
	l, _, err := ledger.Open(dir, o.ledger()) // without Sign: for reading
	if err != nil {
		return nil, err
	}
	b := &Book{dir: dir, o: o, l: l, keys: o.Keys}
	said, unread := uint64(0), false
	var all []ledger.Finding
	for _, s := range l.Segments() {
		if s.Pruned && !s.Damaged {
			all = append(all, ledger.Finding{Segment: s.Number, Seq: s.First, Code: ledger.Missing})
		}
	}
	for _, s := range l.Segments() {
		if len(all) == 0 || s.Pruned || s.Missing {
			continue
		}
		e, err := b.epoch(s.Number)
		if err != nil {
			return nil, err
		}
		e.notes(o.Ledger, func(n Note, ok bool) {
			if unread = unread || !ok; n.Kind == "prune" {
				said = max(said, n.Seq)
			}
		})
	}
	if unread {
		return nil, l.Close()
	}
	all = slices.DeleteFunc(all, func(f ledger.Finding) bool { return f.Seq <= said })
	return all, l.Close()
}

// notes passes the notes of an epoch; false for one that cannot be read here. Other entries are not opened.
func (e *RawEpoch) notes(id string, fn func(Note, bool)) {
	o := e.opener(id)
	previous := ledger.StartHead(e.Header)
	for i := range e.Entries {
		en := &e.Entries[i]
		switch {
		case en.Type == TypeNote:
			plain, err := o.open(nil, en.Type, en.Seq, previous, en.Body)
			n, nerr := parseNote(plain)
			fn(n, err == nil && nerr == nil)
		case en.Type == TypeSession || en.Type == TypeFresh:
			_, _ = o.open(nil, en.Type, en.Seq, previous, en.Body)
		case o.s != nil:
			o.s.count++
		}
		previous = en.Head
	}
}
