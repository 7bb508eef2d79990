package exchange

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// bundleSeeds are bundles as we write them, and texts that are nearly that.
func bundleSeeds(t testing.TB) (all []string) {
	for _, b := range []Bundle{
		{Format: BundleFormat, Envelopes: []Envelope{sign(t, licenseResponse(), ResponseType, workKey)}},
		{Format: BundleFormat, Envelopes: []Envelope{sign(t, testProfile(), ProfileType, rootKey), sign(t, licenseResponse(), ResponseType, workKey)}},
		{Format: "bundle/v2", Envelopes: []Envelope{{PayloadType: "a", Signatures: []Signature{{}, {KeyID: "k", Sig: "s"}}}}},
		{Format: BundleFormat, Envelopes: []Envelope{{PayloadType: "a\"b<", Signatures: []Signature{}}}},
		{Format: BundleFormat, Envelopes: []Envelope{{}}, Sealed: []byte("x")},
		{Format: BundleFormat, Envelopes: slicesOf(plainEnvelopes+1, Envelope{Signatures: []Signature{{}}})},
		{Format: BundleFormat, Envelopes: []Envelope{{Signatures: slicesOf(plainSignatures+1, Signature{})}}},
		{},
	} {
		all = append(all, string(must(json.Marshal(b))))
	}
	for _, change := range [][2]string{
		{`"payload":"`, `"payload": "`},
		{`"payload":`, `"payLoad":`},
		{`"sig":"`, `"sig":"\u0041`},
		{`]}]}`, `]}]} `},
		{`]}]}`, `]}],"sealed":""}`},
		{`]}]}`, `]}`},
		{`{"holdfast"`, ` {"holdfast"`},
		{`"keyid":"`, `"keyid":"\n`},
		{`"keyid":"`, `"keyid":"","keyid":"`},
		{`}]}`, `},]}`},
		{`,"sig":"`, `,"sig":"ü`},
	} {
		all = append(all, strings.Replace(all[0], change[0], change[1], 1))
	}
	// As many as there may be, and a comma behind the last.
	for _, b := range []Bundle{
		{Format: BundleFormat, Envelopes: slicesOf(plainEnvelopes, Envelope{Signatures: []Signature{{}}})},
		{Format: BundleFormat, Envelopes: []Envelope{{Signatures: slicesOf(plainSignatures, Signature{})}}},
	} {
		full := string(must(json.Marshal(b)))
		all = append(all, strings.Replace(full, `}]}]}`, `},]}]}`, 1), strings.TrimSuffix(full, `]}`)+`,]}`)
	}
	return all
}

func slicesOf[T any](n int, v T) (all []T) {
	for range n {
		all = append(all, v)
	}
	return all
}

func sameBundle(t *testing.T, text string) (short bool) {
	t.Helper()
	got, ok := plainBundle([]byte(text))
	var want Bundle
	err := decodeStrict([]byte(text), &want)
	if ok && (err != nil || !reflect.DeepEqual(got, want)) {
		t.Fatalf("%q is read as %+v the short way, as %+v, %v the long way", text, got, want, err)
	}
	if err == nil {
		if b, bad := want.encode(); bad != nil || !bytes.Equal(b, must(json.Marshal(want))) {
			t.Fatalf("%q is written as %q, %v", text, b, bad)
		}
	}
	return ok
}

func TestABundleIsReadTheSameBothWays(t *testing.T) {
	for i, text := range bundleSeeds(t) {
		if short := sameBundle(t, text); short != (i < 3) {
			t.Errorf("%d: the short way %v: %.200q", i, short, text)
		}
	}
}

func FuzzBundle(f *testing.F) {
	for _, text := range bundleSeeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { sameBundle(t, text) })
}
