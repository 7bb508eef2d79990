package usage

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

const (
	maxParked  = 512     // epochs of a ledger that wait for others
	maxWeight  = 1 << 18 // of all of them
	maxMissing = 1000    // ranges in a receipt; the lowest come first, and without them the others do not count
)

// missing names the epochs that have to come before what is parked can be counted, and those that are not proven.
func (r *reckoning) missing() []string {
	var want []stretch
	for _, n := range r.bad {
		if _, ok := r.newest(n); !ok {
			want = append(want, stretch{n, n})
		}
	}
	type place struct {
		number uint64
		hash   string
	}
	parked := map[place]bool{}
	for _, p := range r.s.Parked {
		parked[place{p.Number, p.Close}], parked[place{p.Number, p.Head}] = true, true
	}
	var highest uint64 // of those that nothing leads to
	for _, p := range r.s.Parked {
		if r.open(&p) {
			want = append(want, stretch{p.Number, p.Number})
			if _, _, ok := r.parent(&p); ok {
				continue
			}
		}
		if p.Number < 2 || p.Previous != "" && parked[place{p.Number - 1, p.Previous}] {
			continue
		}
		want = append(want, stretch{p.Number - 1, p.Number - 1})
		highest = max(highest, p.Number)
	}
	from := r.s.Next
	for _, p := range r.s.Parked { // in order of their numbers
		if p.Number > highest {
			break
		}
		if from < p.Number {
			want = append(want, stretch{from, p.Number - 1})
		}
		from = max(from, p.Number+1)
	}
	return ranges(want)
}

// stretch are the epochs from first to last.
type stretch struct{ first, last uint64 }

// joined sorts stretches and joins those that touch.
func joined(all []stretch) (out []stretch) {
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	for _, s := range all {
		if n := len(out); n > 0 && s.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, s.last)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// run finds the stretch of damaged epochs in which one is.
func (r *reckoning) run(n uint64) (stretch, bool) {
	i, _ := slices.BinarySearchFunc(r.runs, n, func(s stretch, n uint64) int { return cmp.Compare(s.last, n) })
	if i == len(r.runs) || r.runs[i].first > n {
		return stretch{}, false
	}
	return r.runs[i], true
}

// weight is about how many values an epoch keeps while it waits.
func (p *Proven) weight() int {
	return len(p.Sums) + len(p.Since) + len(p.Damaged) + len(p.Sessions)/8 + len(p.Findings)
}

// ranges writes stretches as a receipt has them, such as "4" or "4-6".
func ranges(all []stretch) []string {
	var out []string
	for _, s := range joined(all) {
		if len(out) == maxMissing {
			break
		}
		if s.first == s.last {
			out = append(out, strconv.FormatUint(s.first, 10))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", s.first, s.last))
		}
	}
	return out
}
