package reconcile

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"holdfast/licensing/exchange"
)

// explicitProxy reads the address of a proxy that a person typed; nil for "" and ProxyNone.
func explicitProxy(s string) (*url.URL, error) {
	if s == "" || s == ProxyNone {
		return nil, nil
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, ErrProxy
	}
	return u, nil
}

// systemProxy asks the environment, then the system's settings, both as they are now.
func systemProxy() func(*http.Request) (*url.URL, error) {
	env := httpproxy.FromEnvironment()
	if env.HTTPProxy != "" || env.HTTPSProxy != "" {
		return named(env)
	}
	return func(r *http.Request) (*url.URL, error) {
		if exchange.Loopback(r.URL.Hostname()) {
			return nil, nil
		}
		return askSystem(r.Context(), r.URL)
	}
}

// named asks a configuration and hides what it says about an address that it cannot read: that holds a password.
func named(c *httpproxy.Config) func(*http.Request) (*url.URL, error) {
	f := c.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		u, err := f(r.URL)
		if err != nil {
			return nil, ErrProxy
		}
		return u, nil
	}
}

// noted tells the meter of an exchange which proxy it goes through.
func noted(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if choose == nil {
		return nil
	}
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		if m, ok := r.Context().Value(meterKey{}).(*meter); ok && u != nil {
			m.through(hostPort(u))
		}
		return u, err
	}
}

// asking lets one goroutine at a time ask the system, which may take long over a script from the network.
var asking = make(chan struct{}, 1)

// askSystem returns when ctx ends, although the system's call cannot be ended.
func askSystem(ctx context.Context, target *url.URL) (*url.URL, error) {
	select {
	case asking <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	type found struct {
		proxy *url.URL
		err   error
	}
	answer := make(chan found, 1)
	go func() {
		defer func() { <-asking }()
		u, err := configured(target)
		answer <- found{u, err}
	}()
	select {
	case f := <-answer:
		return f.proxy, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
