//go:build !windows

package client

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestEachForgeryIsRefusedWithItsOwnError(t *testing.T) {
	thief := keyFrom("thief")
	signed := func(k ed25519.PrivateKey, nonce string, b []byte) string {
		return base64.StdEncoding.EncodeToString(ed25519.Sign(k, exchange.ProofMessage(nonce, b)))
	}
	for name, c := range map[string]struct {
		forge func(h *holdfast)
		want  error
	}{
		"no proof":           {func(h *holdfast) { h.unsigned = true }, ErrNotProven},
		"an empty signature": {func(h *holdfast) { h.proof = func(p *endpoint.Proof, _ string, _ []byte) { p.Signature = "" } }, ErrNotProven},
		"signed by another key": {func(h *holdfast) {
			h.proof = func(p *endpoint.Proof, n string, b []byte) { p.Signature = signed(thief, n, b) }
		}, ErrSignature},
		"signature over another nonce": {func(h *holdfast) {
			h.proof = func(p *endpoint.Proof, _ string, b []byte) { p.Signature = signed(h.device, "another", b) }
		}, ErrSignature},
		"changed after signing": {func(h *holdfast) {
			h.body = func(b []byte) []byte { return bytes.Replace(b, []byte(`"view"`), []byte(`"keep"`), 1) }
		}, ErrSignature},
		"more time after signing": {func(h *holdfast) {
			h.body = func(b []byte) []byte { return bytes.Replace(b, []byte("2026-11-03T22"), []byte("2027-11-03T22"), 1) }
		}, ErrSignature},
		"the thief's own key": {func(h *holdfast) {
			h.proof = func(p *endpoint.Proof, n string, b []byte) {
				p.Public, p.Signature = exchange.EncodeKey(public(thief)), signed(thief, n, b)
			}
		}, ErrDevice},
		"a license for another computer": {func(h *holdfast) { h.license.Device = &terms.BoundDevice{ID: "00", Code: "0000-0000"} }, ErrDevice},
		"a device key that is none":      {func(h *holdfast) { h.proof = func(p *endpoint.Proof, _ string, _ []byte) { p.Public = "AAAA" } }, ErrDevice},
		"another vendor's root": {func(h *holdfast) {
			other := keyFrom("other root")
			h.roots, h.profile.Root, h.profile.KeyID = []ed25519.PrivateKey{other}, exchange.EncodeKey(public(other)), exchange.KeyID(public(other))
		}, ErrVendor},
		"no profile": {func(h *holdfast) { h.proof = func(p *endpoint.Proof, _ string, _ []byte) { p.Profiles = nil } }, ErrVendor},
		"no license": {func(h *holdfast) { h.proof = func(p *endpoint.Proof, _ string, _ []byte) { p.Licenses = nil } }, ErrVendor},
		"a license by a key that the profile lacks": {func(h *holdfast) { h.work = thief }, ErrVendor},
		"a license after the key was withdrawn":     {func(h *holdfast) { h.profile.Keys[0].NothingAfter = noon.Add(-time.Minute) }, ErrVendor},
		"a license whose bytes were changed": {func(h *holdfast) {
			h.proof = func(p *endpoint.Proof, _ string, _ []byte) {
				b, err := base64.StdEncoding.DecodeString(p.Licenses[0].Payload)
				if err != nil {
					panic(err)
				}
				p.Licenses[0].Payload = base64.StdEncoding.EncodeToString(bytes.Replace(b, []byte("A-1"), []byte("A-2"), 1))
			}
		}, ErrVendor},
		"a license for another product": {func(h *holdfast) { h.license.Policy.Product.ID = "acmepaint" }, ErrLicense},
		"a license for other versions":  {func(h *holdfast) { h.license.Policy.Product.Versions = "<4" }, ErrLicense},
		"a feature that no license names": {func(h *holdfast) {
			h.answer = func(a *endpoint.CheckAnswer) { a.Features["everything"] = endpoint.Feature{Mode: Keep} }
		}, ErrLicense},
		"works that no license names": {func(h *holdfast) {
			h.answer = func(a *endpoint.CheckAnswer) { a.Works = append(a.Works, "everything") }
		}, ErrLicense},
		"an answer about another product": {func(h *holdfast) { h.answer = func(a *endpoint.CheckAnswer) { a.Product = "acmepaint" } }, ErrAnswer},
		"an answer about another version": {func(h *holdfast) { h.answer = func(a *endpoint.CheckAnswer) { a.Version = "4.0" } }, ErrAnswer},
		"a newer answer":                  {func(h *holdfast) { h.answer = func(a *endpoint.CheckAnswer) { a.Schema = 2 } }, ErrAnswer},
		"no JSON":                         {func(h *holdfast) { h.body = func([]byte) []byte { return []byte("<html>") } }, ErrAnswer},
		"a proof that is none": {func(h *holdfast) {
			h.body = func(b []byte) []byte { return append(b[:bytes.Index(b, []byte(`"proof":`))+8], []byte(`7}`)...) }
		}, ErrAnswer},
		"an answer from before": {func(h *holdfast) {
			var first []byte
			h.body = func(b []byte) []byte {
				if first == nil {
					first = b
				}
				return first
			}
		}, nil}, // see below
	} {
		t.Run(name, func(t *testing.T) {
			h, p := begin(t)
			c.forge(h)
			if c.want == nil { // the first is real, and is sent again as an answer to another nonce
				p.mode(t, "edit", Keep)
				c.want = ErrSignature
			}
			v, err := p.Refresh(t.Context())
			if !errors.Is(err, c.want) || v != nil {
				t.Fatalf("%v, want %v", err, c.want)
			}
			for _, other := range []error{ErrNotProven, ErrVendor, ErrLicense, ErrDevice, ErrSignature, ErrAnswer, ErrNoHoldfast, ErrOlderRecords} {
				if other != c.want && errors.Is(err, other) {
					t.Errorf("is also %v", other)
				}
			}
		})
	}
}

