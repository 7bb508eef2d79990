package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// sealedBytes stand for sealed content: this package never looks into it.
func sealedBytes(n int) []byte {
	var out []byte
	for i := byte(0); len(out) < n; i++ {
		sum := sha256.Sum256(append(out[max(0, len(out)-32):], i))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

func testUsage(sealed []byte) Usage {
	q := testRequest()
	q.Device.Hints = nil
	return Usage{
		Header: header(UsageSchema, "u-0001", deviceKey), Device: q.Device, Nonce: "b1f7c0de", Program: "1.0.0",
		Ledger: "00112233445566778899aabbccddeeff", Level: "computer", FromEpoch: 3, ToEpoch: 4, First: 201, Last: 390, Entries: 190,
		Close: hashOf([]byte("close")), Receipt: 117, Remains: 12,
		Sealed: SealedContent{
			Suite: SealingSuite, Key: "seal-1", Size: int64(len(sealed)), SHA256: hashOf(sealed), Unpacked: 4000, Content: hashOf([]byte("content")),
		},
	}
}

// usageReceipt is a receipt with every field in use.
func usageReceipt() Response {
	r := testResponse(KindReceipt, Part{Kind: KindReceipt, ID: "rc-119", Receipt: &Receipt{
		Number: 119, Ledger: "00112233445566778899aabbccddeeff", Epoch: 4, Seq: 390, Close: hashOf([]byte("close")),
		Totals: map[string]int64{"acmecad/renders": 214}, Missing: []string{"2", "5-7"}, AllowDays: 30, AllowUnits: 500,
		Entries: 181, From: issued.AddDate(0, -1, 0), To: issued, Export: "u-0001", Findings: []string{"clock_back", "gap"},
	}})
	r.ID, r.Answers = "r-0119", &Answers{Request: "u-0001", Nonce: "b1f7c0de", Device: hashOf(public(deviceKey))}
	return r
}

func usageFile(t testing.TB, sealed []byte, envelopes ...Envelope) []byte {
	t.Helper()
	b, err := WriteUsage("This is a usage file for Acme GmbH, from computer code 7F3A-2C91.", sealed, envelopes...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// usageFiles are one that is text and one that is compact.
func usageFiles(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, n := range map[string]int{"text": 900, "compact": 70_000} {
		out[name] = usageFile(t, sealedBytes(n), sign(t, testUsage(sealedBytes(n)), UsageType, deviceKey))
	}
	return out
}

func TestShortUsageFilesAreTextAndLongOnesAreCompact(t *testing.T) {
	for name, file := range usageFiles(t) {
		found, err := Read("usage.hfuse", file)
		if err != nil || len(found) != 1 || len(found[0].Repaired) != 0 {
			t.Fatalf("%s: %v, %+v", name, err, found)
		}
		f := found[0]
		u, err := ParseUsage(f.Bundle.Envelopes[0])
		if err != nil || f.Kind() != KindUsage || u.Sealed.SHA256 != hashOf(f.Bundle.Sealed) || Ending(f.Kind()) != ".hfuse" {
			t.Errorf("%s: %v, kind %q", name, err, f.Kind())
		}
		if isText := bytes.HasPrefix(file, []byte("This is a usage file")); isText != (name == "text") || isText && len(file) > maxArmored {
			t.Errorf("%s is text: %v, %d bytes", name, isText, len(file))
		}
		again, err := Read("", f.Raw)
		if err != nil || again[0].Words != f.Words || !bytes.Equal(again[0].Bundle.Sealed, f.Bundle.Sealed) {
			t.Errorf("%s: what a home keeps reads as something else: %v", name, err)
		}
	}
}

func TestTheLargestUsageFileThatIsTextHasAtMost64KiB(t *testing.T) {
	for n := 30_000; n < 50_000; n += 500 {
		file := usageFile(t, sealedBytes(n), sign(t, testUsage(sealedBytes(n)), UsageType, deviceKey))
		if !isCompact(file) && len(file) > maxArmored {
			t.Fatalf("%d sealed bytes make a text of %d", n, len(file))
		}
		if found, err := Read("", file); err != nil || len(found) != 1 {
			t.Fatalf("%d sealed bytes: %v", n, err)
		}
	}
}

func TestUsageFilesAreFoundInMailsAndArchives(t *testing.T) {
	for name, file := range usageFiles(t) {
		mail := "From: a@acme.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_x\"\r\n\r\n--=_x\r\n" +
			"Content-Type: text/plain\r\n\r\nAttached.\r\n--=_x\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n" +
			"Content-Disposition: attachment; filename=usage.hfuse\r\n\r\n" + wrapped(base64.StdEncoding.EncodeToString(file)) + "\r\n--=_x--\r\n"
		for where, data := range map[string][]byte{"mail": []byte(mail), "archive": zipOf("usage.bin", "note.txt")(file)} {
			found, err := Read(where, data)
			if err != nil || len(found) != 1 || found[0].Kind() != KindUsage {
				t.Errorf("%s in a %s: %v, %d found", name, where, err, len(found))
				continue
			}
			if u, err := ParseUsage(found[0].Bundle.Envelopes[0]); err != nil || hashOf(found[0].Bundle.Sealed) != u.Sealed.SHA256 {
				t.Errorf("%s in a %s: %v, or other sealed bytes", name, where, err)
			}
		}
	}
}

func wrapped(s string) string {
	var b strings.Builder
	for ; len(s) > 76; s = s[76:] {
		b.WriteString(s[:76] + "\r\n")
	}
	return b.String() + s
}

// Scorecard R4 over usage files: a flip, a zero, a lost and a doubled byte, and a cut, at every byte (compact: at every third of
// the sealed bytes). Whatever happens is named, or the signed face and the sealed bytes that it binds come out unchanged.
func TestDamageToAnyByteOfAUsageFileIsNamedOrRepaired(t *testing.T) {
	if raceEnabled {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	for name, file := range usageFiles(t) {
		want, points := must(Read("", file))[0], 0
		wantFace := must(ParseUsage(want.Bundle.Envelopes[0]))
		check := func(damaged []byte, what string, at int) {
			points++
			found, err := Read("usage.hfuse", damaged)
			if err != nil {
				if state := stateOf(t, err); !named[state] {
					t.Errorf("%s: %s at byte %d: state %q", name, what, at, state)
				}
				return
			}
			u, err := ParseUsage(found[0].Bundle.Envelopes[0])
			if err != nil {
				if state := stateOf(t, err); !named[state] {
					t.Errorf("%s: %s at byte %d: state %q", name, what, at, state)
				}
				return
			}
			if u.Sealed != wantFace.Sealed || u.ID != wantFace.ID || hashOf(found[0].Bundle.Sealed) != u.Sealed.SHA256 && name == "compact" {
				t.Errorf("%s: %s at byte %d passes unseen", name, what, at)
			}
		}
		step := 1
		if name == "compact" {
			step = 37
		}
		for i := range file {
			if i > 4000 && i < len(file)-100 && i%step != 0 {
				continue
			}
			flipped := bytes.Clone(file)
			flipped[i] ^= 1 << (i % 8)
			check(flipped, "flip", i)
			zeroed := bytes.Clone(file)
			zeroed[i] = 0
			check(zeroed, "zero", i)
			if step == 1 || i < 4000 || i%(37*31) == 0 {
				check(append(bytes.Clone(file[:i]), file[i+1:]...), "lost byte", i)
				check(append(bytes.Clone(file[:i+1]), file[i:]...), "doubled byte", i)
			}
			check(file[:i], "cut", i)
		}
		t.Logf("%s: %d points", name, points)
	}
}

func TestUsageFacesThatSayNothingSensibleAreRefused(t *testing.T) {
	good := testUsage(sealedBytes(900))
	for name, c := range map[string]struct {
		edits []any
		state terms.State
	}{
		"good":                      {nil, ""},
		"unknown level":             {[]any{"level", "everything"}, ""},
		"unknown field":             {[]any{"colour", "blue"}, ""},
		"no ledger":                 {[]any{"ledger", ""}, terms.StateFileUnreadable},
		"a ledger with a newline":   {[]any{"ledger", "a\nb"}, terms.StateFileUnreadable},
		"no level":                  {[]any{"level", nil}, terms.StateFileUnreadable},
		"no nonce":                  {[]any{"nonce", ""}, terms.StateFileUnreadable},
		"epochs backwards":          {[]any{"to_epoch", 2}, terms.StateFileUnreadable},
		"entries backwards":         {[]any{"last", 200}, terms.StateFileUnreadable},
		"no entries":                {[]any{"entries", 0}, terms.StateFileUnreadable},
		"more entries than fit":     {[]any{"entries", 191}, terms.StateFileUnreadable},
		"a close that is none":      {[]any{"close", "00"}, terms.StateFileUnreadable},
		"a hash in capitals":        {[]any{"close", strings.ToUpper(good.Close)}, terms.StateFileUnreadable},
		"a negative receipt":        {[]any{"receipt", -1}, terms.StateFileUnreadable},
		"2^60 sealed bytes":         {[]any{"sealed.size", 1 << 60}, terms.StateFileUnreadable},
		"2^60 unpacked bytes":       {[]any{"sealed.unpacked", 1 << 60}, terms.StateFileUnreadable},
		"a newer suite":             {[]any{"sealed.suite", "X"}, terms.StateFileTooNew},
		"a critical new field":      {[]any{"critical", []string{"colour"}}, terms.StateFileTooNew},
		"another device's id":       {[]any{"device.id", hashOf([]byte("x"))}, terms.StateFileUnreadable},
		"another device's key":      {[]any{"device.public", EncodeKey(public(strangeKey))}, terms.StateFileChanged},
		"another key id":            {[]any{"keyid", KeyID(public(strangeKey))}, terms.StateFileUnreadable},
		"a former key":              {[]any{"former", []string{EncodeKey(public(strangeKey))}}, ""},
		"a former key that is none": {[]any{"former", []string{"AAAA"}}, terms.StateFileUnreadable},
		"too many former keys":      {[]any{"former", slices.Repeat([]string{EncodeKey(public(strangeKey))}, MaxFormer+1)}, terms.StateFileUnreadable},
		"schema of a request":       {[]any{"schema", RequestSchema}, terms.StateFileUnreadable},
	} {
		_, err := ParseUsage(signAnyway(edited(good, c.edits...), UsageType, deviceKey))
		if got := stateOf(t, err); got != c.state {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.state)
		}
	}
}

func TestAUsageFileInTheWrongPlaceIsCalledThat(t *testing.T) {
	e := sign(t, testUsage(sealedBytes(900)), UsageType, deviceKey)
	_, err1 := ParseResponse(e, testProfile())
	_, err2 := ParseRequest(e)
	for _, err := range []error{err1, err2} {
		if stateOf(t, err) != terms.StateFileOtherKind || slot(err, "kind") != OtherUsage {
			t.Errorf("%v", err)
		}
	}
	if _, err := ParseUsage(sign(t, testRequest(), RequestType, deviceKey)); stateOf(t, err) != terms.StateFileRequest {
		t.Errorf("a request as usage: %v", err)
	}
}

func TestCompactFilesAreReadWithinLimits(t *testing.T) {
	file := usageFiles(t)["compact"]
	length := func(at, n int, v byte) []byte {
		b := bytes.Clone(file)
		for i := range n {
			b[at+i] = v
		}
		return b
	}
	head := compactHead
	n := int(file[head-3])<<16 | int(file[head-2])<<8 | int(file[head-1])
	newer := bytes.Clone(file)
	newer[len(compactMagic)] = 2
	copy(newer[len(newer)-checkSize:], compactCheck(newer[:len(newer)-checkSize]))
	for name, c := range map[string]struct {
		data  []byte
		state terms.State
	}{
		"a bundle of 4 GiB":        {length(head-4, 4, 0xff), terms.StateFileChanged},
		"2^60 sealed bytes":        {length(head+n, 1, 0x10), terms.StateFileChanged},
		"bytes behind the end":     {append(bytes.Clone(file), 0), terms.StateFileChanged},
		"only the magic":           {file[:len(compactMagic)], terms.StateFileCut},
		"a later version":          {newer, terms.StateFileTooNew},
		"a version that is damage": {length(len(compactMagic), 1, 9), terms.StateFileChanged},
	} {
		if _, err := Read("x.hfuse", c.data); stateOf(t, err) != c.state {
			t.Errorf("%s: %v, want %q", name, err, c.state)
		}
	}
	if _, err := WriteUsage("x", make([]byte, MaxFile), sign(t, testUsage(nil), UsageType, deviceKey)); err == nil {
		t.Error("a usage file above the limit was written")
	}
}

func TestFileNamesOfUsageAndReceipts(t *testing.T) {
	at := time.Date(2026, 11, 2, 23, 30, 0, 0, time.FixedZone("", 3600))
	if got := UsageFileName("acme", "7F3A-2C91", at); got != "usage_acme_7F3A-2C91_2026-11-02.hfuse" {
		t.Error(got)
	}
	if got := ReceiptFileName("acme_acmecad", "7F3A-2C91", at); got != "receipt_acme_acmecad_7F3A-2C91_2026-11-02.hfrcp" {
		t.Error(got)
	}
}

// FuzzCompact puts any bytes behind the magic, with a check that fits: what lies behind it must be as robust.
func FuzzCompact(f *testing.F) {
	for _, file := range usageFiles(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = append([]byte(compactMagic), bytes.TrimPrefix(data, []byte(compactMagic))...)
		if len(data) > checkSize+compactHead {
			body := data[:len(data)-checkSize]
			data = append(body, compactCheck(body)...)
		}
		found, err := Read("", data)
		problemOnly(t, err)
		if err != nil {
			return
		}
		b := found[0].Bundle
		file, err := writeCompact(b)
		if err != nil {
			t.Fatal(err)
		}
		again := must(Read("", file))[0].Bundle
		if !bytes.Equal(again.Sealed, b.Sealed) || len(again.Envelopes) != len(b.Envelopes) {
			t.Fatal("what was read is written as something else")
		}
	})
}
