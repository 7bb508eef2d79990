//go:build windows || (darwin && cgo)

package reconcile

import (
	"net/url"

	"github.com/mattn/go-ieproxy"
	"golang.org/x/net/http/httpproxy"
)

// configured is the proxy that the system's settings name for target.
func configured(target *url.URL) (*url.URL, error) {
	conf := ieproxy.ReloadConf()
	if conf.Automatic.Active {
		if host := conf.Automatic.FindProxyForURL(target.String()); host != "" {
			return explicitProxy(host)
		}
	}
	if !conf.Static.Active {
		return nil, nil
	}
	of := func(scheme string) string {
		if s, ok := conf.Static.Protocols[scheme]; ok {
			return s
		}
		return conf.Static.Protocols[""]
	}
	c := httpproxy.Config{HTTPProxy: of("http"), HTTPSProxy: of("https"), NoProxy: conf.Static.NoProxy}
	u, err := c.ProxyFunc()(target)
	if err != nil {
		return nil, ErrProxy
	}
	return u, nil
}
