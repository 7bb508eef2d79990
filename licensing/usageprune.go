package licensing

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/ledger"
)

// pruneEvery is how often it is looked for entries that were kept long enough.
const pruneEvery = 24 * time.Hour

// prune takes out entries that a receipt covers and that were kept for as long as the licenses say, by whole epochs. What remains
// of them proves them for ever, and their sums stay. The lock is held.
func (e *Engine) prune(ctx context.Context) {
	if e.journal == nil || e.o.ReadOnly {
		return
	}
	r := e.clockRead()
	e.pruned = r.Wall
	for _, v := range e.listsOf(e.rec).meters.vendors {
		if !v.keep.Lasts() {
			continue
		}
		for _, l := range e.ledgersOf(v.root) {
			at := e.rec.Home.decision(v.root, r)
			epoch, _ := e.covered(l)
			through, err := l.book.EndedBefore(v.keep.Before(at, time.UTC), epoch)
			if err != nil || through == 0 {
				continue
			}
			n, err := l.book.Prune(ctx, through, at)
			if err != nil || n.Count == 0 {
				continue
			}
			ev := ledger.Event{Kind: "usage_pruned", Reason: v.keep.String(), Authority: "license", Vendor: v.root}
			if e.record(ctx, ev, change{Home: e.proven(e.rec.Home)}) != nil {
				return // the ledger says it too
			}
		}
	}
}

// pruneDue says that it is time to look.
func (e *Engine) pruneDue() bool { return e.clockRead().Wall.Sub(e.pruned).Abs() >= pruneEvery }

var exportName = regexp.MustCompile(`^\.?[0-9a-f]{16}\.hfuse(\.tmp)?$`)

// dropExports removes usage files that a receipt covers, those that a newer one has all of, and those that nobody was given. What
// was in them can be read from the ledger. The lock is held.
func (e *Engine) dropExports() {
	u := e.listsOf(e.rec).usage
	for _, l := range e.ledgers.list() {
		dir := e.path(usageDir, l.id, exportsDir)
		entries, err := e.o.FS.ReadDir(dir)
		if err != nil {
			continue
		}
		waits := map[string]bool{}
		waiting := u.waiting(l.id)
		for i, f := range waiting {
			waits[f.ID+exportEnd] = !slices.ContainsFunc(waiting[i+1:], f.within)
		}
		for _, en := range entries {
			if exportName.MatchString(en.Name()) && !waits[en.Name()] && !strings.HasPrefix(en.Name(), ".") {
				_ = e.o.FS.Remove(e.path(usageDir, l.id, exportsDir, en.Name())) // the next receipt tries again
			}
		}
	}
}
