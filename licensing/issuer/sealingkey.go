package issuer

import (
	"bytes"
	"crypto/hpke"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
)

// sealingKey returns the private key under which usage was sealed, also one that was replaced since. CodeSealedForOther when no
// profile of this vendor ever named it; CodeKeyMissing when one did and its file is gone.
func (is *Issuer) sealingKey(id string) (hpke.PrivateKey, error) {
	k, gone, err := is.openSealing(id)
	if !gone {
		return k, err
	}
	// Without the lock: others wait for it inside transactions, for whose end this view may have to wait.
	ours := false
	verr := is.db.View(func(t tx) error {
		_, p, err := profilesIn(t)
		ours = slices.ContainsFunc(p.Sealing, func(k exchange.SealingKey) bool { return k.ID == id })
		return err
	})
	if verr == nil && !ours {
		err = say(CodeSealedForOther, err, "key", id)
	}
	return nil, err
}

// openSealing opens a sealing key once. gone: its file is not there.
func (is *Issuer) openSealing(id string) (k hpke.PrivateKey, gone bool, err error) {
	is.mu.Lock()
	defer is.mu.Unlock()
	if k := is.opened[id]; k != nil { // opening a sealed file takes its time, and many files come at once
		return k, false, nil
	}
	if filepath.Base(id) != id || strings.ContainsAny(id, `/\`) {
		return nil, false, say(CodeSealedForOther, nil, "key", id)
	}
	f, err := is.keys.load(roleSealing, id)
	if err != nil {
		return nil, errors.Is(err, fs.ErrNotExist), err
	}
	if k, err = is.keys.sealing(f); err == nil {
		if is.opened == nil {
			is.opened = map[string]hpke.PrivateKey{}
		}
		is.opened[id] = k
	}
	return k, false, err
}

// sealing opens the secret of a sealing key's file.
func (r *ring) sealing(f keyFile) (hpke.PrivateKey, error) {
	name := r.path(f.Role, f.ID)
	secret, err := r.secret(f)
	if err != nil {
		return nil, err
	}
	k, err := hpke.MLKEM768X25519().NewPrivateKey(secret)
	if err == nil && (!bytes.Equal(k.PublicKey().Bytes(), f.Public) || shortHash(f.Public) != f.ID) {
		err = errors.New("secret and public key do not belong together")
	}
	if err != nil {
		return nil, say(CodeDamaged, err, "file", name)
	}
	return k, nil
}

// SealingKey is the private key of a sealing key file, for those who open usage files without a store.
type SealingKey struct {
	id      string
	private hpke.PrivateKey
}

// ReadSealingKey reads the file of a sealing key (keys/sealing-ID.json of an issuer's folder). Errors: CodeKeyMissing, CodeDamaged,
// CodeNewer, CodePassNeeded, CodePassWrong, and CodeValue when it is the file of another kind of key.
func ReadSealingKey(fsys disk.FS, name string, passphrase []byte) (SealingKey, error) {
	b, err := disk.ReadFile(fsys, name, keyFileLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return SealingKey{}, say(CodeKeyMissing, err, "file", name)
	}
	if err != nil {
		return SealingKey{}, onDisk(err, name)
	}
	var f keyFile
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&f); err != nil {
		return SealingKey{}, say(CodeDamaged, err, "file", name)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return SealingKey{}, say(CodeDamaged, errors.New("something stands behind the key"), "file", name)
	}
	switch {
	case f.Schema != keySchema && strings.HasPrefix(f.Schema, "holdfast.key/v"):
		return SealingKey{}, say(CodeNewer, nil, "file", name)
	case f.Schema != keySchema:
		return SealingKey{}, say(CodeDamaged, errors.New("not a key file"), "file", name)
	case f.Role != roleSealing:
		return SealingKey{}, say(CodeValue, nil, "flag", "--key", "value", name)
	}
	k, err := newRing(fsys, filepath.Dir(name), passphrase, nil).sealing(f)
	return SealingKey{f.ID, k}, err
}

func (k SealingKey) find(id string) (hpke.PrivateKey, error) {
	if id != k.id {
		return nil, say(CodeSealedForOther, nil, "key", id)
	}
	return k.private, nil
}
