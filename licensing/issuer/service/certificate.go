package service

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"holdfast/licensing/disk"
)

// Certificate is what a service shows over TLS. Its files are read again when they change, so that nothing has to be restarted when they are
// renewed. It is safe for concurrent use.
type Certificate struct {
	fs        disk.FS
	now       func() time.Time
	cert, key string
	renew     func(old *tls.Certificate) error // nil: somebody else renews the files
	report    func(error)

	mu      sync.Mutex
	current *tls.Certificate
	seen    [2]stamp
	failed  [2]stamp // files that could not be used, told of once
}

// stamp tells whether a file changed.
type stamp struct {
	mod  time.Time
	size int64
}

const maxPEM = 1 << 20

// CertificateFiles uses the certificate and key in two PEM files. report is told when changed files cannot be used; the ones before stay
// in use then.
func CertificateFiles(fsys disk.FS, now func() time.Time, cert, key string, report func(error)) (*Certificate, error) {
	c := &Certificate{fs: fsys, now: now, cert: cert, key: key, report: report}
	_, err := c.get()
	return c, err
}

// OwnCertificate uses a certificate that it makes itself for hosts, in the folder tls below dir, and renews in time.
func OwnCertificate(dir string, hosts []string, o Own) (*Certificate, error) {
	into := filepath.Join(dir, "tls")
	c := &Certificate{fs: o.FS, now: o.Now, cert: filepath.Join(into, "cert.pem"), key: filepath.Join(into, "key.pem"), report: o.Report}
	c.renew = func(old *tls.Certificate) error {
		if old != nil && !needsRenewal(old.Leaf, hosts, o.Now()) {
			return nil
		}
		if err := o.FS.MkdirAll(into, 0o700); err != nil {
			return err
		}
		return makeCertificate(c, hosts, o)
	}
	_, err := c.get()
	return c, err
}

// Config is for a listener.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		Time:           c.now,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get() },
	}
}

// Fingerprint is the SHA-256 of the certificate in use, as other programs show it: AB:CD:…
func (c *Certificate) Fingerprint() string {
	cert, err := c.get()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(cert.Certificate[0])
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = strings.ToUpper(hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}

// Reload reads the files again with the next connection, changed or not.
func (c *Certificate) Reload() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen, c.failed = [2]stamp{}, [2]stamp{}
}

// get is the certificate to show now.
func (c *Certificate) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	files := [2]stamp{c.stamp(c.cert), c.stamp(c.key)}
	var trouble error
	if c.current == nil || files != c.seen && files != c.failed {
		trouble = c.load(files)
	}
	if c.renew != nil && trouble == nil || c.renew != nil && c.current == nil {
		switch made := c.renew(c.current); {
		case made != nil:
			trouble = made
		case files != [2]stamp{c.stamp(c.cert), c.stamp(c.key)}:
			trouble = c.load([2]stamp{c.stamp(c.cert), c.stamp(c.key)})
		}
	}
	if c.current == nil {
		if trouble == nil {
			trouble = errors.New("no certificate")
		}
		return nil, trouble
	}
	if trouble != nil && c.report != nil {
		c.report(trouble)
	}
	return c.current, nil
}

// ErrKey says that a key does not belong to the certificate beside it.
var ErrKey = errors.New("the key belongs to another certificate")

// Worry is something about a certificate in use that a person has to look after.
type Worry struct {
	Code string    // see below
	File string    // certificate or key
	At   time.Time // when it ended, ends or begins to count; zero for WorryOpen
}

// Codes of worries. The sentences are issuer.say.cert.<code>.
const (
	WorryExpired = "expired"
	WorryNotYet  = "not_yet"
	WorryEnds    = "ends" // within 14 days
	WorryOpen    = "open" // everyone on this computer can read the key
)

const endsSoon = 14 * 24 * time.Hour

// Worries looks at the certificate in use and at its key's file. Nothing to look after gives none.
func (c *Certificate) Worries() (all []Worry) {
	cert, err := c.get()
	if err != nil {
		return nil // whoever asked for it was told
	}
	now, leaf := c.now(), cert.Leaf
	switch {
	case now.After(leaf.NotAfter):
		all = append(all, Worry{WorryExpired, c.cert, leaf.NotAfter})
	case now.Before(leaf.NotBefore):
		all = append(all, Worry{WorryNotYet, c.cert, leaf.NotBefore})
	case now.After(leaf.NotAfter.Add(-endsSoon)):
		all = append(all, Worry{WorryEnds, c.cert, leaf.NotAfter})
	}
	if info, err := c.fs.Stat(c.key); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		all = append(all, Worry{Code: WorryOpen, File: c.key})
	}
	return all
}

// load puts the files to use, or remembers that these cannot be used.
func (c *Certificate) load(files [2]stamp) error {
	cert, err := disk.ReadFile(c.fs, c.cert, maxPEM)
	if err == nil {
		var key []byte
		if key, err = disk.ReadFile(c.fs, c.key, maxPEM); err == nil {
			var pair tls.Certificate
			if pair, err = tls.X509KeyPair(cert, key); err == nil {
				c.current, c.seen = &pair, files
				return nil
			}
			if strings.Contains(err.Error(), "does not match public key") { // crypto/tls has no value for it
				err = errors.Join(ErrKey, err)
			}
		}
	}
	c.failed = files
	return err
}

func (c *Certificate) stamp(name string) stamp {
	info, err := c.fs.Stat(name)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}
