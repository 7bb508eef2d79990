package usage

import (
	"bytes"
	"crypto/hpke"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

func TestThePreviewIsDecodedFromTheBytesThatLeaveAndTheVendorReadsTheSame(t *testing.T) {
	content, epochs := subject(t)
	s := seal(t, content, face("u-1"))
	o := s.open(t)
	here, err := Decode(content, o.File)
	if err != nil {
		t.Fatal(err)
	}
	there, err := o.Contents()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(here, there); diff != "" {
		t.Errorf("the device shows something else than the vendor reads:\n%s", diff)
	}
	if o.File.Sealed.Content != hexSum(content) {
		t.Error("the face names another content")
	}
	entries := 0
	for _, e := range epochs {
		entries += len(e.Entries)
	}
	if len(here.Rows) != entries || here.File.Entries != uint64(entries) {
		t.Errorf("%d rows of %d entries", len(here.Rows), entries)
	}
	for i, r := range here.Rows {
		set := 0
		for _, is := range []bool{r.Use != nil, r.Session != nil, r.Note != nil, r.Name != nil, r.Sealed} {
			if is {
				set++
			}
		}
		if set != 1 || r.Seq != uint64(i+1) {
			t.Errorf("row %d is %+v", i, r)
		}
	}
	sumsMatch(t, "sums shown", here.Sums, oracle(uses(0, 9), true))
	last := here.Epochs[len(here.Epochs)-1]
	closed := tally{}
	closed.sums(last.Closed, false)
	sumsMatch(t, "totals of the close", closed.list(), oracle(uses(0, 9), false))
}

func TestTheContentIsTheSameWheneverItIsBuilt(t *testing.T) {
	content, epochs := subject(t)
	if again := build(t, epochs); !bytes.Equal(again, content) {
		t.Error("the same epochs make another content")
	}
	if loose := tighten(loosen(t, content)); !bytes.Equal(loose, content) {
		t.Error("parse and write is not the same content")
	}
}

func TestAFullFileSaysWhatRemains(t *testing.T) {
	_, epochs := subject(t)
	var many []RawEpoch
	for len(many) < 12 {
		e := epochs[1]
		e.Header = append(bytes.Clone(e.Header[:len(e.Header)-1]), fmt.Sprintf(`,"x":%q}`, strings.Repeat("x", 900<<10))...)
		many = append(many, e)
	}
	b, err := BuildContent(bookID, many)
	if err != nil {
		t.Fatal(err)
	}
	if b.Epochs >= len(many) || b.Remains != uint64((len(many)-b.Epochs)*len(epochs[1].Entries)) || len(b.Content) > stopAt+1<<20 {
		t.Errorf("%d of %d epochs, %d bytes, %d entries remain", b.Epochs, len(many), len(b.Content), b.Remains)
	}
	if _, err := BuildContent(bookID, nil); err != ErrNothing {
		t.Errorf("nothing to report: %v", err)
	}
}

// Scorecard R4: any byte of the sealed content or of the envelope's payload.
func TestAFlippedByteOfAFileIsNamed(t *testing.T) {
	content, _ := subject(t)
	s := seal(t, content, face("u-1"))
	for i := 0; i < len(s.sealed); i++ {
		if _, err := Open(s.env, flip(s.sealed, i), vendorKeys); stateOf(t, err) != terms.StateFileChanged {
			t.Fatalf("sealed byte %d: %v", i, err)
		}
	}
	for i := range s.env.Payload {
		env := s.env
		env.Payload = string(flip([]byte(env.Payload), i))
		if _, err := Open(env, s.sealed, vendorKeys); err == nil {
			t.Fatalf("payload byte %d passes", i)
		} else {
			stateOf(t, err)
		}
	}
	for _, n := range []int{0, 1, len(s.sealed) / 2, len(s.sealed) - 1} {
		if _, err := Open(s.env, s.sealed[:n], vendorKeys); stateOf(t, err) != terms.StateFileChanged {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

func TestAKeyThatTheVendorHasNotIsSaidByTheKeyFunction(t *testing.T) {
	content, _ := subject(t)
	s := seal(t, content, face("u-1"))
	none := func(string) (hpke.PrivateKey, error) { return nil, errNoKey }
	if _, err := Open(s.env, s.sealed, none); err != errNoKey {
		t.Errorf("%v", err)
	}
	wrong := func(string) (hpke.PrivateKey, error) { return bookVendor(9), nil }
	if _, err := Open(s.env, s.sealed, wrong); stateOf(t, err) != terms.StateFileChanged {
		t.Errorf("another key: %v", err)
	}
}

// signedAnyway seals bytes that Seal would not, under a face that fits them.
func signedAnyway(t *testing.T, packed []byte, u exchange.Usage) sent {
	t.Helper()
	sealed, err := hpke.Seal(bookVendor(1).PublicKey(), hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), contentInfo(u.ID), packed)
	if err != nil {
		t.Fatal(err)
	}
	u.Schema, u.Alg, u.KeyID = exchange.UsageSchema, "ed25519", exchange.KeyID(publicOf(sealDevice))
	u.FromEpoch, u.ToEpoch, u.First, u.Last, u.Entries, u.Close = 1, 1, 1, 1, 1, hexSum(nil)
	u.Sealed.Suite, u.Sealed.Key, u.Sealed.Size, u.Sealed.SHA256 = Suite, bookSealing(1).ID, int64(len(sealed)), hexSum(sealed)
	env, err := exchange.Sign(u, exchange.UsageType, exchange.KeySigner(sealDevice))
	if err != nil {
		t.Fatal(err)
	}
	return sent{env, sealed}
}

// peak is the most memory that this process held, in bytes; 0 where it cannot be told.
func peak(name string) int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kib int
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			if _, err := fmt.Sscan(rest, &kib); err != nil {
				return 0
			}
		}
	}
	return kib << 10
}

