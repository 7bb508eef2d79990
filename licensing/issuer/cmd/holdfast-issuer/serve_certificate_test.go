package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/disk"
)

// certificate makes a certificate and its key for 127.0.0.1 that counts between two times.
func certificate(t *testing.T, from, until time.Time) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"licenses.acme.example"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, form, form, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

// put writes a certificate and its key beside the desk.
func (d desk) put(cert, key []byte, perm os.FileMode) []string {
	d.t.Helper()
	for name, b := range map[string][]byte{"c.pem": cert, "k.pem": key} {
		if err := os.WriteFile(d.path(name), b, perm); err != nil {
			d.t.Fatal(err)
		}
	}
	return []string{"--tls-cert", d.path("c.pem"), "--tls-key", d.path("k.pem")}
}

func TestServeWarnsOfACertificateThatNeedsSomebody(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		from, until time.Duration
		perm        os.FileMode
		says, logs  string
	}{
		"fine":     {-day, 15 * day, 0o640, "", ""},
		"ended":    {-9 * day, -8 * day, 0o600, "ended on ", `"cause":"certificate_expired"`},
		"too soon": {day, 90 * day, 0o600, "counts from ", `"cause":"certificate_not_yet"`},
		"ends":     {-day, 13 * day, 0o600, "ends on ", `"cause":"certificate_ends"`},
		"open":     {-day, 90 * day, 0o644, "Others may be able to read the key in ", `"cause":"certificate_open"`},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && name == "open" {
				t.Skip("no such permissions")
			}
			d := newDesk(t, 1)
			cert, key := certificate(t, scriptTime().Add(c.from), scriptTime().Add(c.until))
			s := d.serve(d.put(cert, key, c.perm)...)
			if said := s.errs.String(); !strings.Contains(said, c.says) {
				t.Errorf("it is said where it answers before %q: %s", c.says, said)
			}
			s.stop()
			text := s.errs.String()
			warned := strings.Contains(text, `"msg":"warning"`)
			if !strings.Contains(text, c.says) || !strings.Contains(text, c.logs) || warned != (c.says != "") || !strings.Contains(text, `"msg":"certificate"`) {
				t.Errorf("%s", text)
			}
			if strings.Contains(text, "PRIVATE") {
				t.Error("the log has the key")
			}
		})
	}
}

func TestAKeyOfAnotherCertificateIsRefused(t *testing.T) {
	d := newDesk(t, 1)
	cert, _ := certificate(t, scriptTime(), scriptTime().AddDate(1, 0, 0))
	_, key := certificate(t, scriptTime(), scriptTime().AddDate(1, 0, 0))
	code, _, text := d.run(disk.OS(), append([]string{"serve", "--dir", d.path("acme"), "--addr", "127.0.0.1:0"}, d.put(cert, key, 0o600)...)...)
	if code != 2 || !strings.Contains(text, "belongs to another certificate") || !strings.Contains(text, "k.pem") {
		t.Errorf("code %d: %s", code, text)
	}
}

func TestANewCertificateIsShownWhileAnOldConnectionLives(t *testing.T) {
	d := newDesk(t, 1)
	cert, key := certificate(t, scriptTime().AddDate(0, -1, 0), scriptTime().AddDate(0, 1, 0))
	s := d.serve(d.put(cert, key, 0o600)...)
	address := strings.TrimPrefix(s.url, "https://")
	dial := func() *tls.Conn {
		t.Helper()
		c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true}) // #nosec G402 -- the certificate itself is looked at
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	old := dial()
	newer, newKey := certificate(t, scriptTime().AddDate(0, -1, 0), scriptTime().AddDate(1, 0, 0))
	d.put(newer, newKey, 0o600)
	later := time.Now().Add(time.Hour)
	for _, name := range []string{"c.pem", "k.pem"} {
		if err := os.Chtimes(d.path(name), later, later); err != nil {
			t.Fatal(err)
		}
	}
	was, is := old.ConnectionState().PeerCertificates[0], dial().ConnectionState().PeerCertificates[0]
	if was.Equal(is) || !is.NotAfter.Equal(scriptTime().AddDate(1, 0, 0)) {
		t.Errorf("shown is one until %v", is.NotAfter)
	}
	if _, err := old.Write([]byte("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := old.Read(answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Errorf("the old connection: %q, %v", answer, err)
	}
}
