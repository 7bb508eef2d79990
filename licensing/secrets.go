package licensing

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// secrets are the two keys of a home. They live in one key store item, so that a start that was cut off leaves
// both or none.
type secrets struct {
	device device.Key
	store  [32]byte
}

type secretsItem struct {
	V      int    `json:"v"`
	Device []byte `json:"device"`
	Store  []byte `json:"store"`
}

var errOtherStore = errors.New("another key store holds the keys of this home")

func (e *Engine) item(name string) string { return name + "-" + e.home.ID }

// openSecrets reads the keys. On a home whose first start was cut off before anything was kept, it makes them.
func (e *Engine) openSecrets(ctx context.Context) error {
	e.public = e.readPublic()
	if e.home.KeyStore != e.o.KeyStore.Backend() {
		err := &keystore.Error{Class: keystore.None, Backend: e.home.KeyStore, Err: errOtherStore}
		e.keyState = e.keyFinding(err)
		return err
	}
	b, err := e.o.KeyStore.Get(ctx, e.item("keys"))
	if err == nil {
		err = e.decodeSecrets(b)
	} else if keystore.ClassOf(err) == keystore.Missing && e.public == nil && !e.hasJournal() && !e.o.ReadOnly {
		err = e.makeSecrets(ctx)
	}
	if err != nil {
		e.keyState = e.keyFinding(err)
		return err
	}
	e.keyState = terms.KeyStore{}
	if pub := e.secrets.device.Public(); !pub.Equal(e.public) {
		e.public = pub
		if !e.o.ReadOnly {
			_ = e.writePublic() // only a copy: the next start tries again
		}
	}
	return nil
}

func (e *Engine) decodeSecrets(b []byte) error {
	var it secretsItem
	if err := json.Unmarshal(b, &it); err != nil || len(it.Store) != 32 {
		return &keystore.Error{Class: keystore.Missing, Backend: e.o.KeyStore.Backend(), Err: errors.New("the stored keys cannot be read")}
	}
	key, err := device.KeyFromSeed(it.Device)
	if err != nil {
		return &keystore.Error{Class: keystore.Missing, Backend: e.o.KeyStore.Backend(), Err: errors.New("the stored keys cannot be read")}
	}
	s := &secrets{device: key}
	copy(s.store[:], it.Store)
	e.secrets = s
	return nil
}

// makeSecrets makes new keys and keeps them before anything depends on them.
func (e *Engine) makeSecrets(ctx context.Context) error {
	s, err := e.newSecrets()
	if err != nil {
		return err
	}
	return e.keepSecrets(ctx, s)
}

func (e *Engine) newSecrets() (*secrets, error) {
	key, err := device.NewKey(e.o.Rand)
	if err != nil {
		return nil, err
	}
	s := &secrets{device: key}
	_, err = io.ReadFull(e.o.Rand, s.store[:])
	return s, err
}

func (e *Engine) keepSecrets(ctx context.Context, s *secrets) error {
	b, err := json.Marshal(secretsItem{V: 1, Device: s.device.Seed(), Store: s.store[:]})
	if err != nil {
		return err
	}
	if err := e.o.KeyStore.Set(ctx, e.item("keys"), b); err != nil {
		return err
	}
	e.secrets = s
	return nil
}

func (e *Engine) readPublic() ed25519.PublicKey {
	b, err := disk.ReadFile(e.o.FS, e.path(publicFile), homeLimit)
	if err != nil {
		return nil
	}
	pub, err := base64.StdEncoding.DecodeString(string(trimSpace(b)))
	if err != nil || len(pub) != ed25519.PublicKeySize {
		return nil
	}
	return pub
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

func (e *Engine) writePublic() error {
	return disk.WriteFile(e.o.FS, e.path(publicFile), []byte(base64.StdEncoding.EncodeToString(e.public)+"\n"), 0o600)
}

// keyFinding turns a key store error into the condition that Evaluate knows.
func (e *Engine) keyFinding(err error) terms.KeyStore {
	ks := terms.KeyStore{State: terms.StateKeychainMute, Name: e.o.KeyStore.Label()}
	var ke *keystore.Error
	if errors.As(err, &ke) {
		ks.State, ks.Waited = ke.Class.State(), ke.Waited
	}
	return ks
}

// keyProblem is keyFinding as an error for the person.
func (e *Engine) keyProblem() error {
	v := e.evaluate(terms.Query{}, e.rec, e.clockRead())
	for _, f := range append([]terms.Finding{v.Main}, v.Others...) {
		if f.State == e.keyState.State {
			return &terms.Problem{Finding: f}
		}
	}
	return terms.NewProblem(e.keyState.State, terms.Slots{"keychain": e.keyState.Name}, nil)
}

// deviceSigner signs with the device key as exchange wants it.
type deviceSigner struct{ key device.Key }

func (s deviceSigner) KeyID() string             { return exchange.KeyID(s.key.Public()) }
func (s deviceSigner) Public() ed25519.PublicKey { return s.key.Public() }
func (s deviceSigner) Sign(message []byte) ([]byte, error) {
	sig := s.key.Sign(message)
	if len(sig) != ed25519.SignatureSize {
		return nil, fmt.Errorf("device key gave a signature of %d bytes", len(sig))
	}
	return sig, nil
}
