package exchange

import "crypto/sha256"

const (
	proofPrefix      = "holdfast/v1/check\x00"
	usageProofPrefix = "holdfast/v1/usage\x00"
)

// ProofMessage is what the device key signs so that a licensed program can tell a real answer from a forged or an older one:
// "holdfast/v1/check", 0x00, the nonce as the program sent it, 0x00, SHA-256 of the answer's bytes. The beginning keeps it apart from
// all that the same key signs for vendors.
func ProofMessage(nonce string, answer []byte) []byte {
	sum := sha256.Sum256(answer)
	b := make([]byte, 0, len(proofPrefix)+len(nonce)+1+len(sum))
	b = append(b, proofPrefix...)
	b = append(b, nonce...)
	b = append(b, 0)
	return append(b, sum[:]...)
}

// UsageProofMessage is the same for recorded uses: "holdfast/v1/usage", 0x00, the nonce, 0x00, SHA-256 of the request's bytes, SHA-256 of the
// answer's. The request is in it, so that nobody in between changes what is recorded.
func UsageProofMessage(nonce string, request, answer []byte) []byte {
	asked, answered := sha256.Sum256(request), sha256.Sum256(answer)
	b := make([]byte, 0, len(usageProofPrefix)+len(nonce)+1+len(asked)+len(answered))
	b = append(b, usageProofPrefix...)
	b = append(b, nonce...)
	b = append(b, 0)
	b = append(b, asked[:]...)
	return append(b, answered[:]...)
}
