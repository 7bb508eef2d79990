package issuer

import (
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"holdfast/licensing/exchange"
)

// NewVendor describes the vendor of a new issuer. ID and Name are required.
type NewVendor struct {
	ID      string // short name in commands and documents: a-z, 0-9, dot and dash, at most 40
	Name    string
	URLs    []string // of its service, in the order to try; see exchange.ServiceURL
	Support exchange.Support
	Status  string // status page
	Pages   string // download page of Holdfast
	Promise exchange.Promises
	// Signing is the public key of a working key that lives elsewhere and is reached by Options.Command.
	Signing ed25519.PublicKey
}

// sealingSuite names the HPKE suite (RFC 9180; KEM of draft-ietf-hpke-pq) under which usage is sealed.
const sealingSuite = "MLKEM768X25519/HKDF-SHA256/ChaCha20Poly1305"

var vendorForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,39}$`)

// Init makes an issuer in dir, which is created: a root key in its own folder, working keys in dir/keys, the
// store, and version 1 of the profile. The store is written last, so an interrupted Init leaves no issuer and may be
// repeated; keys are named by their id and never overwritten. With Options.Database the store is there, and the folder says so.
// Errors: CodeExists, CodeVendorID, CodeServiceURL, CodeSpace, CodeAway.
func Init(dir string, v NewVendor, o Options) (*Issuer, error) {
	o = o.complete(dir)
	if !vendorForm.MatchString(v.ID) {
		return nil, say(CodeVendorID, nil, "vendor", v.ID)
	}
	if v.Name == "" {
		return nil, say(CodeValue, nil, "flag", "--name", "value", v.Name)
	}
	for _, u := range v.URLs {
		if _, ok := exchange.ServiceURL(u); !ok {
			return nil, say(CodeServiceURL, nil, "url", u)
		}
	}
	if err := free(dir, o); err != nil {
		return nil, err
	}
	target, err := newTarget(v.ID, o)
	if err != nil {
		return nil, err
	}
	if err := o.FS.MkdirAll(dir, 0o700); err != nil {
		return nil, errors.Join(onDisk(err, dir), target.close())
	}
	who, profile, err := newKeys(dir, v, o)
	if err != nil {
		return nil, errors.Join(err, target.close())
	}
	if target != nil {
		o.DatabasePassword, o.keyPass = target.at.password, target.at.keyPass
		err = target.fill(dir, who, profile, o)
	} else {
		err = newStore(dir, who, profile, o)
	}
	if err != nil {
		return nil, err
	}
	o.Database = "" // the folder says it now
	return Open(dir, o)
}

// newKeys makes and saves every key of a new issuer and returns its identity and signed profile.
func newKeys(dir string, v NewVendor, o Options) (identity, profileRecord, error) {
	none := profileRecord{}
	now := o.now()
	keys := newRing(o.FS, filepath.Join(dir, keysName), o.Passphrase, o.Rand)
	roots := newRing(o.FS, o.RootDir, o.Passphrase, o.Rand)
	root, err := roots.newSigningKey(roleRoot, now)
	if err != nil {
		return identity{}, none, err
	}
	signing, err := newWorkingKey(keys, v.Signing, now)
	if err != nil {
		return identity{}, none, err
	}
	sealing, err := newSealingKey(keys, now)
	if err != nil {
		return identity{}, none, err
	}
	derive, err := newDerivingKey(keys, now)
	if err != nil {
		return identity{}, none, err
	}
	hint := make([]byte, 32)
	if _, err := io.ReadFull(o.Rand, hint); err != nil {
		return identity{}, none, fmt.Errorf("read randomness: %w", err)
	}
	who := identity{Schema: storeSchema, Vendor: v.ID, Name: v.Name, Made: now, Root: keyID(root), Signing: keyID(signing), Keys: derive}
	p := exchange.Profile{
		Version: 1, Name: v.Name, Root: exchange.EncodeKey(root),
		Keys:    []exchange.SigningKey{{ID: who.Signing, Public: exchange.EncodeKey(signing), From: now}},
		Sealing: []exchange.SealingKey{sealing},
		HintKey: base64.StdEncoding.EncodeToString(hint),
		Support: v.Support, URLs: v.URLs, StatusPage: v.Status, DownloadPage: v.Pages, Promises: v.Promise,
	}
	signer, err := roots.signer(roleRoot, who.Root, nil, 0)
	if err != nil {
		return identity{}, none, err
	}
	e, err := signProfile(p, who.Vendor, now, o, signer)
	return who, profileRecord{Version: 1, Envelope: e}, err
}

func newWorkingKey(keys *ring, external ed25519.PublicKey, now time.Time) (ed25519.PublicKey, error) {
	if external == nil {
		return keys.newSigningKey(roleSigning, now)
	}
	return external, keys.save(keyFile{Role: roleSigning, ID: keyID(external), Public: external, Made: now}, nil)
}

// newSealingKey makes the HPKE key to which computers seal usage.
func newSealingKey(keys *ring, now time.Time) (exchange.SealingKey, error) {
	kem := hpke.MLKEM768X25519()
	ikm := make([]byte, 32) // Nsk of the KEM
	if _, err := io.ReadFull(keys.rand, ikm); err != nil {
		return exchange.SealingKey{}, fmt.Errorf("read randomness: %w", err)
	}
	private, err := kem.DeriveKeyPair(ikm)
	if err != nil {
		return exchange.SealingKey{}, fmt.Errorf("make the sealing key: %w", err)
	}
	secret, err := private.Bytes()
	if err != nil {
		return exchange.SealingKey{}, fmt.Errorf("make the sealing key: %w", err)
	}
	public := private.PublicKey().Bytes()
	id := shortHash(public)
	return exchange.SealingKey{ID: id, Suite: sealingSuite, Public: base64.StdEncoding.EncodeToString(public), From: now},
		keys.save(keyFile{Role: roleSealing, ID: id, Public: public, Made: now}, secret)
}

// newDerivingKey makes the secret from which license keys are derived and returns its id.
func newDerivingKey(keys *ring, now time.Time) (string, error) {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(keys.rand, secret); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	id := shortHash(append([]byte("holdfast/license-keys/v1/id"), secret...))
	return id, keys.save(keyFile{Role: roleKeys, ID: id, Made: now}, secret)
}

// newStore writes a complete store beside its final name and moves it there, so that it exists whole or not at all.
func newStore(dir string, who identity, profile profileRecord, o Options) error {
	final := filepath.Join(dir, storeName)
	temp := final + ".new"
	if err := o.FS.Remove(temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return onDisk(err, temp)
	}
	s, err := openBolt(o.FS, temp, o.Wait, true)
	if err != nil {
		return err
	}
	g := newGroup(s)
	err = g.Update(func(t tx) error { return firstRecords(t, who, profile) })
	if cerr := g.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = o.FS.Rename(temp, final)
	}
	if err == nil {
		err = o.FS.SyncDir(dir)
	}
	if err != nil {
		return errors.Join(onDisk(err, final), removed(o, temp))
	}
	return nil
}

func firstRecords(t tx, who identity, profile profileRecord) error {
	if err := put(t, bucketProfiles, versionKey(profile.Version), profile); err != nil {
		return err
	}
	if err := put(t, bucketMeta, metaClock, clockRecord{Newest: who.Made}); err != nil {
		return err
	}
	return put(t, bucketMeta, metaIdentity, who)
}

func removed(o Options, name string) error {
	if err := o.FS.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
