package licensing

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// Records that nothing rests on any more are let go of, so that a home that meets its vendor several times a day stays as small as it
// is after some weeks. The journal keeps all of them. What is kept is the rule that the journal names (foldRule): a replay lets go of
// the same at the same place.
const (
	// foldRule is the rule of this program. One that says something else needs a number of its own.
	foldRule = 1
	// foldSlack is how much must be over before it goes: one record in the journal is then about many.
	foldSlack = 64
	// receiptsKept are the newest of each ledger; beside them the last of each of the newest monthsKept months stays.
	receiptsKept = 32
	monthsKept   = 60
	// usageFilesKept are the newest of each ledger that were only looked at, and the newest that left; beside them stay those that a
	// kept receipt is compared with. Of those that left and wait for a receipt leftFilesKept stay: one a day for more than a year.
	usageFilesKept = 32
	leftFilesKept  = 400
	// documentsKept are the newest of each vendor and kind that nothing rests on, pendingKept the newest with parts for a later program,
	// requestsKept the newest of each vendor that wait for nothing.
	documentsKept = 50
	pendingKept   = 400
	requestsKept  = 100
)

// surplus names the records that a rule lets go of, by their keys.
type surplus struct {
	files, parts, documents, requests []string
}

func (s *surplus) len() int { return len(s.files) + len(s.parts) + len(s.documents) + len(s.requests) }

// surplus is what the records hold beyond the rule.
func (r *records) surplus() surplus {
	var s surplus
	u := r.usageRecords()
	for _, receipts := range u.receipts {
		s.parts = append(s.parts, receiptsOver(receipts)...)
	}
	gone := setOf(s.parts)
	for _, files := range u.files {
		s.files = append(s.files, u.filesOver(files, gone)...)
	}
	s.documents = r.documentsOver(gone)
	s.requests = r.requestsOver()
	return s
}

// receiptsOver are the parts of those receipts of a ledger that go; they are given with the highest number first.
func receiptsOver(receipts []*partRecord) (over []string) {
	months := map[string]bool{}
	for i, p := range receipts {
		month := p.Issued.UTC().Format("2006-01")
		last := !months[month] && len(months) < monthsKept
		months[month] = true
		if i >= receiptsKept && !last {
			over = append(over, p.key())
		}
	}
	return over
}

// filesOver are the usage files of a ledger that go, beside the receipts that go.
func (u usageRecords) filesOver(files []*usageFileRecord, receipts map[string]bool) (over []string) {
	if len(files) <= usageFilesKept {
		return nil
	}
	ledger := files[0].Ledger
	compared := map[string]bool{}
	for _, p := range u.receipts[ledger] {
		if receipts[p.key()] {
			continue
		}
		compared[p.Body.Receipt.Export] = true
		if f := u.upTo(p.Body.Receipt); f != nil {
			compared[f.ID] = true
		}
	}
	newest, _ := u.newest(ledger)
	looked, left := 0, 0
	for _, f := range slices.Backward(files) { // they are given oldest first
		n, most := &looked, usageFilesKept
		if !f.Left.IsZero() {
			n = &left
			if f.ToEpoch > newest.Epoch {
				most = leftFilesKept
			}
		}
		if *n++; *n > most && !compared[f.ID] {
			over = append(over, f.ID)
		}
	}
	return over
}

// documentsOver are the documents that go when the parts named here are gone. Those with parts that only a later program knows make no
// room for others.
func (r *records) documentsOver(parts map[string]bool) []string {
	if len(r.Documents) <= documentsKept {
		return nil
	}
	used := r.documentsBut(parts)
	over := func(most int, pending bool) []string {
		return newestKept(r.Documents, most, func(d *documentRecord) (string, bool) {
			return d.Root + "/" + string(d.Kind), d.Pending == pending && !used[d.Hash]
		}, func(a, b *documentRecord) int { return a.Taken.Compare(b.Taken) })
	}
	return append(over(documentsKept, false), over(pendingKept, true)...)
}

