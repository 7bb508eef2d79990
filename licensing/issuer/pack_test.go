package issuer_test

import (
	"bytes"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
)

// A new answer is packed from what was just signed, and the same answer again from its file: the bytes are the same.
func TestAnAnswerIsPackedIntoTheSameBytesAgain(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	pc := newComputer(t, 1)
	file := armored(t, pc.request(t, d.trusted(t), made.Key, 1))
	var packed [][]byte
	for _, again := range []bool{false, true} {
		found, err := exchange.Read("request", file)
		if err != nil {
			t.Fatal(err)
		}
		answers, err := d.AnswerFound(t.Context(), "request", found)
		if err != nil || len(answers) != 1 || answers[0].Again != again {
			t.Fatalf("%+v, %v", answers, err)
		}
		b, err := answers[0].Pack()
		if err != nil {
			t.Fatal(err)
		}
		if want, err := exchange.Pack(answers[0].File); err != nil || !bytes.Equal(b, want) {
			t.Fatalf("packed %d bytes, the file gives %d: %v", len(b), len(want), err)
		}
		packed = append(packed, b)
	}
	if !bytes.Equal(packed[0], packed[1]) {
		t.Error("the same answer was packed into other bytes")
	}
}
