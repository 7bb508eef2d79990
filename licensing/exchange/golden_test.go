package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"holdfast/licensing/terms"
)

// update writes the golden files and vectors anew. Files of a published version never change: new ones are added.
var update = flag.Bool("update", false, "write testdata anew")

const goldenDir = "testdata/golden/v1"

type golden struct {
	name      string
	kind      Kind
	envelopes []Envelope
	sealed    []byte // of a usage file
}

// file is the golden file as it is written today.
func (g golden) file(t testing.TB) []byte {
	t.Helper()
	if g.kind == KindUsage {
		return usageFile(t, g.sealed, g.envelopes...)
	}
	return armor(t, g.kind, g.envelopes...)
}

// goldens makes one file of each kind, with every field of the formats in use somewhere.
func goldens(t testing.TB) []golden {
	profile := sign(t, testProfile(), ProfileType, rootKey)

	rotated := testProfile()
	rotated.ID, rotated.Version = "acme-profile-2", 2
	rotated.Keys[0].NothingAfter = issued
	rotated.Keys = append(rotated.Keys, SigningKey{ID: KeyID(public(nextWork)), Public: EncodeKey(public(nextWork)), From: issued})

	moved := testProfile()
	moved.Header = header(ProfileSchema, "acme-profile-3", nextRoot)
	moved.Version, moved.Root, moved.PreviousRoot = 3, EncodeKey(public(nextRoot)), EncodeKey(public(rootKey))

	response := func(kind Kind, parts ...Part) []Envelope {
		return []Envelope{profile, sign(t, testResponse(kind, parts...), ResponseType, workKey)}
	}
	firstUse := testLicense()
	firstUse.Binding, firstUse.Device = terms.BoundToFirstUse, nil
	site := testLicense()
	site.Binding, site.Device = terms.BoundToSite, nil
	site.Policy.Devices.Site = "plant 2"
	trial := testLicense()
	trial.Serial, trial.Policy.Term = "ACME-4712", terms.Term{Kind: "trial", Length: terms.Days(30), Starts: "2026-11-02"}
	trial.Policy.Continuity = terms.Continuity{Silent: terms.Days(365), Then: terms.Keep}
	trial.Policy.Extensions = terms.Extensions{Agent: terms.Days(14), SecondPersonAbove: terms.Days(14)}
	trial.Policy.Usage = terms.Usage{Due: "monthly", Level: "contract", Late: "nothing", Keep: terms.Days(400)}
	trial.Policy.Renewal.Number = "R-77"
	trial.Policy.Meters["renders"] = terms.Meter{Name: terms.Plain("Renders"), Unit: "render", Kind: "counter", Included: 10, Per: "year", Overage: "stop"}
	forever := testLicense()
	forever.Serial, forever.Policy.Term = "ACME-4713", terms.Term{Perpetual: true}
	critical := licenseResponse()
	critical.Critical, critical.Needs = []string{"parts.license.policy.offline"}, "1.0"
	wide := testResponse(KindNotice, Part{Kind: KindNotice, Version: 1, Notice: &Notice{
		ID: "N-9", Type: "maintenance", From: issued.AddDate(0, 0, 7), Until: issued.AddDate(0, 0, 8), Ref: "N-9",
		Text: terms.Plain("New machines."), Impact: terms.Plain("None."),
	}})
	wide.Audience = &Audience{Scope: "customer", ID: "c-8812"}
	checkin := testRequest()
	checkin.ID, checkin.Serial = "q-0002", "ACME-4711"

	return []golden{
		{name: "profile.hfkey", kind: KindProfile, envelopes: []Envelope{profile}},
		{name: "profile-rotated.hfkey", kind: KindProfile, envelopes: []Envelope{sign(t, rotated, ProfileType, rootKey)}},
		{name: "profile-new-root.hfkey", kind: KindProfile, envelopes: []Envelope{sign(t, moved, ProfileType, nextRoot, rootKey)}},
		{name: "request.hfreq", kind: KindRequest, envelopes: []Envelope{sign(t, testRequest(), RequestType, deviceKey)}},
		{name: "request-serial.hfreq", kind: KindRequest, envelopes: []Envelope{sign(t, checkin, RequestType, deviceKey)}},
		{name: "license.hflic", kind: KindLicense, envelopes: []Envelope{profile, sign(t, licenseResponse(), ResponseType, workKey)}},
		{name: "license-critical.hflic", kind: KindLicense, envelopes: []Envelope{sign(t, critical, ResponseType, workKey)}},
		{name: "license-several.hflic", kind: KindLicense, envelopes: response(KindLicense,
			Part{Kind: KindLicense, Version: 1, License: &site}, Part{Kind: KindLicense, Version: 1, License: &trial}, Part{Kind: KindLicense, Version: 1, License: &forever})},
		{name: "welcome.hfkey", kind: KindKey, envelopes: response(KindKey,
			Part{Kind: KindKey, LicenseKey: &LicenseKeyPart{Key: "ACME-TEST0-TEST0-TEST0-TEST0", Serial: "ACME-4711", Product: testPolicy().Product}},
			Part{Kind: KindLicense, Version: 1, License: &firstUse})},
		{name: "refusal.hflic", kind: KindRefusal, envelopes: response(KindRefusal, Part{Kind: KindRefusal, ID: "f-1", Refusal: &terms.Refusal{
			Code: "device_limit", Reason: terms.Plain("All places are in use."), Ref: "F-1", At: issued, Contact: "help@acme.example",
			WayOut: terms.Plain("Free a place"), Until: issued.AddDate(0, 1, 0), Places: 2,
			InUse: []terms.PlaceUse{{Code: "7F3A-2C91", Label: "lab 7", Since: issued}},
		}})},
		{name: "hold.hfnot", kind: KindHold, envelopes: response(KindHold, Part{Kind: KindHold, Version: 2, Hold: &Hold{
			Serial: "ACME-4711", Reason: terms.Plain("Is the address right?"), Ref: "H-1", Works: terms.Plain("Everything"), AnswerBy: issued.AddDate(0, 1, 0), Lifted: true,
		}})},
		{name: "revocation.hfnot", kind: KindRevocation, envelopes: response(KindRevocation, Part{Kind: KindRevocation, Version: 1, Revocation: &Revocation{
			Serial: "ACME-4711", Reason: terms.Plain("Bought twice by mistake."), Ref: "W-1", DecidedBy: "Acme order desk", From: issued, Until: issued.AddDate(0, 1, 0), ReviewBy: issued.AddDate(0, 0, 20),
		}})},
		{name: "notice.hfnot", kind: KindNotice, envelopes: []Envelope{sign(t, wide, ResponseType, workKey)}},
		{name: "receipt.hfrcp", kind: KindReceipt, envelopes: response(KindReceipt, Part{Kind: KindReceipt, ID: "rc-118", Receipt: &Receipt{
			Number: 118, Ledger: "u-1", Epoch: 4, Seq: 982, Close: hashOf([]byte("close")), Totals: map[string]int64{"renders": 214}, Missing: []string{"2"}, AllowDays: 30, AllowUnits: 500,
		}})},
		{name: "extension.hfnot", kind: KindExtension, envelopes: response(KindExtension, Part{Kind: KindExtension, ID: "x-1", Extension: &Extension{
			Serial: "ACME-4711", What: "offline", By: terms.Days(14), Agent: "Kim", Second: "Lee", Reason: terms.Text{"en": "Trip", "de": "Reise"},
		}})},
		{name: "notice-policy.hfnot", kind: KindNotice, envelopes: response(KindNotice, Part{Kind: KindNotice, Version: 3, Notice: &Notice{
			ID: "N-10", Type: terms.NoticePolicy, Product: "acmecad", From: issued.AddDate(0, 2, 0), Ref: "N-10", Text: terms.Text{"en": "One rule for all.", "de": "Eine Regel für alle."},
			Prepare: terms.Plain("Nothing."), Old: terms.Plain("14 days offline"), New: terms.Plain("30 days offline"), Policy: 4,
		}})},
		{name: "notice-of-tomorrow.hfnot", kind: KindNotice, envelopes: response(KindNotice, Part{Kind: KindNotice, Version: 1, Notice: &Notice{
			ID: "N-11", Type: "anniversary", From: issued, Ref: "N-11", Text: terms.Plain("Ten years."), Withdrawn: true,
		}})},
		{name: "extension-site.hfnot", kind: KindExtension, envelopes: []Envelope{profile, sign(t, site200(), ResponseType, workKey)}},
		{name: "revocation-lifted.hfnot", kind: KindRevocation, envelopes: response(KindRevocation, Part{Kind: KindRevocation, Version: 2, Revocation: &Revocation{
			Serial: "ACME-4711", Reason: terms.Plain("It was not bought twice."), Ref: "W-2", DecidedBy: "Acme order desk", From: issued, Lifted: true,
		}})},
		{name: "answer-checkin.hflic", kind: KindLicense, envelopes: []Envelope{profile, sign(t, checkinAnswer(), ResponseType, workKey)}},
		{name: "request-checkin.hfreq", kind: KindRequest, envelopes: []Envelope{sign(t, askAbout(RequestCheckin, true), RequestType, deviceKey)}},
		{name: "request-renew.hfreq", kind: KindRequest, envelopes: []Envelope{sign(t, askAbout(RequestRenew, false), RequestType, deviceKey)}},
		{name: "request-moretime.hfreq", kind: KindRequest, envelopes: []Envelope{sign(t, askAbout(RequestMoreTime, false), RequestType, deviceKey)}},
		{name: "review.hfrev", kind: KindReview, envelopes: response(KindReview, Part{Kind: KindReview, ID: "v-1", Review: &ReviewAnswer{
			Ref: "V-1", Result: "granted", Who: "Kim", Text: terms.Plain("You were right."), Until: issued.AddDate(0, 1, 0),
		}})},
		{name: "receipt-usage.hfrcp", kind: KindReceipt, envelopes: []Envelope{sign(t, usageReceipt(), ResponseType, workKey)}},
		{name: "usage.hfuse", kind: KindUsage, envelopes: []Envelope{sign(t, testUsage(sealedBytes(900)), UsageType, deviceKey)}, sealed: sealedBytes(900)},
		{
			name: "usage-with-receipt.hfuse", kind: KindUsage, sealed: sealedBytes(901),
			envelopes: []Envelope{sign(t, testUsage(sealedBytes(901)), UsageType, deviceKey), sign(t, usageReceipt(), ResponseType, workKey)},
		},
		{name: "usage-compact.hfuse", kind: KindUsage, envelopes: []Envelope{sign(t, testUsage(sealedBytes(70_000)), UsageType, deviceKey)}, sealed: sealedBytes(70_000)},
	}
}

