package issuer_test

import (
	"bytes"
	"testing"

	"holdfast/licensing/issuer"
)

// TestAnOutageSpeaksOfNothingThatWasNotKept: an outage and a transaction that is lost come together.
func TestAnOutageSpeaksOfNothingThatWasNotKept(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	ask := armored(t, newComputer(t, 1).request(t, d.trusted(t), made.Key, 1))
	if err := d.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	profile := func() []byte {
		file, err := d.Outage(t.Context(), ask, d.now)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(envelopes(t, file)[0].Payload)
	}
	kept := profile()
	if err := d.LostProfile(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(profile(), kept) {
		t.Fatal("a profile that the store does not have is handed out")
	}
}
