package usage

import (
	"time"

	"holdfast/licensing/ledger"
)

// load works out names, totals and the rest of the present epoch from the disk. It looks back to the newest totals that can be
// opened and reads the epochs after them.
func (b *Book) load() error {
	return b.l.Do(func() error {
		segs := b.l.Segments()
		t, from, err := b.newestTotals(segs)
		if err != nil {
			return err
		}
		st := state{b: b, totals: tally{}, unread: t.Unread, now: epoch{names: map[meterName]uint64{}, days: tally{}}}
		st.totals.sums(t.Since, false)
		for _, s := range segs[from:] {
			if s.Missing || s.Pruned {
				continue
			}
			if err := st.read(s.Number); err != nil {
				return err
			}
		}
		lost, err := b.lostRuns(segs)
		if err != nil {
			return err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.totals, b.unread = st.totals, st.unread
		b.recall(lost)
		if n := len(segs); n > 0 && !segs[n-1].Closed && !segs[n-1].Damaged {
			if st.now.run = b.now.run; b.now.num != st.now.num {
				st.now.run = nil
			}
			if st.now.opened.IsZero() {
				st.now.opened = b.now.opened
			}
			b.now = st.now
		} else {
			b.now = epoch{}
		}
		return nil
	})
}

// newestTotals finds the newest CLOSE whose totals can be opened. The epochs behind it, from index from on, have to be read.
func (b *Book) newestTotals(segs []ledger.Segment) (t Totals, from int, err error) {
	for i := len(segs) - 1; i >= 0; i-- {
		if !segs[i].Closed || segs[i].Damaged {
			continue
		}
		t, ok, err := b.closedTotals(segs[i])
		if err != nil || ok {
			return t, i + 1, err
		}
		b.mu.Lock()
		locked := b.keys.Store == nil
		b.mu.Unlock()
		if locked { // none of the others can be opened either: only the present epoch is looked at
			return Totals{}, len(segs) - 1, nil
		}
	}
	return Totals{}, 0, nil
}

// closedTotals opens the totals in the CLOSE of an epoch, if they can be.
func (b *Book) closedTotals(s ledger.Segment) (Totals, bool, error) {
	_, sealed, err := b.l.ReadClose(s.Number)
	if err != nil || sealed == nil {
		return Totals{}, false, err
	}
	key, _, err := b.keysOf(s.Number, s.Header, false)
	if err != nil || key == nil {
		return Totals{}, false, err
	}
	t, err := openTotals(*key, b.o.Ledger, s.Number, sealed)
	return t, err == nil, nil
}

// state is what load works out.
type state struct {
	b      *Book
	totals tally
	unread uint64
	now    epoch
}

// read adds what one epoch holds.
func (st *state) read(num uint64) error {
	e, err := st.b.epoch(num)
	if err != nil {
		return err
	}
	stays, err := st.b.staysClosed(&e)
	if err != nil {
		return err
	}
	o, _ := parseOwner(e.Header)
	st.now = epoch{num: num, key: e.Key, to: o.Key, names: map[meterName]uint64{}, days: tally{}}
	r := rows{}
	err = e.each(st.b.o.Ledger, func(en *RawEntry, plain []byte) error {
		row, ok := r.row(en, plain)
		closed := stays(en)
		switch {
		case en.Type == TypeName && !ok:
			st.now.names[r.names[len(r.names)-1]] = uint64(len(r.names) - 1)
		case row.Sealed:
			if closed {
				st.unread++
			}
		case row.Session != nil && st.now.opened.IsZero():
			st.now.opened = row.Session.At
		case ok && row.Use != nil:
			st.count(row.Use, r.flags)
		}
		return nil
	})
	st.now.count = uint64(len(r.names))
	st.now.durable = st.now.count
	return err
}

func (st *state) count(u *Use, flags Flag) {
	over := int64(0)
	if flags&Overage != 0 {
		over = u.Units
	}
	m := meterName{u.Product, u.Meter, u.Kind}
	st.totals.add(m, noDay, u.Units, 1, over)
	st.now.days.add(m, floor(u.At.Unix(), 86_400), u.Units, 1, over)
}

// epochDays returns the sums by day of one epoch: from its CLOSE, or else from its entries.
func (b *Book) epochDays(s ledger.Segment) ([]Sum, error) {
	b.mu.Lock()
	if !s.Closed && b.now.num == s.Number {
		defer b.mu.Unlock()
		return b.now.days.list(), nil
	}
	days, ok := b.days[s.Number]
	b.mu.Unlock()
	if ok || s.Missing {
		return days, nil
	}
	t, ok, err := b.closedTotals(s)
	if err != nil {
		return nil, err
	}
	if !ok && !s.Pruned {
		st := state{b: b, totals: tally{}}
		if err := st.read(s.Number); err != nil {
			return nil, err
		}
		t.Days = st.now.days.list()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.days[s.Number] = t.Days
	return t.Days, nil
}

// rows turns plain texts of one epoch into rows.
type rows struct {
	names   []meterName // one that cannot be read is empty
	session *Session
	flags   Flag // of the last use
}

// row returns the row of an entry. It is false for what is no row: names that can be read.
func (r *rows) row(en *RawEntry, plain []byte) (Row, bool) {
	row := Row{Seq: en.Seq, Sealed: true}
	switch en.Type {
	case TypeName:
		n, err := parseName(plain)
		if err != nil {
			n = meterName{}
		}
		r.names = append(r.names, n)
		return row, !n.ok()
	case TypeSession, TypeFresh:
		r.session = nil
		if s, err := parseSession(plain); err == nil {
			r.session, row.Session, row.Sealed = &s, &s, false
		}
	case TypeRecord:
		u, err := parseUse(plain)
		if err != nil || r.session == nil || u.Name >= uint64(len(r.names)) || !r.names[u.Name].ok() {
			break
		}
		at, n := timeOf(u.Slot, *r.session), r.names[u.Name]
		if !usable(at) {
			break
		}
		r.flags, row.Sealed = u.Flags, false
		row.Use = &Use{n.Product, n.Meter, n.Kind, int64(u.Units), at, u.Flags.Names()}
	case TypeNote:
		if n, err := parseNote(plain); err == nil {
			row.Note, row.Sealed = &n, false
		}
	}
	return row, true
}

// Rows calls fn for the entries from number from on, oldest first; those of pruned epochs are gone.
func (b *Book) Rows(from uint64, fn func(Row) error) error {
	for _, s := range b.l.Segments() {
		if s.Last < from || s.Missing || s.Pruned {
			continue
		}
		e, err := b.epoch(s.Number)
		if err != nil {
			return err
		}
		r := rows{}
		err = e.each(b.o.Ledger, func(en *RawEntry, plain []byte) error {
			row, ok := r.row(en, plain)
			if row.Epoch = s.Number; !ok || en.Seq < from {
				return nil
			}
			return fn(row)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Oldest returns the time of the first use from number from on that can be read here; zero when there is none.
func (b *Book) Oldest(from uint64) (time.Time, error) {
	var at time.Time
	err := b.Rows(from, func(r Row) error {
		if r.Use != nil {
			at = r.Use.At
			return errFound
		}
		return nil
	})
	if err == errFound { //nolint:errorlint // it is passed as it is
		err = nil
	}
	return at, err
}
