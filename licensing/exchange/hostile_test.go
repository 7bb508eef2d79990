package exchange

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"holdfast/licensing/terms"
)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// bomb is a zip file whose entries unpack to n bytes each.
func bomb(entries int, n int64, like byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	chunk := bytes.Repeat([]byte{like}, 1<<16)
	for i := range entries {
		w, err := z.Create(fmt.Sprintf("%d.hflic", i))
		if err != nil {
			panic(err)
		}
		for left := n; left > 0; left -= int64(len(chunk)) {
			w.Write(chunk)
		}
	}
	z.Close()
	return out.Bytes()
}

// bigBomb is one entry of letters, which look like text. Making it takes longer than refusing it.
var bigBomb = sync.OnceValue(func() []byte { return bomb(1, 1<<30, 'A') })

// announce32 changes the announced size in all directory entries of a zip file.
func announce32(z []byte, size uint32) []byte {
	for i := 0; i+28 < len(z); i++ {
		if string(z[i:i+4]) == "PK\x01\x02" {
			binary.LittleEndian.PutUint32(z[i+24:], size)
		}
	}
	return z
}

func understate(z []byte) []byte { return announce32(z, 100_000) }

func overstate(z []byte) []byte { return announce32(z, 15<<20) }

func repeat(s string, size int) []byte { return bytes.Repeat([]byte(s), size/len(s)) }

// deepMail nests multiparts, or whole mails.
func deepMail(levels int, header string) []byte {
	var out bytes.Buffer
	for i := range levels {
		fmt.Fprintf(&out, "From: x\r\nMIME-Version: 1.0\r\n"+header+"\r\n\r\n--b%[1]d\r\n", i)
	}
	return out.Bytes()
}

type hostile struct {
	name  string
	make  func() []byte
	state terms.State
	cause string
}

