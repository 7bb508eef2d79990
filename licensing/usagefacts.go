package licensing

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// meteredSums is what a ledger had counted at an entry. It is made when somebody looks, and not for every entry.
type meteredSums struct {
	seq   uint64
	known bool
	days  []usage.Sum // by product, meter and day
	total []usage.Sum // by product and meter
	// oldest is the first use after entry after; looked up to entry to. worth: there is something to report besides.
	after, to uint64
	oldest    time.Time
	worth     bool
}

// rebuildsMost is how often in a second of running time sums are made anew: a hundred thousand uses a second must not.
const rebuildsMost = 20

// pacer counts how often something is done in a second of running time.
type pacer struct {
	second int64
	n      int
}

func (p *pacer) may(r clock.Reading) bool {
	if s := int64(r.Running / time.Second); s != p.second {
		p.second, p.n = s, 0
	}
	p.n++
	return p.n <= rebuildsMost
}

// look returns the sums of a ledger as they are now, or a moment ago while very much is recorded. The engine's lock is held.
func (e *Engine) look(l *usageLedger, r clock.Reading) *meteredSums {
	s := &l.sums
	seq, _, _ := l.book.Tail()
	if s.known && (s.seq == seq || !e.pace.may(r)) {
		return s
	}
	days, err := l.book.Sums(time.Time{}, time.Time{})
	if err != nil {
		return s // those of before; the disk is told of elsewhere
	}
	s.seq, s.known, s.days, s.total = seq, true, days, l.book.Totals()
	return s
}

var errEnough = errors.New("enough")

// oldestAfter is the time of the first use after an entry; zero when there is none that can be read.
func (l *usageLedger) oldestAfter(after uint64) time.Time {
	s := &l.sums
	if s.after != after || s.to < after {
		s.after, s.to, s.oldest, s.worth = after, after, time.Time{}, false
	}
	if seq, _, _ := l.book.Tail(); s.oldest.IsZero() && s.to < seq {
		_ = l.book.Rows(s.to+1, func(row usage.Row) error { // damage is told of elsewhere
			s.to = row.Seq
			s.worth = s.worth || worthReporting(row)
			if row.Use == nil {
				return nil
			}
			s.oldest = row.Use.At
			return errEnough
		})
	}
	return s.oldest
}

// ledgerUse is what is known of one ledger now.
type ledgerUse struct {
	*usageLedger
	sums    *meteredSums
	seq     uint64
	unsent  uint64
	units   int64 // of the unsent
	oldest  time.Time
	waiting []*usageFileRecord
}

// useOf works out what is known of a ledger. The lock is held.
func (e *Engine) useOf(l *usageLedger, r clock.Reading) ledgerUse {
	u := ledgerUse{usageLedger: l, sums: e.look(l, r)}
	u.seq, _, _ = l.book.Tail()
	rec := e.listsOf(e.rec).usage
	u.waiting = rec.waiting(l.id)
	receipt := e.coveredBy(l)
	seq := receipt.Seq
	if u.oldest = l.oldestAfter(seq); u.sums.worth && u.seq > seq {
		u.unsent = u.seq - seq
	}
	for _, t := range u.sums.total {
		if t.Kind != usage.Peak {
			u.units += t.Units
		}
	}
	u.units = max(0, u.units-rec.units(&receipt))
	return u
}

// metered are the usage facts of all vendors, by root.
func (e *Engine) metered(rec *records, r clock.Reading) []terms.Metered {
	all := map[string]*terms.Metered{}
	u := e.usageOf(rec)
	for _, l := range e.ledgers.list() {
		m := all[l.root]
		if m == nil {
			m = &terms.Metered{Root: l.root, Gaps: rec.Usage[l.root].Gaps}
			all[l.root] = m
		}
		use := e.useOf(l, r)
		m.Used = append(m.Used, spent(use.sums.days)...)
		m.Unsent, m.UnsentUnits = m.Unsent+use.unsent, m.UnsentUnits+use.units
		m.Oldest = earlier(m.Oldest, use.oldest)
		for _, f := range u.waiting(l.id) {
			if !f.Left.IsZero() { // one that was only looked at is not on its way
				m.Waiting = append(m.Waiting, f.facts())
			}
		}
		for i, p := range u.receipts[l.id] {
			if i == receiptsTold {
				break
			}
			m.Receipts = append(m.Receipts, u.receiptFacts(p))
		}
		if n, p := u.newest(l.id); p != nil {
			m.Allowance = terms.UsageAllowance{Days: n.AllowDays, Units: n.AllowUnits}
		}
	}
	out := make([]terms.Metered, 0, len(all))
	for _, m := range sortedValues(all) {
		m.Used = merged(m.Used)
		slices.SortStableFunc(m.Waiting, func(a, b terms.UsageFile) int { return a.Made.Compare(b.Made) })
		slices.SortStableFunc(m.Receipts, func(a, b terms.UsageReceipt) int {
			return cmp.Or(b.Issued.Compare(a.Issued), cmp.Compare(b.Number, a.Number))
		})
		out = append(out, *m)
	}
	return out
}

// receiptsTold is how many receipts of a ledger facts name. Receipts gives all that are kept.
const receiptsTold = 12

// usageOf are files and receipts of the records; drafts get their own each time.
func (e *Engine) usageOf(rec *records) usageRecords {
	if rec == e.rec {
		return e.listsOf(rec).usage
	}
	return rec.usageRecords()
}

func spent(days []usage.Sum) []terms.Spent {
	all := make([]terms.Spent, 0, len(days))
	for _, d := range days {
		all = append(all, terms.Spent{Product: d.Product, Meter: d.Meter, Day: d.Day, Units: d.Units, Count: d.Count})
	}
	return all
}

// merged adds up the days of several ledgers; they come out by product, meter and day. A peak of several ledgers is taken as their
// sum: they belong to one computer at different times, so that is rare and never too low.
func merged(all []terms.Spent) []terms.Spent {
	order := func(a, b terms.Spent) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Meter, b.Meter), a.Day.Compare(b.Day))
	}
	if !slices.IsSortedFunc(all, order) {
		slices.SortStableFunc(all, order)
	}
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && order(out[n-1], s) == 0 {
			out[n-1].Units, out[n-1].Count = out[n-1].Units+s.Units, out[n-1].Count+s.Count
			continue
		}
		out = append(out, s)
	}
	return out
}

// earlier is the earlier of two times, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