// site200 is more time for every computer of a site.
func site200() Response {
	r := testResponse(KindExtension, Part{Kind: KindExtension, ID: "x-200", Extension: &Extension{
		What: terms.ExtendGrace, Until: issued.AddDate(0, 3, 0), Agent: "Kim", Reason: terms.Plain("Move of the plant."), Ref: "X-200",
	}})
	r.Audience = &Audience{Scope: "site", ID: "plant 2"}
	return r
}

// checkinAnswer brings a newer license with what the policy before still gives, and more time.
func checkinAnswer() Response {
	r, before := licenseResponse(), testPolicy()
	l := r.Parts[0].License
	l.Version, l.Policy.Version, l.Policy.Offline.Window = 2, 4, terms.Days(14)
	l.Overlap = &terms.Overlap{Until: issued.AddDate(0, 2, 0), Version: 3, Offline: before.Offline, Grace: before.Grace, Features: before.Features}
	r.Parts[0].Version = 2
	r.Answers.Request, r.Answers.Nonce = "q-checkin", "b1f7c0df"
	r.Parts = append(r.Parts, Part{Kind: KindExtension, ID: "x-2", Extension: &Extension{
		Serial: l.Serial, What: terms.ExtendOffline, By: terms.Days(20), Agent: "policy", Reason: terms.Plain("Asked for."),
	}})
	return r
}

