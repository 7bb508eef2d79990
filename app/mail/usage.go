package mail

import (
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/usage"
)

// ForUsage is the mail that brings a usage file to the vendor; the draft has the name that it was saved under. Dates are in the zones of the draft's own times.
func ForUsage(say *plain.Speaker, d licensing.UsageDraft) Draft {
	args := map[string]any{
		"code": d.Contents.File.Device.Code, "customer": d.Customer, "file": d.Name, "words": d.Words, "vendor": d.Vendor,
		"n": uses(d.Contents), "from": say.Date(d.From, d.From.Location()), "to": say.Date(d.To, d.To.Location()),
		"date": say.Date(d.ReceiptBy, d.ReceiptBy.Location()),
	}
	return Draft{
		To: address(d.Email), Subject: say.Text("mail.usage.subject", args), Text: say.Text("mail.usage.text", args),
		Name: d.Name, File: d.File,
	}
}

// uses counts the uses in a file; "" where some entries are only the vendor's to read, so that their number is not known.
func uses(c usage.Contents) any {
	n := uint64(0)
	for i := range c.Epochs {
		if c.Epochs[i].Unread > 0 {
			return ""
		}
	}
	for i := range c.Sums {
		n += c.Sums[i].Count
	}
	return int64(min(n, 1<<62))
}
