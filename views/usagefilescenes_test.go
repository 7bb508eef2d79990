package views

import (
	"path/filepath"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// draftWith lets the engine give a draft that a test changed.
func (b *bench) draftWith(change func(d *licensing.UsageDraft)) {
	b.engine.metered.draft = func(o licensing.UsageOptions) (licensing.UsageDraft, error) {
		d := usageDraftOf(usageContents(214, o.Level))
		if change != nil {
			change(&d)
		}
		return d, nil
	}
}

// draftFails lets the engine give no draft.
func (b *bench) draftFails(err error) {
	b.engine.metered.draft = func(licensing.UsageOptions) (licensing.UsageDraft, error) { return licensing.UsageDraft{}, err }
}

// receiptReport is what the engine says of a receipt that came in.
func receiptReport(matches bool) licensing.Report {
	f := terms.NewProblem(terms.StateUsageConfirmed, terms.Slots{
		"vendor": "Acme GmbH", "from": day("2026-10-01"), "to": day("2026-10-29"), "ref": "R-118", "n": 214,
	}, nil).Finding
	if !matches {
		f = terms.NewProblem(terms.StateUsageMismatch, terms.Slots{"a": 214, "b": 210, "days": 30}, nil).Finding
	}
	it := licensing.Item{
		Source: "/media/stick/receipt_acme_7F3A-2C91_R-118.hfrcp", Kind: exchange.KindReceipt, Vendor: "Acme GmbH", Root: acmeRoot,
		Words: "anchor-lime-12", Issued: day("2026-11-02"), Finding: f, Usable: true,
	}
	return licensing.Report{Items: []licensing.Item{it}, ForHere: 1, Finding: f}
}

// ownUsageReport is what the engine says of a usage file that was made here.
func ownUsageReport() licensing.Report {
	r := badReport("usage_acme_7F3A-2C91_2026-10.hfuse", terms.StateFileRequest, terms.Slots{"date": day("2026-11-03"), "vendor": "Acme GmbH"})
	r.Items[0].Kind = exchange.KindUsage
	return r
}

// usageFileScenes are the preview of a usage file, its hand-over and receipts.
func usageFileScenes() []scene {
	metered := func(then func(b *bench)) func(b *bench) {
		return func(b *bench) {
			b.engine.metered.usage = []licensing.UsageView{usageViewOf()}
			b.engine.metered.receipts = []licensing.ReceiptView{receiptOf(true)}
			b.engine.revision++
			b.w.reload()
			then(b)
		}
	}
	free := func(b *bench) {
		v := usageViewOf()
		v.LevelBy, v.Level = "", usage.LevelContract
		b.engine.metered.usage = []licensing.UsageView{v}
		b.engine.facts.Licenses[0].License.Policy.Usage.Level = usage.LevelFull
		b.engine.revision++
		b.w.reload()
	}
	return []scene{
		{"v1-usage-file", meteredFacts, metered(func(b *bench) { b.w.usageDraft(acmeRoot) })},
		{"v2-usage-file-notes", meteredFacts, metered(func(b *bench) {
			free(b)
			b.draftWith(func(d *licensing.UsageDraft) {
				d.Again, d.Left, d.Contents.File.Remains, d.Contents.Epochs[0].Unread = true, true, 3200, 12
				d.From = d.From.AddDate(0, -1, 0)
			})
			b.w.usageDraft(acmeRoot)
		})},
		{"v3-usage-entries", meteredFacts, metered(func(b *bench) { b.w.usageDraft(acmeRoot); b.clickID("usagefile.entries") })},
		{"v4-usage-raw", meteredFacts, metered(func(b *bench) { b.w.usageDraft(acmeRoot); b.clickID("usagefile.raw") })},
		{"v5-usage-saved", meteredFacts, metered(func(b *bench) {
			b.w.usageDraft(acmeRoot)
			d := usageDraftOf(usageContents(214, ""))
			d.Left = true
			b.w.visit(b.w.usageSavedPlace(&d, filepath.Join("/media/kim/KINGSTON", d.Name)))
		})},
		{"v6-usage-locked", lockedFacts, metered(func(b *bench) {
			b.draftFails(terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil))
			b.w.usageDraft(acmeRoot)
		})},
		{"v7-receipt", meteredFacts, metered(func(b *bench) { b.w.receiptPage("R-118") })},
		{"v8-receipt-differs", meteredFacts, metered(func(b *bench) {
			b.engine.metered.receipts = []licensing.ReceiptView{receiptOf(false)}
			b.w.receiptPage("R-118")
		})},
		{"v9-receipt-in", meteredFacts, metered(func(b *bench) {
			b.engine.report = receiptReport(true)
			b.w.Open([]string{"/media/stick/receipt_acme_7F3A-2C91_R-118.hfrcp"})
		})},
		{"va-own-usage", meteredFacts, metered(func(b *bench) {
			b.engine.report = ownUsageReport()
			b.w.Open([]string{"usage_acme_7F3A-2C91_2026-10.hfuse"})
		})},
		{"vb-usage-entry", meteredFacts, metered(func(b *bench) {
			b.w.usageDraft(acmeRoot)
			b.clickID("usagefile.entries")
			b.press("Return")
		})},
		{"vc-receipt-in-differs", meteredFacts, metered(func(b *bench) {
			b.engine.report = receiptReport(false)
			b.w.Open([]string{"receipt.hfrcp"})
		})},
	}
}

// usageFileData are what vendors and programs named in the usage fixtures.
var usageFileData = []string{
	"Example Corp", "Working time", "Starts", "starts", "parts", "example", "KINGSTON", ledgerID, draftID, "9a9a", "e2e2", "7d7d", "1b1b", "c4c4", "abab", "cHVi", "bm9u",
	"T-77120", "ed25519", "holdfast.usage", "5e0d11a7", "this", "1.4.0", "MLKEM", "seal-2026", "b7c1", "311-314", ":00",
}
