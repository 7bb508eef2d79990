package views

import (
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// ownUsage is a usage file that a person dropped: it is on its way to a vendor, and nothing here changes by it.
func ownUsage(rep licensing.Report) (licensing.Item, bool) {
	if len(rep.Items) != 1 || !outgoing(rep.Items[0]) {
		return licensing.Item{}, false
	}
	return rep.Items[0], true
}

// outgoing says that a file is a usage file in order, which only its vendor takes.
func outgoing(it licensing.Item) bool {
	return it.Kind == exchange.KindUsage && (it.Finding.State == terms.StateFileRequest || it.Finding.State == terms.StateFileOtherKind)
}

// ownUsageBanner says what a usage file is for, and offers to show what is in the one of now.
func (v voice) ownUsageBanner(s licensing.Snapshot, it licensing.Item) banner {
	vendor := vendorName(s, usageRootOf(s, it))
	if vendor == "" {
		vendor = v.t("open_request.contact")
	}
	b := banner{Tone: terms.ToneNotice, Symbol: "fileout", Answers: plain.Answers{
		Headline: v.t("usagefile.own"), Happened: v.t("usagefile.own.happened", "vendor", vendor), Works: v.t("preview.nothing.works"),
		Do: v.t("usagefile.own.do", "vendor", vendor), By: v.t("preview.nothing.by"),
	}}
	if usageRootOf(s, it) != "" {
		b.Answers.Button, b.Answers.Action = v.t("usagefile.own.show"), terms.ActExportUsage
	}
	return b
}

// usageRootOf is the vendor whose ledger a file is about: the one it names, else the only one.
func usageRootOf(s licensing.Snapshot, it licensing.Item) string {
	name, _ := it.Finding.Slots["vendor"].(string)
	for _, u := range s.Usage {
		if u.Root == it.Root || usageVendor(s, u) == name || len(s.Usage) == 1 {
			return u.Root
		}
	}
	return ""
}

// confirmed says that a file brings a receipt for usage.
func confirmed(it licensing.Item) bool {
	return it.Kind == exchange.KindReceipt && (it.Finding.State == terms.StateUsageConfirmed || it.Finding.State == terms.StateUsageMismatch)
}

// receiptIn is what a receipt that came in confirms, as label and text, and until when the entries stay here.
func (v voice) receiptIn(s licensing.Snapshot, it licensing.Item) [][2]string {
	f := it.Finding
	said := func(slot string) string {
		switch x := f.Slots[slot].(type) {
		case int:
			return v.Number(int64(x))
		case string:
			return x
		}
		return ""
	}
	from, _ := f.Slots["from"].(time.Time)
	to, _ := f.Slots["to"].(time.Time)
	facts := [][2]string{{v.t("receipt.reference"), said("ref")}}
	if !from.IsZero() {
		facts = append(facts, [2]string{v.t("receipt.period"), v.period(from, to, v.long)})
	}
	facts = append(facts, [2]string{v.t("receipt.counted"), said("n")}, [2]string{v.t("receipt.sent"), said("a")}, [2]string{v.t("receipt.counted"), said("b")})
	for _, u := range s.Usage {
		if u.Root == it.Root && u.Keep.Lasts() {
			facts = append(facts, [2]string{v.t("receipt.kept"), v.t("receipt.kept.until", "date", v.long(u.Keep.After(it.Issued, v.zone)))})
		}
	}
	return facts
}
