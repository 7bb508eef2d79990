package mail

import (
	"holdfast/licensing"
	"holdfast/licensing/plain"
)

// ForUsage is the mail that brings a usage file to the vendor. Dates are in the zones of the draft's own times.
func ForUsage(say *plain.Speaker, d licensing.UsageDraft) Draft {
	args := map[string]any{
		"code": d.Contents.File.Device.Code, "customer": d.Customer, "file": d.Name, "words": d.Words, "vendor": d.Vendor,
		"n": int64(min(d.Contents.File.Entries, 1<<62)), "from": say.Date(d.From, d.From.Location()), "to": say.Date(d.To, d.To.Location()),
		"date": say.Date(d.ReceiptBy, d.ReceiptBy.Location()),
	}
	return Draft{
		To: address(d.Email), Subject: say.Text("mail.usage.subject", args), Text: say.Text("mail.usage.text", args),
		Name: d.Name, File: d.File,
	}
}
