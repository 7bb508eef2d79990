package terms

import (
	"cmp"
	"slices"
	"time"
)

// The order of words.md 5.7: what is blocked today, limited today, needs something before a date, waits for a
// file; then products that work, then information.
const (
	rankBlocked = iota
	rankClock   // the date looks wrong while something is limited
	rankLimited
	rankFix
	rankWaiting
	rankIdle // a license that gives nothing here, or not yet, while nothing else works
	rankWorking
	rankTold // asked to tell somebody, who was told
	rankInformation
)

// ranked is a finding with its place in the order.
type ranked struct {
	Finding
	rank int
	date time.Time // the date it is about; zero: none
	at   time.Time // decision time it was made with
	// quiet: it only asked to tell somebody, and a person did.
	quiet bool
}

var toneOrder = map[Tone]int{ToneStop: 0, ToneWarn: 1, ToneNotice: 2, ToneOK: 3}

// sortFindings puts the worst effect first, then the nearest date. Among findings that ask for something the
// tone comes before the date, since a full disk has no date.
func sortFindings(all []*ranked) { slices.SortStableFunc(all, before) }

func before(a, b *ranked) int {
	if a.rank != b.rank {
		return a.rank - b.rank
	}
	if a.rank != rankWorking && a.Tone != b.Tone {
		return toneOrder[a.Tone] - toneOrder[b.Tone]
	}
	return cmp.Or(CompareEnds(a.date, b.date), cmp.Compare(a.State, b.State), cmp.Compare(a.Product, b.Product), cmp.Compare(a.License, b.License))
}

// quieten puts findings that ask for nothing any more behind everything that does. Their rank stays: it decides what works.
func quieten(all []*ranked) {
	slices.SortStableFunc(all, func(a, b *ranked) int { return a.shown() - b.shown() })
}

// shown is the rank as a person sees it.
func (r *ranked) shown() int {
	if r.quiet {
		return rankTold
	}
	return r.rank
}

func finding(s State, slots Slots, a Action) Finding {
	return Finding{State: s, Tone: s.Tone(), Slots: slots, Action: a}
}
