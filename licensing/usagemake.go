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
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/usage"
)

// errStale says that a usage file that was made cannot be shown again as it was: it is made anew.
var errStale = errors.New("the usage file is made anew")

// carries says that a file which waits for its receipt has all that a new one would have, or for a contact that it is the next batch.
func (e *Engine) carries(l *usageLedger, f *usageFileRecord, o UsageOptions) bool {
	if o.Most == 0 {
		return !e.newSince(l, f.Last)
	}
	covered, _ := e.covered(l)
	return f.FromEpoch == covered+1 && (f.Remains > 0 || !e.newSince(l, f.Last))
}

// makeDraft makes a new usage file of what lies in closed epochs, with at most most bytes of content for a contact.
func (e *Engine) makeDraft(ctx context.Context, v vendorRecord, l *usageLedger, level string, most int) (UsageDraft, error) {
	from := e.from(l)
	if covered, _ := e.covered(l); most > 0 {
		from = covered + 1
	}
	epochs, err := l.book.Epochs(from)
	if err != nil {
		return UsageDraft{}, e.diskProblem(err)
	}
	built, err := usage.BuildBatch(l.id, epochs, most)
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
	ev := ledger.Event{Kind: usageMade, Reason: rec.Level, Authority: "person", Vendor: rec.Root, Document: rec.Document}
	if err := e.commit(ctx, ev, change{UsageFiles: []usageFileRecord{*rec}, Home: e.proven(e.rec.Home)}); err != nil {
		return err
	}
	e.dropExports()
	return nil
}

// usageMade is the kind of journal records about usage files that were made.
const usageMade = "usage_file_made"

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
