package endpoint

import (
	"bytes"
	"encoding/json"
)

// proofMark stands between an answer and its proof, which comes last.
const proofMark = `,"proof":`

// Signed splits the body of an answer into the bytes that its proof signs and the proof. Without a proof, answer is all of body.
func Signed(body []byte) (answer, proof []byte) {
	body = bytes.TrimSpace(body)
	i := bytes.LastIndex(body, []byte(proofMark))
	if i < 0 || body[len(body)-1] != '}' || i+len(proofMark) > len(body)-1 { // cut off
		return body, nil
	}
	answer = append(bytes.Clone(body[:i]), '}')
	if !json.Valid(answer) { // a feature that is called proof
		return body, nil
	}
	return answer, body[i+len(proofMark) : len(body)-1]
}

// WithProof puts a Proof or UsageProof behind an answer, which is a JSON object with at least one field.
func WithProof(answer []byte, p any) ([]byte, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(answer)+len(proofMark)+len(b))
	out = append(out, answer[:len(answer)-1]...)
	out = append(out, proofMark...)
	out = append(out, b...)
	return append(out, '}'), nil
}
