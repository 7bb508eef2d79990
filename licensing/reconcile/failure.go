package reconcile

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"

	"holdfast/licensing/clock"
)

// cause finds why a connection gave no answer, and what that is about.
func (h *HTTPS) cause(ctx context.Context, err error, m *meter) (Cause, Detail) {
	var (
		refused proxyRefusal
		op      *net.OpError
		name    *net.DNSError
		unknown x509.UnknownAuthorityError
		wrong   x509.HostnameError
		over    x509.CertificateInvalidError
		broken  *tls.CertificateVerificationError
		alert   tls.AlertError
		record  tls.RecordHeaderError
	)
	late := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil
	proxy, met := m.proxied()
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return CauseStopped, Detail{}
	case errors.As(err, &refused):
		if s := refused.status; s >= 200 && s < 400 || s == http.StatusNetworkAuthenticationRequired {
			return CauseCaptive, Detail{}
		}
		return CauseProxy, Detail{}
	case proxy != "" && !met && h.o.Online():
		return CauseProxyAway, Detail{Proxy: proxy}
	case errors.As(err, &op) && op.Op == "proxyconnect" && proxy != "" && met, errors.Is(err, ErrProxy):
		return CauseProxy, Detail{}
	case oneOf(err, noWays):
		return CauseNoNetwork, Detail{}
	case errors.As(err, &name), late && m.naming():
		if !h.o.Online() {
			return CauseNoNetwork, Detail{}
		}
		return CauseDNS, Detail{}
	case oneOf(err, refusals):
		return CauseRefused, Detail{}
	case errors.As(err, &over):
		return overDate(over)
	case errors.As(err, &wrong):
		return CauseOtherName, Detail{Name: nameOf(wrong.Certificate)}
	case errors.As(err, &unknown):
		return CauseIntercepted, Detail{}
	case errors.As(err, &broken), errors.As(err, &alert):
		return CauseCertificate, Detail{}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return CauseNotService, Detail{}
	case late, timedOut(err):
		return CauseTimeout, Detail{}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), m.connected():
		return CauseCut, Detail{}
	}
	return CauseNoNetwork, Detail{}
}

// overDate says of a certificate that does not count now since when it does not, or from when on it does.
func overDate(e x509.CertificateInvalidError) (Cause, Detail) {
	switch {
	case e.Reason != x509.Expired || e.Cert == nil:
		return CauseCertificate, Detail{}
	case clock.System().Read().Wall.Before(e.Cert.NotBefore):
		return CauseEarly, Detail{Date: e.Cert.NotBefore.UTC()}
	}
	return CauseExpired, Detail{Date: e.Cert.NotAfter.UTC()}
}

// nameOf is the name that a certificate is for, as far as people need it: it is not signed by anybody that they know.
func nameOf(c *x509.Certificate) string {
	switch {
	case len(c.DNSNames) > 0:
		return bounded64(c.DNSNames[0])
	case len(c.IPAddresses) > 0:
		return c.IPAddresses[0].String()
	}
	return bounded64(c.Subject.CommonName)
}

func oneOf(err error, list []syscall.Errno) bool {
	for _, e := range list {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// plainError leaves out the address that net/http puts in front, and all that could name a proxy's password.
func plainError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
