package exchange

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// parseCase is one envelope with what a Parse function must say of it.
type parseCase struct {
	name     string
	op       string // profile, response or request
	envelope Envelope
	trusts   Roots  // for op profile; the root key when nil
	keys     string // for op response: "" the usual profile, "rotated", "narrow"
	state    terms.State
	cause    string
}

// edited turns a payload into JSON with some members set, or removed when the value is nil. Paths are joined by dots.
func edited(payload any, edits ...any) []byte {
	var tree map[string]any
	if err := json.Unmarshal(must(encode(payload)), &tree); err != nil {
		panic(err)
	}
	for i := 0; i < len(edits); i += 2 {
		node := tree
		steps := strings.Split(edits[i].(string), ".")
		for _, s := range steps[:len(steps)-1] {
			switch next := node[s].(type) {
			case map[string]any:
				node = next
			case []any:
				node = next[0].(map[string]any)
			}
		}
		if last := steps[len(steps)-1]; edits[i+1] == nil {
			delete(node, last)
		} else {
			node[last] = edits[i+1]
		}
	}
	return must(encode(tree))
}

// inserted puts text right behind the opening brace of a payload.
func inserted(payload any, text string) []byte {
	return slices.Concat([]byte("{"), []byte(text), must(encode(payload))[1:])
}

func nest(levels int) string {
	return strings.Repeat("[", levels) + strings.Repeat("]", levels)
}

func withSig(e Envelope, f func(sig []byte) []byte) Envelope {
	e.Signatures = slices.Clone(e.Signatures)
	sig := must(base64.StdEncoding.DecodeString(e.Signatures[0].Sig))
	e.Signatures[0].Sig = base64.StdEncoding.EncodeToString(f(sig))
	return e
}

// addOrder makes the other form of a signature: S plus the order of the group, which a lax verifier takes for S.
func addOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(sig[32:])
	slices.Reverse(s)
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(sig[:32]), sum...)
}

func profileNamed(which string) Profile {
	p := testProfile()
	switch which {
	case "rotated": // the first key is withdrawn, a second one is in use
		p.Keys[0].NothingAfter = issued.Add(-time.Second)
		p.Keys = append(p.Keys, SigningKey{ID: KeyID(public(nextWork)), Public: EncodeKey(public(nextWork)), From: issued})
	case "narrow": // good for one second
		p.Keys[0].From, p.Keys[0].Until, p.Keys[0].NothingAfter = issued, issued, issued
	}
	return p
}

