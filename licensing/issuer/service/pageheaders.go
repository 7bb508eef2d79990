package service

import (
	"net/http"
	"strings"
)

// pageHeaders are those of everything that the page sends. They take away what a page without scripts has no use for.
func pageHeaders(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// programPaths are those that programs ask for and people do not.
var programPaths = []string{"/v1/", "/healthz", "/readyz", "/metrics"}

// wants says whether a request is that of a person with a browser, who gets a page and not a document for programs when something
// stands in the way.
func (p *page) wants(r *http.Request) bool {
	for _, path := range programPaths {
		if strings.HasPrefix(r.URL.Path, path) {
			return false
		}
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}
