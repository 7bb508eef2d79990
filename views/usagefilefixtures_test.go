package views

import (
	"cmp"
	"context"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// metered is the usage part of the fake engine.
type metered struct {
	usage    []licensing.UsageView // of the snapshot
	receipts []licensing.ReceiptView
	draft    func(o licensing.UsageOptions) (licensing.UsageDraft, error) // nil: a draft of usageContents(214)
	drafts   []licensing.UsageOptions                                     // that were asked for
	left     [][2]string                                                  // draft and name
	unkept   error                                                        // of UsageLeft
	levels   []string                                                     // that a person chose
}

// DraftUsage makes a draft of what the test set.
func (f *fake) DraftUsage(ctx context.Context, o licensing.UsageOptions) (licensing.UsageDraft, error) {
	f.wait(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return licensing.UsageDraft{}, err
	}
	f.metered.drafts = append(f.metered.drafts, o)
	switch {
	case f.fail != nil:
		return licensing.UsageDraft{}, f.fail
	case f.metered.draft != nil:
		return f.metered.draft(o)
	}
	return usageDraftOf(usageContents(214, o.Level)), nil
}

// UsageLeft remembers the name.
func (f *fake) UsageLeft(_ context.Context, draftID, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.metered.unkept != nil {
		return f.metered.unkept
	}
	f.metered.left = append(f.metered.left, [2]string{draftID, name})
	f.revision++
	return nil
}

// Receipts are those that the test set.
func (f *fake) Receipts() []licensing.ReceiptView {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.metered.receipts
}

// withMeters gives a license three meters.
func withMeters(h *terms.Held) {
	h.Policy.Meters = map[string]terms.Meter{
		"starts": {Name: terms.Plain("Starts"), Unit: "starts", Kind: usage.Counter, Overage: "allow"},
		"hours":  {Name: terms.Plain("Working time"), Unit: "h", Kind: usage.Duration, Included: 160, Per: "month", Overage: "allow"},
		"parts":  {Name: terms.Plain("Sheet metal"), Unit: "parts", Kind: usage.Counter, Included: 20, Per: "month", Overage: "warn"},
	}
	h.Policy.Usage = terms.Usage{Due: "monthly", Level: usage.LevelContract, Late: "nothing", Keep: terms.Days(400)}
}

// meteredFacts is a computer with a license that counts use.
func meteredFacts() terms.Facts {
	return acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), withMeters),
		held("acmecam", "AcmeCAM", acmeRoot, endOf("2027-06-30")))
}

// Ids of the usage fixtures.
const (
	ledgerID = "4f2a9c017be35d68a1f04c5e9b7d2033"
	draftID  = "0c1f7a52d9e84b36"
)

// usageContents are n entries of October in a usage file: a session, uses, and a note.
func usageContents(n int, level string) usage.Contents {
	level = cmp.Or(level, usage.LevelContract)
	from, grain := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC), time.Hour
	if level == usage.LevelFull {
		grain = time.Second
	}
	c := usage.Contents{Schema: "holdfast.usage-contents/v1"}
	c.File = exchange.Usage{
		Header: exchange.Header{
			Schema: exchange.UsageSchema, Vendor: acmeRoot, Alg: "ed25519", KeyID: "5e0d11a7", ID: draftID, Issued: day("2026-11-03"), Trace: "T-77120",
		},
		Device: exchange.RequestDevice{ID: "this", Public: "cHVibGljIGtleQ==", Code: "7F3A-2C91"}, Nonce: "bm9uY2U=", Program: "1.4.0",
		Ledger: ledgerID, Level: level, FromEpoch: 3, ToEpoch: 3, First: 101, Last: 100 + uint64(n), Entries: uint64(n),
		Close: strings.Repeat("9a", 32), Receipt: 117,
		Sealed: exchange.SealedContent{
			Suite: "MLKEM768X25519/HKDF-SHA256/ChaCha20Poly1305", Key: "seal-2026", Size: 8123, SHA256: strings.Repeat("1b", 32),
			Unpacked: 20480, Content: strings.Repeat("c4", 32),
		},
	}
	if level != usage.LevelContract {
		c.File.Device.Label = "lab 7"
	}
	c.Epochs = []usage.Epoch{{
		Number: 3, First: 101, Last: 100 + uint64(n), Previous: strings.Repeat("7d", 32), Key: "seal-2026", Head: strings.Repeat("e2", 32),
		Close: strings.Repeat("9a", 32), Closed: []usage.Sum{{Product: "acmecad", Meter: "starts", Kind: usage.Counter, Units: 320, Count: 320}},
	}}
	seq := uint64(101)
	put := func(r usage.Row) {
		r.Seq, r.Epoch = seq, 3
		c.Rows = append(c.Rows, r)
		seq++
	}
	put(usage.Row{Session: &usage.Session{
		Boot: "b7c1", Wall: from, At: from, Running: 2 * time.Hour, Program: "1.4.0", Grain: int64(grain / time.Second),
	}})
	sums := map[usage.Sum]*usage.Sum{}
	for i := range n - 2 {
		at := from.Add(time.Duration(i%22)*24*time.Hour + time.Duration(i%9)*time.Hour)
		u := usage.Use{Product: "acmecad", Meter: "starts", Kind: usage.Counter, Units: 1, At: at}
		switch {
		case i%5 == 1:
			u.Meter, u.Kind, u.Units = "hours", usage.Duration, 7200
		case i%30 == 7:
			u.Meter = "parts"
		}
		if i%40 == 3 {
			u.Flags = []string{"grace", "offline"}
		}
		put(usage.Row{Use: &u})
		day := usage.Sum{Product: u.Product, Meter: u.Meter, Kind: u.Kind, Day: at.Truncate(24 * time.Hour)}
		if sums[day] == nil {
			s := day
			sums[day] = &s
		}
		sums[day].Units, sums[day].Count = sums[day].Units+u.Units, sums[day].Count+1
	}
	put(usage.Row{Note: &usage.Note{Kind: "clock", At: from.Add(20 * 24 * time.Hour), Code: "settled", From: from, To: from.Add(time.Hour)}})
	for d := range 22 {
		for _, m := range []string{"hours", "parts", "starts"} {
			for key, s := range sums {
				if key.Meter == m && key.Day.Equal(from.Truncate(24*time.Hour).AddDate(0, 0, d)) {
					c.Sums = append(c.Sums, *s)
				}
			}
		}
	}
	return c
}