func TestASuccessorOfTheCompiledInRootIsBelieved(t *testing.T) {
	h, p := begin(t)
	old, next := h.root, keyFrom("acme root 2")
	h.profile.Version, h.profile.PreviousRoot, h.profile.Root, h.profile.KeyID = 2, h.profile.Root, exchange.EncodeKey(public(next)), exchange.KeyID(public(next))
	h.roots = []ed25519.PrivateKey{next, old}
	p.mode(t, "edit", Keep)
	h.roots = []ed25519.PrivateKey{next}
	if _, err := p.Refresh(t.Context()); !errors.Is(err, ErrVendor) {
		t.Errorf("without the signature of the former one: %v", err)
	}
}

func TestLicensesForAllComputersNeedNoDevice(t *testing.T) {
	for _, b := range []terms.Binding{terms.BoundToFirstUse, terms.BoundToSite} {
		h, p := begin(t)
		h.license.Binding, h.license.Device = b, nil
		p.mode(t, "edit", Keep)
	}
}

func TestAFormerNameOfAFeatureIsCovered(t *testing.T) {
	h, p := begin(t)
	h.answer = func(a *endpoint.CheckAnswer) { a.Features["draw"] = endpoint.Feature{Mode: Keep} }
	p.mode(t, "draw", Keep)
}

func FuzzVerifyNeverGrantsWithoutASignature(f *testing.F) {
	h, err := newHoldfast(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(h.stop)
	p := open(f, h, f.TempDir()+"/w.json")
	f.Add([]byte(`{"schema_version":1,"product":"acmecad","version":"5.1","exit_code":0,"works":["edit"]}`))
	f.Add([]byte(`{"schema_version":1,"product":"acmecad","version":"5.1","exit_code":15,"features":{"proof":{"mode":"pause"}}}`))
	f.Add([]byte(`{"schema_version":1,"product":"acmecad","version":"5.1","proof":{"public":"","signature":"AA==","licenses":[],"profiles":[]}}`))
	f.Add([]byte(`{"schema_version":1,"product":"acmecad","version":"5.1","proof":`))
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := p.verify(endpoint.CheckRequest{Product: "acmecad", Version: "5.1", Nonce: "n"}, body)
		if err == nil && (grants(v) || v.Proven) {
			t.Errorf("granted by %s", body)
		}
	})
}
