package views

import (
	"slices"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// usageFileRow is a usage file that left and has no receipt yet.
type usageFileRow struct {
	ID, Name, About, Made string
}

func (v voice) usageFileRow(f terms.UsageFile) usageFileRow {
	return usageFileRow{ID: f.ID, Name: f.Name, Made: v.short(f.Made), About: v.period(f.From, f.To, v.short)}
}

// receiptRow is one receipt of a vendor.
type receiptRow struct {
	Ref, Title, About, Date string
	Word                    string // of the chip
	Tone                    terms.Tone
}

func (v voice) receiptRow(r licensing.ReceiptView) receiptRow {
	row := receiptRow{
		Ref: r.Ref, Title: v.t("usage.receipt", "ref", r.Ref), Date: v.short(r.Issued), Word: v.t("usage.receipt.matches"), Tone: terms.ToneOK,
		About: v.t("usage.receipt.about", "n", int(r.Counted), "period", v.period(r.From, r.To, v.short)),
	}
	if !r.Matches {
		row.Word, row.Tone = v.t("usage.receipt.differs"), terms.ToneWarn
	}
	return row
}

// crossed says whether a record tells of something that came in or left.
func crossed(kind string) bool {
	return strings.HasPrefix(kind, "usage_") || strings.HasPrefix(kind, "request_") || strings.HasSuffix(kind, "_taken") ||
		slices.Contains([]string{"vendor_trusted", "vendor_key_changed", "profile_updated", "file_refused", "computer_confirmed"}, kind)
}

// kept says how long entries stay, and what was taken out.
func (v voice) kept(u licensing.UsageView, receipts []licensing.ReceiptView) []string {
	out := []string{v.t("usage.keep.open")}
	if u.Keep.Lasts() {
		out = append(out, v.t("usage.keep.length", "length", v.Length(u.Keep)))
		if len(receipts) > 0 {
			r := receipts[0]
			out = append(out, v.t("usage.keep.until", "ref", r.Ref, "date", v.long(u.Keep.After(r.Issued, v.zone))))
		}
	}
	if u.Pruned > 0 {
		out = append(out, v.t("usage.keep.pruned", "n", int(u.Pruned)))
	}
	return out
}
