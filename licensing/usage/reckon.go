package usage

import (
	"cmp"
	"slices"
)

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
	// A receipt does not say the head of its last epoch: after a standing was rebuilt from it, the place in the ledger has to do.
	for _, k := range r.s.Known {
		if k.Head == "" && p.Behind && p.Number == k.Number+1 && p.First == k.Last+1 {
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
