package exchange

import (
	"encoding/json"
	"strings"
)

// encode writes a bundle as encoding/json does. Nearly all of it are long texts in base64, which need no second look at every byte.
func (b Bundle) encode() ([]byte, error) {
	var size int
	for _, e := range b.Envelopes {
		if !plainJSON(e.PayloadType) || !plainJSON(e.Payload) || e.Signatures == nil {
			return json.Marshal(b)
		}
		for _, s := range e.Signatures {
			if !plainJSON(s.KeyID) || !plainJSON(s.Sig) {
				return json.Marshal(b)
			}
			size += len(s.KeyID) + len(s.Sig) + 32
		}
		size += len(e.PayloadType) + len(e.Payload) + 64
	}
	if !plainJSON(b.Format) || len(b.Sealed) > 0 || b.Envelopes == nil {
		return json.Marshal(b)
	}
	out := make([]byte, 0, size+64)
	out = append(out, `{"holdfast":"`+b.Format+`","envelopes":[`...)
	for i, e := range b.Envelopes {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"payloadType":"`...)
		out = append(out, e.PayloadType...)
		out = append(out, `","payload":"`...)
		out = append(out, e.Payload...)
		out = append(out, `","signatures":[`...)
		for j, s := range e.Signatures {
			if j > 0 {
				out = append(out, ',')
			}
			out = append(out, `{"keyid":"`+s.KeyID+`","sig":"`+s.Sig+`"}`...)
		}
		out = append(out, `]}`...)
	}
	return append(out, `]}`...), nil
}

// plainJSON says that a text stands in JSON as it is.
func plainJSON(s string) bool {
	for i := range len(s) {
		if !isPlain[s[i]] {
			return false
		}
	}
	return true
}

// isPlain are the letters of base64 and of our payload types.
var isPlain = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=.-_") {
		t[c] = true
	}
	return t
}()

// What encode writes of a bundle, and no text that a stranger wrote in another way, is read without a look at every byte in turn.
const (
	plainEnvelopes  = 100
	plainSignatures = maxSignatures
)

// plainBundle reads a bundle that stands there as encode writes it. ok is false for every other text, good or bad: that is read the long way.
func plainBundle(raw []byte) (b Bundle, ok bool) {
	s := plainScanner{rest: string(raw)}
	b.Format = s.text(`{"holdfast":"`, `","envelopes":[`)
	for more := true; more && !s.bad; more = s.skip(",") {
		if len(b.Envelopes) == plainEnvelopes {
			return Bundle{}, false
		}
		e := Envelope{
			PayloadType: s.text(`{"payloadType":"`, `","payload":"`),
			Payload:     s.text("", `","signatures":[`),
		}
		for more := true; more && !s.bad; more = s.skip(",") {
			if len(e.Signatures) == plainSignatures {
				return Bundle{}, false
			}
			e.Signatures = append(e.Signatures, Signature{KeyID: s.text(`{"keyid":"`, `","sig":"`), Sig: s.text("", `"}`)})
		}
		s.bad = !s.skip(`]}`) || s.bad
		b.Envelopes = append(b.Envelopes, e)
	}
	if !s.skip(`]}`) || s.bad || s.rest != "" {
		return Bundle{}, false
	}
	return b, true
}

type plainScanner struct {
	rest string
	bad  bool
}

func (s *plainScanner) skip(mark string) (ok bool) {
	s.rest, ok = strings.CutPrefix(s.rest, mark)
	return ok
}

// text reads what stands between two marks: letters without escapes.
func (s *plainScanner) text(before, after string) string {
	if !s.skip(before) {
		s.bad = true
	}
	text, rest, ok := strings.Cut(s.rest, `"`)
	s.rest = rest
	if s.bad = s.bad || !ok || !plainJSON(text) || !s.skip(after[1:]); s.bad {
		return ""
	}
	return text
}
