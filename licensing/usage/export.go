package usage

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Built is the content of a usage file, before it is sealed.
type Built struct {
	Content []byte
	// Epochs is how many of the epochs that were given it holds or passes over, Through the number of the last of these.
	Epochs  int
	Through uint64
	Entries uint64 // in it
	Unread  uint64 // of these, that only the vendor can read
	Remains uint64 // entries of epochs that wait for another file, because this one is full
}

// ErrNothing means that there is nothing to report.
var ErrNothing = errors.New("no epoch with entries")

// BuildContent puts epochs into the content of a usage file. It stops with the epoch that makes it 8 MiB long. Entries that can be opened
// with the keys of an epoch leave in readable form, so that a person can be shown them; the others leave as they lie there. Pruned epochs
// and damaged ones without a readable HEADER are passed over; of other damaged epochs what the chain still covers leaves without a close.
func BuildContent(ledgerID string, epochs []RawEpoch) (Built, error) {
	return BuildBatch(ledgerID, epochs, 0)
}

// BuildBatch is BuildContent for a content of at most most bytes, unless its first epoch alone is longer. 0 is no limit of that kind.
func BuildBatch(ledgerID string, epochs []RawEpoch, most int) (Built, error) {
	var out Built
	full := false
	var body []byte
	packedEpochs := uint64(0)
	for i := range epochs {
		e := &epochs[i]
		if full || len(body) >= stopAt {
			if !e.Pruned {
				out.Remains += uint64(len(e.Entries))
			}
			continue
		}
		p, unread, err := pack(ledgerID, e)
		if err != nil {
			return Built{}, fmt.Errorf("epoch %d: %w", e.Number, err)
		}
		if p == nil {
			out.Epochs, out.Through = i+1, e.Number
			continue
		}
		before := len(body)
		body = p.write(body)
		if full = most > 0 && packedEpochs > 0 && len(body) > most; full {
			body = body[:before]
			out.Remains += uint64(len(e.Entries))
			continue
		}
		out.Epochs, out.Through = i+1, e.Number
		packedEpochs++
		out.Entries += uint64(len(p.kinds))
		out.Unread += unread
	}
	if packedEpochs == 0 {
		return Built{}, ErrNothing
	}
	out.Content = append(binary.AppendUvarint([]byte{contentVersion}, packedEpochs), body...)
	if len(out.Content) > maxContent {
		return Built{}, fmt.Errorf("%d bytes, the limit is %d", len(out.Content), maxContent)
	}
	return out, nil
}

// errBehind ends the walk where the chain of a damaged epoch breaks.
var errBehind = errors.New("behind the damage")

// pack turns an epoch into columns; nil when nothing of it can leave.
func pack(ledgerID string, e *RawEpoch) (p *packed, unread uint64, err error) {
	if e.Pruned || e.Header == nil || len(e.Entries) == 0 {
		return nil, 0, nil
	}
	p = &packed{header: e.Header}
	if !e.Damaged {
		p.closing = e.Close
		if e.Key != nil && len(e.Totals) > 0 {
			plain, err := openRandom(*e.Key, "holdfast/v1/totals", placeOf(ledgerID, e.Number, 0), e.Totals)
			if err != nil {
				return nil, 0, err
			}
			p.totals = plain
		}
	}
	next := e.First
	err = e.each(ledgerID, func(en *RawEntry, plain []byte) error {
		if en.Seq != next || en.Head == [32]byte{} {
			return errBehind
		}
		next++
		if plain == nil {
			unread++
		}
		p.add(en.Type, en.Body, plain)
		return nil
	})
	if err != nil && !errors.Is(err, errBehind) {
		return nil, 0, err
	}
	if len(p.kinds) == 0 {
		return nil, 0, nil
	}
	return p, unread, nil
}

// add adds an entry by its body or, when it could be opened, by its plaintext.
func (p *packed) add(typ byte, body, plain []byte) {
	switch {
	case plain == nil:
		p.addOther(kindSealed, typ, body)
	case typ == TypeSession || typ == TypeFresh:
		o, err := splitSession(typ, body)
		if err != nil { // it was opened, so this is not so
			p.addOther(kindSealed, typ, body)
			return
		}
		p.addSession(typ, o.start(nil), plain)
	case typ == TypeRecord && p.addUse(plain):
	default:
		p.addOther(kindOther, typ, plain)
	}
}
