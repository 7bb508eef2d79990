package usage

import "slices"

// placed is where the event of an id is: the number of its entry and, above it, a mark of its units; 0 while they are not known.
type placed uint64

const seqBits = 48

// place is an entry with those units. Amounts below 65,521 all have a mark of their own; others nearly always.
func place(seq uint64, units int64) placed {
	return placed(seq | uint64(units%65_521+1)<<seqBits)
}

func (p placed) seq() uint64 { return uint64(p) & (1<<seqBits - 1) }

func (p placed) marked() bool { return p>>seqBits != 0 }

// differs says that the event had other units, as far as that is known.
func (p placed) differs(units int64) bool { return p.marked() && p != place(p.seq(), units) }

// mark gives the id of an entry its units.
func (w *window) mark(id idHash, seq uint64, units int64) {
	for _, half := range []map[idHash]placed{w.newer, w.older} {
		if half[id] == placed(seq) {
			half[id] = place(seq, units)
		}
	}
}

// recallUnits looks up the units of entries from before this process, so that another amount under their id can be told. It reads each
// epoch once. What cannot be read stays unknown.
func (b *Book) recallUnits(seqs []uint64) {
	if len(seqs) == 0 {
		return
	}
	slices.Sort(seqs)
	for _, s := range b.l.Segments() {
		if i, _ := slices.BinarySearch(seqs, s.First); s.Missing || s.Pruned || i == len(seqs) || seqs[i] > s.Last {
			continue
		}
		b.mu.Lock()
		skip := b.keys.Store == nil || b.recalled[s.Number]
		b.mu.Unlock()
		if skip {
			continue
		}
		b.recallEpoch(s.Number)
	}
}

func (b *Book) recallEpoch(num uint64) {
	w, err := b.l.ReadSegment(num)
	if err != nil {
		return
	}
	e, err := b.raw(num, w)
	if err != nil {
		return
	}
	var r rows
	units := make([]int64, 0, len(w.Entries)) // 0: not a use that can be read
	err = e.each(b.o.Ledger, func(en *RawEntry, plain []byte) error {
		n := int64(0)
		if row, ok := r.row(en, plain); ok && row.Use != nil {
			n = row.Use.Units
		}
		units = append(units, n)
		return nil
	})
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recalled[num] = true
	for i, n := range units {
		if en := &w.Entries[i]; n > 0 && en.Beside != nil {
			b.ids.mark(idHash(en.Beside), en.Seq, n)
		}
	}
}