// askAbout is a request about the licenses that a computer holds.
func askAbout(kind string, hurt bool) Request {
	q := testRequest()
	q.ID, q.Kind, q.KeyHash, q.Product = "q-"+kind, kind, "", ""
	q.Licenses = []RequestLicense{{Serial: "ACME-4711", Version: 1, Product: "acmecad"}, {Serial: "ACME-4712", Version: 3}}
	q.Restored, q.Changed = hurt, hurt
	if kind == RequestMoreTime {
		q.Product, q.Licenses, q.Wanted = "acmecad", q.Licenses[:1], issued.AddDate(0, 2, 0)
	}
	return q
}

// verified parses an envelope with the right function.
func verified(e Envelope) (any, error) {
	switch e.PayloadType {
	case ProfileType:
		return ParseProfile(e, trusted())
	case RequestType:
		return ParseRequest(e)
	case UsageType:
		return ParseUsage(e)
	}
	return ParseResponse(e, testProfile())
}

func TestGoldenFilesAreMadeTheSameToday(t *testing.T) {
	for _, g := range goldens(t) {
		path := filepath.Join(goldenDir, g.name)
		now := g.file(t)
		if *update {
			writeGolden(t, path, now, g.envelopes)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, now) {
			t.Errorf("%s: %v, or differs from what is written today", g.name, err)
		}
	}
}

