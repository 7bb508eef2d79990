package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/terms"
)

// The example of DSSE's protocol.md.
func TestPreAuthenticationEncodingIsThatOfDSSE(t *testing.T) {
	if got := string(PAE("http://example.com/HelloWorld", []byte("hello world"))); got != "DSSEv1 29 http://example.com/HelloWorld 11 hello world" {
		t.Error(got)
	}
}

// SHA-256 of nothing begins e3b0c44298fc1c149afbf4; the words were looked up by hand in the list of BIP-39.
func TestCheckWordsFollowTheBitsOfTheHash(t *testing.T) {
	if got := FileWords(nil); got != "together-mail-48" { // words 1821 and 1073, 0x4298 modulo 100
		t.Errorf("file words %q", got)
	}
	if got := strings.Join(RootWords(nil), " "); got != "together mail awful cradle scrub apart hip leader" {
		t.Errorf("root words %q", got)
	}
}

func TestAnArmoredFileHasReadableTextThenLinesOf64(t *testing.T) {
	file := string(licenseFile(t))
	if !strings.HasPrefix(file, paragraph+"\n\n-----BEGIN HOLDFAST LICENSE ") || !strings.HasSuffix(file, "\n-----END HOLDFAST LICENSE-----\n") {
		t.Fatal(file)
	}
	lines := strings.Split(strings.TrimSpace(file), "\n")
	body := lines[5 : len(lines)-1]
	for i, l := range body {
		if len(l) != 64 && i != len(body)-1 || len(l) == 0 || len(l) > 64 {
			t.Errorf("line %d has %d letters", i, len(l))
		}
	}
}

func TestArmorRefusesWhatReadWouldNotFind(t *testing.T) {
	e := sign(t, smallResponse(), ResponseType, workKey)
	for name, err := range map[string]error{
		"unknown kind":       second(Armor("lease", "", e)),
		"no envelopes":       second(Armor(KindLicense, "")),
		"too many envelopes": second(Armor(KindLicense, "", slices.Repeat([]Envelope{e}, maxEnvelopes+1)...)),
		"a BEGIN line":       second(Armor(KindLicense, "-----BEGIN HOLDFAST LICENSE 1 a-b-00-----", e)),
		"too large":          second(Armor(KindLicense, "", Envelope{PayloadType: ResponseType, Payload: strings.Repeat("A", maxBundle)})),
	} {
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestWhatArmorWritesReadFindsAgain(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var envelopes []Envelope
		for range rapid.IntRange(1, 5).Draw(rt, "envelopes") {
			payload := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(rt, "payload")
			envelopes = append(envelopes, signAnyway(payload, ResponseType, workKey))
		}
		kind := rapid.SampledFrom([]Kind{KindLicense, KindRequest, KindProfile, KindKey, KindNotice, KindReceipt, KindReview, KindRefusal}).Draw(rt, "kind")
		file, err := Armor(kind, rapid.StringMatching(`[ a-zA-Z0-9.,:/äß>|\n]{0,200}`).Draw(rt, "paragraph"), envelopes...)
		if err != nil {
			rt.Skip(err)
		}
		found, err := Read("", file)
		if err != nil || len(found) != 1 {
			rt.Fatalf("%v", err)
		}
		want, _ := json.Marshal(envelopes)
		if got, _ := json.Marshal(found[0].Bundle.Envelopes); !bytes.Equal(got, want) {
			rt.Fatal("other envelopes")
		}
		again, err := Read("", found[0].Raw)
		if err != nil || len(again) != 1 || again[0].Hash() != found[0].Hash() {
			rt.Fatalf("the bundle alone: %v", err)
		}
	})
}

type brokenSigner struct {
	Signer
	sig []byte
	err error
}

func (s brokenSigner) Sign([]byte) ([]byte, error) { return s.sig, s.err }

