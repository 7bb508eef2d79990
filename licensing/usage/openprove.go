package usage

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"holdfast/licensing/ledger"
)

// proof rebuilds the entries of one epoch and the chain over them.
type proof struct {
	o       *Opened
	p       *packed
	opening ledger.Opening
	owner   owner
	private hpke.PrivateKey
	key     Key
	s       *session
	head    ledger.Head
	buf     []byte
	broken  error // why the chain cannot be rebuilt
	// readOnly: rows of an epoch of which the device could read everything are wanted; the chain was rebuilt before.
	readOnly bool
	marks    []byte
}

// prove rebuilds epoch i and passes its plaintexts to r. An error means that the content does not hold to its format, or comes from r.rows.
func (o *Opened) prove(i int, r reading) (Proven, error) {
	b := proof{o: o, p: o.packed[i]}
	var err error
	if b.opening, err = ledger.ParseHeader(b.p.header); err != nil {
		return Proven{}, err
	}
	if b.owner, err = parseOwner(b.p.header); err != nil {
		return Proven{}, err
	}
	h := b.opening
	out := Proven{
		Number: h.Segment, First: h.First, Last: h.First + uint64(len(b.p.kinds)) - 1, Start: hex.EncodeToString(h.Start[:]),
		Previous: h.Previous, Behind: h.BehindOpen, Key: b.owner.Key, device: b.owner.Device, index: i, of: o,
	}
	for _, n := range h.Damage {
		out.Damaged = append(out.Damaged, n.Segment)
		if n.LostFrom > 0 && (out.LostFrom == 0 || n.LostFrom < out.LostFrom) {
			out.LostFrom = n.LostFrom
		}
		out.LostTo = max(out.LostTo, n.LostTo)
	}
	r.epoch, b.head = h.Segment, h.Start
	b.readOnly = r.rows != nil && bytes.IndexByte(b.p.kinds, kindSealed) < 0
	if b.private, err = o.keys(b.owner.Key); err == nil && !b.readOnly {
		b.key, err = EpochKey(b.private, h.Ledger, h.Segment, b.owner.Enc)
	}
	if err != nil {
		b.private, b.broken = nil, err
	}
	err = b.p.each(func(i int, it *item) error {
		seq, known := h.First+uint64(i), len(b.marks)
		plain := b.entry(seq, it)
		if len(b.marks) > known {
			r.pass(b.marks[known:])
		}
		return r.take(seq, it, plain)
	})
	if err != nil {
		return Proven{}, err
	}
	r.flush()
	if b.readOnly {
		return out, nil
	}
	b.fill(&out, &r)
	b.judge(&out)
	return out, nil
}

// entry rebuilds one entry, steps the chain and returns its plaintext, nil when it cannot be read.
func (b *proof) entry(seq uint64, it *item) []byte {
	if b.broken != nil || b.readOnly {
		return it.plain()
	}
	previous := b.head
	if it.kind == kindSealed {
		b.head = ledger.NextHead(previous, seq, it.body)
		return b.openSealed(it.typ, seq, previous, it.body)
	}
	b.buf = b.buf[:0]
	if it.front != nil {
		o, err := splitFront(it.typ, it.front)
		if err == nil {
			err = b.begin(o)
		}
		if err != nil {
			b.broken = err
			return it.body
		}
		b.buf = append(b.buf, it.front...)
	}
	if b.s == nil {
		b.broken = errors.New("an entry before the first session")
		return it.body
	}
	b.buf = b.s.sealEntry(b.buf, it.typ, seq, previous, it.body)
	b.head = ledger.NextHead(previous, seq, b.buf)
	return it.body
}

// begin derives the key of a session.
func (b *proof) begin(o opening) (err error) {
	key := b.key
	b.marks = append(b.marks, o.salt[:4]...)
	if o.enc != nil {
		private, err := b.o.keys(o.key)
		if err != nil {
			return err
		}
		if key, err = EpochKey(private, b.opening.Ledger, b.opening.Segment, o.enc); err != nil {
			return err
		}
	}
	b.s, err = deriveSession(key, b.opening.Ledger, o.salt)
	return err
}

