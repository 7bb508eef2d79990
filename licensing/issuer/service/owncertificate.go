package service

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"slices"
	"time"

	"holdfast/licensing/disk"
)

// Own says what a self-made certificate is made with.
type Own struct {
	FS     disk.FS
	Now    func() time.Time
	Report func(error) // told when one cannot be renewed; the one before stays in use
}

// A self-made certificate is good for 397 days, as long as browsers take one, and is renewed in the last 30.
const (
	goodFor     = 397 * 24 * time.Hour
	renewBefore = 30 * 24 * time.Hour
	clockLeeway = time.Hour // computers whose clock is a little behind
)

// needsRenewal says whether a certificate is near its end, from another time, or for other hosts.
func needsRenewal(leaf *x509.Certificate, hosts []string, now time.Time) bool {
	have := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		have = append(have, ip.String())
	}
	names, ips := split(hosts)
	want := names
	for _, ip := range ips {
		want = append(want, ip.String())
	}
	slices.Sort(have)
	slices.Sort(want)
	return now.After(leaf.NotAfter.Add(-renewBefore)) || now.Before(leaf.NotBefore) || !slices.Equal(have, want)
}

// split tells names from addresses, each once.
func split(hosts []string) (names []string, ips []net.IP) {
	seen := map[string]bool{}
	for _, h := range hosts {
		ip := net.ParseIP(h)
		if ip != nil {
			h = ip.String()
		}
		switch {
		case h == "" || seen[h]:
		case ip != nil:
			ips = append(ips, ip)
		default:
			names = append(names, h)
		}
		seen[h] = true
	}
	return names, ips
}

// makeCertificate makes a key (ECDSA P-256) and a certificate for it. The key is written first: a pair that does not fit is made again.
func makeCertificate(c *Certificate, hosts []string, o Own) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	names, ips := split(hosts)
	now := o.Now().UTC().Truncate(time.Second)
	form := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Holdfast"}, DNSNames: names, IPAddresses: ips,
		NotBefore: now.Add(-clockLeeway), NotAfter: now.Add(goodFor - clockLeeway),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := disk.WriteFile(c.fs, c.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		return err
	}
	return disk.WriteFile(c.fs, c.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}
