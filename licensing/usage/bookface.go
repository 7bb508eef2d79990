package usage

import (
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

// Owner is whose ledger this is, as the newest HEADER that can be read says: root of the vendor and id of the device that made it.
// ok is false before the first entry.
func (b *Book) Owner() (vendor, device string, ok bool) {
	segs := b.l.Segments()
	for i := len(segs) - 1; i >= 0; i-- {
		if o, err := parseOwner(segs[i].Header); err == nil {
			return o.Vendor, o.Device, true
		}
	}
	return "", "", false
}

// Continue says for whom new epochs are, when the ledger was opened without that. It comes before the first event.
func (b *Book) Continue(vendor, device string, key exchange.SealingKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.o.Vendor, b.o.Device, b.sealing = vendor, device, key
}

// CloseHash is the hash of an epoch's CLOSE, as the next HEADER names it; ok is false while it has none.
func (b *Book) CloseHash(epoch uint64) (hash [32]byte, ok bool) {
	if s, ok := b.l.Segment(epoch); ok && epoch > 0 && s.Closed {
		return s.CloseHash, true
	}
	return hash, false
}

// Began says whether head is where the epoch behind entry seq begins: Tail gives that while the epoch has no entry.
func (b *Book) Began(seq uint64, head [32]byte) bool {
	return slices.ContainsFunc(b.l.Segments(), func(s ledger.Segment) bool {
		return s.First == seq+1 && s.Header != nil && ledger.StartHead(s.Header) == head
	})
}

// Pruned counts the entries that were taken out after their receipt.
func (b *Book) Pruned() (n uint64) {
	for _, s := range b.l.Segments() {
		if s.Pruned {
			n += s.Last - s.First + 1
		}
	}
	return n
}

// EndedBefore is the last epoch, up to number through, before which and in which nothing was used on or after the day of t. 0: none.
func (b *Book) EndedBefore(t time.Time, through uint64) (uint64, error) {
	last := uint64(0)
	for _, s := range b.l.Segments() {
		if s.Number > through || !s.Closed {
			break
		}
		days, err := b.epochDays(s)
		if err != nil {
			return 0, err
		}
		for _, d := range days {
			if !d.Day.AddDate(0, 0, 1).Before(t) {
				return last, nil
			}
		}
		last = s.Number
	}
	return last, nil
}

// Verify reads everything in the ledger again and judges it; it writes nothing.
func (b *Book) Verify() (ledger.Report, error) {
	b.mu.Lock()
	o := b.o
	o.Keys = b.keys
	b.mu.Unlock()
	return VerifyBook(b.dir, o)
}
