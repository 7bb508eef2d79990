package issuer

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/plain"
)

// Options says what the issuer may use. Now is required; everything else has a default.
type Options struct {
	Now        func() time.Time
	Rand       io.Reader     // crypto/rand
	FS         disk.FS       // the real file system; key files and answers go through it
	RootDir    string        // folder of the root key; <dir>/root
	Passphrase []byte        // opens and seals key files; empty: key files stay open and only their mode protects them
	Command    []string      // signer command for keys without a secret in their file
	SignerWait time.Duration // its deadline; 30 s
	Wait       time.Duration // how long to wait for another process that has the store open; 2 s
	// Database is the address of a PostgreSQL database (postgres://…, ?vendor=ID where it holds several) or the name of a file that holds it, for
	// an issuer whose records are there. "": what the folder says.
	Database string
	// DatabasePassword opens the database. "": the one in the address of Database, else PGPASSWORD or the user's password file (PGPASSFILE,
	// ~/.pgpass), else the one that an earlier version kept in the folder.
	DatabasePassword string
	keyPass          string // of the key in the address of a database, for this run
	typed            bool   // DatabasePassword stood in an address: the next run does not have it
	// TakePassword takes a kept password out of the folder when another source opened the database. It is for the service's own process: a
	// source of somebody else is none that the service has.
	TakePassword bool
	// ClockIsRight lets the issuer sign although its clock is behind its newest signature, or ran ahead.
	ClockIsRight bool
	// Running says since which boot the computer has been on, and for how long, sleep included. With it a clock that ran ahead is
	// noticed; without it, or with an empty boot, it is not.
	Running func() (boot string, on time.Duration)
}

const (
	storeName = "issuer.db"
	keysName  = "keys"
	rootName  = "root"
)

func (o Options) complete(dir string) Options {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.FS == nil {
		o.FS = disk.OS()
	}
	if o.RootDir == "" {
		o.RootDir = filepath.Join(dir, rootName)
	}
	if o.SignerWait <= 0 {
		o.SignerWait = signerWait
	}
	if o.Wait <= 0 {
		o.Wait = 2 * time.Second
	}
	return o
}

// now is the issuer's time as documents carry it: UTC, whole seconds.
func (o Options) now() time.Time { return o.Now().UTC().Truncate(time.Second) }

// newID returns 128 random bits in hex.
func (o Options) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(o.Rand, b[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// speaker writes the readable first lines of files. Files go to people whose language is not known here.
func speaker() (*plain.Speaker, error) { return plain.New("en") }
