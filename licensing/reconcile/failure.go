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
)

// cause finds why a connection gave no answer.
func (h *HTTPS) cause(ctx context.Context, err error, m *meter) Cause {
	var (
		proxy   proxyRefusal
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
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return CauseStopped
	case errors.As(err, &proxy):
		if s := proxy.status; s >= 200 && s < 400 || s == http.StatusNetworkAuthenticationRequired {
			return CauseCaptive
		}
		return CauseProxy
	case errors.As(err, &op) && op.Op == "proxyconnect", errors.Is(err, ErrProxy):
		return CauseProxy
	case oneOf(err, noWays):
		return CauseNoNetwork
	case errors.As(err, &name), late && m.naming():
		if !h.o.Online() {
			return CauseNoNetwork
		}
		return CauseDNS
	case oneOf(err, refusals):
		return CauseRefused
	case errors.As(err, &over), errors.As(err, &wrong):
		return CauseCertificate
	case errors.As(err, &unknown):
		return CauseIntercepted
	case errors.As(err, &broken), errors.As(err, &alert):
		return CauseCertificate
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return CauseNotService
	case late, timedOut(err):
		return CauseTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), m.connected():
		return CauseCut
	}
	return CauseNoNetwork
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
