package usage

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

// ContentsSchema is the schema of Contents.
const ContentsSchema = "holdfast.usage-contents/v1"

// Decode reads the content of a usage file for a person, on the device: from the very bytes that are sealed, with no key. Entries that the
// device could not read are rows with Sealed set. It proves nothing; see Open.
func Decode(content []byte, face exchange.Usage) (Contents, error) {
	epochs, err := unpack(content)
	if err != nil {
		return Contents{}, err
	}
	c := Contents{Schema: ContentsSchema, File: face, Epochs: []Epoch{}, Sums: []Sum{}, Rows: []Row{}}
	sums := tally{}
	for _, p := range epochs {
		e, err := p.face()
		if err != nil {
			return Contents{}, err
		}
		if len(p.totals) > 0 {
			t, err := parseTotals(p.totals)
			if err != nil {
				return Contents{}, err
			}
			e.Closed = t.Since
		}
		r := reading{epoch: e.Number, sums: sums, rows: func(row Row) error {
			c.Rows = append(c.Rows, row)
			return nil
		}}
		err = p.each(func(i int, it *item) error { return r.take(e.First+uint64(i), it, it.plain()) })
		if err != nil {
			return Contents{}, err
		}
		r.flush()
		e.Unread = r.unread
		c.Epochs = append(c.Epochs, e)
	}
	c.Sums = sums.list()
	return c, nil
}

// face reads what HEADER and CLOSE say of an epoch.
func (p *packed) face() (Epoch, error) {
	h, err := ledger.ParseHeader(p.header)
	if err != nil {
		return Epoch{}, fmt.Errorf("%w: %w", errContent, err)
	}
	o, err := parseOwner(p.header)
	if err != nil {
		return Epoch{}, fmt.Errorf("%w: %w", errContent, err)
	}
	e := Epoch{Number: h.Segment, First: h.First, Last: h.First + uint64(len(p.kinds)) - 1, Previous: h.Previous, Key: o.Key}
	for _, n := range h.Damage {
		e.Damage = append(e.Damage, damageText(n))
	}
	if len(p.closing) > 0 {
		c, err := ledger.ParseClose(p.closing)
		if err != nil {
			return Epoch{}, fmt.Errorf("%w: %w", errContent, err)
		}
		e.Head, e.Close = c.Head, hex.EncodeToString(c.Hash[:])
	}
	return e, nil
}

// damageText is one notice on an epoch before, such as "7 changed 812-900".
func damageText(n ledger.Notice) string {
	if n.LostFrom == 0 {
		return fmt.Sprintf("%d %s", n.Segment, n.Code)
	}
	return fmt.Sprintf("%d %s %d-%d", n.Segment, n.Code, n.LostFrom, n.LostTo)
}

// reading turns the plaintexts of one epoch, in order, into rows and sums. Its zero value with sums set is ready.
type reading struct {
	epoch   uint64
	beyond  [][]byte // marks of sessions: uses are counted from the first session on that is not the next of these; nil: from the start
	sums    tally
	rows    func(Row) error // nil: none are wanted
	names   []meterName
	running []dayCount // by name: of the day of the newest use
	session *Session
	// What came out besides.
	unread, events uint64
	first, last    time.Time
	notes          []seen[Note]
	sessions       []seen[Session]
}

// seen is something in its place.
type seen[T any] struct {
	Seq   uint64
	Value T
}

// dayCount holds back what is added up for one meter on one day, as neighbors mostly are of one day.
type dayCount struct {
	day         int64
	units, over int64
	count       uint64
}

// take reads one entry. plain is nil when it cannot be read. What cannot be understood counts as unread.
func (r *reading) take(seq uint64, it *item, plain []byte) error {
	row := Row{Seq: seq, Epoch: r.epoch}
	if plain == nil && it.typ == TypeName {
		r.name(meterName{}) // it has its index all the same
	}
	ok := plain != nil && r.read(seq, it, plain, &row)
	if !ok {
		r.unread++
		row.Sealed = true
	}
	if r.rows == nil {
		return nil
	}
	return r.rows(row)
}

func (r *reading) read(seq uint64, it *item, plain []byte, row *Row) bool {
	switch it.typ {
	case TypeSession, TypeFresh:
		s, err := parseSession(plain)
		if err != nil {
			r.session = nil
			return false
		}
		r.session = &s
		r.sessions = append(r.sessions, seen[Session]{seq, s})
		row.Session = &s
	case TypeName:
		n, err := parseName(plain)
		if !r.name(n) || err != nil {
			return false
		}
		named := Named(n)
		row.Name = &named
	case TypeNote:
		n, err := parseNote(plain)
		if err != nil {
			return false
		}
		r.notes = append(r.notes, seen[Note]{seq, n})
		row.Note = &n
	case TypeRecord:
		u := it.use
		if it.kind != kindUse {
			var err error
			if u, err = parseUse(plain); err != nil {
				return false
			}
		}
		return r.use(u, row)
	default:
		return false
	}
	return true
}

// name gives the next index to n; an empty one is a name that cannot be read here.
func (r *reading) name(n meterName) bool {
	if len(r.names) == maxMeters {
		return false
	}
	r.names, r.running = append(r.names, n), append(r.running, dayCount{})
	return true
}

func (r *reading) use(u usePlain, row *Row) bool {
	if r.session == nil || u.Name >= uint64(len(r.names)) || !r.names[u.Name].ok() {
		return false
	}
	n := &r.names[u.Name]
	at := timeOf(u.Slot, *r.session)
	if !usable(at) {
		return false
	}
	if r.rows != nil {
		row.Use = &Use{Product: n.Product, Meter: n.Meter, Kind: n.Kind, Units: int64(u.Units), At: at, Flags: u.Flags.Names()}
	}
	if r.beyond != nil {
		return true
	}
	day, d := floor(at.Unix(), 86_400), &r.running[u.Name]
	if d.day != day || d.count == 0 {
		r.settle(n, d)
		d.day = day
	}
	over := int64(0)
	if u.Flags&Overage != 0 {
		over = int64(u.Units)
	}
	if n.Kind == Peak {
		d.units, d.over = max(d.units, int64(u.Units)), max(d.over, over)
	} else {
		d.units, d.over = plus(d.units, int64(u.Units)), plus(d.over, over)
	}
	d.count++
	if r.events++; r.first.IsZero() || at.Before(r.first) {
		r.first = at
	}
	if at.After(r.last) {
		r.last = at
	}
	return true
}

// pass is told the mark of a session before the session is read.
func (r *reading) pass(mark []byte) {
	if len(r.beyond) > 0 && bytes.Equal(r.beyond[0], mark) {
		r.beyond = r.beyond[1:]
	} else {
		r.beyond = nil
	}
}

func (r *reading) settle(n *meterName, d *dayCount) {
	if d.count > 0 {
		r.sums.add(*n, d.day, d.units, d.count, d.over)
	}
	*d = dayCount{}
}

// flush adds what is held back; it is called after the last entry.
func (r *reading) flush() {
	for i := range r.running {
		r.settle(&r.names[i], &r.running[i])
	}
}
