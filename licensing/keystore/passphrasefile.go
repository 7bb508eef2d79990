package keystore

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// The file of the passphrase store, format 1: a JSON object
//
//	{"holdfast": "keystore/v1",
//	 "kdf": {"name": "argon2id", "time": 3, "memory_kib": 65536, "threads": 4, "salt": base64 of 16 bytes},
//	 "cipher": "xchacha20poly1305", "nonce": base64 of 24 bytes, "sealed": base64}
//
// sealed is XChaCha20-Poly1305 under the key that Argon2id (RFC 9106) makes of passphrase and salt. Its additional data are
// the format, the parameters and the salt, so none of them can be exchanged. Its content is a JSON object of item names and
// base64 values. Base64 is the standard one with padding. Files of format 1 stay readable for ever.
const (
	fileFormat = "keystore/v1"
	kdfName    = "argon2id"
	cipherName = "xchacha20poly1305"

	saltSize = 16
	keySize  = chacha20poly1305.KeySize

	maxItems = 128
	maxFile  = 512 << 10 // 128 items of 1 KiB, base64 twice
)

// kdfParams are the costs of Argon2id.
type kdfParams struct {
	time    uint32
	memory  uint32 // KiB
	threads uint8
}

// defaultKDF is the second recommendation of RFC 9106, section 4, for machines with little memory.
var defaultKDF = kdfParams{time: 3, memory: 64 << 10, threads: 4}

// Limits on what a file may ask for, so that nobody's file can take the memory or the minutes of this computer: 64 MiB
// and about twice the usual time. The lower ones refuse a file that would be cheap to guess.
var (
	weakestKDF   = kdfParams{time: 1, memory: 8 << 10, threads: 1}
	strongestKDF = kdfParams{time: 6, memory: 64 << 10, threads: 8}
)

func (p kdfParams) allowed() bool {
	lo, hi := weakestKDF, strongestKDF
	return p.time >= lo.time && p.time <= hi.time && p.memory >= lo.memory && p.memory <= hi.memory &&
		p.threads >= lo.threads && p.threads <= hi.threads
}

type kdf struct {
	kdfParams
	salt [saltSize]byte
}

func (k kdf) derive(passphrase []byte) []byte {
	return argon2.IDKey(passphrase, k.salt[:], k.time, k.memory, k.threads, keySize)
}

// bound returns the additional data of the seal.
func (k kdf) bound() []byte {
	b := []byte("holdfast " + fileFormat + " " + kdfName + " " + cipherName + "\x00")
	b = binary.BigEndian.AppendUint32(b, k.time)
	b = binary.BigEndian.AppendUint32(b, k.memory)
	return append(append(b, k.threads), k.salt[:]...)
}

// file is a parsed, still sealed file.
type file struct {
	kdf    kdf
	nonce  [chacha20poly1305.NonceSizeX]byte
	sealed []byte
}

type fileJSON struct {
	Format string  `json:"holdfast"`
	KDF    kdfJSON `json:"kdf"`
	Cipher string  `json:"cipher"`
	Nonce  string  `json:"nonce"`
	Sealed string  `json:"sealed"`
}

type kdfJSON struct {
	Name    string `json:"name"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
	Salt    string `json:"salt"`
}

// errFile says that a file is not one of ours, or damaged, or newer than this build.
var errFile = errors.New("the passphrase file cannot be read")

// parseFile reads the outer object and checks every limit before anything costly happens.
func parseFile(data []byte) (file, error) {
	var j fileJSON
	var f file
	if len(data) > maxFile {
		return f, fmt.Errorf("%w: too large", errFile)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		return f, fmt.Errorf("%w: %w", errFile, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("%w: more than one value", errFile)
	}
	if j.Format != fileFormat || j.KDF.Name != kdfName || j.Cipher != cipherName {
		return f, fmt.Errorf("%w: format %.40q", errFile, j.Format)
	}
	f.kdf.kdfParams = kdfParams{time: j.KDF.Time, memory: j.KDF.Memory, threads: j.KDF.Threads}
	if !f.kdf.allowed() {
		return f, fmt.Errorf("%w: costs outside the limits", errFile)
	}
	var ok [3]bool
	ok[0] = exactly(f.kdf.salt[:], j.KDF.Salt)
	ok[1] = exactly(f.nonce[:], j.Nonce)
	var err error
	f.sealed, err = base64.StdEncoding.Strict().DecodeString(j.Sealed)
	ok[2] = err == nil && len(f.sealed) >= chacha20poly1305.Overhead
	if ok != [3]bool{true, true, true} {
		return f, fmt.Errorf("%w: salt, nonce or content", errFile)
	}
	return f, nil
}

// exactly decodes base64 that must fill dst.
func exactly(dst []byte, text string) bool {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	return err == nil && copy(dst, b) == len(dst) && len(b) == len(dst)
}

// open returns the items. A seal that does not open is Denied: the passphrase is wrong, or somebody changed the file.
func (f file) open(key []byte) (map[string][]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, f.nonce[:], f.sealed, f.kdf.bound())
	if err != nil {
		return nil, &Error{Class: Denied, Err: errors.New("the passphrase does not open the file")}
	}
	items := map[string][]byte{}
	if err := json.Unmarshal(plain, &items); err != nil || items == nil || len(items) > maxItems {
		return nil, &Error{Class: Missing, Err: errFile}
	}
	return items, nil
}

// sealFile writes items with a fresh nonce.
func sealFile(k kdf, key []byte, items map[string][]byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	var nonce [chacha20poly1305.NonceSizeX]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return nil, err
	}
	b64 := base64.StdEncoding.EncodeToString
	data, err := json.MarshalIndent(fileJSON{
		Format: fileFormat,
		KDF:    kdfJSON{Name: kdfName, Time: k.time, Memory: k.memory, Threads: k.threads, Salt: b64(k.salt[:])},
		Cipher: cipherName,
		Nonce:  b64(nonce[:]),
		Sealed: b64(aead.Seal(nil, nonce[:], plain, k.bound())),
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}
