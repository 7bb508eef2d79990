package usage

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/exchange"
)

// writeVectors writes the vectors anew. Epoch keys are random, so all of them change: only for a new version of the format.
var writeVectors = flag.Bool("write-vectors", false, "write docs/vectors/usage anew")

const vectorDir = "../../docs/vectors/usage"

// contentVector is one content and what a vendor must make of it; docs/vectors/usage/README.md describes the members.
type contentVector struct {
	Name      string           `json:"name"`
	Class     string           `json:"class"`
	Content   string           `json:"content"`
	Malformed bool             `json:"malformed,omitempty"`
	Epochs    []epochVector    `json:"epochs,omitempty"`
	Totals    map[string]int64 `json:"totals,omitempty"`
	Findings  []string         `json:"findings,omitempty"`
	Missing   []string         `json:"missing,omitempty"`
}

type epochVector struct {
	Number uint64 `json:"number"`
	Fault  string `json:"fault,omitempty"`
	Head   string `json:"head"`
	Events uint64 `json:"events"`
}

// judgeContent is the vendor's judgement of a content, as a vector says it.
func judgeContent(content []byte) (contentVector, Opened) {
	v := contentVector{Malformed: true}
	epochs, err := unpack(content)
	if err != nil {
		return v, Opened{}
	}
	s, err := (span{}).of(epochs)
	if err != nil {
		return v, Opened{}
	}
	u := face("u-1")
	u.FromEpoch, u.ToEpoch = s.FromEpoch, s.ToEpoch
	o := Opened{File: u, packed: epochs, signers: []ed25519.PublicKey{publicOf(sealDevice)}, keys: vendorKeys}
	if o.proveAll() != nil {
		return v, Opened{}
	}
	standing, c := Reckon(Standing{}, o)
	v.Malformed, v.Totals, v.Missing = false, standing.Totals, c.Missing
	v.Findings = codesOf(c.Findings)
	slices.Sort(v.Findings)
	for _, p := range o.Epochs {
		v.Epochs = append(v.Epochs, epochVector{p.Number, p.Fault, p.Head, p.Events})
	}
	return v, o
}

// TestAttacksOnAFileAreNamed is the attack list as far as one file shows it.
func TestAttacksOnAFileAreNamed(t *testing.T) {
	content, epochs := subject(t)
	strange, forged := strangers(t)
	honest, _ := judgeContent(content)
	var vectors []contentVector
	for _, m := range append(mutations(epochs, strange, forged), noise(112)...) {
		t.Run(m.name, func(t *testing.T) {
			changed := bytes.Clone(content)
			if m.epochs != nil {
				changed = tighten(m.epochs(loosen(t, content)))
			}
			if m.bytes != nil {
				changed = m.bytes(changed)
			}
			v, _ := judgeContent(changed)
			if m.class == "noise" {
				checkNoise(t, honest, v, bytes.Equal(changed, content))
			} else {
				m.check(t, honest, v)
			}
			v.Name, v.Class = m.name, m.class
			z, err := packer()
			if err != nil {
				t.Fatal(err)
			}
			v.Content = base64.StdEncoding.EncodeToString(z.EncodeAll(changed, nil))
			vectors = append(vectors, v)
		})
	}
	if *writeVectors && !t.Failed() {
		save(t, "contents.json", vectors)
	}
}

func (m mutation) check(t *testing.T, honest, v contentVector) {
	t.Helper()
	if v.Malformed != m.malformed {
		t.Fatalf("malformed: %v", v.Malformed)
	}
	if m.malformed {
		return
	}
	var faults []string
	var counted uint64
	for i, e := range v.Epochs {
		want := ""
		if m.faults != nil {
			want = m.faults[i]
		}
		if e.Fault != want {
			t.Errorf("epoch %d: %q, want %q", e.Number, e.Fault, want)
		}
		if want != "" {
			faults = append(faults, want)
		}
		if i < m.counted {
			counted += e.Events
		}
	}
	slices.Sort(faults)
	if want := m.findings; want != nil {
		faults = want
	}
	if !slices.Equal(v.Findings, faults) {
		t.Errorf("findings %q, want %q", v.Findings, faults)
	}
	if !slices.Equal(v.Missing, m.missing) {
		t.Errorf("missing %q, want %q", v.Missing, m.missing)
	}
	if (m.counted == 0) != (len(v.Totals) == 0) {
		t.Errorf("%d epochs count %v", m.counted, v.Totals)
	}
	for k, n := range v.Totals {
		if n > honest.Totals[k] {
			t.Errorf("%s counts %d, recorded were %d", k, n, honest.Totals[k])
		}
	}
}

