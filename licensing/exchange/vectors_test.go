package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"holdfast/licensing/terms"
)

// The vectors are data, so that another implementation can be checked with them; testdata/vectors/README.md describes
// the files. They are written by -update from the tables in the tests and read by the tests below.

type readVector struct {
	Name    string      `json:"name"`
	File    string      `json:"file"`
	Input   string      `json:"input"` // base64
	State   terms.State `json:"state,omitempty"`
	Slot    string      `json:"slot,omitempty"`
	Bundles []string    `json:"bundles,omitempty"` // SHA-256 of each
}

type parseVector struct {
	Name     string      `json:"name"`
	Op       string      `json:"op"`
	Envelope Envelope    `json:"envelope"`
	Roots    []string    `json:"roots,omitempty"`
	Keys     *Profile    `json:"profile,omitempty"`
	State    terms.State `json:"state,omitempty"`
	Cause    string      `json:"cause,omitempty"`
}

type wordsVector struct {
	Name      string   `json:"name"`
	Input     string   `json:"input"` // base64
	FileWords string   `json:"file_words"`
	RootWords []string `json:"root_words,omitempty"`
	KeyID     string   `json:"keyid,omitempty"`
	Type      string   `json:"type,omitempty"`
	PAE       string   `json:"pae,omitempty"` // base64
}

const (
	vectorDir = "testdata/vectors"
	maxVector = 64 << 10
)

func writeVectors(t *testing.T, name string, vectors any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(vectors); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(vectorDir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(vectorDir, name), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readVectors[T any](t *testing.T, name string, atLeast int) []T {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectorDir, name))
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if len(out) < atLeast {
		t.Fatalf("%s has %d vectors, expected %d or more", name, len(out), atLeast)
	}
	return out
}

func unbase64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectorsOfFiles(t *testing.T) {
	if *update {
		var out []readVector
		file := smallFile(t)
		hash := must(Read("", file))[0].Hash()
		for _, m := range mangles() {
			input := m.do(bytes.Clone(file))
			if len(input) > maxVector {
				continue
			}
			v := readVector{Name: m.name, File: m.file(), Input: base64.StdEncoding.EncodeToString(input), State: m.state, Slot: m.slot}
			if m.state == "" {
				v.Bundles = []string{hash}
			}
			out = append(out, v)
		}
		writeVectors(t, "read.json", out)
	}
	for _, v := range readVectors[readVector](t, "read.json", 120) {
		t.Run(v.Name, func(t *testing.T) {
			found, err := Read(v.File, unbase64(t, v.Input))
			if got := stateOf(t, err); got != v.State {
				t.Fatalf("state %q, want %q", got, v.State)
			}
			if got := slot(err, "kind") + slot(err, "cause"); got != v.Slot {
				t.Errorf("slot %q, want %q", got, v.Slot)
			}
			var hashes []string
			for _, f := range found {
				hashes = append(hashes, f.Hash())
			}
			if !slices.Equal(hashes, v.Bundles) {
				t.Errorf("bundles %q, want %q", hashes, v.Bundles)
			}
		})
	}
}

func TestVectorsOfEnvelopes(t *testing.T) {
	if *update {
		var out []parseVector
		for _, c := range parseCases(t) {
			v := parseVector{Name: c.name, Op: c.op, Envelope: c.envelope, State: c.state, Cause: c.cause}
			switch c.op {
			case "profile":
				roots := c.trusts
				if roots == nil {
					roots = trusted()
				}
				for _, r := range roots {
					v.Roots = append(v.Roots, EncodeKey(r))
				}
			case "response":
				p := profileNamed(c.keys)
				p.Sealing = nil
				v.Keys = &p
			}
			out = append(out, v)
		}
		writeVectors(t, "envelopes.json", out)
	}
	for _, v := range readVectors[parseVector](t, "envelopes.json", 90) {
		t.Run(v.Name, func(t *testing.T) {
			c := parseCase{op: v.Op, envelope: v.Envelope, trusts: Roots{}}
			for _, r := range v.Roots {
				c.trusts = append(c.trusts, must(DecodeKey(r)))
			}
			var err error
			if v.Op == "response" {
				_, err = ParseResponse(v.Envelope, *v.Keys)
			} else {
				err = c.run()
			}
			if got := stateOf(t, err); got != v.State || slot(err, "cause") != v.Cause {
				t.Errorf("state %q, cause %q (%v), want %q, %q", got, slot(err, "cause"), err, v.State, v.Cause)
			}
		})
	}
}

func TestVectorsOfWords(t *testing.T) {
	if *update {
		var out []wordsVector
		for _, in := range []struct{ name, text string }{{"empty", ""}, {"one zero byte", "\x00"}, {"hello", "hello world"}, {"a bundle", `{"holdfast":"bundle/v1","envelopes":[]}`}} {
			v := wordsVector{Name: in.name, Input: base64.StdEncoding.EncodeToString([]byte(in.text)), FileWords: FileWords([]byte(in.text)), Type: ProfileType}
			v.PAE = base64.StdEncoding.EncodeToString(PAE(v.Type, []byte(in.text)))
			out = append(out, v)
		}
		for n := byte(1); n <= 6; n++ {
			pub := public(testKey(n))
			out = append(out, wordsVector{Name: "public key of the seed of 32 bytes " + string('0'+n), Input: EncodeKey(pub), FileWords: FileWords(pub), RootWords: RootWords(pub), KeyID: KeyID(pub)})
		}
		writeVectors(t, "words.json", out)
	}
	for _, v := range readVectors[wordsVector](t, "words.json", 10) {
		in := unbase64(t, v.Input)
		if got := FileWords(in); got != v.FileWords {
			t.Errorf("%s: file words %q, want %q", v.Name, got, v.FileWords)
		}
		if v.RootWords != nil && (!slices.Equal(RootWords(in), v.RootWords) || KeyID(in) != v.KeyID) {
			t.Errorf("%s: %q %q", v.Name, RootWords(in), KeyID(in))
		}
		if v.PAE != "" && !bytes.Equal(PAE(v.Type, in), unbase64(t, v.PAE)) {
			t.Errorf("%s: PAE differs", v.Name)
		}
	}
}
