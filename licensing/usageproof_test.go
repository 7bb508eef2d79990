package licensing

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

func TestRecordedUsesAreProvenForTheirRequestWithTheKeyOfTheLicense(t *testing.T) {
	c, _ := meteringComputer(t)
	request, answer := []byte(`{"events":[]}`), []byte(`{"seq":1}`)
	public, signature, err := c.ProveUsage("bm9uY2U=", request, answer)
	if err != nil {
		t.Fatal(err)
	}
	key, err := exchange.DecodeKey(public)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	asked, answered := sha256.Sum256(request), sha256.Sum256(answer)
	message := append(append([]byte("holdfast/v1/usage\x00bm9uY2U=\x00"), asked[:]...), answered[:]...)
	if !ed25519.Verify(key, message, sig) {
		t.Error("the signature does not verify")
	}
	if p, err := c.Prove("acmecad", "bm9uY2U=", answer); err != nil || p.Public != public {
		t.Errorf("a check is proven by %q, uses by %q, %v", p.Public, public, err)
	}
	if _, _, err := c.ProveUsage("", request, answer); mistake(err) != "proof_nonce" {
		t.Error(err)
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if _, _, err := c.ProveUsage("n", request, answer); !isProblem(err, terms.StateKeychainLocked) {
		t.Error(err)
	}
}
