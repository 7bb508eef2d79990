package client

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/exchange"
)

// verifyUsage reads the answer to recorded uses, and says whether the device key signed it for this request. An answer that says nothing of it is
// believed: the key store may be locked. One that is signed wrongly is not; its uses can be sent again.
func (c *Client) verifyUsage(ctx context.Context, nonce string, request, body []byte) (a endpoint.UsageAnswer, proven bool, err error) {
	answer, proof := endpoint.Signed(body)
	if err := json.Unmarshal(answer, &a); err != nil {
		return a, false, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if a.Schema != endpoint.SchemaVersion || a.Proof != nil {
		return a, false, ErrAnswer
	}
	var p endpoint.UsageProof
	if proof == nil {
		return a, false, nil
	}
	if err := json.Unmarshal(proof, &p); err != nil {
		return a, false, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	pub, err := exchange.DecodeKey(p.Public)
	if err != nil || p.Signature == "" || !c.isDevice(ctx, pub) {
		return a, false, nil // as without one: anybody can make it
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(p.Signature)
	if err != nil || !ed25519.Verify(pub, exchange.UsageProofMessage(nonce, request, answer), sig) {
		return a, false, ErrSignature
	}
	return a, true, nil
}

// isDevice says whether a check proved that the license is for this key. When none did, as in a program that only records, it
// makes one now and then.
func (c *Client) isDevice(ctx context.Context, pub ed25519.PublicKey) bool {
	key := exchange.EncodeKey(pub)
	c.mu.Lock()
	is, ran := c.device == key, c.ran()
	seek := !is && (c.sought == 0 || ran-c.sought >= c.o.Recheck)
	if seek {
		c.sought = max(ran, 1)
	}
	c.mu.Unlock()
	if !seek {
		return is
	}
	_, _ = c.Refresh(ctx) // what is wrong with it is said by the next check
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.device == key
}