func parseCases(t testing.TB) []parseCase {
	res := func(edits ...any) Envelope {
		return signAnyway(edited(smallResponse(), edits...), ResponseType, workKey)
	}
	raw := func(b []byte) Envelope { return signAnyway(b, ResponseType, workKey) }
	pro := func(edits ...any) Envelope { return signAnyway(edited(testProfile(), edits...), ProfileType, rootKey) }
	req := func(edits ...any) Envelope {
		return signAnyway(edited(testRequest(), edits...), RequestType, deviceKey)
	}
	good, goodProfile, goodRequest := res(), pro(), req()
	with := func(e Envelope, f func(*Envelope)) Envelope {
		e.Signatures = slices.Clone(e.Signatures)
		f(&e)
		return e
	}
	again := func(n int) Envelope {
		return with(good, func(e *Envelope) { e.Signatures = slices.Repeat(e.Signatures, n) })
	}
	rotatedHeader := []any{"keyid", KeyID(public(nextWork))}
	license := edited(smallResponse())
	moved := []any{"keyid", KeyID(public(nextRoot)), "root", EncodeKey(public(nextRoot)), "previous_root", EncodeKey(public(rootKey))}
	movedBytes := edited(testProfile(), moved...)
	stranger := []any{"keyid", KeyID(public(strangeKey)), "root", EncodeKey(public(strangeKey))}

	malformedState, tooNewState, changedState, unknownState := terms.StateFileUnreadable, terms.StateFileTooNew, terms.StateFileChanged, terms.StateFileUnknownSender
	bad := func(name, op string, e Envelope) parseCase {
		return parseCase{name: name, op: op, envelope: e, state: malformedState, cause: CauseMalformed}
	}
	return []parseCase{
		{name: "response", op: "response", envelope: good},
		{name: "response-with-unknown-field", op: "response", envelope: res("colour", "blue", "parts.license.colour", "red")},
		{name: "response-key-at-its-first-and-last-second", op: "response", envelope: good, keys: "narrow"},
		{name: "response-before-the-key", op: "response", envelope: res("issued", "2026-11-02T10:13:59Z"), keys: "narrow", state: unknownState, cause: CauseKeyNotYet},
		{name: "response-after-the-key-was-withdrawn", op: "response", envelope: good, keys: "rotated", state: unknownState, cause: CauseKeyWithdrawn},
		{name: "response-after-the-key-ended", op: "response", envelope: res("issued", "2028-01-01T00:00:01Z"), state: unknownState, cause: CauseKeyEnded},
		{name: "response-with-the-next-key", op: "response", keys: "rotated", envelope: signAnyway(edited(smallResponse(), rotatedHeader...), ResponseType, nextWork)},
		{name: "response-with-a-key-of-a-newer-profile", op: "response", envelope: signAnyway(edited(smallResponse(), rotatedHeader...), ResponseType, nextWork), state: unknownState},
		{name: "response-by-a-stranger", op: "response", envelope: signAnyway(edited(smallResponse(), "keyid", KeyID(public(strangeKey))), ResponseType, strangeKey), state: unknownState},
		{name: "response-by-the-root-key", op: "response", envelope: signAnyway(edited(smallResponse(), "keyid", KeyID(public(rootKey))), ResponseType, rootKey), state: unknownState},
		{name: "response-by-a-stranger-under-our-key-id", op: "response", envelope: with(signAnyway(license, ResponseType, strangeKey), func(e *Envelope) { e.Signatures[0].KeyID = KeyID(public(workKey)) }), state: changedState},
		{name: "response-of-another-vendor-with-our-key", op: "response", envelope: res("vendor", "other"), state: unknownState},
		bad("response-naming-another-key-inside", "response", res("keyid", KeyID(public(nextWork)))),
		{name: "response-signature-changed", op: "response", envelope: withSig(good, func(s []byte) []byte { s[5] ^= 1; return s }), state: changedState},
		{name: "response-signature-short", op: "response", envelope: withSig(good, func(s []byte) []byte { return s[:63] }), state: changedState},
		{name: "response-signature-empty", op: "response", envelope: withSig(good, func([]byte) []byte { return nil }), state: changedState},
		{name: "response-signature-in-another-form", op: "response", envelope: withSig(good, addOrder), state: changedState},
		{name: "response-signature-all-zero", op: "response", envelope: withSig(good, func([]byte) []byte { return make([]byte, 64) }), state: changedState},
		{name: "response-payload-changed", op: "response", envelope: with(good, func(e *Envelope) {
			e.Payload = base64.StdEncoding.EncodeToString(bytes.Replace(license, []byte("S-1"), []byte("S-2"), 1))
		}), state: changedState},
		{name: "response-payload-without-padding", op: "response", envelope: with(raw(append(slices.Clone(license), " "[:1]...)), func(e *Envelope) { e.Payload = strings.TrimRight(e.Payload, "=") + "=" }), state: changedState},
		{name: "response-payload-with-line-break", op: "response", envelope: with(good, func(e *Envelope) { e.Payload = e.Payload[:8] + "\n" + e.Payload[8:] }), state: changedState},
		{name: "response-payload-url-safe", op: "response", envelope: with(raw(slices.Concat(license, []byte("  \t"))), func(e *Envelope) { e.Payload = strings.Replace(e.Payload, "e", "-", 1) }), state: changedState},
		{name: "response-payload-empty", op: "response", envelope: with(good, func(e *Envelope) { e.Payload = "" }), state: changedState},
		{name: "response-payload-of-another-type", op: "response", envelope: with(signAnyway(license, ProfileType, workKey), func(e *Envelope) { e.PayloadType = ResponseType }), state: changedState},
		{name: "response-without-signature", op: "response", envelope: with(good, func(e *Envelope) { e.Signatures = nil }), state: unknownState},
		{name: "response-with-a-strange-signature-beside", op: "response", envelope: signAnyway(license, ResponseType, strangeKey, workKey)},
		{name: "response-with-eight-signatures", op: "response", envelope: again(8)},
		bad("response-with-nine-signatures", "response", again(9)),
		{name: "response-type-of-someone-else", op: "response", envelope: signAnyway(license, "application/json", workKey), state: terms.StateFileOtherKind},
		{name: "response-type-without-version", op: "response", envelope: signAnyway(license, "application/vnd.holdfast.response+json", workKey), state: terms.StateFileOtherKind},
		{name: "response-type-version-2", op: "response", envelope: signAnyway(edited(smallResponse(), "needs", "2.0"), "application/vnd.holdfast.response.v2+json", workKey), state: tooNewState},
		{name: "response-type-version-2-changed", op: "response", envelope: with(good, func(e *Envelope) { e.PayloadType = "application/vnd.holdfast.response.v2+json" }), state: changedState},
		{name: "response-of-a-new-role", op: "response", envelope: signAnyway(license, "application/vnd.holdfast.lease.v1+json", workKey), state: tooNewState},
		{name: "response-critical-known", op: "response", envelope: res("critical", []string{"parts.license.policy.offline", "answers", "vendor"})},
		{name: "response-critical-unknown", op: "response", envelope: res("critical", []string{"parts.license.policy.colour"}, "needs", "2.1"), state: tooNewState},
		{name: "response-critical-unknown-and-unreadable-here", op: "response", envelope: res("critical", []string{"parts.tokens"}, "parts", "elsewhere"), state: tooNewState},
		{name: "response-critical-through-a-map", op: "response", envelope: res("critical", []string{"parts.license.policy.features.grace"})},
		bad("response-schema-of-a-request", "response", res("schema", RequestSchema)),
		{name: "response-algorithm-none", op: "response", envelope: res("alg", "none"), state: tooNewState},
		{name: "response-algorithm-of-the-future", op: "response", envelope: res("alg", "ml-dsa-65"), state: tooNewState},
		bad("response-without-issue-time", "response", res("issued", nil)),
		bad("response-without-id", "response", res("id", "")),
		bad("response-with-a-doubled-key", "response", raw(inserted(smallResponse(), `"id":"r-0002",`))),
		bad("response-with-a-key-in-other-case", "response", raw(inserted(smallResponse(), `"ID":"r-0002",`))),
		bad("response-with-a-known-key-in-other-case", "response", raw(bytes.Replace(license, []byte(`"trace"`), []byte(`"Trace"`), 1))),
		bad("response-with-a-key-in-long-s", "response", raw(bytes.Replace(license, []byte(`"trace"`), []byte(`"i\u017fsued":1,"trace"`), 1))),
		bad("response-with-unknown-keys-that-differ-in-case", "response", raw(inserted(smallResponse(), `"x":{"ab":1,"aB":2},`))),
		{name: "response-32-levels", op: "response", envelope: raw(inserted(smallResponse(), `"x":`+nest(31)+`,`))},
		bad("response-33-levels", "response", raw(inserted(smallResponse(), `"x":`+nest(32)+`,`))),
		bad("response-100000-levels", "response", raw(inserted(smallResponse(), `"x":`+nest(20000)+`,`))),
		bad("response-with-text-after-the-end", "response", raw(slices.Concat(license, []byte("{}")))),
		bad("response-not-unicode", "response", raw(bytes.Replace(license, []byte("t-0001"), []byte("t-\xff\xfe1"), 1))),
		bad("response-with-half-a-surrogate", "response", raw(bytes.Replace(license, []byte("t-0001"), []byte(`t-\ud800`), 1))),
		bad("response-with-a-control-character", "response", raw(bytes.Replace(license, []byte("t-0001"), []byte("t-\n"), 1))),
		bad("response-that-is-a-list", "response", raw([]byte(`[]`))),
		bad("response-that-is-null", "response", raw([]byte(`null`))),
		bad("response-that-is-not-json", "response", raw([]byte(`schema: holdfast.response/v1`))),
		bad("response-with-a-fraction-for-a-version", "response", res("parts.license.version", 1.5)),
		bad("response-with-a-version-beyond-64-bits", "response", res("parts.version", json.Number("99999999999999999999"))),
		bad("response-without-parts", "response", res("parts", []any{})),
		bad("response-part-without-its-member", "response", res("parts.license", nil)),
		bad("response-part-with-two-members", "response", res("parts.notice", map[string]any{"id": "n"})),
		bad("response-part-under-another-kind", "response", res("parts.kind", "notice")),
		bad("response-license-of-another-version-than-its-part", "response", res("parts.version", 2)),
		bad("response-license-without-serial", "response", res("parts.license.serial", "")),
		{name: "response-license-bound-to-a-device", op: "response", envelope: res("parts.license.binding", "device", "parts.license.device", map[string]any{"id": "d-1", "code": "7F3A-2C91"})},
		{name: "response-license-bound-to-its-first-use", op: "response", envelope: res("parts.license.binding", "first_use")},
		bad("response-license-bound-to-a-device-without-one", "response", res("parts.license.binding", "device")),
		bad("response-license-bound-to-a-device-without-id", "response", res("parts.license.binding", "device", "parts.license.device", map[string]any{"code": "7F3A-2C91"})),
		{name: "response-license-of-an-unknown-binding", op: "response", envelope: res("parts.license.binding", "dongle", "needs", "2.1"), state: tooNewState},
		{name: "response-license-of-a-binding-in-other-case", op: "response", envelope: res("parts.license.binding", "Site"), state: tooNewState},
		{name: "response-license-without-binding", op: "response", envelope: res("parts.license.binding", nil), state: tooNewState},
		{name: "response-with-a-part-of-an-unknown-kind", op: "response", envelope: raw(bytes.Replace(license, []byte(`"parts":[`), []byte(`"parts":[{"kind":"lease","lease":{"a":1}},`), 1))},
		{name: "response-of-an-unknown-kind", op: "response", envelope: res("kind", "lease"), state: tooNewState},
		{name: "response-is-a-request", op: "response", envelope: goodRequest, state: terms.StateFileRequest},
		{name: "response-is-a-profile", op: "response", envelope: goodProfile, state: terms.StateFileOtherKind},

		{name: "profile", op: "profile", envelope: goodProfile},
		{name: "profile-of-an-unknown-root", op: "profile", envelope: signAnyway(edited(testProfile(), stranger...), ProfileType, strangeKey), state: unknownState},
		{name: "profile-signed-by-a-working-key", op: "profile", envelope: signAnyway(edited(testProfile()), ProfileType, workKey), state: unknownState},
		{name: "profile-signature-changed", op: "profile", envelope: withSig(goodProfile, func(s []byte) []byte { s[40] ^= 2; return s }), state: changedState},
		{name: "profile-new-root-signed-by-both", op: "profile", envelope: signAnyway(movedBytes, ProfileType, nextRoot, rootKey)},
		{name: "profile-new-root-signed-by-both-when-taken-already", op: "profile", trusts: Roots{public(nextRoot)}, envelope: signAnyway(movedBytes, ProfileType, nextRoot, rootKey)},
		{name: "profile-new-root-signed-by-itself-only", op: "profile", envelope: signAnyway(movedBytes, ProfileType, nextRoot), state: unknownState},
		{name: "profile-new-root-signed-by-the-old-only", op: "profile", envelope: signAnyway(movedBytes, ProfileType, rootKey), state: changedState},
		{name: "profile-new-root-without-naming-the-old", op: "profile", envelope: signAnyway(edited(testProfile(), moved[:4]...), ProfileType, nextRoot, rootKey), state: malformedState, cause: CauseMalformed},
		bad("profile-new-root-naming-another-predecessor", "profile", signAnyway(edited(testProfile(), slices.Concat(moved, []any{"previous_root", EncodeKey(public(nextWork))})...), ProfileType, nextRoot, rootKey)),
		{name: "profile-of-the-old-root-after-succession", op: "profile", trusts: Roots{public(nextRoot)}, envelope: goodProfile, state: unknownState},
		{name: "profile-when-nothing-is-trusted", op: "profile", trusts: Roots{}, envelope: goodProfile, state: unknownState},
		bad("profile-version-0", "profile", pro("version", 0)),
		bad("profile-naming-another-key-inside", "profile", pro("keyid", KeyID(public(workKey)))),
		bad("profile-root-too-short", "profile", pro("root", "AAAA")),
		bad("profile-hint-key-too-short", "profile", pro("hint_key", "AAAA")),
		bad("profile-signing-key-with-another-id", "profile", pro("keys.id", KeyID(public(nextWork)))),
		bad("profile-signing-key-twice", "profile", raw2(testProfile(), func(p *Profile) { p.Keys = append(p.Keys, p.Keys[0]) })),
		bad("profile-with-a-bad-length", "profile", pro("promises.answer", "soon")),
		{name: "profile-type-version-2", op: "profile", envelope: signAnyway(edited(testProfile()), "application/vnd.holdfast.profile.v2+json", rootKey), state: tooNewState},
		{name: "profile-is-a-license", op: "profile", envelope: good, state: terms.StateFileOtherKind},

		{name: "request", op: "request", envelope: goodRequest},
		{name: "request-signature-changed", op: "request", envelope: withSig(goodRequest, func(s []byte) []byte { s[0] ^= 8; return s }), state: changedState},
		{name: "request-signed-by-another-device", op: "request", envelope: signAnyway(edited(testRequest()), RequestType, strangeKey), state: changedState},
		{name: "request-with-the-key-of-another-device", op: "request", envelope: req("device.public", EncodeKey(public(strangeKey))), state: changedState},
		{name: "request-without-a-key", op: "request", envelope: req("device.public", ""), state: changedState},
		bad("request-with-the-id-of-another-device", "request", req("device.id", hashOf(public(strangeKey)))),
		bad("request-naming-another-key-inside", "request", req("keyid", KeyID(public(strangeKey)))),
		bad("request-without-nonce", "request", req("nonce", "")),
		bad("request-without-kind", "request", req("kind", nil)),
		{name: "request-of-a-later-kind", op: "request", envelope: req("kind", "checkin")},
		{name: "request-critical-unknown", op: "request", envelope: req("critical", []string{"device.tpm"}), state: tooNewState},
		{name: "request-is-a-license", op: "request", envelope: good, state: terms.StateFileOtherKind},
		{name: "request-is-a-profile", op: "request", envelope: goodProfile, state: terms.StateFileOtherKind},
	}
}

func raw2(p Profile, f func(*Profile)) Envelope {
	f(&p)
	return signAnyway(must(encode(p)), ProfileType, rootKey)
}

func (c parseCase) run() error {
	switch c.op {
	case "profile":
		roots := c.trusts
		if roots == nil {
			roots = Roots{rootKey.Public().(ed25519.PublicKey)}
		}
		_, err := ParseProfile(c.envelope, roots)
		return err
	case "request":
		_, err := ParseRequest(c.envelope)
		return err
	}
	_, err := ParseResponse(c.envelope, profileNamed(c.keys))
	return err
}
