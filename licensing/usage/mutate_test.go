package usage

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"holdfast/licensing/ledger"
)

// loose is an epoch of a content with its entries one by one, so that a test can do with them what an attacker would.
type loose struct {
	header, closing, totals []byte
	entries                 []entry
}

// entry is one entry: its plaintext, or its sealed body when kind is kindSealed.
type entry struct {
	kind, typ   byte
	front, body []byte
}

func loosen(t tester, content []byte) []loose {
	t.Helper()
	epochs, err := unpack(content)
	if err != nil {
		t.Fatalf("unpack: %v", err)
	}
	var all []loose
	for _, p := range epochs {
		l := loose{header: p.header, closing: p.closing, totals: p.totals}
		err := p.each(func(_ int, it *item) error {
			l.entries = append(l.entries, entry{it.kind, it.typ, bytes.Clone(it.front), bytes.Clone(it.body)})
			return nil
		})
		if err != nil {
			t.Fatalf("step: %v", err)
		}
		all = append(all, l)
	}
	return all
}

func tighten(epochs []loose) []byte {
	out := binary.AppendUvarint([]byte{contentVersion}, uint64(len(epochs)))
	for _, l := range epochs {
		p := &packed{header: l.header, closing: l.closing, totals: l.totals}
		for _, e := range l.entries {
			switch {
			case e.kind == kindSealed || e.kind == kindOther:
				p.addOther(e.kind, e.typ, e.body)
			case e.kind == kindUse:
				if !p.addUse(e.body) {
					p.addOther(kindOther, TypeRecord, e.body)
				}
			default:
				p.addSession(e.typ, e.front, e.body)
			}
		}
		out = p.write(out)
	}
	return out
}

// entryOf finds the n-th use of an epoch.
func (l *loose) useAt(n int) int {
	for i, e := range l.entries {
		if e.kind == kindUse {
			if n--; n < 0 {
				return i
			}
		}
	}
	panic("no such use")
}

func (l *loose) editUse(n int, f func(*usePlain)) {
	i := l.useAt(n)
	u, err := parseUse(l.entries[i].body)
	if err != nil {
		panic(err)
	}
	f(&u)
	l.entries[i].body = u.encode(nil)
}

// editClose changes a CLOSE and signs it again, with any key.
func (l *loose) editClose(key ed25519.PrivateKey, f func(map[string]any)) {
	dec := json.NewDecoder(bytes.NewReader(l.closing[ed25519.SignatureSize:]))
	dec.UseNumber()
	var c map[string]any
	if err := dec.Decode(&c); err != nil {
		panic(err)
	}
	f(c)
	text, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	l.closing = append(ed25519.Sign(key, append([]byte("holdfast/v1/ledger-close\x00"), text...)), text...)
}

// editHeader changes a HEADER.
func (l *loose) editHeader(f func(map[string]any)) {
	dec := json.NewDecoder(bytes.NewReader(l.header))
	dec.UseNumber()
	var h map[string]any
	if err := dec.Decode(&h); err != nil {
		panic(err)
	}
	f(h)
	text, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	l.header = text
}

// reclose computes the chain anew, as who holds a device key and the epoch's key can, and signs it.
func (l *loose) reclose(key ed25519.PrivateKey, epochKey Key) {
	h, err := ledger.ParseHeader(l.header)
	if err != nil {
		panic(err)
	}
	head, seq := h.Start, h.First-1
	var s *session
	for _, e := range l.entries {
		seq++
		body := bytes.Clone(e.front)
		if e.front != nil {
			o, err := splitFront(e.typ, e.front)
			if err == nil {
				s, err = deriveSession(epochKey, h.Ledger, o.salt)
			}
			if err != nil {
				panic(err)
			}
		}
		head = ledger.NextHead(head, seq, s.sealEntry(body, e.typ, seq, head, e.body))
	}
	l.editClose(key, func(c map[string]any) {
		c["last"], c["count"], c["head"] = seq, seq-h.First+1, fmt.Sprintf("%x", head)
	})
}

// mutation is one case of the table: what is done to the content of three epochs (or to its bytes), and what the vendor must find.
type mutation struct {
	name, class string
	epochs      func([]loose) []loose
	bytes       func([]byte) []byte
	malformed   bool
	faults      []string // of the epochs in order, "" for proven; nil: all are proven
	findings    []string // all of them, sorted; nil: only the faults
	missing     []string
	counted     int // epochs that are counted
}

