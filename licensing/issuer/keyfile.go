package issuer

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"holdfast/licensing/disk"
)

// role says what a key is for. A key file is only ever used for the role that it names.
type role string

const (
	roleRoot    role = "root"         // signs profiles
	roleSigning role = "signing"      // signs answers
	roleSealing role = "sealing"      // HPKE private key, opens usage
	roleKeys    role = "license_keys" // license keys are derived from it
)

const (
	keySchema    = "holdfast.key/v1"
	keyFileLimit = 64 << 10
)

// keyFile is one key on disk, named <role>-<id>.json. Secret is set in an open file, Sealed in a sealed one; neither when
// the key lives elsewhere and is reached by a signer command.
type keyFile struct {
	Schema string    `json:"schema"`
	Role   role      `json:"role"`
	ID     string    `json:"id"`
	Public []byte    `json:"public,omitempty"`
	Made   time.Time `json:"made"`
	Secret []byte    `json:"secret,omitempty"`
	Sealed *sealed   `json:"sealed,omitempty"`
}

// sealed is a secret under a passphrase: Argon2id (RFC 9106), then XChaCha20-Poly1305 with the file's schema, role,
// id and public key as associated data.
type sealed struct {
	KDF       string `json:"kdf"`
	MemoryKiB uint32 `json:"memory_kib"`
	Passes    uint32 `json:"passes"`
	Lanes     uint8  `json:"lanes"`
	Salt      []byte `json:"salt"`
	Nonce     []byte `json:"nonce"`
	Box       []byte `json:"box"`
}

// The second recommended option of RFC 9106, section 4: 64 MiB, 3 passes, 4 lanes.
const (
	sealKDF      = "argon2id"
	sealMemory   = 64 << 10
	sealPasses   = 3
	sealLanes    = 4
	sealSalt     = 16
	maxMemoryKiB = 1 << 20 // limits for files that were made elsewhere
	maxPasses    = 16
)

// ring reads and writes the key files of one folder.
type ring struct {
	fs         disk.FS
	dir        string
	passphrase []byte
	rand       io.Reader
}

func newRing(fsys disk.FS, dir string, passphrase []byte, random io.Reader) *ring {
	if random == nil {
		random = rand.Reader
	}
	return &ring{fsys, dir, passphrase, random}
}

func (r *ring) path(what role, id string) string {
	return filepath.Join(r.dir, string(what)+"-"+id+".json")
}

// save writes a key file, sealed when a passphrase was given. A nil secret records a key that lives elsewhere.
func (r *ring) save(k keyFile, secret []byte) error {
	k.Schema = keySchema
	switch {
	case secret == nil:
	case len(r.passphrase) == 0:
		k.Secret = secret
	default:
		s, err := r.seal(k, secret)
		if err != nil {
			return err
		}
		k.Sealed = s
	}
	b, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	if err := r.fs.MkdirAll(r.dir, 0o700); err != nil {
		return onDisk(err, r.dir)
	}
	name := r.path(k.Role, k.ID)
	return onDisk(disk.WriteFile(r.fs, name, append(b, '\n'), 0o600), name)
}

// load reads the key file of a role. fs.ErrNotExist is kept inside the error.
func (r *ring) load(what role, id string) (keyFile, error) {
	name := r.path(what, id)
	b, err := disk.ReadFile(r.fs, name, keyFileLimit)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return keyFile{}, say(CodeKeyMissing, err, "file", name)
		}
		return keyFile{}, onDisk(err, name)
	}
	var k keyFile
	if err := json.Unmarshal(b, &k); err != nil {
		return keyFile{}, say(CodeDamaged, err, "file", name)
	}
	if k.Schema != keySchema && strings.HasPrefix(k.Schema, "holdfast.key/v") {
		return keyFile{}, say(CodeNewer, nil, "file", name)
	}
	if k.Schema != keySchema || k.Role != what || k.ID != id {
		return keyFile{}, say(CodeDamaged, errors.New("the file does not hold the key that its name says"), "file", name)
	}
	return k, nil
}

// secret opens the secret of a key file; nil when the key lives elsewhere.
func (r *ring) secret(k keyFile) ([]byte, error) {
	if k.Sealed == nil {
		return k.Secret, nil
	}
	name := r.path(k.Role, k.ID)
	if len(r.passphrase) == 0 {
		return nil, say(CodePassNeeded, nil, "file", name)
	}
	s := k.Sealed
	if s.KDF != sealKDF || s.MemoryKiB < 8 || s.MemoryKiB > maxMemoryKiB || s.Passes < 1 || s.Passes > maxPasses ||
		s.Lanes < 1 || len(s.Nonce) != chacha20poly1305.NonceSizeX || len(s.Salt) < 8 || len(s.Salt) > 64 {
		return nil, say(CodeDamaged, errors.New("the seal has other settings than this program uses"), "file", name)
	}
	box, err := chacha20poly1305.NewX(r.derive(s))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	plain, err := box.Open(nil, s.Nonce, s.Box, k.bound())
	if err != nil {
		return nil, say(CodePassWrong, err, "file", name)
	}
	return plain, nil
}

func (r *ring) seal(k keyFile, secret []byte) (*sealed, error) {
	s := &sealed{KDF: sealKDF, MemoryKiB: sealMemory, Passes: sealPasses, Lanes: sealLanes, Salt: make([]byte, sealSalt), Nonce: make([]byte, chacha20poly1305.NonceSizeX)}
	for _, b := range [][]byte{s.Salt, s.Nonce} {
		if _, err := io.ReadFull(r.rand, b); err != nil {
			return nil, fmt.Errorf("read randomness: %w", err)
		}
	}
	box, err := chacha20poly1305.NewX(r.derive(s))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	s.Box = box.Seal(nil, s.Nonce, secret, k.bound())
	return s, nil
}

func (r *ring) derive(s *sealed) []byte {
	return argon2.IDKey(r.passphrase, s.Salt, s.Passes, s.MemoryKiB, s.Lanes, chacha20poly1305.KeySize)
}

func (k keyFile) bound() []byte {
	return fmt.Appendf(nil, "%s|%s|%s|%x", keySchema, k.Role, k.ID, k.Public)
}

// newSigningKey makes an Ed25519 key from 32 bytes of the ring's randomness and saves it.
func (r *ring) newSigningKey(what role, made time.Time) (ed25519.PublicKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(r.rand, seed); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	pub := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	return pub, r.save(keyFile{Role: what, ID: keyID(pub), Public: pub, Made: made}, seed)
}
