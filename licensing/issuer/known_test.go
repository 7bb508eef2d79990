package issuer_test

import (
	"bytes"
	"os"
	"path/filepath"
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

// An old store gets its index of computers before the first exchange, and the computers in it are found by it.
func TestAnOldStoreIsIndexedBeforeItServes(t *testing.T) {
	d := goldenDesk(t, filepath.Join("testdata", "golden", "v3"), monday.AddDate(0, 0, 2))
	for _, want := range []bool{false, true, true} {
		if whole, err := d.Indexed(); err != nil || whole != want {
			t.Fatalf("indexed %v, %v", whole, err)
		}
		if err := d.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.ReadFile(filepath.Join("testdata", "golden", "v3", "second.hfuse"))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.receive(t, file); got.Receipt.New != 12 || len(got.Receipt.Findings) > 0 {
		t.Errorf("the next file of then: %+v", got.Receipt)
	}
}