// checkNoise: whatever is said to be proven has the head and events that the device had.
func checkNoise(t *testing.T, honest, v contentVector, same bool) {
	t.Helper()
	if v.Malformed || same {
		return
	}
	wrong := 0
	for i, e := range v.Epochs {
		if e.Fault != "" {
			wrong++
		} else if e != honest.Epochs[i] {
			t.Errorf("epoch %d is proven with another content", e.Number)
		}
	}
	if wrong == 0 {
		t.Error("damage passes unseen")
	}
}

func save(t *testing.T, name string, v any) {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err == nil {
		err = errors.Join(os.MkdirAll(vectorDir, 0o755), os.WriteFile(filepath.Join(vectorDir, name), append(b, '\n'), 0o644))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func loadVectors[T any](t tester, name string, atLeast int) []T {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectorDir, name))
	if err != nil {
		t.Fatalf("%v", err)
	}
	var all []T
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(all) < atLeast {
		t.Fatalf("%s has %d vectors, expected %d or more", name, len(all), atLeast)
	}
	return all
}

// content is the content of a vector, unpacked.
func (v contentVector) content(t tester) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(v.Content)
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxContent))
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	defer z.Close()
	content, err := z.DecodeAll(raw, nil)
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	return content
}

func TestVectorsOfContents(t *testing.T) {
	for _, v := range loadVectors[contentVector](t, "contents.json", 150) {
		t.Run(v.Name, func(t *testing.T) {
			got, _ := judgeContent(v.content(t))
			if got.Malformed != v.Malformed || !slices.Equal(got.Epochs, v.Epochs) || !maps.Equal(got.Totals, v.Totals) ||
				!slices.Equal(got.Findings, v.Findings) || !slices.Equal(got.Missing, v.Missing) {
				t.Errorf("got %+v\nwant %+v", got, v)
			}
		})
	}
}

// fileVector is a whole usage file as it leaves, and what it says.
type fileVector struct {
	Name   string           `json:"name"`
	File   string           `json:"file"` // base64
	State  string           `json:"state,omitempty"`
	Totals map[string]int64 `json:"totals,omitempty"`
	Rows   int              `json:"rows,omitempty"`
}

func judgeFile(t *testing.T, file []byte) (v fileVector) {
	t.Helper()
	found, err := exchange.Read("usage.hfuse", file)
	if err == nil {
		var o Opened
		if o, err = Open(found[0].Bundle.Envelopes[0], found[0].Bundle.Sealed, vendorKeys); err == nil {
			s, _ := Reckon(Standing{}, o)
			v.Totals = s.Totals
			if err := o.Rows(func(Row) error { v.Rows++; return nil }); err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	v.State = string(stateOf(t, err))
	return v
}

func TestVectorsOfFiles(t *testing.T) {
	if *writeVectors {
		var out []fileVector
		content, _ := subject(t)
		s := seal(t, content, face("u-1"))
		other := seal(t, content, face("u-2"))
		write := func(name string, sealed []byte, env exchange.Envelope) {
			file, err := exchange.WriteUsage("This is a usage file for Acme GmbH.", sealed, env)
			if err != nil {
				t.Fatal(err)
			}
			v := judgeFile(t, file)
			v.Name, v.File = name, base64.StdEncoding.EncodeToString(file)
			out = append(out, v)
		}
		write("as it left", s.sealed, s.env)
		write("sealed bytes of another file", other.sealed, s.env)
		write("a sealed byte changed", flip(s.sealed, 2000), s.env)
		write("no sealed bytes", nil, s.env)
		save(t, "files.json", out)
	}
	for _, v := range loadVectors[fileVector](t, "files.json", 4) {
		file, err := base64.StdEncoding.DecodeString(v.File)
		if err != nil {
			t.Fatal(err)
		}
		if got := judgeFile(t, file); got.State != v.State || !maps.Equal(got.Totals, v.Totals) || got.Rows != v.Rows {
			t.Errorf("%s: got %+v, want %+v", v.Name, got, v)
		}
	}
}
