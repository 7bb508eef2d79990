package usage

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"time"

	"holdfast/licensing/exchange"
)

// Standing is what a vendor remembers of one ledger: which epochs were counted, as a tree of their closes, and what came out. Its zero
// value is a ledger never heard of. The caller keeps it, and adds one to Receipt with each receipt it signs.
type Standing struct {
	Ledger  string           `json:"ledger"`
	Device  string           `json:"device"`
	Next    uint64           `json:"next"`            // epoch behind the newest that was counted
	Close   string           `json:"close,omitempty"` // hex hash of the close of that one
	Last    uint64           `json:"last"`            // its last entry
	Receipt int              `json:"receipt"`         // number of the newest receipt
	Events  uint64           `json:"events"`          // counted in all
	From    time.Time        `json:"from,omitzero"`   // when the first and the last of them were
	To      time.Time        `json:"to,omitzero"`
	Totals  map[string]int64 `json:"totals,omitempty"` // by TotalKey: units; of a peak the highest
	Issued  time.Time        `json:"issued,omitzero"`  // of the newest file
	Rebuilt uint64           `json:"rebuilt,omitempty"`
	Known   []Known          `json:"known,omitempty"`
	Parked  []Proven         `json:"parked,omitempty"` // proven, waiting for what is before them
	Forks   []Fork           `json:"forks,omitempty"`
	// Uncertain: an epoch is missing or was counted twice in part, so the sums of closes are no longer those of the vendor.
	Uncertain bool     `json:"uncertain,omitempty"`
	Final     *Session `json:"final,omitempty"` // newest session, for the clock
}

// Known is an epoch that was counted.
type Known struct {
	Number   uint64 `json:"number"`
	Last     uint64 `json:"last"`
	Start    string `json:"start"`
	Close    string `json:"close"`
	Head     string `json:"head"`
	After    string `json:"after,omitempty"` // close of the epoch before
	Sessions string `json:"sessions,omitempty"`
}

// Fork says that an epoch exists twice. Both heads are kept.
type Fork struct {
	Epoch  uint64 `json:"epoch"`
	Ours   string `json:"ours"`   // head of the one known before
	Theirs string `json:"theirs"` // head of the one that came later
}

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

// Reckon counts a file that was opened. It changes nothing but what it returns, and never counts an epoch twice, in whatever order files
// come: an epoch that is known is skipped; one that follows a known one is counted; one that stands beside a known one is a fork, of which
// only what is not in the other is counted; one ahead is parked until what is missing comes, and so is one without its close. Nothing is
// refused because of a finding, but what is not proven is not counted. The former keys of the file are believed: the caller takes out
// those of devices that it does not know to be this one.
func Reckon(s Standing, o Opened) (Standing, Counted) {
	s = s.clone()
	if s.Ledger == "" {
		s.Ledger, s.Device, s.Next = o.File.Ledger, o.Owner(), 1
	}
	r := reckoning{s: &s, sums: tally{}}
	if s.Ledger != o.File.Ledger || !o.File.Speaks(s.Device) {
		r.find(finding("other_device", s.Ledger, 0, 0, "ledger", o.File.Ledger, "device", s.Device, "sender", o.File.Device.ID))
		return r.done(o)
	}
	r.c.Findings = append(r.c.Findings, o.Findings...)
	waiting := s.Parked
	for _, p := range o.Epochs {
		if p.counts() && p.device != s.Device {
			r.bad = append(r.bad, p.Number)
			r.find(finding("other_device", s.Ledger, p.Number, 0, "device", p.device, "sender", o.File.Device.ID))
			continue
		}
		if !p.counts() {
			r.bad = append(r.bad, p.Number)
			r.c.Findings = append(r.c.Findings, p.Findings...)
			continue
		}
		waiting = append(waiting, p)
	}
	r.settle(waiting)
	if s.Issued.After(o.File.Issued) {
		r.find(finding("late", s.Ledger, 0, 0, "issued", timeText(o.File.Issued), "newest", timeText(s.Issued)))
	} else {
		s.Issued = o.File.Issued
	}
	return r.done(o)
}

func (s Standing) clone() Standing {
	s.Known, s.Parked, s.Forks = slices.Clone(s.Known), slices.Clone(s.Parked), slices.Clone(s.Forks)
	if s.Totals = maps.Clone(s.Totals); s.Totals == nil {
		s.Totals = map[string]int64{}
	}
	return s
}

type reckoning struct {
	s    *Standing
	c    Counted
	sums tally
	bad  []uint64 // numbers of epochs that are not proven
	// damaged are the epochs that the headers of later ones, which are proven, call damaged.
	damaged map[uint64]bool
	runs    []stretch // of them
}

func (r *reckoning) find(f Finding) { r.c.Findings = append(r.c.Findings, f) }

// settle takes in what can be, as long as anything can, and parks the rest.
func (r *reckoning) settle(waiting []Proven) {
	slices.SortStableFunc(waiting, func(a, b Proven) int { return cmp.Compare(a.Number, b.Number) })
	r.damaged = map[uint64]bool{}
	for _, p := range slices.Backward(waiting) {
		if r.open(&p) {
			continue
		}
		for _, n := range p.Damaged {
			r.damaged[n] = true
		}
	}
	r.runs = nil
	for n := range r.damaged {
		r.runs = append(r.runs, stretch{n, n})
	}
	r.runs = joined(r.runs)
	for moved := true; moved; {
		moved = false
		rest := waiting[:0:0]
		for i := range waiting {
			p := &waiting[i]
			switch after, lost, ok := r.parent(p); {
			case r.known(p.Close) || r.rebuilt(p) || r.whole(p):
				if p.of != nil {
					r.c.Skipped = append(r.c.Skipped, p.Number)
				}
				moved = true
			case ok && !r.open(p) && r.take(p, after, lost):
				moved = true
			default:
				rest = append(rest, *p)
			}
		}
		waiting = rest
	}
	r.park(waiting)
}

