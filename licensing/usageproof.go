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
	if nonce == "" || len(nonce) > maxNonce || strings.ContainsRune(nonce, 0) {
		return Proof{}, &Mistake{Code: "proof_nonce", Args: map[string]any{"most": maxNonce}}
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
			if env, err := e.readDocument(hash); err == nil {
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
	switch {
	case len(p.Licenses) == 0:
		return Proof{}, &Mistake{Code: "product_unknown", Args: map[string]any{"product": product}}
	case m.secrets == nil:
		return Proof{}, terms.NewProblem(cmp.Or(m.keyState.State, terms.StateKeyMissing), terms.Slots{"keychain": m.keyState.Name}, nil)
	}
	signer := deviceSigner{m.secrets.device}
	sig, err := signer.Sign(exchange.ProofMessage(nonce, answer))
	if err != nil {
		return Proof{}, err
	}
	p.Public, p.Signature = exchange.EncodeKey(signer.Public()), base64.StdEncoding.EncodeToString(sig)
	return p, nil
}
