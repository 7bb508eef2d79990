package licensing

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/usage"
)

// errStale says that a usage file that was made cannot be shown again as it was: it is made anew.
var errStale = errors.New("the usage file is made anew")

// DraftUsage makes the usage file of everything without a receipt, and shows everything that is in it. Nothing has left then. While
// nothing is recorded, the same file comes again, byte for byte. A vendor that counts on several ledgers of this home, since a device
// key was lost, gets one file for each, the oldest first. The error is the *Mistake nothing_to_report when no use waits for a
// receipt, and a *terms.Problem while the key store is locked: a file is signed.
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
		return UsageDraft{}, nothingToReport(v)
	}
	if last != nil && cmp.Or(last.Asked, last.Level) == level && !e.newSince(l, last.Last) {
		d, err := e.draftAgain(v, l, last)
		if !errors.Is(err, errStale) {
			return d, err
		}
	}
	if err := l.book.CloseEpoch(ctx); err != nil {
		return UsageDraft{}, e.diskProblem(err)
	}
	d, err := e.makeDraft(ctx, v, l, level)
	if errors.Is(err, usage.ErrNothing) {
		return UsageDraft{}, nothingToReport(v)
	}
	return d, err
}

func nothingToReport(v vendorRecord) error {
	return &Mistake{Code: "nothing_to_report", Args: map[string]any{"vendor": cmp.Or(v.Profile.Name, v.Profile.Vendor)}}
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
		return vendorRecord{}, &Mistake{Code: "nothing_to_report", Args: map[string]any{"vendor": ""}}
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

// makeDraft makes a new usage file of what lies in closed epochs.
func (e *Engine) makeDraft(ctx context.Context, v vendorRecord, l *usageLedger, level string) (UsageDraft, error) {
	epochs, err := l.book.Epochs(e.from(l))
	if err != nil {
		return UsageDraft{}, e.diskProblem(err)
	}
	built, err := usage.BuildContent(l.id, epochs)
	if err != nil {
		return UsageDraft{}, err
	}
	contents, err := usage.Decode(built.Content, exchange.Usage{})
	if err != nil {
		return UsageDraft{}, err
	}
	key, err := e.sealingKeyOf(v.Root)
	if err != nil {
		return UsageDraft{}, err
	}
	r := e.clockRead()
	face, err := e.usageFace(v, l, level, r)
	if err != nil {
		return UsageDraft{}, err
	}
	face.Level = levelOf(contents, level)
	face.Remains = built.Remains
	env, sealed, err := usage.Seal(built.Content, face, deviceSigner{e.secrets.device}, key)
	if err != nil {
		return UsageDraft{}, err
	}
	file, err := exchange.WriteUsage(e.usageText(v, face.Issued), sealed, append([]exchange.Envelope{env}, e.newestReceipt(l)...)...)
	if err != nil {
		return UsageDraft{}, err
	}
	if face, err = exchange.ParseUsage(env); err != nil {
		return UsageDraft{}, err
	}
	contents.File = face
	rec := fileRecord(v.Root, face, contents, documentHash(env))
	rec.Lower, rec.Restored = e.rec.Home.lower(v.Root, r).UTC(), len(e.rec.Usage[v.Root].Settled[l.id]) > 0
	rec.addLost(l.book.Lost())
	if rec.Unread = l.book.Unread(); face.Level != level {
		rec.Asked = level
	}
	if err := e.keepExport(ctx, &rec, file); err != nil {
		return UsageDraft{}, err
	}
	e.writeUsageAnchor(ctx, l)
	return e.draft(v, &rec, file, contents), nil
}

// keepExport keeps the file and then the record of it: a cut in between leaves a file that nobody was given.
func (e *Engine) keepExport(ctx context.Context, rec *usageFileRecord, file []byte) error {
	dir := e.path(usageDir, rec.Ledger, exportsDir)
	if err := e.o.FS.MkdirAll(dir, 0o700); err != nil {
		return e.diskProblem(err)
	}
	if err := disk.WriteFile(e.o.FS, e.exportPath(rec), file, 0o600); err != nil {
		return e.diskProblem(err)
	}
	ev := ledger.Event{Kind: "usage_file_made", Reason: rec.Level, Authority: "person", Vendor: rec.Root, Document: rec.Document}
	return e.commit(ctx, ev, change{UsageFiles: []usageFileRecord{*rec}, Home: e.proven(e.rec.Home)})
}

func (e *Engine) exportPath(f *usageFileRecord) string {
	return e.path(usageDir, f.Ledger, exportsDir, f.ID+exportEnd)
}

// usageFace is what a usage file says openly. The computer's label leaves from level computer on.
func (e *Engine) usageFace(v vendorRecord, l *usageLedger, level string, r clock.Reading) (exchange.Usage, error) {
	var random [40]byte
	if _, err := io.ReadFull(e.o.Rand, random[:]); err != nil {
		return exchange.Usage{}, err
	}
	id, code := e.deviceID()
	newest, _ := e.listsOf(e.rec).usage.newest(l.id)
	face := exchange.Usage{
		Header: exchange.Header{
			Vendor: v.Profile.Vendor, ID: hex.EncodeToString(random[:8]), Trace: hex.EncodeToString(random[8:16]),
			Issued: e.rec.Home.decision(v.Root, r).Truncate(time.Second),
		},
		Device: exchange.RequestDevice{ID: id, Public: exchange.EncodeKey(e.public), Code: code},
		Nonce:  base64.StdEncoding.EncodeToString(random[16:]), Program: e.o.Program, Ledger: l.id, Level: level, Receipt: newest.Number,
	}
	if l.device != id {
		former := e.rec.Home.Former
		face.Former = former[max(0, len(former)-exchange.MaxFormer):]
	}
	if levels[level] >= levels[usage.LevelComputer] {
		face.Device.Label = e.rec.Home.Label
	}
	return face, nil
}

// newestReceipt is the vendor's own word on the ledger: it goes along, so that a vendor that lost its memory finds it again.
func (e *Engine) newestReceipt(l *usageLedger) []exchange.Envelope {
	_, p := e.listsOf(e.rec).usage.newest(l.id)
	if p == nil {
		return nil
	}
	env, err := e.readDocument(p.Document)
	if err != nil {
		return nil // the vendor parks what it cannot place, and says what is missing
	}
	return []exchange.Envelope{env}
}

// fileRecord is what the records keep of a usage file.
func fileRecord(root string, face exchange.Usage, c usage.Contents, document string) usageFileRecord {
	f := usageFileRecord{
		ID: face.ID, Root: root, Ledger: face.Ledger, Nonce: face.Nonce, Level: face.Level, Made: face.Issued, Document: document,
		FromEpoch: face.FromEpoch, ToEpoch: face.ToEpoch, First: face.First, Last: face.Last, Entries: face.Entries, Close: face.Close,
		Receipt: face.Receipt, Remains: face.Remains,
	}
	f.From, f.To = usedWithin(c)
	for i := len(c.Epochs) - 1; i >= 0; i-- {
		if c.Epochs[i].Close == "" {
			continue
		}
		for _, s := range c.Epochs[i].Closed {
			f.Events += s.Count
			f.Totals = append(f.Totals, usageTotal{s.Product, s.Meter, s.Kind, s.Units})
		}
		break
	}
	return f
}

// usedWithin are the times of the first and the last use in a file.
func usedWithin(c usage.Contents) (from, to time.Time) {
	for i := range c.Rows {
		if u := c.Rows[i].Use; u != nil {
			from = earlier(from, u.At)
			if u.At.After(to) {
				to = u.At
			}
		}
	}
	return from, to
}

// draftAgain is a file that was made before, with what is in it read from the same content.
func (e *Engine) draftAgain(v vendorRecord, l *usageLedger, f *usageFileRecord) (UsageDraft, error) {
	file, err := disk.ReadFile(e.o.FS, e.exportPath(f), exchange.MaxFile)
	if err != nil {
		return UsageDraft{}, errStale
	}
	face, err := faceOf(file)
	if err != nil || face.ID != f.ID {
		return UsageDraft{}, errStale
	}
	epochs, err := l.book.Epochs(f.FromEpoch)
	if err != nil {
		return UsageDraft{}, e.diskProblem(err)
	}
	epochs = slices.DeleteFunc(epochs, func(ep usage.RawEpoch) bool { return ep.Number > f.ToEpoch })
	built, err := usage.BuildContent(l.id, epochs)
	if err != nil {
		return UsageDraft{}, errStale
	}
	if sum := sha256.Sum256(built.Content); hex.EncodeToString(sum[:]) != face.Sealed.Content {
		return UsageDraft{}, errStale // what was locked then can be read now
	}
	contents, err := usage.Decode(built.Content, face)
	if err != nil {
		return UsageDraft{}, errStale
	}
	d := e.draft(v, f, file, contents)
	d.Again = true
	return d, nil
}

// faceOf is the signed face of a usage file.
func faceOf(file []byte) (exchange.Usage, error) {
	found, err := exchange.Read("", file)
	if err != nil {
		return exchange.Usage{}, err
	}
	if len(found) != 1 || len(found[0].Bundle.Envelopes) == 0 {
		return exchange.Usage{}, errStale
	}
	return exchange.ParseUsage(found[0].Bundle.Envelopes[0])
}

// draft is a usage file with all that a person should know before it leaves.
func (e *Engine) draft(v vendorRecord, f *usageFileRecord, file []byte, c usage.Contents) UsageDraft {
	_, code := e.deviceID()
	d := UsageDraft{
		ID: f.ID, Root: v.Root, Vendor: cmp.Or(v.Profile.Name, v.Profile.Vendor), File: file, Contents: c, From: f.From, To: f.To,
		Name: exchange.UsageFileName(v.Profile.Vendor, code, f.Made), Left: !f.Left.IsZero(), Asked: f.Asked, Email: v.Profile.Support.Email,
	}
	for _, m := range e.listsOf(e.rec).meters.vendors {
		if m.root == v.Root {
			d.Customer = m.customer
		}
	}
	if found, err := exchange.Read(d.Name, file); err == nil && len(found) == 1 {
		d.Words = found[0].Words
	}
	if p := v.Profile.Promises.Receipt; p.Lasts() {
		d.ReceiptBy = p.After(f.Made, time.UTC)
	}
	return d
}

// usageText is the paragraph that a person reads in a usage file.
func (e *Engine) usageText(v vendorRecord, made time.Time) string {
	_, code := e.deviceID()
	return e.say("file.usage", map[string]any{"vendor": v.Profile.Name, "code": code, "contact": v.Profile.Support.Email, "date": made})
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