// Scorecard R11: what a device that means harm can sign costs at most 64 MiB more memory, and is named.
func TestHostileContentsOfASignedFileCostLittleAndAreNamed(t *testing.T) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 60<<20)
	bomb := z.EncodeAll(zeros, nil)
	huge := binary.AppendUvarint(nil, 1<<60)
	for _, c := range []struct {
		name     string
		packed   []byte
		unpacked int64
		content  []byte
		state    terms.State
		cause    string
	}{
		{"a bomb of 60 MiB that says so", bomb, 60 << 20, nil, terms.StateFileUnreadable, exchange.CauseTooLarge},
		{"a bomb of 60 MiB that says 1 MiB", bomb, 1 << 20, nil, terms.StateFileUnreadable, exchange.CauseTooLarge},
		{"less than it says", z.EncodeAll(zeros[:100], nil), 1 << 20, nil, terms.StateFileChanged, ""},
		{"not compressed", []byte("hello"), 5, nil, terms.StateFileUnreadable, exchange.CauseMalformed},
		{"another content than was signed", z.EncodeAll(zeros[:100], nil), 100, []byte("x"), terms.StateFileChanged, ""},
		{"16 MiB of zeros", z.EncodeAll(zeros[:16<<20], nil), 16 << 20, zeros[:16<<20], terms.StateFileUnreadable, exchange.CauseMalformed},
		{"2^60 epochs", z.EncodeAll(append([]byte{1}, huge...), nil), int64(1 + len(huge)), append([]byte{1}, huge...), terms.StateFileUnreadable, exchange.CauseMalformed},
		{"16 MiB of empty epochs", z.EncodeAll(append([]byte{1, 0xff, 0xff, 3}, zeros[:8<<20]...), nil), 4 + 8<<20, append([]byte{1, 0xff, 0xff, 3}, zeros[:8<<20]...), terms.StateFileUnreadable, exchange.CauseMalformed},
	} {
		u := face("u-1")
		u.Sealed.Unpacked, u.Sealed.Content = c.unpacked, hexSum(c.content)
		s := signedAnyway(t, c.packed, u)
		debug.FreeOSMemory()
		measured := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) == nil
		before := peak("VmRSS")
		_, err := Open(s.env, s.sealed, vendorKeys)
		more := peak("VmHWM") - before
		if state := stateOf(t, err); state != c.state || c.cause != "" && !strings.Contains(fmt.Sprint(slotsOf(err)), c.cause) {
			t.Errorf("%s: %q %v (%v)", c.name, state, slotsOf(err), err)
		}
		if measured && more > 64<<20 {
			t.Errorf("%s: %d MiB more memory", c.name, more>>20)
		}
	}
}

func slotsOf(err error) terms.Slots {
	p, ok := err.(*terms.Problem)
	if !ok {
		return nil
	}
	return p.Slots
}

