package views

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usageOf are the ledgers of a fake as a snapshot has them.
func (f *fake) usageOf() []licensing.UsageView { return f.metered.usage }

func (f *fake) SetUsageLevel(_ context.Context, vendor, level string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	f.metered.levels = append(f.metered.levels, level)
	for i := range f.metered.usage {
		if f.metered.usage[i].Root == vendor {
			f.metered.usage[i].Level, f.metered.usage[i].LevelBy = level, "person"
		}
	}
	f.revision++
	return nil
}

// midnight is the day of a date, as sums name it.
func midnight(s string) time.Time { return day(s).Truncate(24 * time.Hour) }

// monthlyMeters are hours of AcmeCAD, parts of sheet metal and seats at once, with a file each month.
func monthlyMeters(h *terms.Held) {
	h.License.Policy.Meters = map[string]terms.Meter{
		"hours": {Name: terms.Plain("Working time"), Unit: "h", Kind: usage.Duration, Included: 160, Per: "month", Overage: "warn"},
		"parts": {Name: terms.Plain("Sheet metal"), Unit: "parts", Kind: usage.Counter, Included: 20, Per: "month", Overage: "stop"},
		"seats": {Name: terms.Plain("Seats"), Unit: "seats", Kind: usage.Peak, Included: 5, Per: "month", Overage: "allow"},
	}
	h.License.Policy.Usage = terms.Usage{Due: "monthly", Level: usage.LevelComputer, Late: "nothing", Keep: terms.Days(365)}
}

// usageFacts is a computer that meters for Acme: a file is due, one was confirmed.
func usageFacts() terms.Facts {
	f := acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), monthlyMeters))
	f.Metered = []terms.Metered{{
		Root: acmeRoot, Used: spentOf(acmeMeters()), Unsent: 134, Oldest: day("2026-10-01"),
		Receipts: []terms.UsageReceipt{acmeReceipts()[0].UsageReceipt},
	}}
	return f
}

// usageWaits is usageFacts with a file on its way.
func usageWaits() terms.Facts {
	f := usageFacts()
	f.Metered[0].Waiting = acmeWaiting()
	return f
}

// usageUnset is a vendor that meters here, without any use yet.
func usageUnset() terms.Facts {
	return acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), monthlyMeters, func(h *terms.Held) {
		h.License.Policy.Usage.Level = usage.LevelFull
	}))
}

func spentOf(meters []licensing.MeterView) []terms.Spent {
	var out []terms.Spent
	for _, m := range meters {
		for _, d := range m.Days {
			out = append(out, terms.Spent{Product: d.Product, Meter: d.Meter, Day: d.Day, Units: d.Units, Count: d.Count})
		}
	}
	return out
}

// daysOf are the sums of a meter on days of three months, in units of unit.
func daysOf(meter, kind string, unit int64, months map[string][]int64) []usage.Sum {
	var out []usage.Sum
	for _, month := range []string{"2026-09", "2026-10", "2026-11"} {
		for i, n := range months[month] {
			if n > 0 {
				at := midnight(month+"-01").AddDate(0, 0, i)
				out = append(out, usage.Sum{Product: "acmecad", Meter: meter, Kind: kind, Day: at, Units: n * unit, Count: uint64(n)})
			}
		}
	}
	return out
}

func acmeMeters() []licensing.MeterView {
	at := func(v terms.MeterVerdict, days []usage.Sum) licensing.MeterView {
		v.From, v.Reset = midnight("2026-11-01"), midnight("2026-12-01")
		return licensing.MeterView{Product: "acmecad", ProductName: terms.Plain("AcmeCAD Pro"), MeterVerdict: v, Days: days}
	}
	return []licensing.MeterView{
		at(terms.MeterVerdict{
			ID: "hours", Name: terms.Plain("Working time"), Unit: "h", Kind: usage.Duration, Used: 13, Included: 160, Left: 147, Overage: "warn",
		}, append(daysOf("hours", usage.Duration, 3600, map[string][]int64{
			"2026-09": {0, 3, 5, 2, 0, 0, 4, 4},
			"2026-10": {4, 5, 0, 0, 3, 6, 5, 4, 2, 0, 0, 5, 6, 4, 3, 5, 0, 0, 7, 5, 4, 3, 5, 0, 0, 6, 4, 4, 3, 3},
			"2026-11": {0, 7},
		}), usage.Sum{Product: "acmecad", Meter: "hours", Kind: usage.Duration, Day: midnight("2026-11-03"), Units: 23400, Count: 8})),
		at(terms.MeterVerdict{
			ID: "parts", Name: terms.Plain("Sheet metal"), Unit: "parts", Kind: usage.Counter, Used: 16, Included: 20, Left: 4, Overage: "stop",
			RunsOut: day("2026-11-12"), State: terms.StateQuotaLow,
		}, daysOf("parts", usage.Counter, 1, map[string][]int64{"2026-10": {0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 1}, "2026-11": {0, 7, 9}})),
		at(terms.MeterVerdict{
			ID: "seats", Name: terms.Plain("Seats"), Unit: "seats", Kind: usage.Peak, Used: 6, Included: 5, Over: 1, Overage: "allow",
			State: terms.StateQuotaUsed,
		}, daysOf("seats", usage.Peak, 1, map[string][]int64{"2026-10": {2, 3, 0, 0, 4, 5, 5, 3}, "2026-11": {0, 6, 4}})),
	}
}

