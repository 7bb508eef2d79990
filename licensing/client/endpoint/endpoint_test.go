package endpoint

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestTheAddressIsReadAsItWasWritten(t *testing.T) {
	home := t.TempDir()
	if a := Read(home); a != "" {
		t.Errorf("an empty home has the address %q", a)
	}
	for _, address := range []string{"/run/user/1000/holdfast-1.sock", `\\.\pipe\holdfast-1`, ""} {
		if err := Write(home, address); err != nil {
			t.Fatal(err)
		}
		if a := Read(home); a != address {
			t.Errorf("%q, want %q", a, address)
		}
	}
	if left, err := os.ReadDir(home); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

func FuzzReadNeverTakesMoreThanAnAddress(f *testing.F) {
	f.Add([]byte(`{"schema_version":1,"address":"/run/x.sock"}`))
	f.Add(bytes.Repeat([]byte("["), 8<<10))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, File), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if a := Read(dir); len(a) > fileLimit {
			t.Errorf("%d bytes", len(a))
		}
	})
}

func TestTheUsualHomeIsBelowTheAccount(t *testing.T) {
	dir := t.TempDir()
	env := func(string) string { return dir }
	home, err := Home(env)
	if err != nil || !filepath.IsAbs(home) || home == dir {
		t.Errorf("%q, %v", home, err)
	}
	if _, err := Home(func(string) string { return "" }); err == nil {
		t.Error("a home without an account")
	}
}

// What is signed is found again behind whatever an answer says.
func FuzzSignedFindsWhatWithProofPut(f *testing.F) {
	f.Add("Ready.", "edit")
	f.Add(`,"proof":{}}`, "proof")
	f.Add(`"},"proof":{"public":""}`, `proof":{`)
	f.Fuzz(func(t *testing.T, text, feature string) {
		answer, err := json.Marshal(CheckAnswer{Text: text, Features: map[string]Feature{feature: {Mode: "keep"}, "proof": {}}})
		if err != nil {
			t.Skip(err)
		}
		if got, proof := Signed(answer); proof != nil || !bytes.Equal(got, answer) {
			t.Fatalf("a proof in %s", answer)
		}
		body, err := WithProof(answer, Proof{Public: text, Signature: feature})
		if err != nil {
			t.Fatal(err)
		}
		got, proof := Signed(append(body, '\n'))
		var p Proof
		if err := json.Unmarshal(proof, &p); err != nil || !bytes.Equal(got, answer) {
			t.Fatalf("%s\n%s\n%v", got, answer, err)
		}
		if !json.Valid(body) {
			t.Fatalf("%s", body)
		}
	})
}