func writeGolden(t *testing.T, path string, file []byte, envelopes []Envelope) {
	t.Helper()
	var payloads []json.RawMessage
	for _, e := range envelopes {
		raw, err := e.payload()
		if err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, raw)
	}
	var readable bytes.Buffer
	enc := json.NewEncoder(&readable)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(payloads); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{path: file, path + ".json": readable.Bytes()} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryGoldenFileStaysReadable(t *testing.T) {
	files, err := filepath.Glob(goldenDir + "/*.hf*")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range files {
		if strings.HasSuffix(path, ".json") {
			continue
		}
		seen++
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := ReadSource(path)
			if err != nil {
				t.Fatal(err)
			}
			found, err := Read(path, data)
			if err != nil || len(found) != 1 || len(found[0].Repaired) != 0 {
				t.Fatalf("%v, found %+v", err, found)
			}
			if want := Ending(found[0].Kind()); filepath.Ext(path) != want {
				t.Errorf("kind %q has the ending %q", found[0].Kind(), want)
			}
			wantJSON, err := os.ReadFile(path + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want []any
			if err := json.Unmarshal(wantJSON, &want); err != nil {
				t.Fatal(err)
			}
			for i, e := range found[0].Bundle.Envelopes {
				v, err := verified(e)
				if err != nil {
					t.Fatal(err)
				}
				// What was decoded holds all that was signed: writing it again loses nothing.
				if diff := cmp.Diff(want[i], throughJSON(t, v)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	if seen < 16 {
		t.Fatalf("only %d golden files", seen)
	}
}

func throughJSON(t *testing.T, v any) any {
	t.Helper()
	b, err := encode(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRequestAndLicenseFilesStaySmall(t *testing.T) {
	for _, g := range goldens(t) {
		if size := len(g.file(t)); (g.kind == KindLicense || g.kind == KindRequest) && size > 20_000 {
			t.Errorf("%s has %d bytes", g.name, size)
		}
	}
}

func schemas(t *testing.T) func(name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	entries, err := Schemas.ReadDir("schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := Schemas.ReadFile("schema/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("urn:holdfast:"+strings.TrimSuffix(e.Name(), ".json")+":v1", doc); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) *jsonschema.Schema {
		s, err := c.Compile("urn:holdfast:" + name + ":v1")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestGoldenFilesHoldToTheSchemas(t *testing.T) {
	schema := schemas(t)
	check := func(name string, b []byte) {
		t.Helper()
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema(name).Validate(v); err != nil {
			t.Error(err)
		}
	}
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			raw, err := json.Marshal(Bundle{Format: BundleFormat, Envelopes: g.envelopes, Sealed: g.sealed})
			if err != nil {
				t.Fatal(err)
			}
			check("bundle", raw)
			for _, e := range g.envelopes {
				payload, err := base64.StdEncoding.DecodeString(e.Payload)
				if err != nil {
					t.Fatal(err)
				}
				role, _, _ := parseType(e.PayloadType)
				check(role, payload)
			}
		})
	}
}