// hostiles are contents made to exhaust a reader.
var hostiles = []hostile{
	{"zip of one entry of 1 GiB of zeros", func() []byte { return bomb(1, 1<<30, 0) }, terms.StateFileUnreadable, CauseTooLarge},
	{"zip that announces less than it holds", func() []byte { return understate(bytes.Clone(bigBomb())) }, terms.StateFileChanged, ""},
	{"zip whose entries announce 15 MiB each", func() []byte { return overstate(bomb(900, 1, 'A')) }, terms.StateFileUnreadable, CauseTooLarge},
	{"zip of one entry of 1 GiB of letters", bigBomb, terms.StateFileUnreadable, CauseTooLarge},
	{"zip of 900 entries of 1 MiB", func() []byte { return bomb(900, 1<<20, 'A') }, terms.StateFileUnreadable, CauseTooLarge},
	{"zip with 300,000 directory entries", func() []byte {
		return append([]byte(zipMagic), repeat("PK\x01\x02"+strings.Repeat("\x00", 42), 15<<20)...)
	}, terms.StateFileUnreadable, CauseTooLarge},
	{"JSON a million levels deep", func() []byte { return reArmored([]byte(`{"holdfast":"bundle/v1","x":` + nest(500_000) + `}`)) }, terms.StateFileUnreadable, CauseMalformed},
	{"JSON deeper than the stack, bare", func() []byte { return []byte(`{"holdfast":` + strings.Repeat("[", 2_000_000)) }, terms.StateFileChanged, ""},
	{"a million envelopes", func() []byte {
		return reArmored([]byte(`{"holdfast":"bundle/v1","envelopes":[` + strings.Repeat("{},", 500_000) + `{}]}`))
	}, terms.StateFileUnreadable, CauseMalformed},
	{"a length of 2^60", func() []byte {
		return []byte("-----BEGIN HOLDFAST LICENSE 1152921504606846976 a-b-00-----\nAAAA\n-----END HOLDFAST LICENSE-----")
	}, terms.StateFileChanged, ""},
	{"a length of 2^60, cut", func() []byte {
		return []byte("-----BEGIN HOLDFAST LICENSE 1152921504606846976 abc-bcd-00-----\nAAAA\n")
	}, terms.StateFileCut, ""},
	{"16 MiB of BEGIN lines", func() []byte { return repeat("-----BEGIN HOLDFAST LICENSE 9 abc-bcd-00-----\n", 16<<20) }, terms.StateFileCut, ""},
	{"16 MiB of the name", func() []byte { return repeat("HOLDFAST", 16<<20) }, terms.StateFileCut, ""},
	{"16 MiB of dashes", func() []byte { return repeat("—", 16<<20) }, terms.StateFileCut, ""},
	{"16 MiB of base64", func() []byte { return append([]byte("eyJob2xkZmFzdCI6"), repeat("ICAg", 15<<20)...) }, terms.StateFileCut, ""},
	{"16 MiB of tags", func() []byte { return append([]byte("<html>HOLDFAST"), repeat("<script>", 15<<20)...) }, terms.StateFileOtherKind, ""},
	{"16 MiB of open tags", func() []byte { return append([]byte("<html>HOLDFAST"), repeat("<", 15<<20)...) }, terms.StateFileOtherKind, ""},
	{"16 MiB of entities", func() []byte { return append([]byte("<html>HOLDFAST"), repeat("&amp;", 15<<20)...) }, terms.StateFileOtherKind, ""},
	{"16 MiB of backslashes", func() []byte { return repeat(`\n`, 16<<20) }, terms.StateFileCut, ""},
	{"16 MiB of equal signs", func() []byte { return repeat(`=3D`, 16<<20) }, terms.StateFileCut, ""},
	{"16 MiB of UTF-16", func() []byte { return append([]byte("\xff\xfe"), repeat("B\x00", 15<<20)...) }, terms.StateFileCut, ""},
	{"mail of 10,000 nested multiparts", func() []byte { return deepMail(10_000, `Content-Type: multipart/mixed; boundary="b%[1]d"`) }, terms.StateFileOtherKind, ""},
	{"mail of 10,000 nested mails", func() []byte {
		return repeat("From: x\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n", 600_000)
	}, terms.StateFileOtherKind, ""},
	{"mail of 100,000 parts", func() []byte {
		return append([]byte("From: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"), repeat("--b\r\n\r\nx\r\n", 1_100_000)...)
	}, terms.StateFileOtherKind, ""},
	{"mail of 15 MiB of headers", func() []byte { return append([]byte("From: x\r\n"), repeat("X-A: b\r\n", 15<<20)...) }, terms.StateFileOtherKind, ""},
	{"mail with a 15 MiB attachment of letters", func() []byte {
		return append([]byte("From: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"), repeat("QUFB", 15<<20)...)
	}, terms.StateFileOtherKind, ""},
	{"mail with a zip bomb", func() []byte {
		return inMail(`Content-Type: multipart/mixed; boundary="=_x"`, attached)(bigBomb())
	}, terms.StateFileUnreadable, CauseTooLarge},
}

// resident returns the memory of this process in bytes under name (VmRSS or VmHWM), 0 where it cannot be told.
func resident(name string) int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib << 10
		}
	}
	return 0
}

// Scorecard R11: at most 64 MiB more memory, a typed error.
func TestHostileContentsCostLittleAndAreNamed(t *testing.T) {
	if raceEnabled {
		t.Skip("cost is measured without the race detector")
	}
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			data := h.make()
			debug.FreeOSMemory()
			// Writing 5 resets the high-water mark (proc(5)).
			measured := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil
			before := resident("VmRSS")
			_, err := Read("license.hflic", data)
			more := resident("VmHWM") - before
			if got := stateOf(t, err); got != h.state || h.cause != "" && slot(err, "cause") != h.cause {
				t.Errorf("state %q, cause %q, want %q, %q", got, slot(err, "cause"), h.state, h.cause)
			}
			if measured && more > 64<<20 {
				t.Errorf("%d MiB more memory", more>>20)
			}
			t.Logf("%d KiB of input, %d MiB more memory", len(data)>>10, more>>20)
		})
	}
}

func BenchmarkHostileContents(b *testing.B) {
	for _, h := range hostiles {
		b.Run(h.name, func(b *testing.B) {
			data := h.make()
			for b.Loop() {
				Read("license.hflic", data)
			}
		})
	}
}
