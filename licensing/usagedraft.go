package licensing

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"holdfast/licensing/ledger"
	"holdfast/licensing/usage"
)

// DraftUsage makes the usage file of everything without a receipt, and shows everything that is in it. Nothing has left then. While
// nothing is recorded, the same file comes again, byte for byte. A vendor that counts on several ledgers of this home, since a device
// key was lost, gets one file for each, the oldest first. The error is the *Mistake nothing_to_report when no use waits for a
// receipt, nothing_recorded when there was none, and a *terms.Problem while the key store is locked: a file is signed.
func (e *Engine) DraftUsage(ctx context.Context, o UsageOptions) (UsageDraft, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v, err := e.reporter(o.Vendor)
	if err != nil {
		return UsageDraft{}, err
	}
	level, err := e.draftLevel(v.Root, o.Level)
	if err != nil {
		return UsageDraft{}, err
	}
	if err := e.begin(ctx); err != nil {
		return UsageDraft{}, err
	}
	for _, l := range e.ledgersOf(v.Root) {
		l.tellLost(ctx, e.rec.Home.decision(l.root, e.clockRead()), retryWithin)
	}
	l, last := e.toReport(v.Root)
	if l == nil {
		return UsageDraft{}, e.nothingToReport(v)
	}
	if last != nil && cmp.Or(last.Asked, last.Level) == level && e.carries(l, last, o) {
		d, err := e.draftAgain(v, l, last)
		if !errors.Is(err, errStale) && (o.Most == 0 || len(d.File) <= 2*o.Most || last.FromEpoch == last.ToEpoch) { // one epoch is not cut
			return d, err
		}
	}
	if err := l.book.CloseEpoch(ctx); err != nil {
		return UsageDraft{}, e.diskProblem(err)
	}
	d, err := e.makeDraft(ctx, v, l, level, o.Most)
	if errors.Is(err, usage.ErrNothing) {
		return UsageDraft{}, e.nothingToReport(v)
	}
	return d, err
}

// nothingToReport says why there is no file: what was never recorded was never confirmed either.
func (e *Engine) nothingToReport(v vendorRecord) error {
	code := "nothing_recorded"
	for _, l := range e.ledgersOf(v.Root) {
		if _, receipt := e.listsOf(e.rec).usage.newest(l.id); receipt != nil || len(l.book.Totals()) > 0 {
			code = "nothing_to_report"
		}
	}
	return &Mistake{Code: code, Args: map[string]any{"vendor": cmp.Or(v.Profile.Name, v.Profile.Vendor)}}
}

// draftLevel is the level of a file: the one in force, or the one that a person chose for it.
func (e *Engine) draftLevel(root, chosen string) (string, error) {
	in := e.listsOf(e.rec).levels[root]
	if chosen == "" {
		return cmp.Or(in.level, usage.LevelContract), nil
	}
	return chosen, in.allows(chosen)
}

// reporter finds the vendor that is reported to: the one named, or the only one with a ledger here.
func (e *Engine) reporter(name string) (vendorRecord, error) {
	if name != "" {
		return e.vendor(name)
	}
	var roots []string
	for _, l := range e.ledgers.list() {
		if _, known := e.rec.Vendors[l.root]; known {
			roots = append(roots, l.root)
		}
	}
	slices.Sort(roots)
	switch roots = slices.Compact(roots); len(roots) {
	case 0:
		return vendorRecord{}, &Mistake{Code: "nothing_recorded"}
	case 1:
		return e.rec.Vendors[roots[0]], nil
	}
	var names []string
	for _, root := range roots {
		names = append(names, e.rec.Vendors[root].Profile.Vendor+"@"+root[:8])
	}
	return vendorRecord{}, &Mistake{Code: "vendor_ambiguous", Args: map[string]any{"vendor": "", "list": strings.Join(names, ", ")}}
}

// toReport is the ledger of a vendor that a file should be made of now, with its newest file that waits: the first one with
// something new, else the last one that waits. nil when there is nothing to report.
func (e *Engine) toReport(root string) (*usageLedger, *usageFileRecord) {
	var found *usageLedger
	var file *usageFileRecord
	u := e.listsOf(e.rec).usage
	for _, l := range e.ledgersOf(root) {
		_, seq := e.covered(l)
		if !e.newSince(l, seq) {
			continue
		}
		var last *usageFileRecord
		if waiting := u.waiting(l.id); len(waiting) > 0 {
			last = waiting[len(waiting)-1]
		}
		if last == nil || e.newSince(l, last.Last) {
			return l, last
		}
		found, file = l, last
	}
	return found, file
}

// worthReporting says that an entry is a use, a note of what happened, or one that only the vendor can read. A start of the program is
// none alone, nor is that old entries were taken out.
func worthReporting(row usage.Row) bool {
	return row.Use != nil || row.Note != nil && row.Note.Kind != "prune" || row.Sealed
}

// newSince says that something after an entry is worth a report.
func (e *Engine) newSince(l *usageLedger, after uint64) bool {
	err := l.book.Rows(after+1, func(row usage.Row) error {
		if worthReporting(row) {
			return errEnough
		}
		return nil
	})
	return errors.Is(err, errEnough)
}

// from is the first epoch that a file begins with: behind the newest receipt, or behind full files that were saved since and go on.
func (e *Engine) from(l *usageLedger) uint64 {
	u := e.listsOf(e.rec).usage
	covered, _ := e.covered(l)
	_, newest := u.newest(l.id)
	next := covered + 1
	for _, f := range u.waiting(l.id) {
		if f.FromEpoch == next && f.Remains > 0 && !f.Left.IsZero() && (newest == nil || f.Made.After(newest.Taken)) {
			next = f.ToEpoch + 1
		}
	}
	return next
}

// UsageLeft records that the draft was saved under a name, to be carried or mailed to the vendor. The error is a *Mistake for a file
// that was never made here.
func (e *Engine) UsageLeft(ctx context.Context, draftID, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	f, ok := e.rec.UsageFiles[draftID]
	if !ok {
		return &Mistake{Code: "usage_file_unknown", Args: map[string]any{"id": draftID}}
	}
	if f.Name == name && !f.Left.IsZero() {
		return nil
	}
	if err := e.begin(ctx); err != nil {
		return err
	}
	left := *f
	if left.Name = name; left.Left.IsZero() { // saving it again makes it no newer
		left.Left = e.rec.Home.decision(f.Root, e.clockRead())
	}
	ev := ledger.Event{Kind: "usage_left", Reason: "saved", Authority: "person", Vendor: f.Root, Document: f.Document}
	return e.commit(ctx, ev, change{UsageFiles: []usageFileRecord{left}})
}
