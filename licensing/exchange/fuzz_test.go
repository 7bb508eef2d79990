package exchange

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"holdfast/licensing/terms"
)

// problemOnly fails when an error is none that a person can be told.
func problemOnly(t *testing.T, err error) {
	t.Helper()
	var p *terms.Problem
	if err != nil && (!errors.As(err, &p) || !p.State.Known()) {
		t.Fatalf("not a published state: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range mangles() {
		if b := m.do(smallFile(f)); len(b) < maxVector {
			f.Add(m.file(), b)
		}
	}
	files, err := filepath.Glob(goldenDir + "/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Base(name), b)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		found, err := Read(name, data)
		problemOnly(t, err)
		if err == nil && len(found) == 0 {
			t.Fatal("nothing found and no error")
		}
		good := 0
		for _, one := range found {
			if one.Problem != nil {
				continue
			}
			good++
			if one.Words != FileWords(one.Raw) || len(one.Bundle.Envelopes) == 0 {
				t.Fatal("words or envelopes are wrong")
			}
			again, err := Read("", one.Raw)
			if err != nil || len(again) != 1 || !bytes.Equal(again[0].Raw, one.Raw) {
				t.Fatalf("what was found is not found again: %v", err)
			}
			one.Kind()
		}
		if err == nil && good == 0 {
			t.Fatal("only problems and no error")
		}
	})
}

// FuzzEnvelope puts any envelope through all Parse and Peek functions. Nothing that it makes up can be signed by our keys.
func FuzzEnvelope(f *testing.F) {
	for _, c := range parseCases(f) {
		if b := must(json.Marshal(c.envelope)); len(b) < maxVector {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var e Envelope
		if decodeStrict(data, &e) != nil {
			return
		}
		_, err := ParseProfile(e, Roots{public(testKey(200))})
		problemOnly(t, err)
		if err == nil {
			t.Fatal("a profile without our key's signature")
		}
		_, err = PeekProfile(e)
		problemOnly(t, err)
		_, err = ParseResponse(e, Profile{Header: Header{Vendor: "acme"}, Keys: []SigningKey{{ID: KeyID(public(testKey(201))), Public: EncodeKey(public(testKey(201)))}}})
		problemOnly(t, err)
		if err == nil {
			t.Fatal("a response without our key's signature")
		}
		_, err = ParseRequest(e)
		problemOnly(t, err)
		_, err = ParseUsage(e)
		problemOnly(t, err)
		PeekHeader(e)
	})
}

// FuzzPayload signs anything with trusted keys: what lies behind the signature check must be as robust.
func FuzzPayload(f *testing.F) {
	types := []string{ProfileType, RequestType, ResponseType, UsageType}
	keys := []ed25519.PrivateKey{rootKey, deviceKey, workKey, deviceKey}
	f.Add(0, must(encode(testProfile())))
	f.Add(1, must(encode(testRequest())))
	f.Add(2, must(encode(licenseResponse())))
	f.Add(1, must(encode(askAbout(RequestMoreTime, true))))
	f.Add(2, must(encode(checkinAnswer())))
	f.Add(2, must(encode(site200())))
	f.Add(3, must(encode(testUsage(sealedBytes(900)))))
	for _, c := range parseCases(f) {
		if b, err := c.envelope.payload(); err == nil && len(b) < maxVector {
			f.Add(2, b)
		}
	}
	f.Fuzz(func(t *testing.T, which int, payload []byte) {
		which = int(uint(which) % 4)
		e := signAnyway(payload, types[which], keys[which])
		v, err := verified(e)
		problemOnly(t, err)
		PeekHeader(e)
		if err != nil {
			return
		}
		// parse → write → parse equals the first.
		b, err := encode(v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := verified(signAnyway(b, types[which], keys[which]))
		if err != nil {
			t.Fatalf("what was parsed is refused when written again: %v", err)
		}
		if b2, err := encode(again); err != nil || !bytes.Equal(b, b2) {
			t.Fatalf("%v\n%s\n%s", err, b, b2)
		}
	})
}

// FuzzStrictJSON compares with encoding/json: whatever both accept has no two keys for one value.
func FuzzStrictJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":{"b":[1,2,{"c":"\u0041"}]}}`, `{"a":1,"A":2}`, `"\ud83d\ude00"`, nest(40), `[1e9,-0,true]`, ` null `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if checkJSON(data, nil) != nil || !json.Valid(data) {
			return
		}
		var v any
		if json.Unmarshal(data, &v) != nil {
			return // a number too large for a float
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkJSON(b, nil); err != nil {
			t.Fatalf("%q is accepted, %q is not: %v", data, b, err)
		}
	})
}

// FuzzArmor frames any payload under any paragraph.
func FuzzArmor(f *testing.F) {
	f.Add("Hello", []byte("{}"))
	f.Add(paragraph, must(encode(smallResponse())))
	f.Add("> BEGIN\n<b>", []byte{0, 255})
	f.Fuzz(func(t *testing.T, paragraph string, payload []byte) {
		file, err := Armor(KindLicense, paragraph, signAnyway(payload, ResponseType, workKey))
		if err != nil {
			return
		}
		found, err := Read("", file)
		if err != nil || len(found) != 1 {
			t.Fatalf("%v\n%s", err, file)
		}
		if got, err := found[0].Bundle.Envelopes[0].payload(); err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("%v", err)
		}
	})
}
