package usage

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Counted is what one file changed.
type Counted struct {
	Accepted []uint64  // epochs counted now, also ones that had been parked
	Skipped  []uint64  // known before
	Parked   []uint64  // waiting for epochs that are missing
	Missing  []string  // ranges of epochs, such as "4" or "4-6", for the receipt
	Forks    []Fork    // found now
	Sums     []Sum     // counted now, by product, meter and day
	Events   uint64    // counted now
	From, To time.Time // of them
	Findings []Finding
	// Where the ledger of this device stands, on its own branch: for the receipt.
	Epoch, Seq uint64
	Close      string
}

// take counts an epoch. It is false when it cannot be told which part of it was counted before.
func (r *reckoning) take(p *Proven, after string, lost bool) bool {
	sums, events, from, to := p.Sums, p.Events, p.From, p.To
	i := slices.IndexFunc(r.s.Known, func(k Known) bool { return k.Number == p.Number && k.After == after })
	if i >= 0 {
		ours := r.s.Known[i]
		if ours.Start == p.Start {
			if p.of == nil {
				return false
			}
			again, err := p.of.prove(p.index, reading{sums: tally{}, beyond: sessionMarks(ours.Sessions)})
			if err != nil {
				return false
			}
			sums, events, from, to = again.Sums, again.Events, again.From, again.To
			if p.Fault != "" && events == 0 { // what a damaged disk left of an epoch that was counted whole
				r.c.Skipped = append(r.c.Skipped, p.Number)
				return true
			}
		}
		r.fork(p, ours)
	}
	if lost {
		r.s.Uncertain = true
		r.find(finding("gap", r.s.Ledger, p.Number, p.First, "after", strconv.FormatUint(r.lastOf(after), 10),
			"lost_from", number(p.LostFrom), "lost_to", number(p.LostTo)))
	}
	p.clockAcross(r.s)
	r.c.Findings = append(r.c.Findings, p.Findings...)
	r.count(p, sums, events, from, to)
	k := Known{Number: p.Number, Last: p.Last, Start: p.Start, Close: p.Close, Head: p.Head, After: after, Sessions: p.Sessions}
	r.s.Known = append(r.s.Known, k)
	r.s.Next, r.s.Close, r.s.Last, r.s.Final = p.Number+1, p.Close, p.Last, p.Final
	r.c.Accepted = append(r.c.Accepted, p.Number)
	r.compareTotals(p)
	return true
}

func (r *reckoning) fork(p *Proven, ours Known) {
	f := Fork{Epoch: p.Number, Ours: ours.Head, Theirs: p.Head}
	r.s.Forks, r.c.Forks, r.s.Uncertain = append(r.s.Forks, f), append(r.c.Forks, f), true
	r.find(finding("fork", r.s.Ledger, p.Number, p.First, "ours", ours.Head, "theirs", p.Head))
}

func (r *reckoning) count(p *Proven, sums []Sum, events uint64, from, to time.Time) {
	r.sums.sums(sums, true)
	for _, s := range sums {
		addTotal(r.s.Totals, s)
	}
	r.c.Events += events
	r.s.Events += events
	r.c.From, r.c.To = widen(r.c.From, r.c.To, from, to)
	r.s.From, r.s.To = widen(r.s.From, r.s.To, from, to)
	if p.Unread > 0 {
		r.s.Uncertain = true
	}
}

func widen(from, to, first, last time.Time) (time.Time, time.Time) {
	if !first.IsZero() && (from.IsZero() || first.Before(from)) {
		from = first
	}
	if last.After(to) {
		to = last
	}
	return from, to
}

// clockAcross compares the clock with the newest session of the file before.
func (p *Proven) clockAcross(s *Standing) {
	if p.Number == s.Next && (p.of == nil || p.index <= 0) {
		p.clockSince(s.Final, s.Ledger)
	}
}

// sessionMarks splits what Known keeps of sessions.
func sessionMarks(text string) [][]byte {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return [][]byte{}
	}
	return append([][]byte{}, slices.Collect(slices.Chunk(raw, 4))...)
}

func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// done works out what is missing and where the device stands.
func (r *reckoning) done(o Opened) (Standing, Counted) {
	r.c.Sums = r.sums.list()
	r.c.Missing = r.missing()
	tip := Known{Number: r.s.Next - 1, Last: r.s.Last, Close: r.s.Close}
	for _, p := range o.Epochs {
		if i := slices.IndexFunc(r.s.Known, func(k Known) bool { return k.Close == p.Close }); i >= 0 {
			tip = r.s.Known[i]
		}
	}
	for next := true; next; {
		next = false
		for _, k := range r.s.Known {
			if k.After == tip.Close && k.After != "" && k.Close != tip.Close {
				tip, next = k, true
			}
		}
	}
	r.c.Epoch, r.c.Seq, r.c.Close = tip.Number, tip.Last, tip.Close
	return *r.s, r.c
}

func (r *reckoning) lastOf(hash string) uint64 {
	for _, k := range r.s.Known {
		if k.Close == hash {
			return k.Last
		}
	}
	return 0
}

// compareTotals compares what the device says that it counted since the ledger began with what was counted here.
func (r *reckoning) compareTotals(p *Proven) {
	if r.s.Uncertain && (r.s.Rebuilt == 0 || len(r.s.Forks) > 0) || len(p.Since) == 0 {
		return
	}
	theirs := map[string]int64{}
	for _, s := range p.Since {
		addTotal(theirs, s)
	}
	switch same := maps.Equal(theirs, r.s.Totals); {
	case r.s.Uncertain: // a receipt does not say whether the sums were alike when it was made; once they are, they stay so
		r.s.Uncertain = !same
	case !same:
		r.s.Uncertain = true
		r.find(finding("totals", r.s.Ledger, p.Number, p.Last, "expected", sumsText(p.Since), "found", totalsText(r.s.Totals)))
	}
}