func (b *proof) openSealed(typ byte, seq uint64, previous ledger.Head, body []byte) []byte {
	if typ == TypeSession || typ == TypeFresh {
		b.s = nil
		o, err := splitSession(typ, body)
		if err != nil || b.begin(o) != nil {
			return nil
		}
		body = o.sealed
	}
	if b.s == nil {
		return nil
	}
	plain, err := b.s.openEntry(nil, typ, seq, previous, body)
	if err != nil {
		return nil
	}
	return plain
}

// fill takes over what was read.
func (b *proof) fill(out *Proven, r *reading) {
	out.Sums, out.Events, out.Unread, out.From, out.To = r.sums.list(), r.events, r.unread, r.first, r.last
	out.Head = hex.EncodeToString(b.head[:])
	out.Close = out.Head
	out.Sessions = base64.StdEncoding.EncodeToString(b.marks)
	if n := len(r.sessions); n > 0 {
		out.Early, out.Final = &r.sessions[0].Value, &r.sessions[n-1].Value
	}
	for _, n := range r.notes {
		b.note(out, n)
	}
	b.sessionClocks(out, r.sessions)
	if r.unread > 0 {
		b.find(out, "unread", 0, "entries", strconv.FormatUint(r.unread, 10))
	}
}

// judge compares what was rebuilt with what was signed.
func (b *proof) judge(out *Proven) {
	h := b.opening
	if h.Ledger != b.o.File.Ledger || !b.o.File.Speaks(b.owner.Device) {
		b.fault(out, "other_device", "ledger", h.Ledger, "device", b.owner.Device, "sender", b.o.File.Device.ID)
		return
	}
	if b.private == nil {
		b.fault(out, "unread", "key", b.owner.Key)
		return
	}
	if b.broken != nil {
		b.fault(out, "changed", "cause", "session")
		return
	}
	if len(b.p.closing) == 0 {
		b.fault(out, notSigned, "found", strconv.Itoa(len(b.p.kinds)))
		return
	}
	c, err := ledger.ParseClose(b.p.closing)
	if err != nil { // face has read it before
		b.fault(out, "changed", "cause", "close")
		return
	}
	out.Close = hex.EncodeToString(c.Hash[:])
	switch {
	case !slices.ContainsFunc(b.o.signers, func(k ed25519.PublicKey) bool { return ledger.CloseSignedBy(b.p.closing, k) }):
		b.fault(out, "changed", "cause", "signature", "close", out.Close)
	case c.Ledger != h.Ledger || c.Segment != h.Segment || c.First != h.First:
		b.fault(out, "changed", "cause", "close", "close", out.Close)
	case c.Last > out.Last:
		b.fault(out, "cut_off", "expected", strconv.FormatUint(c.Count, 10), "found", strconv.Itoa(len(b.p.kinds)))
	case c.Last != out.Last || c.Head != out.Head:
		b.fault(out, "changed", "cause", "chain", "expected", c.Head, "found", out.Head)
	default:
		b.totals(out, c.Totals)
	}
}

// totals compares what the CLOSE carries with the entries. The plaintext in the content has to be what was signed.
func (b *proof) totals(out *Proven, sealed []byte) {
	if len(sealed) == 0 {
		if len(b.p.totals) > 0 {
			b.fault(out, "changed", "cause", "totals")
		}
		return
	}
	plain, err := openRandom(b.key, "holdfast/v1/totals", placeOf(b.opening.Ledger, b.opening.Segment, 0), sealed)
	if err != nil || len(b.p.totals) > 0 && !bytes.Equal(plain, b.p.totals) {
		b.fault(out, "changed", "cause", "totals")
		return
	}
	t, err := parseTotals(plain)
	if err != nil {
		b.fault(out, "changed", "cause", "totals")
		return
	}
	out.Since = t.Since
	if out.Unread == 0 && t.Unread == 0 && !equalSums(t.Days, out.Sums) {
		b.find(out, "totals", 0, "expected", sumsText(t.Days), "found", sumsText(out.Sums))
	}
}

// fault notes why an epoch is not proven.
func (b *proof) fault(out *Proven, code string, evidence ...string) {
	if out.Fault = code; code != notSigned {
		out.Findings = nil // what is not proven says nothing else that could be relied on
	}
	b.find(out, code, 0, evidence...)
}

func (b *proof) find(out *Proven, code string, seq uint64, evidence ...string) {
	out.Findings = append(out.Findings, finding(code, b.opening.Ledger, out.Number, seq, evidence...))
}
