package issuer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"holdfast/licensing/terms"
)

// decoded remembers what texts mean that are read again and again, such as a policy that thousands of licenses have. What it hands out is
// shared: nobody changes anything inside. It is safe for concurrent use.
type decoded[T any] struct {
	read func(text []byte) (T, error)
	most int // bytes of text that are remembered; then it begins anew

	mu    sync.RWMutex
	known map[string]T
	size  int
}

func (d *decoded[T]) of(text []byte) (T, error) {
	d.mu.RLock()
	v, ok := d.known[string(text)]
	d.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := d.read(text)
	if err != nil || len(text) > d.most {
		return v, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size += len(text); d.size > d.most || d.known == nil {
		d.known, d.size = map[string]T{}, len(text)
	}
	d.known[string(text)] = v
	return v, nil
}

const decodedMost = 4 << 20

func fromJSON[T any](text []byte) (v T, err error) { return v, json.Unmarshal(text, &v) }

var (
	identities = decoded[identity]{read: fromJSON[identity], most: decodedMost}
	notices    = decoded[statementRecord]{read: fromJSON[statementRecord], most: decodedMost}
	policies   = decoded[summedPolicy]{read: readPolicy, most: decodedMost}
)

// summedPolicy is a policy with a sum by which it is told apart from others.
type summedPolicy struct {
	policy terms.Policy
	sum    string
}

func readPolicy(text []byte) (summedPolicy, error) {
	p, err := fromJSON[terms.Policy](text)
	if err != nil {
		return summedPolicy{}, err
	}
	sum, err := sumOf(p)
	return summedPolicy{p, sum}, err
}

// sumOf is the hex SHA-256 of a policy as this program writes it.
func sumOf(p terms.Policy) (string, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// decode reads a record from its stored text. One that knows a shorter way says so.
func decode[T any](text []byte, v *T) error {
	if r, ok := any(v).(interface{ decode(text []byte) error }); ok {
		return r.decode(text)
	}
	return json.Unmarshal(text, v)
}

func (who *identity) decode(text []byte) (err error) {
	*who, err = identities.of(text)
	return err
}

// decode reads a license; its policy, which is most of the text, once for all licenses that have the same.
func (rec *licenseRecord) decode(text []byte) error {
	type license licenseRecord
	var v struct {
		license
		Policy json.RawMessage `json:"policy"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	*rec = licenseRecord(v.license)
	if len(v.Policy) == 0 {
		return nil
	}
	p, err := policies.of(v.Policy)
	rec.Policy, rec.policySum = p.policy, p.sum
	return err
}
