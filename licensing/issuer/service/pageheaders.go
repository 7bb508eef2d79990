package service

import "net/http"

// plainHeaders are those of everything that is public: nothing is guessed, framed, kept, or told to other sites.
func plainHeaders(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// pageHeaders are those of everything that the page sends. They take away what a page without scripts has no use for.
func pageHeaders(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	plainHeaders(h, r)
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// mediaHTML is what browsers ask for first.
const mediaHTML = "text/html"

// wants says whether a request is that of a person with a browser, who gets a page and not a document for programs when something
// stands in the way: HTML is named, and nothing that a program reads is liked better.
func (p *page) wants(r *http.Request) bool {
	lists := r.Header.Values("Accept")
	html, named := weight(lists, mediaHTML)
	if !named || html <= 0 {
		return false
	}
	for _, media := range []string{mediaType, mediaProblem, "application/json"} {
		if q, named := weight(lists, media); named && q > html {
			return false
		}
	}
	return true
}