// usageDraftOf is a draft of contents, not saved yet.
func usageDraftOf(c usage.Contents) licensing.UsageDraft {
	return licensing.UsageDraft{
		ID: c.File.ID, Root: acmeRoot, Vendor: "Acme GmbH", File: []byte("-----BEGIN HOLDFAST USAGE-----\nc2VhbGVk\n-----END HOLDFAST USAGE-----\n"),
		Name: "usage_acme_7F3A-2C91_2026-10.hfuse", Words: "tulip-orbit-47", Contents: c,
		From: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 29, 17, 0, 0, 0, time.UTC),
		Customer: "Example Corp (customer no. 8812)", Email: "help@acme.example", ReceiptBy: day("2026-11-15"),
	}
}

// usageViewOf is the ledger of one vendor with what was not sent yet.
func usageViewOf() licensing.UsageView {
	return licensing.UsageView{
		Root: acmeRoot, Vendor: "Acme GmbH", Ledger: ledgerID, Entries: 534, Unsent: 214, Oldest: day("2026-10-01"), Due: day("2026-12-01"),
		Level: usage.LevelContract, LevelBy: "contract", Keep: terms.Days(400), Seq: 534, Head: strings.Repeat("e2", 32),
	}
}

// receiptOf is a receipt that matches the ledger here, or does not.
func receiptOf(matches bool) licensing.ReceiptView {
	r := licensing.ReceiptView{
		Root: acmeRoot, Vendor: "Acme GmbH", Ref: "R-118", Document: strings.Repeat("ab", 32), Matches: true,
		UsageReceipt: terms.UsageReceipt{
			Ref: "R-118", Number: 118, Issued: day("2026-11-02"), Taken: day("2026-11-03"), Sent: 214, Counted: 214,
			From: day("2026-10-01"), To: day("2026-10-29"),
		},
		Receipt: exchange.Receipt{
			Number: 118, Ledger: ledgerID, Epoch: 3, Seq: 314, Close: strings.Repeat("9a", 32),
			Totals: map[string]int64{"acmecad/starts": 320, "acmecad/hours": 345600, "acmecad/parts": 7}, AllowDays: 45, AllowUnits: 10000,
		},
		Totals: []licensing.ReceiptTotal{
			{Product: "acmecad", Meter: "hours", Here: 345600, There: 345600},
			{Product: "acmecad", Meter: "parts", Here: 7, There: 7},
			{Product: "acmecad", Meter: "starts", Here: 320, There: 320},
		},
	}
	if !matches {
		r.Matches, r.Counted, r.Receipt.Missing = false, 210, []string{"311-314"}
		r.Receipt.Totals["acmecad/starts"] = 316
		r.Totals[2].There = 316
	}
	return r
}
