package exchange

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// Everything in the golden files and vectors is made of these fixed keys and times, so that it comes out the same
// everywhere. The keys are public knowledge: their seeds are 32 equal bytes.
var (
	rootKey    = testKey(1)
	workKey    = testKey(2)
	deviceKey  = testKey(3)
	nextRoot   = testKey(4)
	nextWork   = testKey(5)
	strangeKey = testKey(6)
)

var issued = time.Date(2026, 11, 2, 10, 14, 0, 0, time.UTC)

func testKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func header(schema, id string, k ed25519.PrivateKey) Header {
	return Header{
		Schema: schema, Vendor: "acme", Alg: "ed25519", KeyID: KeyID(public(k)), ID: id, Issued: issued,
		Trace: "t-0001", ExternalID: "order-8812", Meta: map[string]string{"line": "1"},
	}
}

func testProfile() Profile {
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC) }
	return Profile{
		Header: header(ProfileSchema, "acme-profile-1", rootKey), Version: 1, Name: "Acme GmbH", Root: EncodeKey(public(rootKey)),
		Keys: []SigningKey{{ID: KeyID(public(workKey)), Public: EncodeKey(public(workKey)), From: year(2026), Until: year(2028)}},
		Sealing: []SealingKey{{
			ID: "seal-1", Suite: "MLKEM768X25519/HKDF-SHA256/ChaCha20Poly1305",
			Public: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 1216)), From: year(2026),
		}},
		HintKey:    base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32)),
		Support:    Support{Email: "help@acme.example", Phone: "+49 30 555 0100", Hours: "Mon–Fri 9–17 CET", URL: "https://acme.example/help"},
		URLs:       []string{"https://licenses.acme.example"},
		StatusPage: "https://status.acme.example", DownloadPage: "https://acme.example/download",
		Promises: Promises{Answer: terms.Days(2), Receipt: terms.Days(5), Review: terms.Days(10)},
		Review:   Review{Next: "Acme ombudsman"},
	}
}

func testPolicy() terms.Policy {
	return terms.Policy{
		Schema: terms.PolicySchema, Version: 3,
		Product: terms.Product{ID: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Versions: ">=4 <6"},
		Term:    terms.Term{Length: terms.Days(365)}, Zone: "Europe/Berlin",
		Renewal: terms.Renewal{Contact: "sales@acme.example", URL: "https://acme.example/renew", RemindFrom: terms.Days(60)},
		Offline: terms.Offline{Window: terms.Days(30), MoreTime: terms.Days(60)},
		Grace:   terms.Grace{Offline: terms.Days(14), Renewal: terms.Days(14), Outage: terms.Days(30), Maintenance: terms.Days(2), Migration: terms.Days(30)},
		Features: map[string]terms.Feature{
			"edit":   {Name: terms.Text{"en": "Edit drawings", "de": "Zeichnungen bearbeiten"}, Grace: terms.Days(14), After: terms.View, View: terms.Text{"en": "open, print and export drawings"}},
			"export": {Name: terms.Plain("Export"), After: terms.Keep, Was: []string{"export_pdf"}},
			"render": {Name: terms.Plain("Cloud render"), Grace: terms.Days(3), After: terms.Pause},
		},
		Meters:  map[string]terms.Meter{"renders": {Name: terms.Plain("Renders"), Unit: "render", Included: 1000, Per: "month", Overage: "allow"}},
		Devices: terms.Devices{Places: 2, FirstUse: terms.Days(14), Unproven: terms.Days(7), LostPerYear: 2, Test: 1},
		Changes: []terms.Change{{Version: 3, Date: "2026-11-01", Text: terms.Plain("Offline time is now 30 days instead of 14.")}},
	}
}

func testLicense() terms.License {
	return terms.License{
		Serial: "ACME-4711", Version: 1, Customer: "c-8812", Binding: terms.BoundToDevice,
		Device: &terms.BoundDevice{ID: hashOf(public(deviceKey)), Code: "7F3A-2C91", Label: "lab 7"},
		Issued: issued, Starts: issued, Ends: time.Date(2027, 3, 14, 22, 59, 59, 0, time.UTC),
		KeyHash: hashOf([]byte("license key")), Places: terms.PlaceCount{Total: 2, Used: 1}, Policy: testPolicy(),
	}
}

