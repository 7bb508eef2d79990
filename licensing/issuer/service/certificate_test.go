package service

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

func ownCertificate(t *testing.T, dir string, h *hands, hosts ...string) *Certificate {
	t.Helper()
	c, err := OwnCertificate(dir, hosts, Own{FS: disk.OS(), Now: h.now, Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shakes makes a connection to c as a client that trusts the certificate in file.
func shakes(t *testing.T, c *Certificate, h *hands, file, host string) error {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	server := tls.Server(b, c.Config())
	ended := make(chan error, 1)
	go func() { ended <- server.Handshake() }()
	client := tls.Client(a, &tls.Config{RootCAs: roots, ServerName: host, Time: h.now, MaxVersion: tls.VersionTLS12})
	err = client.Handshake()
	_ = a.Close()
	return errors.Join(err, func() error {
		if e := <-ended; err == nil {
			return e
		}
		return nil
	}())
}

func TestASelfMadeCertificateLastsAndIsRenewedInTime(t *testing.T) {
	dir, h := t.TempDir(), newHands()
	c := ownCertificate(t, dir, h, "licenses.acme.example", "127.0.0.1", "", "127.0.0.1")
	file := filepath.Join(dir, "tls", "cert.pem")
	for _, host := range []string{"licenses.acme.example", "127.0.0.1"} {
		if err := shakes(t, c, h, file, host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if shakes(t, c, h, file, "other.example") == nil {
		t.Error("it holds for any name")
	}
	if i, err := os.Stat(filepath.Join(dir, "tls", "key.pem")); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", i.Mode(), err)
	}
	first := c.Fingerprint()
	if len(first) != 95 || strings.Count(first, ":") != 31 {
		t.Errorf("%q", first)
	}
	h.pass(300 * 24 * time.Hour)
	if got := ownCertificate(t, dir, h, "127.0.0.1", "licenses.acme.example").Fingerprint(); got != first || c.Fingerprint() != first {
		t.Error("another start makes another certificate")
	}
	h.pass(67*24*time.Hour + 2*time.Hour)
	renewed := c.Fingerprint()
	if renewed == first || shakes(t, c, h, file, "127.0.0.1") != nil {
		t.Error("it is not renewed in time")
	}
	if ownCertificate(t, dir, h, "127.0.0.1").Fingerprint() == renewed {
		t.Error("it does not follow the names")
	}
}

func TestChangedFilesAreUsedAndBrokenOnesAreNot(t *testing.T) {
	h := newHands()
	one, two, dir := t.TempDir(), t.TempDir(), t.TempDir()
	ownCertificate(t, one, h, "one.example")
	ownCertificate(t, two, h, "two.example")
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	put := func(from, name, to string, age time.Duration) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(from, "tls", name))
		if err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
		if err == nil {
			err = os.Chtimes(to, start.Add(age), start.Add(age))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := CertificateFiles(disk.OS(), h.now, cert, key, nil); err == nil {
		t.Fatal("no files are a certificate")
	}
	put(one, "cert.pem", cert, 0)
	put(one, "key.pem", key, 0)
	told := 0
	c, err := CertificateFiles(disk.OS(), h.now, cert, key, func(error) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	first := c.Fingerprint()
	put(two, "cert.pem", cert, time.Hour) // the key comes a moment later
	for range 3 {
		if c.Fingerprint() != first {
			t.Fatal("a certificate without its key is shown")
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	put(two, "key.pem", key, time.Hour)
	if c.Fingerprint() == first {
		t.Error("the new files are not used")
	}
	if err := shakes(t, c, h, filepath.Join(two, "tls", "cert.pem"), "two.example"); err != nil {
		t.Error(err)
	}
}
