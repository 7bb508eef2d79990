package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/service"
)

type serveCommand struct {
	at
	Addr         string   `default:"127.0.0.1:8080" placeholder:"ADDR"`
	Host         []string `placeholder:"NAME" help:"serve-host"`
	TLS          string   `name:"tls" enum:"self," default:"" placeholder:"self"`
	TLSCert      string   `name:"tls-cert" placeholder:"FILE" xor:"cert"`
	TLSKey       string   `name:"tls-key" placeholder:"FILE"`
	BehindProxy  bool
	MetricsAddr  string `placeholder:"ADDR"`
	Log          string `placeholder:"FILE" help:"serve-log"`
	LogAddresses bool
	Rate         float64 `default:"20" placeholder:"N"`
	DeviceRate   float64 `default:"5" placeholder:"N"`
	Exchanges    int     `default:"64" placeholder:"N"`
}

// Codes of serve.
const (
	codePlain       issuer.Code = "plain_http"   // an address that others reach, without TLS
	codeAddress     issuer.Code = "address"      // nothing can listen there
	codeAddressForm issuer.Code = "address_form" // no address with a port
	codeAddressUsed issuer.Code = "address_used" // another program listens there
	codeAddressPort issuer.Code = "address_port" // a port that needs a right
	codeCert        issuer.Code = "certificate"
	codeCertKey     issuer.Code = "certificate_key"  // the key is that of another one
	codeCertPair    issuer.Code = "certificate_pair" // one of two flags is missing
)

// Run answers requests over HTTP until it is stopped.
func (c *serveCommand) Run(p *program) error {
	if err := c.check(); err != nil {
		return err
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return err
	}
	is, err := p.openToSign(c.Dir, func(o *issuer.Options) { o.TakePassword = true }) // what opens it here does so with every start
	if err != nil {
		return err
	}
	defer is.Close()
	if err := is.Ready(p.ctx); err != nil && !issuer.Away(err) { // without keys it could answer nothing
		return err
	}
	journal, err := openJournal(p, c.Log)
	if err != nil {
		return err
	}
	defer journal.close()
	s, err := service.New(is.Issuer, service.Options{
		Clock: p.clock(), Log: slog.NewJSONHandler(journal, nil), Version: version, Store: p.storeKind(dir),
		Proxy: c.BehindProxy, Addresses: c.LogAddresses, Rate: c.Rate, DeviceRate: c.DeviceRate, Exchanges: c.Exchanges,
	})
	if err != nil {
		return err
	}
	cert, err := c.certificate(p, dir, s.Report)
	if err != nil {
		return err
	}
	public, err := listen("--addr", c.Addr)
	if err != nil {
		return err
	}
	defer public.Close()
	var private net.Listener
	if c.MetricsAddr != "" {
		if private, err = listen("--metrics-addr", c.MetricsAddr); err != nil {
			return err
		}
		defer private.Close()
	}
	if p.storeKind(dir) == storeInFolder {
		host, err := hostDesk(p.world, is.Issuer, s, dir)
		if err != nil {
			return inFile(c.Dir, err)
		}
		defer host.close()
	}
	var secure *tls.Config
	if cert != nil {
		secure = cert.Config()
		for _, worry := range cert.Worries() { // before it is said where it answers, and it answers all the same: work that runs is not stopped
			p.note("issuer.say.cert."+worry.Code, map[string]any{"file": worry.File, "date": worry.At})
		}
		s.Shows(cert)
		defer daily(func() { s.Shows(cert) })()
	}
	c.tell(p, public, private, cert)
	defer onHangUp(func() {
		journal.reopen()
		if cert != nil {
			cert.Reload()
			s.Shows(cert)
		}
	})()
	return s.Serve(p.ctx, public, secure, private)
}

// daily calls fn every day until stop is called.
func daily(fn func()) (stop func()) {
	day, done := time.NewTicker(24*time.Hour), make(chan struct{})
	go func() {
		for {
			select {
			case <-day.C:
				fn()
			case <-done:
				return
			}
		}
	}()
	return func() {
		day.Stop()
		close(done)
	}
}

// onHangUp calls fn whenever the process is told that a terminal or an administrator hung up, until stop is called.
func onHangUp(fn func()) (stop func()) {
	hup, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hup, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hup:
				fn()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hup)
		close(done)
	}
}

