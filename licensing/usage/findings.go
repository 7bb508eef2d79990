package usage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// finding makes a finding; evidence is a row of names and values.
func finding(code, ledgerID string, epoch, seq uint64, evidence ...string) Finding {
	f := Finding{Code: code, Ledger: ledgerID, Epoch: epoch, Seq: seq, Evidence: map[string]string{}}
	for i := 0; i+1 < len(evidence); i += 2 {
		if evidence[i+1] != "" {
			f.Evidence[evidence[i]] = evidence[i+1]
		}
	}
	return f
}

func compareSums(a, b Sum) int {
	return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Kind, b.Kind), a.Day.Compare(b.Day))
}

// equalSums compares sums in any order.
func equalSums(a, b []Sum) bool {
	a, b = slices.SortedFunc(slices.Values(a), compareSums), slices.SortedFunc(slices.Values(b), compareSums)
	return slices.EqualFunc(a, b, func(x, y Sum) bool {
		return compareSums(x, y) == 0 && x.Units == y.Units && x.Count == y.Count && x.Over == y.Over
	})
}

const maxEvidence = 20 // meters that a finding names

// sumsText writes sums as evidence, such as "acmecad/renders=214 acmecad/seats=3", over all days.
func sumsText(sums []Sum) string {
	totals := map[string]int64{}
	for _, s := range sums {
		addTotal(totals, s)
	}
	return totalsText(totals)
}

func totalsText(totals map[string]int64) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(totals)) {
		if len(parts) == maxEvidence {
			break
		}
		parts = append(parts, fmt.Sprintf("%s=%d", k, totals[k]))
	}
	return strings.Join(parts, " ")
}

// addTotal adds a sum to totals by TotalKey: units, or for a peak the highest.
func addTotal(totals map[string]int64, s Sum) {
	k := TotalKey(s.Product, s.Meter, s.Kind)
	if s.Kind == Peak {
		totals[k] = max(totals[k], s.Units)
	} else {
		totals[k] = plus(totals[k], s.Units)
	}
}

// note turns what the ledger says of itself into findings.
func (b *proof) note(out *Proven, n seen[Note]) {
	v := n.Value
	switch v.Kind {
	case "clock":
		if v.Code == "back" || v.Code == "forward" || v.Code == "frozen" {
			out.add(b.noted("clock_"+v.Code, out, n, "from", timeText(v.From), "to", timeText(v.To)))
		}
	case "restore":
		out.add(b.noted("restored", out, n, "remembered", strconv.FormatUint(v.Seq, 10), "head", v.Head))
	case "gap":
		out.add(b.noted("gap", out, n, "cause", v.Code, "from", timeText(v.From), "to", timeText(v.To), "count", strconv.FormatUint(v.Count, 10)))
	}
}

func (b *proof) noted(code string, out *Proven, n seen[Note], evidence ...string) Finding {
	f := finding(code, b.opening.Ledger, out.Number, n.Seq, evidence...)
	f.At = n.Value.At
	return f
}

// maxAlike is how many findings of one code an epoch has; more would only hide the others.
const maxAlike = 5

func (p *Proven) add(f Finding) {
	alike := 0
	for _, have := range p.Findings {
		if have.Code == f.Code {
			alike++
		}
	}
	if alike < maxAlike {
		p.Findings = append(p.Findings, f)
	}
}

// sessionClocks compares the clock of each session with running time since the one before, in one epoch.
func (b *proof) sessionClocks(out *Proven, sessions []seen[Session]) {
	for i := 1; i < len(sessions); i++ {
		if f, ok := clockStep(sessions[i-1].Value, sessions[i].Value); ok {
			f.Ledger, f.Epoch, f.Seq = b.opening.Ledger, out.Number, sessions[i].Seq
			out.add(f)
		}
	}
}

// clocks does the same between the epochs of a file.
func (o *Opened) clocks() {
	for i := 1; i < len(o.Epochs); i++ {
		before, p := o.Epochs[i-1], &o.Epochs[i]
		if p.Number == before.Number+1 && before.counts() && p.counts() {
			p.clockSince(before.Final, o.File.Ledger)
		}
	}
}

// counts says that an epoch is proven, or can be counted as far as it goes.
func (p *Proven) counts() bool { return p.Fault == "" || p.unsigned() }

// unsigned says that no close proves an epoch.
func (p *Proven) unsigned() bool { return p.Fault == notSigned }

const notSigned = "not_signed"

// clockSince compares the first session of an epoch with the last one before it.
func (p *Proven) clockSince(before *Session, ledgerID string) {
	if before == nil || p.Early == nil {
		return
	}
	if f, ok := clockStep(*before, *p.Early); ok {
		f.Ledger, f.Epoch, f.Seq = ledgerID, p.Number, p.First
		p.add(f)
	}
}

// slack is how far a clock may differ from running time before that is a finding: clocks are set by a few minutes all the time.
const slack = 10 * time.Minute

// clockStep compares the wall clock with running time between two sessions, b later than a. Within one start of the computer both
// run alike. Across starts at least the running time of the later start has passed; how long the computer was off is not known, so a
// clock that went forward cannot be seen there.
func clockStep(a, b Session) (Finding, bool) {
	grain := time.Duration(max(a.Grain, b.Grain)) * time.Second
	tolerance := 2*grain + slack
	wall, ran := b.Wall.Sub(a.Wall), b.Running
	if a.Boot == b.Boot {
		ran = b.Running - a.Running
	}
	code := ""
	switch {
	case wall < ran-tolerance && wall.Abs() <= grain:
		code = "clock_frozen"
	case wall < ran-tolerance:
		code = "clock_back"
	case a.Boot == b.Boot && wall > ran+tolerance:
		code = "clock_forward"
	default:
		return Finding{}, false
	}
	f := finding(code, "", 0, 0, "from", timeText(a.Wall), "to", timeText(b.Wall), "running", ran.String())
	f.At = b.At
	return f, true
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
