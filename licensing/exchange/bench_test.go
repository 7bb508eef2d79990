package exchange

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"
)

// BenchmarkReadAndVerifyOneLicenseFile is scorecard P3: from the bytes of a license file to a verified license, as a ratio
// to one raw Ed25519 verification plus json.Unmarshal of the same payload, measured in turn in the same run.
func BenchmarkReadAndVerifyOneLicenseFile(b *testing.B) {
	e := sign(b, licenseResponse(), ResponseType, workKey)
	file := armor(b, KindLicense, e)
	profile := testProfile()
	payload := must(e.payload())
	sig := must(base64.StdEncoding.DecodeString(e.Signatures[0].Sig))
	message := PAE(e.PayloadType, payload)
	var raw, whole time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := b.Elapsed()
		if !ed25519.Verify(public(workKey), message, sig) {
			b.Fatal("raw verification")
		}
		var r Response
		if err := json.Unmarshal(payload, &r); err != nil {
			b.Fatal(err)
		}
		middle := b.Elapsed()
		found, err := Read("license.hflic", file)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ParseResponse(found[0].Bundle.Envelopes[0], profile); err != nil {
			b.Fatal(err)
		}
		raw += middle - start
		whole += b.Elapsed() - middle
	}
	b.ReportMetric(float64(whole)/float64(raw), "ratio")
	b.ReportMetric(float64(raw.Nanoseconds())/float64(b.N), "raw-ns/op")
}

// BenchmarkReadAndVerifyWithProfile is the same for a file that brings its profile along: two signatures.
func BenchmarkReadAndVerifyWithProfile(b *testing.B) {
	file := licenseFile(b)
	for b.Loop() {
		found, err := Read("license.hflic", file)
		if err != nil {
			b.Fatal(err)
		}
		p, err := ParseProfile(found[0].Bundle.Envelopes[0], trusted())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ParseResponse(found[0].Bundle.Envelopes[1], p); err != nil {
			b.Fatal(err)
		}
	}
}
