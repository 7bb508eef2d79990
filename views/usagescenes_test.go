package views

import (
	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usageScenes are the page about usage in its states.
func usageScenes() []scene {
	with := func(change func(f *fake), to func(b *bench)) func(b *bench) {
		return func(b *bench) {
			b.engine.metered.usage, b.engine.metered.receipts = []licensing.UsageView{acmeUsage()}, acmeReceipts()
			b.engine.history = usageHistory()
			if change != nil {
				change(b.engine)
			}
			b.engine.revision++
			b.w.reload()
			b.w.visit(b.w.usagePlace())
			if to != nil {
				to(b)
			}
		}
	}
	tab := func(id string) func(b *bench) { return func(b *bench) { b.clickID(id) } }
	return []scene{
		{"90-usage", usageFacts, with(nil, nil)},
		{"91-usage-month", usageFacts, with(nil, tab("usage.earlier"))},
		{"92-usage-table", usageFacts, with(nil, func(b *bench) { b.clickID("usage.earlier"); b.clickID("usage.table") })},
		{"93-usage-files", usageWaits, with(func(f *fake) { f.metered.usage[0].Waiting = acmeWaiting() }, tab("usage.tab.files"))},
		{"94-usage-log", usageFacts, with(nil, tab("usage.tab.log"))},
		{"95-usage-leaves", usageFacts, with(nil, tab("usage.tab.leaves"))},
		{"96-usage-calm", usageUnset, with(func(f *fake) {
			f.metered.usage[0] = licensing.UsageView{Root: acmeRoot, Vendor: "Acme GmbH", Level: usage.LevelFull, Keep: terms.Days(365), Meters: unused()}
			f.metered.receipts = nil
		}, nil)},
		{"97-usage-locked", func() terms.Facts {
			f := usageFacts()
			f.Device.Proven, f.Device.ProvenAt = false, day("2026-11-02")
			f.KeyStore = terms.KeyStore{State: terms.StateKeychainLocked, Name: "Keyring"}
			return f
		}, with(func(f *fake) {
			f.metered.usage[0].Unread = 31
			f.metered.usage[0].Gaps = []terms.UsageGap{{From: day("2026-10-20"), To: day("2026-10-21"), Cause: "disk_full", Count: 4}}
		}, nil)},
		{"98-usage-vendors", usageFacts, with(func(f *fake) { f.metered.usage = append(f.metered.usage, northUsage()) }, func(b *bench) {
			b.w.showUsage(northRoot)
		})},
		{"99-usage-bar", usageFacts, with(nil, func(b *bench) {
			b.clickID("usage.earlier")
			b.tabTo("chart acmecad/hours")
			for range 19 {
				b.press("Right")
			}
		})},
	}
}

// unused are the meters of Acme before anything was recorded.
func unused() []licensing.MeterView {
	all := acmeMeters()
	for i := range all {
		all[i].Days, all[i].Used, all[i].Left, all[i].Over, all[i].State = nil, 0, all[i].Included, 0, ""
	}
	return all
}

func usageHistory() []licensing.LedgerEntry {
	return []licensing.LedgerEntry{
		told("2026-10-16", "usage_left", "", ""), told("2026-10-02", "receipt_taken", "", "Acme GmbH"), told("2026-09-30", "verdict_changed", "active:license_term", ""),
		told("2026-09-29", "request_made", "renew", "person"),
	}
}
