package licensing

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// uploads records one use, hands it to the vendor and takes the receipt, every six hours of n.
func (c *computer) uploads(d *desk, n int) (files []UsageDraft, receipts [][]byte) {
	c.t.Helper()
	for range n {
		c.clock.Advance(6 * time.Hour)
		d.now = c.clock.Read().Wall
		c.uses("renders", 1, "")
		f := c.drafts(UsageOptions{Most: 1 << 16})
		r, _ := d.confirm(f.File)
		if it := c.use(r); !it.Taken || it.Finding.State != terms.StateUsageConfirmed {
			c.t.Fatalf("receipt %d: %+v", len(receipts)+1, it.Finding)
		}
		files, receipts = append(files, f), append(receipts, r)
	}
	return files, receipts
}

// homeSize are the bytes and the number of files of what is written again and again, or read at a start: all but the journal and the
// ledgers, which only grow.
func (c *computer) homeSize() (bytes int64, files int) {
	c.t.Helper()
	for _, pattern := range []string{checkpointFile, tailFile, documentsDir + "/*", usageDir + "/*/" + exportsDir + "/*"} {
		for _, name := range must(filepath.Glob(filepath.Join(c.home, pattern))) {
			bytes, files = bytes+must(os.Stat(name)).Size(), files+1
		}
	}
	return bytes, files
}

// recordsOf is the state of a home in a form that can be compared.
func recordsOf(r *records) string {
	c := r.all()
	c.Home = nil // what is seen at each look
	w := newRecords()
	w.apply(c)
	w.changes, w.Home = 0, homeRecord{}
	return string(must(json.Marshal(w)))
}