// A face that says something else than its content is not taken: neither lists, nor receipts, nor mails open the content to check.
func TestAFaceThatSaysSomethingElseThanItsContentIsRefused(t *testing.T) {
	content, _ := subject(t)
	for name, edit := range map[string]func(*exchange.Usage){
		"epochs": func(u *exchange.Usage) { u.ToEpoch++ }, "first": func(u *exchange.Usage) { u.First++; u.Entries = 1 },
		"entries": func(u *exchange.Usage) { u.Entries-- }, "close": func(u *exchange.Usage) { u.Close = hexSum(nil) },
	} {
		s := seal(t, content, face("u-1"))
		u, err := exchange.ParseUsage(s.env)
		if err != nil {
			t.Fatal(err)
		}
		edit(&u)
		if s.env, err = exchange.Sign(u, exchange.UsageType, exchange.KeySigner(sealDevice)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(s.env, s.sealed, vendorKeys); stateOf(t, err) != terms.StateFileUnreadable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// At level contract nothing in a file says who or where: only product, meter, units, coarse times, and what the protocol needs.
func TestAFileAtLevelContractNamesNoPersonHostOrPath(t *testing.T) {
	o := sealOptions(t)
	b := openBook(t, o)
	mustRecord(t, b, uses(0, 20)...)
	closeBook(t, b)
	content := build(t, epochsOf(t, b, 1))
	s := seal(t, content, face("u-1"))
	payload, err := json.Marshal(s.open(t).File)
	if err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{host, os.Getenv("USER"), os.Getenv("HOME"), bookDir, "/home", "lab 7", "use-3", "label", "hints"}
	for name, text := range map[string][]byte{"content": content, "face": payload} {
		for _, secret := range secrets {
			if len(secret) > 2 && bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s says %q", name, secret)
			}
		}
	}
	c, err := Decode(content, face("u-1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Rows {
		for _, at := range times(r) {
			if at.Minute() != 0 || at.Second() != 0 || at.Nanosecond() != 0 {
				t.Errorf("entry %d has the time %v", r.Seq, at)
			}
		}
	}
}

func times(r Row) []time.Time {
	switch {
	case r.Use != nil:
		return []time.Time{r.Use.At}
	case r.Session != nil:
		return []time.Time{r.Session.At, r.Session.Wall}
	}
	return nil
}

// A ledger of which a part was damaged on the disk still leaves, says so, and what is left of it counts.
func TestADamagedEpochIsAGapAndWhatFollowsCounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		back   int    // where the damage is, in bytes before the end of the second epoch
		before bool   // the vendor counted that epoch before it was damaged
		codes  string // findings
	}{
		{"its header, never seen", 4000, false, "[gap]"},
		{"its header, counted before", 4000, true, "[]"},
		{"its close, never seen", 30, false, "[not_signed gap]"},
		{"its close, counted before", 30, true, "[]"},
	} {
		o := sealOptions(t)
		b := openBook(t, o)
		for i := range 4 {
			mustRecord(t, b, uses(2*i, 2*i+2)...)
			closeBook(t, b)
		}
		clean := epochsOf(t, b, 1)[:2]
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		damage(t, o, 2, c.back)
		b, rec, err := OpenBook(bookDir, o)
		if err != nil || rec.Damaged == nil {
			t.Fatalf("%s: %v %v", c.name, rec, err)
		}
		mustRecord(t, b, uses(8, 10)...)
		closeBook(t, b)
		var s Standing
		if c.before {
			s, _ = Reckon(s, openContentOf(t, build(t, clean)))
		}
		s, counted := Reckon(s, openContentOf(t, build(t, epochsOf(t, b, 1))))
		if len(counted.Missing) > 0 || len(s.Parked) > 0 || s.Next != 6 || fmt.Sprint(codesOf(counted.Findings)) != c.codes {
			t.Errorf("%s: missing %v, next %d, findings %q", c.name, counted.Missing, s.Next, codesOf(counted.Findings))
		}
		want := uses(0, 10)
		if c.back > 1000 && !c.before {
			want = slices.Concat(want[:2], want[4:])
		}
		if !maps.Equal(s.Totals, totalsOf(want)) {
			t.Errorf("%s: %v, want %v", c.name, s.Totals, totalsOf(want))
		}
	}
}

func TestFindingsHaveEvidenceAndSayWhere(t *testing.T) {
	content, epochs := subject(t)
	all := loosen(t, content)
	all[1].editUse(0, func(u *usePlain) { u.Units++ })
	o := openContentOf(t, tighten(all))
	f := o.Epochs[1].Findings[0]
	closing, err := ledger.ParseClose(epochs[1].Close)
	if err != nil {
		t.Fatal(err)
	}
	if f.Ledger != bookID || f.Epoch != 2 || f.Evidence["expected"] != closing.Head || f.Evidence["found"] == closing.Head {
		t.Errorf("%+v", f)
	}
	if _, err := o.Contents(); err != nil {
		t.Errorf("a file with a finding can be read all the same: %v", err)
	}
}