// park keeps what cannot be counted yet, of epochs without a close only the longest. Of more than maxParked the last ones are left out:
// the device sends again what no receipt covers.
func (r *reckoning) park(waiting []Proven) {
	r.s.Parked = nil
	weight := 0
	for _, p := range waiting {
		if p.of != nil && p.unsigned() {
			r.c.Findings = append(r.c.Findings, p.Findings...)
		}
		p.of, p.index = nil, -1
		same := func(have Proven) bool {
			return have.Close == p.Close || have.unsigned() && p.unsigned() && have.Start == p.Start
		}
		if i := slices.IndexFunc(r.s.Parked, same); i < 0 && (len(r.s.Parked) == maxParked || weight+p.weight() > maxWeight) {
			r.bad = append(r.bad, p.Number)
		} else if i < 0 {
			weight += p.weight()
			r.c.Parked = append(r.c.Parked, p.Number)
			r.s.Parked = append(r.s.Parked, p)
		} else if p.Last > r.s.Parked[i].Last {
			r.s.Parked[i] = p
		}
	}
}

// open says that an epoch has no close and that nothing proven calls it damaged: more of it can come.
func (r *reckoning) open(p *Proven) bool { return p.unsigned() && !r.damaged[p.Number] }

// whole says that an epoch without a close was counted whole.
func (r *reckoning) whole(p *Proven) bool {
	return p.unsigned() && (p.of == nil || r.open(p)) && slices.ContainsFunc(r.s.Known, func(k Known) bool {
		return k.Number == p.Number && k.Start == p.Start
	})
}

func (r *reckoning) known(hash string) bool {
	return slices.ContainsFunc(r.s.Known, func(k Known) bool { return k.Close == hash })
}

// rebuilt handles epochs of before a standing was rebuilt from a receipt: that is all that is known of them. Older ones were counted; one
// that stands beside the one in the receipt is a fork, and what follows it can be counted.
func (r *reckoning) rebuilt(p *Proven) bool {
	if p.Number > r.s.Rebuilt {
		return false
	}
	if p.Number == r.s.Rebuilt && !p.unsigned() {
		i := slices.IndexFunc(r.s.Known, func(k Known) bool { return k.Number == p.Number })
		r.fork(p, r.s.Known[i])
		r.s.Known = append(r.s.Known, Known{Number: p.Number, Last: p.Last, Start: p.Start, Close: p.Close, Head: p.Head, Sessions: p.Sessions})
	}
	return true
}

// follows says whether p comes behind an epoch with that close or, when that one was left open for a time, with that head.
func (p *Proven) follows(number uint64, hash, head string) bool {
	return p.Number == number+1 && p.Previous != "" && (p.Previous == hash || p.Previous == head)
}

// parent finds the known epoch that p follows; after is "" for the first of a ledger. lost says that damaged epochs are between.
func (r *reckoning) parent(p *Proven) (after string, lost, ok bool) {
	if p.Number == 1 && p.Previous == "" {
		return "", false, true
	}
	for _, k := range r.s.Known {
		if p.follows(k.Number, k.Close, k.Head) {
			return k.Close, false, true
		}
	}
	// Every number between the newest epoch that is known and this one has to be among those that the device calls damaged.
	run, ok := r.run(p.Number - 1)
	if !ok {
		return "", true, false
	}
	var best Known // counted before it was damaged, or from what was left of it, or in front of all that are damaged
	for _, k := range r.s.Known {
		if k.Number+1 >= run.first && k.Number < p.Number && k.Number >= best.Number {
			best = k
		}
	}
	return best.Close, true, best.Number > 0 || run.first <= 1
}

// newest is the epoch with that number that was counted last.
func (r *reckoning) newest(number uint64) (Known, bool) {
	for _, k := range slices.Backward(r.s.Known) {
		if k.Number == number {
			return k, true
		}
	}
	return Known{}, false
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

func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

func (r *reckoning) lastOf(hash string) uint64 {
	for _, k := range r.s.Known {
		if k.Close == hash {
			return k.Last
		}
	}
	return 0
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

// Rebuild is the standing that a receipt of this vendor, which the device kept, gives back after the vendor's memory was lost. ok is false when the
// standing knows as much already. The caller has verified that the receipt is its own and meant for that device.
func Rebuild(s Standing, device string, r exchange.Receipt) (Standing, bool) {
	if r.Epoch < 1 || r.Close == "" || s.Ledger != "" && (s.Ledger != r.Ledger || s.Device != device || r.Number <= s.Receipt || r.Epoch < s.Next) {
		return s, false
	}
	out := Standing{
		Ledger: r.Ledger, Device: device, Next: r.Epoch + 1, Close: r.Close, Last: r.Seq, Receipt: r.Number, Events: r.Entries, From: r.From, To: r.To,
		Totals: maps.Clone(r.Totals), Rebuilt: r.Epoch, Uncertain: true, Issued: s.Issued, Forks: slices.Clone(s.Forks), Parked: slices.Clone(s.Parked),
		Known: []Known{{Number: r.Epoch, Last: r.Seq, Close: r.Close}},
	}
	return out, true
}
