package licensing

import (
	"context"
	"slices"
	"time"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// session is what the ledger says of this run of the program. It is called while something is recorded, without the lock.
func (e *Engine) session(l *usageLedger) usage.Session {
	m, r := e.metering.Load(), e.clockRead()
	s := usage.Session{Boot: r.Boot, Wall: r.Wall.UTC(), Running: r.Running, Program: e.o.Program, Grain: grain("")}
	s.At = s.Wall
	if m != nil {
		s.Grain, s.At = grain(m.levels[l.root].level), m.home.decision(l.root, r)
	}
	by := time.Duration(s.Grain) * time.Second
	s.Wall, s.At, s.Running = s.Wall.Truncate(by), s.At.Truncate(by), s.Running.Truncate(by)
	return s
}

// note writes what happened into the ledgers of a vendor, or with root "" of all that go on. What cannot be written now is
// no reason to stop: the journal says it too.
func (e *Engine) note(root string, n usage.Note) {
	if e.o.ReadOnly {
		return
	}
	own, _ := e.deviceID()
	for _, l := range e.ledgers.list() {
		if l.device == own && (root == "" || l.root == root) {
			e.noteIn(l, n)
		}
	}
}

func (e *Engine) noteIn(l *usageLedger, n usage.Note) {
	n.At = e.rec.Home.decision(l.root, e.clockRead())
	_, _ = l.book.Note(context.Background(), n)
}

// Codes of notes about the clock.
var clockCodes = map[string]string{
	clockJump: "forward", clockSettled: "settled", clockCameBack: "settled", clockWrong: "back", clockRight: "settled",
}

// noteClock writes a journal record about the clock into the ledgers too: the vendor should read it there first.
func (e *Engine) noteClock(reason string, n *clockNote) {
	if code := clockCodes[reason]; code != "" && n != nil {
		e.note("", usage.Note{Kind: "clock", Code: code, From: n.From, To: n.To})
	}
}

// noteGrace does the same for lines of the grace ledger.
func (e *Engine) noteGrace(lines []graceRecord) {
	for _, g := range lines {
		code := "ended"
		if g.runs() {
			code = "started"
		}
		if g.Event != graceChanged {
			e.note(g.Root, usage.Note{Kind: "grace", Code: code, Cause: string(g.Cause), From: g.Started, To: g.Ends})
		}
	}
}

// frozenAfter is the running time in which a clock that goes must have moved.
const frozenAfter = time.Hour

// lookFrozen notes a wall clock that stands still while the computer runs, once until it moves again. The lock is held.
func (e *Engine) lookFrozen() {
	r, was := e.clockRead(), e.still
	ran := r.Running - was.Running
	if was.Boot != r.Boot || was.Wall.IsZero() || ran < 0 {
		e.still, e.frozen = r, false
		return
	}
	if ran < frozenAfter {
		return
	}
	stands := r.Wall.Sub(was.Wall).Abs() < time.Minute
	if stands && !e.frozen {
		e.note("", usage.Note{Kind: "clock", Code: "frozen", From: was.Wall.UTC(), To: r.Wall.UTC()})
	}
	e.still, e.frozen = r, stands
}

// foundDamage says in a ledger that entries of it were lost. The lock is held.
func (e *Engine) foundDamage(l *usageLedger) {
	if f := l.found; f.LostTo > 0 && !e.o.ReadOnly {
		n := usage.Note{Kind: "gap", Code: gapDamaged, Count: f.LostTo - f.LostFrom + 1}
		at := e.rec.Home.decision(l.root, e.clockRead())
		n.From, n.To = e.rec.Home.Proven, at
		e.noteIn(l, n)
		l.mu.Lock()
		l.gaps = append(l.gaps, n)
		l.mu.Unlock()
	}
}

// recordGaps keeps what the ledgers say of gaps in the records too, for verdicts. The lock is held.
func (e *Engine) recordGaps(ctx context.Context) (wrote bool, err error) {
	for _, l := range e.ledgers.list() {
		l.mu.Lock()
		gaps := l.gaps
		l.mu.Unlock()
		if len(gaps) == 0 {
			continue
		}
		u := e.rec.Usage[l.root]
		u.Root, u.Gaps = l.root, slices.Clone(u.Gaps)
		for _, n := range gaps {
			u.Gaps = append(u.Gaps, terms.UsageGap{From: n.From, To: n.To, Cause: n.Code, Count: n.Count})
		}
		u.Gaps = u.Gaps[max(0, len(u.Gaps)-gapsKept):]
		ev := ledger.Event{Kind: "usage_gap", Reason: gaps[0].Code, Authority: "holdfast", Vendor: l.root}
		if err := e.record(ctx, ev, change{Usage: []usageRecord{u}}); err != nil {
			return wrote, err
		}
		wrote = true
		l.mu.Lock()
		l.gaps = l.gaps[len(gaps):]
		l.mu.Unlock()
	}
	return wrote, nil
}
