package usage

import (
	"cmp"
	"slices"
	"time"
)

// tallyKey names a meter on a day; the day is zero in totals.
type tallyKey struct {
	meterName
	day int64 // days since 1970
}

const noDay = -1 << 40

// tally adds up uses.
type tally map[tallyKey]*Sum

func (t tally) add(m meterName, day int64, units int64, count uint64, over int64) {
	k := tallyKey{m, day}
	s := t[k]
	if s == nil {
		s = &Sum{Product: m.Product, Meter: m.Meter, Kind: m.Kind}
		if day != noDay {
			s.Day = time.Unix(day*86_400, 0).UTC()
		}
		t[k] = s
	}
	s.Count += count
	if m.Kind == Peak {
		s.Units, s.Over = max(s.Units, units), max(s.Over, over)
		return
	}
	s.Units, s.Over = plus(s.Units, units), plus(s.Over, over)
}

// plus adds without running over.
func plus(a, b int64) int64 {
	if c := a + b; c >= a {
		return c
	}
	return 1<<63 - 1
}

// sums adds sums, with their days or without.
func (t tally) sums(all []Sum, days bool) {
	for i := range all {
		s, day := &all[i], int64(noDay)
		if days && !s.Day.IsZero() {
			day = floor(s.Day.Unix(), 86_400)
		}
		t.add(meterName{s.Product, s.Meter, s.Kind}, day, s.Units, s.Count, s.Over)
	}
}

// list returns the sums by product, meter, kind and day.
func (t tally) list() []Sum {
	all := make([]Sum, 0, len(t))
	for _, s := range t {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Kind, b.Kind), a.Day.Compare(b.Day))
	})
	return all
}

// count adds a use that is durable.
func (b *Book) count(u *used) {
	over := int64(0)
	if u.flags&Overage != 0 {
		over = u.units
	}
	b.totals.add(u.meterName, noDay, u.units, 1, over)
	b.now.days.add(u.meterName, floor(u.at.Unix(), 86_400), u.units, 1, over)
	if b.keys.Store == nil {
		b.own.add(u.meterName, floor(u.at.Unix(), 86_400), u.units, 1, over)
	}
}

// Totals returns what each meter counted since the ledger began. Entries that cannot be read here count as KeepCounts remembers them.
func (b *Book) Totals() []Sum {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sinceBeside()
}

// Unread counts the entries of this ledger that only the vendor can read, also when the key store is open.
func (b *Book) Unread() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.unread
}

// Sums returns what each meter counted by day, for days from from on and before to; a zero time is no bound.
func (b *Book) Sums(from, to time.Time) ([]Sum, error) {
	all := tally{}
	add := func(days []Sum) {
		for i := range days {
			if d := days[i].Day; (from.IsZero() || !d.Before(from)) && (to.IsZero() || d.Before(to)) {
				all.sums(days[i:i+1], true)
			}
		}
	}
	for _, s := range b.l.Segments() {
		days, err := b.epochDays(s)
		if err != nil {
			return nil, err
		}
		add(days)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	add(b.beside.Days)
	return all.list(), nil
}
