package issuer_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// handed looks an answer up by the file that it answers.
func (d *desk) handed(t *testing.T, e exchange.Envelope) (issuer.Answer, bool) {
	t.Helper()
	id, err := issuer.HandedID(e)
	if err != nil || len(id) != 64 {
		t.Fatalf("id %q, %v", id, err)
	}
	a, ok, err := d.Handed(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a, ok
}

func TestAnAnswerIsFoundByTheFileThatItAnswers(t *testing.T) {
	d := newDesk(t)
	request := newComputer(t, 1).request(t, d.trusted(t), d.license(t, issuer.NewLicense{}).Key, 1)
	if _, ok := d.handed(t, request); ok {
		t.Fatal("an answer before it was given")
	}
	want := d.answer(t, request)
	d.reopen(t)
	got, ok := d.handed(t, request)
	if !ok || !bytes.Equal(got.File, want.File) || got.Name != want.Name || got.Code != want.Code || !got.Again {
		t.Errorf("found %v: %s %s", ok, got.Name, got.Code)
	}
}

func TestAReceiptIsFoundByItsUsageFile(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	a.use(3)
	file := a.export()
	want, err := d.AnswerFile(t.Context(), "x", file)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := d.handed(t, envelopes(t, file)[0])
	if !ok || !bytes.Equal(got.File, want[0].File) || got.Receipt == nil || got.Receipt.Entries != want[0].Receipt.Entries {
		t.Errorf("found %v: %+v", ok, got.Receipt)
	}
}

func TestAnAnswerOfAWithdrawnKeyIsNotHandedOut(t *testing.T) {
	d := newDesk(t)
	v := d.trusted(t)
	request := newComputer(t, 1).request(t, v, d.license(t, issuer.NewLicense{}).Key, 1)
	d.answer(t, request)
	if _, err := d.RotateKeys(issuer.Rotation{Withdraw: v.Keys[0].ID, NothingAfter: monday.AddDate(0, 0, -1)}); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.handed(t, request); ok {
		t.Error("it is handed out all the same")
	}
	again := d.answer(t, request)
	if got, ok := d.handed(t, request); !ok || !bytes.Equal(got.File, again.File) {
		t.Error("the new answer is not found")
	}
}

func TestWhatIsNoIdFindsNothing(t *testing.T) {
	d := newDesk(t)
	for _, id := range []string{"", "x", "../meta/identity", strings.Repeat("A", 64), strings.Repeat("ab", 32)} {
		if _, ok, err := d.Handed(t.Context(), id); ok || err != nil {
			t.Errorf("%q: %v, %v", id, ok, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.Handed(ctx, strings.Repeat("ab", 32)); !errors.Is(err, context.Canceled) {
		t.Errorf("after a stop: %v", err)
	}
}
