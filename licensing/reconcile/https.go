package reconcile

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"

	"holdfast/licensing/exchange"
)

// Network is how the services are reached.
type Network struct {
	// Proxy is the address of an HTTP proxy, with name and password if it wants them; "" is the system's choice, ProxyNone no proxy.
	Proxy string
	// CA are certificates, in PEM, of authorities that are trusted beside the system's. CAFile is the file that they were read from, for
	// people; without CA it could not be read, and no contact is made, rather than another way than the one that was chosen.
	CA     []byte
	CAFile string
}

// ProxyNone stands for no proxy, whatever the system says.
const ProxyNone = "none"

// HTTPSOptions are what an HTTPS carrier needs.
type HTTPSOptions struct {
	Version string         // of this program
	Network func() Network // read anew for each contact; nil: the system's settings
	// Dial makes connections; nil is the system's way.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Online says whether this computer has an address on any network at all; nil asks the system.
	Online func() bool
	// Slow is how long a connection or an exchange may take on a good way; 0: 2 s.
	Slow time.Duration
}

// HTTPS carries exchanges over HTTPS, and over plain HTTP to this computer itself. It follows no redirect, keeps no cookie, and trusts
// TLS 1.2 and newer alone.
type HTTPS struct{ o HTTPSOptions }

// NewHTTPS returns a carrier.
func NewHTTPS(o HTTPSOptions) *HTTPS {
	if o.Network == nil {
		o.Network = func() Network { return Network{} }
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: Budget, KeepAlive: -1}).DialContext
	}
	if o.Online == nil {
		o.Online = online
	}
	return &HTTPS{o}
}

// CheckNetwork says what is wrong with settings that a person typed: ErrProxy or ErrCA.
func CheckNetwork(n Network) error {
	if _, err := explicitProxy(n.Proxy); err != nil {
		return err
	}
	_, err := roots(n)
	return err
}

// Errors of network settings. They quote nothing: an address of a proxy holds a password.
var (
	ErrProxy = errors.New("not the address of a proxy")
	ErrCA    = errors.New("no certificate of an authority in PEM")
)

// Open implements Carrier.
func (h *HTTPS) Open(urls []string) Line {
	n := h.o.Network()
	l := &line{h: h, urls: usable(urls), caFile: n.CAFile, system: n.Proxy == ""}
	pool, err := roots(n)
	if err != nil {
		l.broken = err
		return l
	}
	var proxy func(*http.Request) (*url.URL, error)
	switch fixed, err := explicitProxy(n.Proxy); {
	case err != nil:
		l.broken = err
		return l
	case n.Proxy == "":
		proxy = systemProxy()
	case fixed != nil:
		// NO_PROXY is not asked: a person named this proxy. Only this computer itself is never reached through one.
		f := (&httpproxy.Config{HTTPProxy: n.Proxy, HTTPSProxy: n.Proxy}).ProxyFunc()
		proxy = func(r *http.Request) (*url.URL, error) { return f(r.URL) }
	}
	t := &http.Transport{
		Proxy:                  noted(proxy),
		DialContext:            h.o.Dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		TLSHandshakeTimeout:    Budget,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        Budget,
		MaxResponseHeaderBytes: 64 << 10,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
			if r.StatusCode == http.StatusOK {
				return nil
			}
			return proxyRefusal{r.StatusCode}
		},
	}
	l.transport = t
	l.client = &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return l
}

// proxyRefusal is what a proxy answered instead of making a connection.
type proxyRefusal struct{ status int }

func (p proxyRefusal) Error() string { return fmt.Sprintf("the proxy answered %d", p.status) }

// line is one contact's HTTP client. The address that answered stays the one for the rest of the contact.
type line struct {
	h         *HTTPS
	urls      []*url.URL
	transport *http.Transport
	client    *http.Client
	broken    error
	caFile    string
	system    bool // the system names the proxy
}

func (l *line) Close() {
	if l.transport != nil {
		l.transport.CloseIdleConnections()
	}
}

// Carry implements Line. The time that is left is shared by the addresses that are left.
func (l *line) Carry(ctx context.Context, c Call) Carried {
	switch {
	case errors.Is(l.broken, ErrCA):
		return Carried{Cause: CauseCAFile, Detail: Detail{File: l.caFile}, Err: l.broken}
	case l.broken != nil:
		return Carried{Cause: CauseProxy, Err: l.broken}
	case len(l.urls) == 0:
		return Carried{Cause: CauseNotService, Err: errors.New("no address that may be used")}
	}
	body, packed, err := pack(c.Body)
	if err != nil {
		return Carried{Cause: CauseHere, Err: err}
	}
	var best Carried
	for i, u := range l.urls {
		one, cancel := share(ctx, len(l.urls)-i)
		got := l.send(one, u, c, body, packed)
		cancel()
		if i == 0 || !got.elsewhere() || farther(got.Cause, best.Cause) {
			best = got
		}
		if !got.elsewhere() || ctx.Err() != nil {
			if got.Status != 0 {
				l.urls = append([]*url.URL{u}, append(l.urls[:i:i], l.urls[i+1:]...)...)
			}
			break
		}
	}
	return best
}

// share gives the first of n their part of the time that is left.
func share(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithTimeout(ctx, Budget/time.Duration(n))
	}
	return context.WithTimeout(ctx, left(end)/time.Duration(n))
}

// usable are the addresses that a device may use.
func usable(urls []string) []*url.URL {
	var list []*url.URL
	for _, s := range urls {
		if u, ok := exchange.ServiceURL(s); ok {
			list = append(list, u.JoinPath("v1", "exchange"))
		}
	}
	return list
}

// roots are the system's authorities and those of n; nil is the system's alone.
func roots(n Network) (*x509.CertPool, error) {
	if len(n.CA) == 0 && n.CAFile == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(n.CA) {
		return nil, ErrCA
	}
	return pool, nil
}

// online says whether any network but this computer's own has given it an address.
func online() bool {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return true // unknown: then the failure tells
	}
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			return true
		}
	}
	return false
}
