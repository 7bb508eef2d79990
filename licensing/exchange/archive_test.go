package exchange

import (
	"archive/zip"
	"bytes"
	"testing"

	"holdfast/licensing/terms"
)

// zipOf packs a file under the first name, and small strange files under the others.
func zipOf(names ...string) func([]byte) []byte {
	return func(b []byte) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for i, name := range names {
			w, err := z.Create(name)
			if err != nil {
				panic(err)
			}
			content := b
			if i > 0 {
				content = []byte("nothing of ours: " + name)
			}
			if name == "[Content_Types].xml" {
				content = []byte("<?xml version=\"1.0\"?><Types/>")
			}
			w.Write(content)
		}
		z.Close()
		return out.Bytes()
	}
}

// locked sets the bit that says "encrypted" in all headers.
func locked(b []byte) []byte {
	b = bytes.Clone(b)
	for i := 0; i+9 < len(b); i++ {
		switch string(b[i : i+4]) {
		case zipMagic:
			b[i+6] |= 1
		case "PK\x01\x02":
			b[i+8] |= 1
		}
	}
	return b
}

func TestAnArchiveGivesWhatIsGoodAndNamesWhatIsNotThereInAnotherCopy(t *testing.T) {
	good, other, third := smallFile(t), licenseFile(t), armor(t, KindProfile, sign(t, testProfile(), ProfileType, rootKey))
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range []struct {
		name string
		data []byte
	}{{"1.hflic", good}, {"2.hflic", other}, {"3.hflic", other[:600]}, {"4.hflic", third[:600]}, {"again.hflic", good}, {"readme.txt", []byte("hello")}} {
		w, err := z.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(f.data)
	}
	z.Close()
	found, err := Read("many.zip", out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 3 || found[0].Name != "1.hflic" || found[1].Name != "2.hflic" || found[2].Name != "4.hflic" {
		t.Fatalf("found %d", len(found))
	}
	if found[2].Problem == nil || found[2].Problem.State != terms.StateFileCut || found[0].Problem != nil {
		t.Errorf("problems %v, %v", found[0].Problem, found[2].Problem)
	}
}

func TestNamesFromArchivesAndMailsAreOnlyLastSteps(t *testing.T) {
	for in, want := range map[string]string{
		"../../etc/passwd": "passwd", `C:\x\..\a.hflic`: "a.hflic", "/abs/x": "x", "..": "", "a\x00b\nc\x1b[2J": "abc[2J", "": "", "x/": "x", "\xff.hflic": "?.hflic",
	} {
		if got := plainName(in); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

func TestAnArchiveWithADamagedEntryIsChanged(t *testing.T) {
	z := zipOf("license.hflic")(smallFile(t))
	z[200] ^= 0x55
	_, err := Read("files.zip", z)
	if got := stateOf(t, err); got != terms.StateFileChanged {
		t.Errorf("state %q", got)
	}
}

func TestAnArchiveMayHaveAThousandEntries(t *testing.T) {
	pack := func(n int) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for i := range n {
			w, err := z.Create(string(rune('a'+i%26)) + "/x.txt")
			if err != nil {
				t.Fatal(err)
			}
			if i == n-1 {
				w.Write(smallFile(t))
			} else {
				w.Write([]byte("x"))
			}
		}
		z.Close()
		return out.Bytes()
	}
	if found, err := Read("a.zip", pack(maxEntries)); err != nil || len(found) != 1 {
		t.Errorf("%d entries: %v", maxEntries, err)
	}
	for _, n := range []int{maxEntries + 1, 5 * maxEntries} {
		_, err := Read("a.zip", pack(n))
		if stateOf(t, err) != terms.StateFileUnreadable || slot(err, "cause") != CauseTooLarge {
			t.Errorf("%d entries: %v", n, err)
		}
	}
}