// requestsOver are the requests that go: closed ones, and open ones that ran out before the newest was made. The newest one of a kind
// stays, since it says whether a refusal still stands.
func (r *records) requestsOver() []string {
	if len(r.Requests) <= requestsKept {
		return nil
	}
	newest, latest := map[string]time.Time{}, map[string]time.Time{}
	for _, q := range r.Requests {
		newest[q.Vendor] = later(newest[q.Vendor], q.Created)
		if q.State != terms.RequestCancelled {
			latest[q.Vendor+"/"+q.Kind] = later(latest[q.Vendor+"/"+q.Kind], q.Created)
		}
	}
	return newestKept(r.Requests, requestsKept, func(q *requestRecord) (string, bool) {
		waits := q.State == terms.RequestOpen && !q.Until.Before(newest[q.Vendor])
		return q.Vendor, !waits && !q.Created.Equal(latest[q.Vendor+"/"+q.Kind])
	}, func(a, b *requestRecord) int { return a.Created.Compare(b.Created) })
}

// newestKept are the keys of what is over when of each group most are kept, the newest. May says what group something belongs to, and
// whether it may go at all.
func newestKept[T any](all map[string]T, most int, may func(T) (group string, ok bool), age func(a, b T) int) (over []string) {
	groups := map[string][]string{}
	for key, v := range all {
		if group, ok := may(v); ok {
			groups[group] = append(groups[group], key)
		}
	}
	for _, keys := range groups {
		if len(keys) <= most {
			continue
		}
		slices.SortFunc(keys, func(a, b string) int { return cmp.Or(age(all[b], all[a]), cmp.Compare(a, b)) })
		over = append(over, keys[most:]...)
	}
	return over
}

// drop lets go of them.
func (r *records) drop(s surplus) {
	without(r.UsageFiles, s.files)
	without(r.Parts, s.parts)
	without(r.Documents, s.documents)
	without(r.Requests, s.requests)
	r.changes++
}

func without[T any](m map[string]T, keys []string) {
	for _, key := range keys {
		delete(m, key)
	}
}

func setOf(keys []string) map[string]bool {
	all := make(map[string]bool, len(keys))
	for _, key := range keys {
		all[key] = true
	}
	return all
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// weight is how many records there are of the kinds that are let go of.
func (r *records) weight() int {
	return len(r.UsageFiles) + len(r.Parts) + len(r.Documents) + len(r.Requests)
}

// fold lets go of what is over, once that is much. It looks at the first change after a start, and then when much came. Records that
// may be incomplete are left as they are. The lock is held.
func (e *Engine) fold(ctx context.Context) {
	if e.folded > 0 && e.rec.weight() < e.folded+foldSlack || e.rec.Home.Damage != "" || lasts(e.recState.State) {
		return
	}
	over := e.rec.surplus()
	if over.len() >= foldSlack {
		if e.record(ctx, ledger.Event{Kind: "records_folded", Reason: "kept_in_journal", Authority: "holdfast"}, change{Fold: foldRule, over: over}) != nil {
			return // the next change tries again
		}
		e.dropDocuments()
	}
	e.folded = max(e.rec.weight(), 1)
}

// dropDocuments removes the files of documents that the records no longer name. The journal has every one.
func (e *Engine) dropDocuments() {
	entries, err := e.o.FS.ReadDir(e.path(documentsDir))
	if err != nil {
		return
	}
	named := e.rec.documents()
	for _, en := range entries {
		hash := strings.TrimSuffix(en.Name(), ".json")
		if _, known := e.rec.Documents[hash]; known || named[hash] || len(hash) != 64 || !documentName.MatchString(en.Name()) {
			continue
		}
		_ = e.o.FS.Remove(e.documentPath(hash)) // the next time tries again
	}
}

// overtaken says that so many newer receipts of its ledger are held that one with this number was let go of, or would be.
func (u usageRecords) overtaken(ledger string, number int) bool {
	all := u.receipts[ledger]
	return len(all) >= receiptsKept && number < all[receiptsKept-1].Body.Receipt.Number
}
