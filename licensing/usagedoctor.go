package licensing

import (
	"context"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// UsageReport is what a usage ledger is like, read from its first entry to its last.
type UsageReport struct {
	Ledger string
	Root   string
	ledger.Report
}

// VerifyUsage checks frames, chain, numbers and closes of all usage ledgers, by id. Recording goes on meanwhile.
func (e *Engine) VerifyUsage(ctx context.Context) ([]UsageReport, error) {
	var all []UsageReport
	for _, l := range e.ledgers.list() {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		rep, err := l.book.Verify()
		if err != nil {
			return all, err
		}
		all = append(all, UsageReport{l.id, l.root, rep})
	}
	return all, nil
}

// checkUsage tells of the usage ledgers: how much is in them, and whether it is in order.
func (e *Engine) checkUsage(found []UsageReport, err error) Check {
	n, unread, findings := uint64(0), uint64(0), 0
	for i := range found {
		n += found[i].LastSeq
		if !found[i].OK() {
			findings += len(found[i].Findings)
		}
	}
	for _, l := range e.ledgers.list() {
		unread += l.book.Unread()
	}
	c := line("usage", e.usageState, map[string]any{
		"n": int(n), "ledgers": len(found), "unread": int(unread), "findings": findings, "fresh": n == 0, "size": needMB,
	})
	switch {
	case c.State != "":
	case err != nil:
		c.State, c.Level = terms.StateRecordsDamaged, terms.StateRecordsDamaged.Tone()
	case findings > 0 || unread > 0:
		c.Level = terms.ToneNotice
	}
	return c
}
