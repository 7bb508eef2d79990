package mail

import (
	"strings"
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/usage"
)

func draft() licensing.UsageDraft {
	return licensing.UsageDraft{
		Vendor: "Acme GmbH", Name: "usage_acme_7F3A-2C91_2026-11-03.hfuse", Words: "tulip-orbit-47", File: []byte("x"), Customer: "Example Corp",
		From: noon.AddDate(0, -1, 0), To: noon, Email: "Acme help <help@acme.example>", ReceiptBy: noon.AddDate(0, 0, 12),
		Contents: usage.Contents{
			File: exchange.Usage{Entries: 230, Device: exchange.RequestDevice{Code: "7F3A-2C91"}}, Sums: []usage.Sum{{Count: 200}, {Count: 14}},
		},
	}
}

func TestTheMailOfAUsageFileSaysWhatItBringsInEveryLanguage(t *testing.T) {
	for _, lang := range plain.Languages() {
		say, err := plain.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		d := draft()
		m := ForUsage(say, d)
		all := m.Subject + "\n" + m.Text
		if plain.IsMissing(all) || strings.ContainsAny(all, "{}") {
			t.Errorf("%s: %s", lang, all)
		}
		for _, want := range []string{"7F3A-2C91", d.Name, d.Words, "214", "Example Corp", say.Date(d.From, d.From.Location()), say.Date(d.ReceiptBy, d.From.Location())} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %s in\n%s", lang, want, all)
			}
		}
		if m.To != "help@acme.example" || m.Name != d.Name || string(m.File) != "x" {
			t.Errorf("%+v", m)
		}
		if _, err := m.EML(noon); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsNotKnownIsLeftOutOfTheMail(t *testing.T) {
	say, err := plain.New("en")
	if err != nil {
		t.Fatal(err)
	}
	d := draft()
	full := ForUsage(say, d)
	d.Customer, d.Email = "", "+49 30 1234"
	d.ReceiptBy = licensing.UsageDraft{}.ReceiptBy
	d.Contents.Epochs = []usage.Epoch{{Unread: 2}}
	m := ForUsage(say, d)
	if m.To != "" || strings.Contains(m.Text, "Customer") || strings.Contains(m.Text, "expect") || strings.Contains(m.Text, "Uses") {
		t.Errorf("%q\n%s", m.To, m.Text)
	}
	if !strings.Contains(full.Text, "Customer") || !strings.Contains(full.Text, "expect") {
		t.Errorf("%s", full.Text)
	}
}