// check refuses what would send licenses over a line that others can read and change.
func (c *serveCommand) check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		missing := "--tls-cert"
		if c.TLSKey == "" {
			missing = "--tls-key"
		}
		return &issuer.Error{Code: codeCertPair, Slots: map[string]any{"flag": missing}}
	}
	if c.TLSCert != "" && c.TLS != "" {
		return together("--tls", "--tls-cert")
	}
	if err := checkAddress("--addr", c.Addr); err != nil {
		return err
	}
	if err := checkAddress("--metrics-addr", c.MetricsAddr); c.MetricsAddr != "" && err != nil {
		return err
	}
	if c.TLS == "" && c.TLSCert == "" && !c.BehindProxy && !service.Loopback(c.Addr) {
		return &issuer.Error{Code: codePlain, Slots: map[string]any{"addr": c.Addr}}
	}
	for flag, n := range map[string]float64{"--rate": c.Rate, "--device-rate": c.DeviceRate, "--exchanges": float64(c.Exchanges)} {
		if n < 0 || n > 1e6 || flag == "--exchanges" && n < 1 {
			return badValue(flag, fmt.Sprint(n))
		}
	}
	return nil
}

// certificate is what the service shows; nil for plain HTTP.
func (c *serveCommand) certificate(p *program, dir string, report func(string, error)) (*service.Certificate, error) {
	var cert *service.Certificate
	var err error
	told := func(err error) { report("certificate", err) }
	switch {
	case c.TLSCert != "":
		cert, err = service.CertificateFiles(p.fs, p.now, c.TLSCert, c.TLSKey, told)
	case c.TLS != "":
		cert, err = service.OwnCertificate(dir, c.hosts(), service.Own{FS: p.fs, Now: p.now, Report: told})
	default:
		return nil, nil
	}
	var missing *fs.PathError
	switch {
	case err == nil:
		return cert, nil
	case errors.As(err, &missing):
		return nil, inFile(missing.Path, err)
	case errors.Is(err, service.ErrKey):
		return nil, &issuer.Error{Code: codeCertKey, Slots: map[string]any{"cert": c.TLSCert, "key": c.TLSKey}}
	}
	return nil, &issuer.Error{Code: codeCert, Err: err, Slots: map[string]any{"file": c.TLSCert}}
}

// hosts are the names under which a self-made certificate holds.
func (c *serveCommand) hosts() []string {
	host, _, _ := net.SplitHostPort(c.Addr)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host, _ = os.Hostname() // without a name it is reached by --host alone
	}
	return append([]string{host, "localhost", "127.0.0.1", "::1"}, c.Host...)
}

// checkAddress refuses what is no address with a port.
func checkAddress(flag, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return &issuer.Error{Code: codeAddressForm, Err: err, Slots: map[string]any{"flag": flag, "addr": address}}
	}
	return nil
}

// Windows has numbers of its own for these.
const (
	windowsUsed   = syscall.Errno(10048)
	windowsDenied = syscall.Errno(10013)
)

func listen(flag, address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	code := codeAddress
	switch {
	case err == nil:
		return ln, nil
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, windowsUsed):
		code = codeAddressUsed
	case errors.Is(err, fs.ErrPermission), errors.Is(err, windowsDenied):
		code = codeAddressPort
	}
	return nil, &issuer.Error{Code: code, Err: err, Slots: map[string]any{"flag": flag, "addr": address}}
}

// tell says where it listens: the one line that is printed.
func (c *serveCommand) tell(p *program, public, private net.Listener, cert *service.Certificate) {
	said := struct {
		head
		URL         string `json:"url"`
		Fingerprint string `json:"tls_fingerprint_sha256,omitempty"`
		Metrics     string `json:"metrics,omitempty"`
	}{head: head{SchemaVersion: 1}, URL: "http://" + public.Addr().String()}
	id := "issuer.say.serve.plain"
	if cert != nil {
		id, said.URL, said.Fingerprint = "issuer.say.serve.tls", "https://"+public.Addr().String(), cert.Fingerprint()
	}
	if private != nil {
		said.Metrics = "http://" + private.Addr().String() + "/metrics"
	}
	if p.cli.JSON {
		p.json(said)
		return
	}
	p.line(id, map[string]any{"url": said.URL, "sum": said.Fingerprint})
}

// The kinds of stores. One in the folder is open to one process at a time, so that the commands of others have to come to it.
const (
	storeInFolder = "bbolt"
	storeShared   = "postgres"
)

func (p *program) storeKind(dir string) string {
	if _, err := p.fs.Stat(filepath.Join(dir, "issuer.db")); err != nil {
		return storeShared
	}
	return storeInFolder
}

// clock is the clock of the world.
func (p *program) clock() clock.Clock { return worldClock{p.world} }

type worldClock struct{ w world }

func (c worldClock) Read() clock.Reading {
	r := clock.Reading{Wall: c.w.now().UTC()}
	if c.w.running != nil {
		r.Boot, r.Running = c.w.running()
	}
	return r
}