func testRequest() Request {
	return Request{
		Header: header(RequestSchema, "q-0001", deviceKey), Kind: "activate",
		Device: RequestDevice{
			ID: hashOf(public(deviceKey)), Public: EncodeKey(public(deviceKey)), Code: "7F3A-2C91", Label: "lab 7",
			Hints: []Hint{{Kind: "machine", Weight: 2, Digest: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{5}, 16))}},
		},
		Nonce: "b1f7c0de", Until: issued.AddDate(0, 0, 30), KeyHash: hashOf([]byte("license key")), Product: "acmecad", Program: "1.0.0",
	}
}

func testResponse(kind Kind, parts ...Part) Response {
	return Response{Header: header(ResponseSchema, "r-0001", workKey), Kind: kind, Parts: parts}
}

func licenseResponse() Response {
	l := testLicense()
	r := testResponse(KindLicense, Part{Kind: KindLicense, Version: 1, License: &l})
	r.Answers = &Answers{Request: "q-0001", Nonce: "b1f7c0de", Device: hashOf(public(deviceKey))}
	return r
}

// small is a license as small as one can be: the vectors and sweeps use it.
func small() terms.License {
	return terms.License{
		Serial: "S-1", Version: 1, Binding: terms.BoundToSite, Issued: issued,
		Policy: terms.Policy{Schema: terms.PolicySchema, Version: 1, Product: terms.Product{ID: "acmecad"}},
	}
}

func smallResponse() Response {
	l := small()
	return testResponse(KindLicense, Part{Kind: KindLicense, Version: 1, License: &l})
}

func sign(t testing.TB, payload any, payloadType string, keys ...ed25519.PrivateKey) Envelope {
	t.Helper()
	var signers []Signer
	for _, k := range keys {
		signers = append(signers, KeySigner(k))
	}
	e, err := Sign(payload, payloadType, signers...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// signAnyway signs what Sign refuses to sign.
func signAnyway(payload []byte, payloadType string, keys ...ed25519.PrivateKey) Envelope {
	e := Envelope{PayloadType: payloadType, Payload: base64.StdEncoding.EncodeToString(payload)}
	for _, k := range keys {
		sig := ed25519.Sign(k, PAE(payloadType, payload))
		e.Signatures = append(e.Signatures, Signature{KeyID: KeyID(public(k)), Sig: base64.StdEncoding.EncodeToString(sig)})
	}
	return e
}

const paragraph = "This is a license file for AcmeCAD Pro, for computer code 7F3A-2C91.\n" +
	"Open it with Holdfast: https://acme.example/download\nHelp: help@acme.example"

func armor(t testing.TB, kind Kind, envelopes ...Envelope) []byte {
	t.Helper()
	b, err := Armor(kind, paragraph, envelopes...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// smallFile is a genuine armored license file.
func smallFile(t testing.TB) []byte {
	t.Helper()
	return armor(t, KindLicense, sign(t, smallResponse(), ResponseType, workKey))
}

// licenseFile is a license file as an issuer writes it: the profile comes along.
func licenseFile(t testing.TB) []byte {
	t.Helper()
	return armor(t, KindLicense, sign(t, testProfile(), ProfileType, rootKey), sign(t, licenseResponse(), ResponseType, workKey))
}

func trusted() Roots { return Roots{public(rootKey)} }

// stateOf is "" for no error and fails the test for an error that is no Problem.
func stateOf(t testing.TB, err error) terms.State {
	t.Helper()
	if err == nil {
		return ""
	}
	var p *terms.Problem
	if !errors.As(err, &p) {
		t.Fatalf("not a Problem: %v", err)
	}
	if !p.State.Known() {
		t.Fatalf("state %q is not published", p.State)
	}
	return p.State
}

// slot is a slot of the Problem in err, "" when there is none.
func slot(err error, name string) string {
	var p *terms.Problem
	if errors.As(err, &p) {
		s, _ := p.Slots[name].(string)
		return s
	}
	return ""
}
