package exchange

import (
	"net/netip"
	"net/url"
)

// ServiceURL reads the address of a vendor's service. ok says that computers may contact it: over https, or over plain http on the computer itself, and
// without a name, a query or a fragment.
func ServiceURL(s string) (u *url.URL, ok bool) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, false
	}
	return u, u.Scheme == "https" || u.Scheme == "http" && Loopback(u.Hostname())
}

// ServiceURLs are the addresses of a profile that computers may contact, in the order to try.
func (p Profile) ServiceURLs() []string {
	var all []string
	for _, s := range p.URLs {
		if u, ok := ServiceURL(s); ok {
			all = append(all, u.String())
		}
	}
	return all
}

// Loopback says whether a host is this computer itself.
func Loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