// subject is the ledger that the table is about: three epochs, the second with notes of every kind.
func subject(t tester) (content []byte, epochs []RawEpoch) {
	t.Helper()
	b := sealBook(t)
	mustRecord(t, b, uses(0, 4)...)
	closeBook(t, b)
	mustRecord(t, b, uses(4, 6)...)
	if _, err := b.Note(context.Background(), Note{Kind: "grace", Code: "started", At: bookStart, Cause: "renewal"}); err != nil {
		t.Fatalf("note: %v", err)
	}
	closeBook(t, b)
	mustRecord(t, b, uses(6, 9)...)
	closeBook(t, b)
	epochs = epochsOf(t, b, 1)
	return build(t, epochs), epochs
}

func one(f func(*loose)) func([]loose) []loose {
	return func(all []loose) []loose {
		f(&all[1])
		return all
	}
}

// mutations is the attack list of one file. strange is a content of another ledger of the same device, with as many epochs.
func mutations(epochs []RawEpoch, strange, forged []loose) []mutation {
	second := func(code string) []string { return []string{"", code, ""} }
	changed, cutOff := second("changed"), second("cut_off")
	// Without the second epoch the first is counted and the third has to wait.
	bad := func(name, class string, faults []string, f func(*loose)) mutation {
		return mutation{name: name, class: class, epochs: one(f), faults: faults, missing: []string{"2"}, counted: 1}
	}
	all := []mutation{
		{name: "as it left", class: "good", counted: 3},
		bad("units of a use made less", "edit", changed, func(l *loose) { l.editUse(1, func(u *usePlain) { u.Units-- }) }),
		bad("units of a use made more", "edit", changed, func(l *loose) { l.editUse(1, func(u *usePlain) { u.Units++ }) }),
		bad("time of a use moved", "edit", changed, func(l *loose) { l.editUse(1, func(u *usePlain) { u.Slot++ }) }),
		bad("flags of a use taken away", "edit", changed, func(l *loose) { l.editUse(0, func(u *usePlain) { u.Flags ^= Overage }) }),
		bad("a use called another meter", "edit", changed, func(l *loose) { l.editUse(0, func(u *usePlain) { u.Name ^= 1 }) }),
		bad("a meter renamed", "edit", changed, func(l *loose) {
			i := slices.IndexFunc(l.entries, func(e entry) bool { return e.typ == TypeName })
			l.entries[i].body = bytes.Replace(l.entries[i].body, []byte("acmecad"), []byte("acmecam"), 1)
		}),
		bad("the clock in a session moved", "edit", changed, func(l *loose) {
			l.entries[0].body = bytes.Replace(l.entries[0].body, []byte("2027"), []byte("2026"), 1)
		}),
		bad("the random bytes of a session changed", "edit", changed, func(l *loose) { l.entries[0].front[0] ^= 1 }),
		bad("a note changed", "edit", changed, func(l *loose) {
			i := slices.IndexFunc(l.entries, func(e entry) bool { return e.typ == TypeNote })
			l.entries[i].body = bytes.Replace(l.entries[i].body, []byte("renewal"), []byte("outages"), 1)
		}),
		bad("a use deleted", "delete", cutOff, func(l *loose) { i := l.useAt(0); l.entries = slices.Delete(l.entries, i, i+1) }),
		bad("a note deleted", "delete", cutOff, func(l *loose) {
			l.entries = slices.DeleteFunc(l.entries, func(e entry) bool { return e.typ == TypeNote })
		}),
		bad("a use inserted", "insert", changed, func(l *loose) { i := l.useAt(0); l.entries = slices.Insert(l.entries, i, l.entries[i]) }),
		bad("a use repeated at the end", "insert", changed, func(l *loose) { l.entries = append(l.entries, l.entries[l.useAt(1)]) }),
		bad("two uses swapped", "swap", changed, func(l *loose) {
			i, j := l.useAt(0), l.useAt(1)
			l.entries[i], l.entries[j] = l.entries[j], l.entries[i]
		}),
		bad("an entry of another epoch put in", "swap", changed, func(l *loose) {
			i := l.useAt(0)
			l.entries[i] = entry{kind: kindSealed, typ: TypeRecord, body: epochs[0].Entries[len(epochs[0].Entries)-1].Body}
		}),
		bad("cut at the tail", "truncate", cutOff, func(l *loose) { l.entries = l.entries[:len(l.entries)-1] }),
		bad("cut in the middle", "truncate", cutOff, func(l *loose) { l.entries = l.entries[:2] }),
		bad("the front cut off", "truncate", second("changed"), func(l *loose) { l.entries = l.entries[1:] }),
		bad("signature of the close changed", "close", changed, func(l *loose) { l.closing = flip(l.closing, 5) }),
		bad("close signed by another device", "close", changed, func(l *loose) { l.editClose(thatDevice, func(map[string]any) {}) }),
		bad("close of the epoch before", "close", changed, func(l *loose) { l.closing = epochs[0].Close }),
		bad("close without its totals", "close", changed, func(l *loose) { l.editClose(thatDevice, func(c map[string]any) { delete(c, "totals") }) }),
		bad("totals in the clear are not those that were sealed", "close", changed, func(l *loose) {
			l.totals = bytes.Replace(l.totals, []byte(`"count":1`), []byte(`"count":2`), 1)
		}),
		bad("enc of the header changed", "header", changed, func(l *loose) {
			l.editHeader(func(h map[string]any) {
				o := h["owner"].(map[string]any)
				o["enc"] = "AAAA" + o["enc"].(string)[4:]
			})
		}),
		bad("sealing key that the vendor has not", "header", second("unread"), func(l *loose) {
			l.editHeader(func(h map[string]any) { h["owner"].(map[string]any)["key"] = "seal-9" })
		}),
		bad("device of the header changed", "header", second("other_device"), func(l *loose) {
			l.editHeader(func(h map[string]any) { h["owner"].(map[string]any)["device"] = idOf(thatDevice) })
		}),
		bad("ledger of the header changed", "header", second("other_device"), func(l *loose) {
			l.editHeader(func(h map[string]any) { h["ledger"] = "ff" + bookID[2:] })
		}),
		bad("damage made up in the header", "header", changed, func(l *loose) {
			l.editHeader(func(h map[string]any) { h["damage"] = []map[string]any{{"segment": 1, "code": "changed"}} })
		}),
		{
			name: "a use deleted, and the close signed again with the device key", class: "close", counted: 2, findings: []string{"totals", "totals"},
			epochs: one(func(l *loose) {
				i := l.useAt(1)
				l.entries = slices.Delete(l.entries, i, i+1)
				l.reclose(sealDevice, *epochs[1].Key)
			}), missing: []string{"2"},
		},
		{name: "without its close", class: "close", epochs: one(func(l *loose) { l.closing, l.totals = nil, nil }), faults: second("not_signed"), counted: 1, missing: []string{"2"}},
		{name: "first epoch gone", class: "epochs", epochs: func(e []loose) []loose { return e[1:] }, missing: []string{"1"}},
		{name: "middle epoch gone", class: "epochs", epochs: func(e []loose) []loose { return []loose{e[0], e[2]} }, missing: []string{"2"}, counted: 1},
		{name: "last epoch gone", class: "epochs", epochs: func(e []loose) []loose { return e[:2] }, counted: 2},
		{name: "two epochs gone", class: "epochs", epochs: func(e []loose) []loose { return e[2:] }, missing: []string{"1-2"}},
		{name: "epochs swapped", class: "epochs", epochs: func(e []loose) []loose { return []loose{e[1], e[0], e[2]} }, malformed: true},
		{name: "an epoch twice", class: "epochs", epochs: func(e []loose) []loose { return []loose{e[0], e[1], e[1], e[2]} }, malformed: true},
		{name: "no epoch", class: "epochs", epochs: func([]loose) []loose { return nil }, malformed: true},
		{name: "entries of one epoch under the header of another", class: "epochs", epochs: func(e []loose) []loose {
			e[1].entries, e[2].entries = e[2].entries, e[1].entries
			return e
		}, faults: []string{"", "changed", "changed"}, missing: []string{"2-3"}, counted: 1},
		{name: "made with nothing but the vendor's public key", class: "forged", epochs: func([]loose) []loose { return forged }, faults: []string{"other_device", "other_device", "other_device"}, findings: []string{"other_device"}},
		{name: "an epoch of another ledger of the device", class: "forged", epochs: func(e []loose) []loose { return []loose{e[0], strange[1], e[2]} }, faults: second("other_device"), missing: []string{"2"}, counted: 1},
		{name: "made with nothing but the vendor's public key, under the device's name", class: "forged", epochs: func([]loose) []loose {
			for i := range forged {
				forged[i].editHeader(func(h map[string]any) {
					h["ledger"] = bookID
					h["owner"].(map[string]any)["device"] = idOf(sealDevice)
				})
				forged[i].editClose(thatDevice, func(c map[string]any) { c["ledger"] = bookID })
			}
			return forged
		}, faults: []string{"changed", "changed", "changed"}, missing: []string{"1-3"}},
	}
	return append(all, spoiled()...)
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// spoiled are contents that do not hold to the format.
func spoiled() []mutation {
	bad := func(name string, f func([]byte) []byte) mutation {
		return mutation{name: name, class: "format", bytes: f, malformed: true}
	}
	huge := binary.AppendUvarint(nil, 1<<60)
	return []mutation{
		bad("no bytes", func([]byte) []byte { return []byte{} }),
		bad("only the version", func([]byte) []byte { return []byte{contentVersion} }),
		bad("a later version", func(b []byte) []byte { b[0] = 2; return b }),
		bad("2^60 epochs", func(b []byte) []byte { return append([]byte{contentVersion}, huge...) }),
		bad("a header of 2^60 bytes", func(b []byte) []byte { return slices.Concat([]byte{contentVersion, 1}, huge, b[2:]) }),
		bad("more epochs than there are", func(b []byte) []byte { b[1] = 4; return b }),
		bad("fewer epochs than there are", func(b []byte) []byte { b[1] = 2; return b }),
		bad("a byte behind the end", func(b []byte) []byte { return append(b, 0) }),
		bad("the last byte gone", func(b []byte) []byte { return b[:len(b)-1] }),
		bad("half of it", func(b []byte) []byte { return b[:len(b)/2] }),
		bad("a number in a longer form", func(b []byte) []byte { return slices.Concat([]byte{contentVersion, 0x83, 0x00}, b[2:]) }),
		bad("a number that does not end", func(b []byte) []byte { return append([]byte{contentVersion}, bytes.Repeat([]byte{0xff}, 12)...) }),
	}
}

// noise flips, drops and doubles bytes of a content at places that the seed chooses. What comes out is worked out by the vendor's code
// when the vectors are written; the rule is that whatever it says is proven is what the device recorded.
func noise(n int) []mutation {
	r := rand.New(rand.NewPCG(5, 2026))
	var all []mutation
	for i := range n {
		at, bit := r.Float64(), byte(1)<<r.IntN(8)
		m := mutation{class: "noise"}
		place := func(b []byte) int { return int(at * float64(len(b))) }
		switch i % 4 {
		case 0, 1:
			m.name = fmt.Sprintf("noise %d: a bit flipped", i)
			m.bytes = func(b []byte) []byte { b[place(b)] ^= bit; return b }
		case 2:
			m.name = fmt.Sprintf("noise %d: a byte lost", i)
			m.bytes = func(b []byte) []byte { return slices.Delete(b, place(b), place(b)+1) }
		case 3:
			m.name = fmt.Sprintf("noise %d: a byte doubled", i)
			m.bytes = func(b []byte) []byte { return slices.Insert(b, place(b), b[place(b)]) }
		}
		all = append(all, m)
	}
	return all
}

// strangers are a ledger of the same device and one of another device, both with three epochs.
func strangers(t tester) (strange, forged []loose) {
	t.Helper()
	make3 := func(o BookOptions) []loose {
		b := openBook(t, o)
		for i := range 3 {
			mustRecord(t, b, uses(20+3*i, 23+3*i)...)
			closeBook(t, b)
		}
		c, err := BuildContent(o.Ledger, epochsOf(t, b, 1))
		if err != nil {
			t.Fatalf("build: %v", err)
		}
		return loosen(t, c.Content)
	}
	o := sealOptions(t)
	o.Ledger = "ffeeddccbbaa99887766554433221100"
	strange = make3(o)
	f := sealOptions(t)
	f.Device, f.Keys.Public = idOf(thatDevice), publicOf(thatDevice)
	f.Keys.Sign = func(m []byte) ([]byte, error) { return ed25519.Sign(thatDevice, m), nil }
	f.Session = func() Session {
		return Session{Boot: "b9", At: bookStart, Wall: bookStart, Running: time.Hour, Program: "1.0.0", Grain: 3600}
	}
	return strange, make3(f)
}
