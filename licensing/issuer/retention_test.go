package issuer_test

import (
	"bytes"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/pgtest"
)

func TestWhatALaterAnswerSaysAgainIsKeptForAWhileAndWhatWasGrantedForGood(t *testing.T) {
	t.Run("file", func(t *testing.T) { keptAnswers(t, newDesk(t)) })
	t.Run("database", func(t *testing.T) {
		keptAnswers(t, newDesk(t, func(o *issuer.Options) { o.Database = pgtest.Start(t) }))
	})
}

func keptAnswers(t *testing.T, d *desk) {
	a := d.agent(t, 1)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	asks := []struct {
		name string
		exchange.Envelope
	}{
		{"activation", a.request(t, d.trusted(t), made.Key, 1)},
		{"check-in", d.meeting(t, a.computer, exchange.RequestCheckin, 2, []string{made.Serial})},
		{"renewal", d.meeting(t, a.computer, exchange.RequestRenew, 3, []string{made.Serial})},
		{"more time", d.meeting(t, a.computer, exchange.RequestMoreTime, 4, []string{made.Serial}, wanted(monday.AddDate(0, 0, 50)))},
	}
	given := map[string][]byte{}
	for _, e := range asks {
		given[e.name] = d.answer(t, e.Envelope).File
	}
	a.use(5)
	file := a.export()
	receipt := d.receive(t, file)

	pass := func(days int) { // somebody asks meanwhile, which is when old answers go
		d.now = d.now.AddDate(0, 0, days)
		for n := range 3 {
			d.answer(t, d.meeting(t, a.computer, exchange.RequestCheckin, 100*days+n, []string{made.Serial}))
		}
		d.reopen(t)
	}
	pass(90)
	for _, e := range asks {
		if got := d.answer(t, e.Envelope); !got.Again || !bytes.Equal(got.File, given[e.name]) {
			t.Errorf("%s: other bytes after 90 days", e.name)
		}
	}
	if got := d.receive(t, file); !got.Again || !bytes.Equal(got.File, receipt.File) {
		t.Error("the usage file got another receipt after 90 days")
	}
	pass(1)
	for _, e := range asks {
		kept := e.name != "check-in"
		if got := d.answer(t, e.Envelope); got.Again != kept || bytes.Equal(got.File, given[e.name]) != kept || got.Refused {
			t.Errorf("%s after 91 days: again %v, refused %q", e.name, got.Again, got.Reason)
		}
	}
	again := d.receive(t, file)
	if again.Again || again.Receipt.New != 0 || again.Receipt.Entries != 5 || len(again.Receipt.Findings) > 0 {
		t.Errorf("the usage file once more: again %v, %+v", again.Again, again.Receipt)
	}
	if r := a.take(again.File); r.Entries != 5 || r.Totals["acmecad/renders"] != 5 {
		t.Errorf("receipt %+v", r)
	}
}