func TestTwoThousandUploadsLeaveAHomeAsSmallAsTwoHundred(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	c, d := meteringComputer(t)
	c.uploads(d, 4)
	file, _ := c.listsOf(c.rec).usage.newest(c.usage().Ledger)
	_, last := c.listsOf(c.rec).usage.newest(file.Ledger)
	base := *c.listsOf(c.rec).usage.upTo(&file)
	k := d.keys[0]
	// What an upload leaves in the journal: the file that was made, and the receipt with its signed document.
	upload := func(n int) {
		c.clock.Advance(6 * time.Hour)
		d.now = c.clock.Read().Wall
		f, r := base, file
		f.ID, f.Made, f.FromEpoch, f.ToEpoch, f.Document = fmt.Sprintf("%016x", n), d.now, uint64(n), uint64(n), fmt.Sprintf("%064x", n)
		f.First, f.Last = uint64(3*n), uint64(3*n+2)
		r.Number, r.Epoch, r.Seq, r.Export = n, uint64(n), f.Last, f.ID
		env := d.sign(exchange.Response{
			Header: d.header(exchange.ResponseSchema, k), Kind: exchange.KindReceipt,
			Parts: []exchange.Part{{Kind: exchange.KindReceipt, ID: f.ID, Receipt: &r}},
		}, exchange.ResponseType, exchange.KeySigner(k))
		p := *last
		p.Subject, p.Document, p.Issued, p.Taken = fmt.Sprintf("%s/%d", r.Ledger, n), documentHash(env), d.now, d.now
		p.Body = exchange.Part{Kind: exchange.KindReceipt, ID: f.ID, Receipt: &r}
		doc := documentRecord{Hash: p.Document, Kind: exchange.KindReceipt, Root: p.Root, Taken: d.now, Issued: d.now, Looked: partsKnown}
		for _, change := range []change{{UsageFiles: []usageFileRecord{f}}, {Parts: []partRecord{p}, Documents: []documentRecord{doc}, Envelopes: []exchange.Envelope{env}}} {
			if err := c.record(context.Background(), ledger.Event{Kind: "upload", Vendor: p.Root}, change); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The last of each month stays too, for five years: 2,000 uploads are 17 months.
	const perMonth = 17
	most := receiptsKept + perMonth + foldSlack
	var after200 int64
	for n := 5; n <= 2000; n++ {
		upload(n)
		if n%200 != 0 {
			continue
		}
		c.writeCheckpoint()
		size, files := c.homeSize()
		if n == 200 {
			after200 = size
		}
		receipts := len(c.Receipts())
		if len(c.rec.UsageFiles) > most || receipts > most || len(c.rec.Documents) > receipts+documentsKept+foldSlack || files > most+documentsKept+foldSlack+4 {
			t.Fatalf("after %d uploads: %d usage files, %d receipts, %d documents, %d files", n, len(c.rec.UsageFiles), receipts, len(c.rec.Documents), files)
		}
		if size > 2*after200 {
			t.Fatalf("after %d uploads %d bytes, after 200 it was %d", n, size, after200)
		}
	}
	live := recordsOf(c.rec)
	full := newRecords()
	if err := c.replay(full); err != nil {
		t.Fatal(err)
	}
	if recordsOf(full) != live {
		t.Fatal("the journal alone gives other records")
	}
	index := c.readIndexAgain()
	if recordsOf(index) != live {
		t.Fatalf("the index has %d usage files, %d parts, %d documents", len(index.UsageFiles), len(index.Parts), len(index.Documents))
	}
	bare, err := c.readCheckpoint()
	if err != nil || len(bare.UsageFiles) != len(c.rec.UsageFiles) || len(bare.Parts) != len(c.rec.Parts) || len(bare.Documents) != len(c.rec.Documents) {
		t.Fatalf("the checkpoint has %d usage files, %d parts, %d documents, %v", len(bare.UsageFiles), len(bare.Parts), len(bare.Documents), err)
	}
}

// readIndexAgain is what the index says.
func (c *computer) readIndexAgain() *records {
	c.t.Helper()
	if err := c.index.Close(); err != nil {
		c.t.Fatal(err)
	}
	rec := c.readIndex()
	if rec == nil {
		c.t.Fatal("no index")
	}
	return rec
}

func TestWhatWasLetGoOfIsStillKnown(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	c, d := meteringComputer(t)
	files, receipts := c.uploads(d, 130)
	u := c.listsOf(c.rec).usage
	ledgerID := c.usage().Ledger
	if len(u.files[ledgerID]) >= 130 || len(u.receipts[ledgerID]) >= 130 {
		t.Fatalf("%d files and %d receipts of 130", len(u.files[ledgerID]), len(u.receipts[ledgerID]))
	}
	if got := c.told("records_folded"); len(got) == 0 {
		t.Fatal("the journal does not say that records went")
	}
	held := map[int]bool{}
	for _, r := range c.Receipts() {
		held[r.Number] = true
		if !r.Matches || !c.ReceiptSigned(r.Document) || u.upTo(&r.Receipt) == nil {
			t.Fatalf("receipt %d: matches %v, compared with %v", r.Number, r.Matches, u.upTo(&r.Receipt))
		}
	}
	for n := 130; n > 130-receiptsKept; n-- {
		if !held[n] {
			t.Fatalf("receipt %d, one of the newest, is gone", n)
		}
	}
	if held[1] {
		t.Fatal("the first receipt is still whole")
	}
	for _, step := range []string{"now", "after a new start", "from the journal alone", "from index and checkpoint"} {
		switch step {
		case "after a new start":
			c.reopen()
		case "from the journal alone":
			c.lose(indexFile, checkpointFile, tailFile, documentsDir)
		case "from index and checkpoint":
			c.reopen()
		}
		seq, before := c.Snapshot().Records.Seq, len(c.Receipts())
		for n, want := range map[int]terms.State{1: terms.StateFileOlder, 129: terms.StateFileKnown, 130: terms.StateFileKnown} {
			if it := c.use(receipts[n-1]); it.Taken || it.Finding.State != want {
				t.Fatalf("%s: receipt %d again: %s", step, n, it.Finding.State)
			}
		}
		if got := len(c.Receipts()); got > before || got < receiptsKept {
			t.Fatalf("%s: %d receipts, there were %d", step, got, before)
		}
		if grew := c.Snapshot().Records.Seq - seq; grew > 2 { // that an older file was not taken, and that what was over by then went
			t.Fatalf("%s: %d records", step, grew)
		}
		if c.usage().Unsent != 0 || c.Snapshot().Verdict.Products[0].State != terms.StateActive {
			t.Fatalf("%s: %d unsent, %s", step, c.usage().Unsent, c.Snapshot().Verdict.Products[0].State)
		}
		sent, err := c.SentUsage(context.Background(), files[0].ID)
		if err != nil || len(sent.Contents.Rows) != len(files[0].Contents.Rows) || len(sent.File) > 0 {
			t.Fatalf("%s: what left first: %d rows, %v", step, len(sent.Contents.Rows), err)
		}
	}
	if _, err := c.SentUsage(context.Background(), "nosuch"); mistake(err) != "usage_file_unknown" {
		t.Fatal(err)
	}
	// The vendor gets the newest receipt with the next file, and one that was sent twice counts once.
	if r, counted := d.confirm(files[0].File); counted.Events != 0 || r == nil {
		t.Fatalf("the first file again counted %+v", counted)
	}
	s := d.standings[ledgerID]
	s.Receipt-- // that answer is not on its way
	d.standings[ledgerID] = s
	c.uploads(d, 1)
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if r := c.Receipts(); len(r) == 0 || r[0].Number != 131 || !r[0].Matches {
		t.Fatalf("with a locked key store: %d receipts", len(r))
	}
	c.keys.Fail(keystore.OK)
}

func TestAFileThatLeftWaitsForItsReceiptThroughManyPreviews(t *testing.T) {
	const previews, unreported = usageFilesKept + foldSlack, 5
	c, d := meteringComputer(t)
	c.uses("renders", 500, "")
	mailed := c.drafts(UsageOptions{})
	if err := c.UsageLeft(context.Background(), mailed.ID, "usage.hfuse"); err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(time.Hour)
	c.uses("renders", unreported, "")
	looked := *c.rec.UsageFiles[c.drafts(UsageOptions{}).ID]
	for n := range previews {
		f := looked
		f.ID, f.ToEpoch = fmt.Sprintf("%016x", n), f.ToEpoch+uint64(n)+1
		c.rec.apply(change{UsageFiles: []usageFileRecord{f}})
	}
	c.folded = 0
	if c.fold(context.Background()); len(c.rec.UsageFiles) != 1+usageFilesKept {
		t.Fatalf("%d usage files stay", len(c.rec.UsageFiles))
	}
	if w := c.usage().Waiting; len(w) != 1 || w[0].ID != mailed.ID {
		t.Fatalf("the file that was mailed does not wait: %+v", w)
	}
	d.now = c.clock.Read().Wall
	d.edit = func(r *exchange.Receipt) { r.Entries += 7 } // the vendor counted something else
	receipt, _ := d.confirm(mailed.File)
	if it := c.use(receipt); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	if c.Receipts()[0].Matches {
		t.Error("that the receipt says something else goes unseen")
	}
	unsent := func(when string) {
		t.Helper()
		if m := c.Snapshot().Facts.Metered[0]; m.UnsentUnits != unreported || len(m.Waiting) != 0 {
			t.Errorf("%s: %d units are unreported, want %d; waiting %+v", when, m.UnsentUnits, unreported, m.Waiting)
		}
	}
	unsent("after the receipt")
	c.rec.drop(surplus{files: []string{mailed.ID}})
	unsent("without what is known of the file")
}

func TestAHomeThatNeverLetGoShrinksAtItsNextChange(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	c, d := meteringComputer(t)
	c.folded = 1 << 30 // as programs of before, which kept all
	c.uploads(d, 70)
	if got := len(c.rec.UsageFiles); got != 70 {
		t.Fatalf("%d usage files", got)
	}
	whole := recordsOf(c.rec)
	c.reopen()
	if recordsOf(c.rec) != whole || len(c.told("records_folded")) > 0 {
		t.Fatal("a start alone let go of something")
	}
	c.uploads(d, 1)
	if files, receipts := len(c.rec.UsageFiles), len(c.Receipts()); files > 36 || receipts > 36 {
		t.Fatalf("%d usage files, %d receipts", files, receipts)
	}
	folded := recordsOf(c.rec)
	if _, files := c.homeSize(); files > len(c.rec.Documents)+2 {
		t.Fatalf("%d files lie in the home", files)
	}
	for _, lost := range [][]string{nil, {indexFile}, {indexFile, checkpointFile, tailFile}, {indexFile, documentsDir}} {
		if c.lose(lost...); recordsOf(c.rec) != folded {
			t.Fatalf("without %v the records are others", lost)
		}
	}
}

func TestTheRuleOfWhatIsKept(t *testing.T) {
	const ledgerID = "0123456789abcdef0123456789abcdef"
	at := func(n int) time.Time { return start.Add(time.Duration(n) * 10 * day) }
	file := func(n int, edit ...func(*usageFileRecord)) usageFileRecord {
		f := usageFileRecord{ID: fmt.Sprintf("f%03d", n), Root: "root", Ledger: ledgerID, Made: at(n), FromEpoch: uint64(n), ToEpoch: uint64(n)}
		for _, e := range edit {
			e(&f)
		}
		return f
	}
	receipt := func(n int) partRecord {
		r := exchange.Receipt{Number: n, Ledger: ledgerID, Epoch: uint64(n), Export: fmt.Sprintf("f%03d", n)}
		return partRecord{
			Root: "root", Kind: exchange.KindReceipt, Subject: fmt.Sprintf("%s/%d", ledgerID, n), Document: fmt.Sprintf("doc-%03d", n),
			Issued: at(n), Taken: at(n), Body: exchange.Part{Kind: exchange.KindReceipt, Receipt: &r},
		}
	}
	t.Run("receipts", func(t *testing.T) {
		r := newRecords()
		for n := 1; n <= 200*3; n++ { // three a month for sixteen years
			r.apply(change{Parts: []partRecord{receipt(n)}, UsageFiles: []usageFileRecord{file(n)}})
		}
		r.apply(change{Fold: foldRule})
		u := r.usageRecords()
		kept := u.receipts[ledgerID]
		months := map[string]int{}
		for i, p := range kept {
			if u.upTo(p.Body.Receipt) == nil {
				t.Fatalf("receipt %d has nothing to be compared with", p.Body.Receipt.Number)
			}
			if i < receiptsKept {
				if p.Body.Receipt.Number != 600-i {
					t.Fatalf("place %d is receipt %d", i, p.Body.Receipt.Number)
				}
			}
			months[p.Issued.Format("2006-01")]++
		}
		if len(months) != monthsKept || len(kept) > receiptsKept+monthsKept || len(r.UsageFiles) != len(kept) {
			t.Fatalf("%d receipts of %d months, %d files", len(kept), len(months), len(r.UsageFiles))
		}
		if over := r.surplus(); over.len() != 0 {
			t.Fatalf("a second look lets go of %+v", over)
		}
	})
	t.Run("files that wait", func(t *testing.T) {
		r := newRecords()
		for n := 1; n <= 600; n++ {
			r.apply(change{UsageFiles: []usageFileRecord{file(n, func(f *usageFileRecord) {
				if n <= 500 {
					f.Left = at(n)
				}
			})}})
		}
		kept := func(want ...[2]int) {
			t.Helper()
			r.apply(change{Fold: foldRule})
			var all []string
			for _, w := range want {
				for n := w[0]; n <= w[1]; n++ {
					all = append(all, fmt.Sprintf("f%03d", n))
				}
			}
			if got := sortedKeys(r.UsageFiles); !slices.Equal(got, all) {
				t.Fatalf("%d files stay, want %d of %v: %v", len(got), len(all), want, got)
			}
		}
		kept([2]int{500 - leftFilesKept + 1, 500}, [2]int{600 - usageFilesKept + 1, 600})
		r.apply(change{Parts: []partRecord{receipt(450)}})
		kept([2]int{450, 500}, [2]int{600 - usageFilesKept + 1, 600})
		r.apply(change{Parts: []partRecord{receipt(500)}})
		kept([2]int{450, 450}, [2]int{500 - usageFilesKept + 1, 500}, [2]int{600 - usageFilesKept + 1, 600})
	})
	t.Run("documents", func(t *testing.T) {
		r := newRecords()
		for n := range 200 {
			r.apply(change{
				Documents: []documentRecord{{Hash: fmt.Sprintf("l%03d", n), Kind: exchange.KindLicense, Root: "root", Taken: at(n)}},
				Licenses:  []licenseRecord{{Root: "root", Serial: fmt.Sprintf("S%d", n%20), Document: fmt.Sprintf("l%03d", n), Profile: "p-old"}},
			})
		}
		for _, hash := range []string{"p-old", "p-new"} {
			r.apply(change{Documents: []documentRecord{{Hash: hash, Kind: exchange.KindProfile, Root: "root", Taken: start}}})
		}
		r.apply(change{Fold: foldRule})
		if len(r.Documents) != 20+documentsKept+2 || r.Documents["l199"] == nil || r.Documents["l130"] == nil || r.Documents["l129"] != nil || r.Documents["p-old"] == nil {
			t.Fatalf("%d documents: %v", len(r.Documents), sortedKeys(r.Documents))
		}
	})
	t.Run("documents with parts for a later program", func(t *testing.T) {
		r := newRecords()
		add := func(name string, count int, pending bool) {
			for n := range count {
				r.apply(change{Documents: []documentRecord{{
					Hash: fmt.Sprintf("%s%03d", name, n), Kind: exchange.KindReceipt, Root: "root", Taken: at(n), Pending: pending, Looked: partsKnown,
				}}})
			}
			r.apply(change{Fold: foldRule})
		}
		add("p", 3, true)
		add("d", 120, false)
		if len(r.Documents) != 3+documentsKept || r.Documents["p000"] == nil || r.Documents["d119"] == nil {
			t.Fatalf("%d documents: %v", len(r.Documents), sortedKeys(r.Documents))
		}
		if add("p", pendingKept+20, true); len(r.Documents) != pendingKept+documentsKept || r.Documents["p019"] != nil || r.Documents["p020"] == nil {
			t.Fatalf("%d documents", len(r.Documents))
		}
	})
	t.Run("requests", func(t *testing.T) {
		r := newRecords()
		add := func(n int, kind string, s terms.RequestState, until time.Time) {
			r.apply(change{Requests: []requestRecord{{ID: fmt.Sprintf("q%03d", n), Kind: kind, Vendor: "root", State: s, Created: at(n), Until: until}}})
		}
		add(0, exchange.RequestMoreTime, terms.RequestRefused, at(1))
		add(1, exchange.RequestRenew, terms.RequestOpen, at(500))
		add(2, exchange.RequestActivate, terms.RequestOpen, at(3)) // ran out
		add(3, exchange.RequestActivate, terms.RequestAnswered, at(9))
		for n := 4; n < 300; n++ {
			add(n, exchange.RequestCheckin, terms.RequestAnswered, at(n+1))
		}
		r.apply(change{Fold: foldRule})
		// The refusal still stands, the renewal still waits, the answered activation and check-in are the newest of their kinds.
		if len(r.Requests) != requestsKept+4 || r.Requests["q000"] == nil || r.Requests["q001"] == nil || r.Requests["q002"] != nil || r.Requests["q003"] == nil {
			t.Fatalf("%d requests: %v", len(r.Requests), sortedKeys(r.Requests))
		}
	})
	t.Run("a rule of a later program", func(t *testing.T) {
		r := newRecords()
		for n := 1; n <= 100; n++ {
			r.apply(change{UsageFiles: []usageFileRecord{file(n)}})
		}
		if r.apply(change{Fold: foldRule + 1}); len(r.UsageFiles) != 100 {
			t.Fatal("a rule that is not known let go of something")
		}
	})
}

func TestRecordsThatMayBeIncompleteAreLeftAsTheyAre(t *testing.T) {
	c, d := meteringComputer(t)
	c.folded = 1 << 30
	c.uploads(d, 70)
	c.rec.Home.Damage, c.rec.Home.Since = terms.StateRolledBack, c.clock.Read().Wall
	c.folded = 0
	c.fold(context.Background())
	if len(c.rec.UsageFiles) != 70 || len(c.told("records_folded")) > 0 {
		t.Fatal("records of an older copy went")
	}
	c.rec.Home.Damage = ""
	if c.fold(context.Background()); len(c.rec.UsageFiles) >= 70 || !slices.Equal(c.told("records_folded"), []string{"kept_in_journal"}) {
		t.Fatal("whole records stay")
	}
}

func TestAnOlderLicenseWhoseRequestWasLetGoOfIsOlder(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	first := v.answer(req)
	c.use(first)
	v.now = v.now.Add(time.Hour)
	l := v.license("A-1", 2, bound(req))
	c.use(v.file(exchange.KindLicense, v.profile(), v.response(exchange.KindLicense, nil, licensePart(l))))
	delete(c.rec.Requests, req.ID)
	for hash := range c.rec.Documents {
		delete(c.rec.Documents, hash)
	}
	if it := c.use(first); it.Taken || it.Finding.State != terms.StateFileOlder {
		t.Fatalf("%+v", it.Finding)
	}
	if c.Snapshot().Facts.Licenses[0].Version != 2 {
		t.Fatal("the older license is held")
	}
}

func TestAFileThatANewerOneCoversIsNotKeptTwice(t *testing.T) {
	c, d := meteringComputer(t)
	var files []UsageDraft
	for range 4 { // nothing comes back
		c.clock.Advance(day)
		c.uses("renders", 1, "")
		files = append(files, c.drafts(UsageOptions{Most: 1 << 16}))
	}
	exports := filepath.Join(c.home, usageDir, c.usage().Ledger, exportsDir, "*")
	if kept := must(filepath.Glob(exports)); len(kept) != 1 || filepath.Base(kept[0]) != files[3].ID+exportEnd {
		t.Fatalf("kept %v", kept)
	}
	if again := c.drafts(UsageOptions{Most: 1 << 16}); again.ID != files[3].ID || !slices.Equal(again.File, files[3].File) {
		t.Fatal("the newest file is made anew")
	}
	old, err := c.SentUsage(context.Background(), files[0].ID)
	if err != nil || len(old.Contents.Rows) != len(files[0].Contents.Rows) {
		t.Fatalf("what was in the first file: %d rows, %v", len(old.Contents.Rows), err)
	}
	// Any of them may have reached the vendor: their receipts are compared as ever.
	d.now = c.clock.Read().Wall
	for _, i := range []int{0, 3} {
		receipt, _ := d.confirm(files[i].File)
		if it := c.use(receipt); !it.Taken || it.Finding.State != terms.StateUsageConfirmed {
			t.Fatalf("receipt for file %d: %+v", i, it.Finding)
		}
	}
	if kept := must(filepath.Glob(exports)); len(kept) != 0 {
		t.Fatalf("kept %v after the receipts", kept)
	}
}
