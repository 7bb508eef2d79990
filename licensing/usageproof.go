package licensing

import (
	"cmp"
	"encoding/base64"
	"strings"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// maxNonce bounds the nonce of a program.
const maxNonce = 200

// Prove signs nonce and answer with the device key, and adds the vendor's own documents behind the answer about a product ("id@root" or
// an id). Like recording it does not wait for the rest of the engine. The error is a *Mistake for a nonce or product that cannot
// be, and a *terms.Problem while the key store is locked.
func (e *Engine) Prove(product, nonce string, answer []byte) (Proof, error) {
	if err := goodNonce(nonce); err != nil {
		return Proof{}, err
	}
	m := e.meteringAt(e.clockRead())
	id, root, _ := strings.Cut(product, "@")
	p := Proof{Licenses: []exchange.Envelope{}, Profiles: []exchange.Envelope{}}
	read := map[string]bool{"": true}
	add := func(to *[]exchange.Envelope, hashes []string) {
		for _, hash := range hashes {
			if read[hash] {
				continue
			}
			read[hash] = true
			if env, err := m.table.document(e, hash); err == nil {
				*to = append(*to, env)
			}
		}
	}
	for _, held := range m.table.products[strings.ToLower(id)] {
		if strings.HasPrefix(held.vendor.root, root) {
			add(&p.Profiles, held.profiles)
			add(&p.Licenses, held.documents)
		}
	}
	if len(p.Licenses) == 0 {
		return Proof{}, &Mistake{Code: "product_unknown", Args: map[string]any{"product": product}}
	}
	var err error
	p.Public, p.Signature, err = m.prove(exchange.ProofMessage(nonce, answer))
	return p, err
}

// ProveUsage signs with the device key that the uses of a request were recorded as the answer says. Errors are those of Prove.
func (e *Engine) ProveUsage(nonce string, request, answer []byte) (public, signature string, err error) {
	if err := goodNonce(nonce); err != nil {
		return "", "", err
	}
	return e.meteringAt(e.clockRead()).prove(exchange.UsageProofMessage(nonce, request, answer))
}

func goodNonce(nonce string) error {
	if nonce == "" || len(nonce) > maxNonce || strings.ContainsRune(nonce, 0) {
		return &Mistake{Code: "proof_nonce", Args: map[string]any{"most": maxNonce}}
	}
	return nil
}

func (m *metering) prove(message []byte) (public, signature string, err error) {
	if m.secrets == nil {
		return "", "", terms.NewProblem(cmp.Or(m.keyState.State, terms.StateKeyMissing), terms.Slots{"keychain": m.keyState.Name}, nil)
	}
	signer := deviceSigner{m.secrets.device}
	sig, err := signer.Sign(message)
	if err != nil {
		return "", "", err
	}
	return exchange.EncodeKey(signer.Public()), base64.StdEncoding.EncodeToString(sig), nil
}

// document reads a document once per revision: a program that asks often does not wait for the disk each time.
func (t *meterTable) document(e *Engine, hash string) (exchange.Envelope, error) {
	if env, ok := t.signed.Load(hash); ok {
		return env.(exchange.Envelope), nil
	}
	env, err := e.readDocument(hash)
	if err == nil {
		t.signed.Store(hash, env)
	}
	return env, err
}