func acmeWaiting() []terms.UsageFile {
	return []terms.UsageFile{{
		ID: "u-118", Name: "usage_acme_7F3A-2C91_2026-10.hfuse", Made: day("2026-10-16"), Entries: 93, From: day("2026-10-01"), To: day("2026-10-15"),
	}}
}

func acmeReceipts() []licensing.ReceiptView {
	one := func(number int, ref, issued, from, to string, sent, counted uint64) licensing.ReceiptView {
		return licensing.ReceiptView{
			Root: acmeRoot, Vendor: "Acme GmbH", Ref: ref, Document: "document " + ref, Matches: sent == counted,
			UsageReceipt: terms.UsageReceipt{
				Ref: ref, Number: number, Issued: day(issued), Taken: day(issued), Sent: sent, Counted: counted, From: day(from), To: day(to),
			},
			Receipt: exchange.Receipt{
				Number: number, Ledger: ledgerID, Epoch: uint64(number), Seq: sent, Close: "c1",
				Totals: map[string]int64{usage.MeterKey("acmecad", "hours"): 64800, usage.MeterKey("acmecad", "parts"): 3},
			},
			Totals: []licensing.ReceiptTotal{
				{Product: "acmecad", Meter: "hours", Here: 64800, There: 64800},
				{Product: "acmecad", Meter: "parts", Here: 3, There: 3 - int64(sent-counted)},
			},
		}
	}
	return []licensing.ReceiptView{
		one(118, "R-118", "2026-10-02", "2026-09-01", "2026-09-30", 112, 112),
		one(117, "R-117", "2026-09-02", "2026-08-01", "2026-08-31", 98, 97),
	}
}

// acmeUsage is the ledger of Acme.
func acmeUsage() licensing.UsageView {
	return licensing.UsageView{
		Root: acmeRoot, Vendor: "Acme GmbH", Ledger: ledgerID, Meters: acmeMeters(), Entries: 246, Unsent: 134, Oldest: day("2026-10-01"),
		Due: day("2026-12-01"), Level: usage.LevelContract, Keep: terms.Days(365), Seq: 246, Head: "7f3a2c91", Pruned: 12,
	}
}

// northUsage is a second ledger, of a vendor who did not say when a file is due.
func northUsage() licensing.UsageView {
	return licensing.UsageView{
		Root: northRoot, Vendor: "Nordlicht Audio", Ledger: "fedcba9876543210fedcba9876543210", Entries: 3, Unsent: 3, Oldest: day("2026-11-02"),
		Level: usage.LevelContract, LevelBy: "contract",
		Meters: []licensing.MeterView{{
			Product: "studio", ProductName: terms.Plain("Nordlicht Studio"),
			MeterVerdict: terms.MeterVerdict{ID: "mixes", Name: terms.Plain("Mixes"), Kind: usage.Counter, Used: 3, Overage: "allow"},
			Days:         []usage.Sum{{Product: "studio", Meter: "mixes", Kind: usage.Counter, Day: midnight("2026-11-02"), Units: 3, Count: 3}},
		}},
	}
}

// usageFake is an engine with the ledger of Acme, and of others.
func usageFake(others ...licensing.UsageView) *fake {
	f := newFake(usageFacts())
	f.metered.usage, f.metered.receipts = append([]licensing.UsageView{acmeUsage()}, others...), acmeReceipts()
	f.history = usageHistory()
	return f
}