func TestSignRefusesWhatNobodyCouldVerify(t *testing.T) {
	work := KeySigner(workKey)
	over := smallResponse()
	over.Meta = map[string]string{"line": "1", "Line": "2"}
	deep := Raw(inserted(smallResponse(), `"x":`+nest(40)+`,`))
	for name, err := range map[string]error{
		"no signer":                      second(Sign(smallResponse(), ResponseType)),
		"a key the header does not name": second(Sign(smallResponse(), ResponseType, KeySigner(rootKey))),
		"keys that differ in case":       second(Sign(over, ResponseType, work)),
		"40 levels":                      second(Sign(deep, ResponseType, work)),
		"a type of someone else":         second(Sign(smallResponse(), "text/plain", work)),
		"a signer that lies":             second(Sign(smallResponse(), ResponseType, brokenSigner{work, make([]byte, 64), nil})),
		"a signer that fails":            second(Sign(smallResponse(), ResponseType, brokenSigner{work, nil, errors.New("token removed")})),
	} {
		if err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestRawPayloadsAreSignedAsTheyAre(t *testing.T) {
	raw := Raw("\n " + string(must(encode(smallResponse()))) + "  ")
	e := sign(t, raw, ResponseType, workKey)
	if got := must(base64.StdEncoding.DecodeString(e.Payload)); !bytes.Equal(got, raw) {
		t.Errorf("signed %q", got)
	}
	if _, err := ParseResponse(e, testProfile()); err != nil {
		t.Error(err)
	}
}

func TestParsedDocumentsHoldWhatWasSigned(t *testing.T) {
	r, err := ParseResponse(sign(t, licenseResponse(), ResponseType, workKey), testProfile())
	if err != nil {
		t.Fatal(err)
	}
	l := r.Parts[0].License
	if l.Serial != "ACME-4711" || l.Policy.Offline.Window != terms.Days(30) || r.Answers.Nonce != "b1f7c0de" || !r.Issued.Equal(issued) {
		t.Errorf("%+v", r)
	}
}

func TestPeekingNeverTrusts(t *testing.T) {
	p := testProfile()
	p.KeyID, p.Root = KeyID(public(strangeKey)), EncodeKey(public(strangeKey))
	e := sign(t, p, ProfileType, strangeKey)
	if got, err := PeekProfile(e); err != nil || got.Name != "Acme GmbH" {
		t.Errorf("%v", err)
	}
	if _, err := ParseProfile(e, trusted()); stateOf(t, err) != terms.StateFileUnknownSender {
		t.Errorf("%v", err)
	}
	forged := withSig(e, func(s []byte) []byte { s[1] ^= 1; return s })
	if _, err := PeekProfile(forged); stateOf(t, err) != terms.StateFileChanged {
		t.Errorf("%v", err)
	}
	// A file that brings its own profile is taken by neither.
	r := smallResponse()
	r.KeyID = KeyID(public(strangeKey))
	if _, err := ParseResponse(sign(t, r, ResponseType, strangeKey), testProfile()); stateOf(t, err) != terms.StateFileUnknownSender {
		t.Errorf("%v", err)
	}
}

func TestPeekHeaderTellsKindAndSenderWithoutKeys(t *testing.T) {
	for kind, e := range map[Kind]Envelope{
		KindProfile: sign(t, testProfile(), ProfileType, rootKey),
		KindRequest: sign(t, testRequest(), RequestType, deviceKey),
		KindLicense: sign(t, smallResponse(), ResponseType, workKey),
		"":          {PayloadType: "text/plain"},
	} {
		h, got := PeekHeader(e)
		if got != kind || kind != "" && h.Vendor != "acme" {
			t.Errorf("kind %q, vendor %q, want %q", got, h.Vendor, kind)
		}
	}
}

func TestARequestInPlaceOfALicenseIsNamedWithItsDate(t *testing.T) {
	_, err := ParseResponse(sign(t, testRequest(), RequestType, deviceKey), testProfile())
	var p *terms.Problem
	if !errors.As(err, &p) || p.State != terms.StateFileRequest || p.Slots["date"] != issued || p.Slots["vendor"] != "acme" {
		t.Errorf("%+v", p)
	}
	forged := withSig(sign(t, testRequest(), RequestType, deviceKey), func(s []byte) []byte { s[1] ^= 1; return s })
	if _, err := ParseResponse(forged, testProfile()); !errors.As(err, &p) || p.State != terms.StateFileRequest || len(p.Slots) != 0 {
		t.Errorf("unverified facts in %+v", p)
	}
}

func TestANewerFileNamesTheVersionItNeedsOnlyWhenItsSealIsRight(t *testing.T) {
	payload := edited(smallResponse(), "critical", []string{"parts.tokens"}, "needs", "2.1")
	_, err := ParseResponse(signAnyway(payload, ResponseType, workKey), testProfile())
	if stateOf(t, err) != terms.StateFileTooNew || slot(err, "v") != "2.1" {
		t.Errorf("%v %q", err, slot(err, "v"))
	}
	_, err = ParseResponse(signAnyway(payload, ResponseType, strangeKey), testProfile())
	if stateOf(t, err) != terms.StateFileUnknownSender || slot(err, "v") != "" {
		t.Errorf("%v %q", err, slot(err, "v"))
	}
	payload = edited(smallResponse(), "parts.license.binding", "dongle", "needs", "2.1")
	_, err = ParseResponse(signAnyway(payload, ResponseType, workKey), testProfile())
	if stateOf(t, err) != terms.StateFileTooNew || slot(err, "v") != "2.1" {
		t.Errorf("unknown binding: %v %q", err, slot(err, "v"))
	}
}

func TestManyGoroutinesMayReadAtOnce(t *testing.T) {
	file := licenseFile(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			found, err := Read("license.hflic", file)
			if err != nil {
				t.Error(err)
				return
			}
			for _, e := range found[0].Bundle.Envelopes {
				if _, err := verified(e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
