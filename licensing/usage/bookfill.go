package usage

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"holdfast/licensing/ledger"
)

// filling is one batch on its way. Its methods are called with Book.mu held, settle excepted.
type filling struct {
	b    *Book
	p    *ledger.Place
	text []byte // plain text, then sealed
	ids  []idAt
	uses []used
	// hashes are those of the ids of the events.
	hashes []idHash
	name   uint64 // names given out after this batch
}

type used struct {
	meterName
	at    time.Time
	units int64
	flags Flag
}

func (f *filling) fill(p *ledger.Place, add func() error) error {
	f.b.mu.Lock()
	defer f.b.mu.Unlock()
	f.p = p
	if err := add(); err != nil {
		f.b.forget(f.ids)
		return err
	}
	f.name = f.b.now.count
	return nil
}

// forget takes back what was given out and did not become durable. The next entry begins a session, so no key meets a
// place in its count twice.
func (b *Book) forget(ids []idAt) {
	e := &b.now
	e.run = nil
	for n, i := range e.names {
		if i >= e.durable {
			delete(e.names, n)
		}
	}
	e.count = e.durable
	b.ids.forget(ids)
}

// settle is told what became of the batch.
func (f *filling) settle(err error) {
	b := f.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.forget(f.ids)
		return
	}
	b.now.durable = max(b.now.durable, f.name)
	for i := range f.uses {
		b.count(&f.uses[i])
	}
}

func (f *filling) events(events []Event, done []Done) error {
	for i := range events {
		e := &events[i]
		typ, id := TypeRecord, idHash{}
		if e.ID != "" {
			typ, id = typeKeyed, f.hashes[i]
			if at, ok := f.b.ids.find(id); ok {
				done[i] = Done{Seq: at.seq(), Again: true, Conflict: at.differs(e.Units)}
				continue
			}
		}
		if err := f.session(e.At); err != nil {
			return err
		}
		n := meterName{e.Product, e.Meter, e.Kind}
		index, err := f.meter(n)
		if err != nil {
			return err
		}
		run := f.b.now.run
		slot := slotOf(e.At, run.start)
		use := usePlain{Name: index, Units: uint64(e.Units), Slot: slot, Flags: e.Flags}
		f.text = use.encode(f.text[:0])
		var beside []byte
		if typ == typeKeyed {
			beside = id[:]
		}
		seq, head, err := f.add(typ, f.text, beside)
		if err != nil {
			return err
		}
		done[i] = Done{Seq: seq, Head: head}
		f.uses = append(f.uses, used{n, timeOf(slot, run.start), e.Units, e.Flags})
		if typ == typeKeyed {
			f.b.ids.add(id, place(seq, e.Units))
			f.ids = append(f.ids, idAt{id, seq})
		}
	}
	return nil
}

// add seals plain as the session's next entry and adds it.
func (f *filling) add(typ byte, plain, beside []byte) (uint64, [32]byte, error) {
	seq, previous := f.p.Next()
	n := len(plain)
	f.text = append(f.text[:0], plain...)
	f.text = f.b.now.run.sealEntry(f.text, plainType(typ), seq, previous, f.text[:n])
	return f.p.Add(typ, f.text[n:], beside)
}

func plainType(typ byte) byte {
	if typ == typeKeyed {
		return TypeRecord
	}
	return typ
}

// meter returns the index of a meter's name, and introduces the name when the epoch has it not.
func (f *filling) meter(n meterName) (uint64, error) {
	e := &f.b.now
	if i, ok := e.names[n]; ok {
		return i, nil
	}
	if e.count >= maxMeters {
		return 0, fmt.Errorf("%w: more than %d meters", ErrEvent, maxMeters)
	}
	text, err := json.Marshal(n)
	if err != nil {
		return 0, err
	}
	if _, _, err := f.add(TypeName, text, nil); err != nil {
		return 0, err
	}
	i := e.count
	e.names[n] = i
	e.count++
	return i, nil
}

// session begins a session when this process has none in the present epoch.
func (f *filling) session(at time.Time) error {
	b, e := f.b, &f.b.now
	if e.run != nil {
		return nil
	}
	s := b.o.Session()
	if err := b.blind(&s); err != nil {
		return err
	}
	s.Grain = min(max(s.Grain, 1), 86_400)
	s.At, s.Wall = cut(s.At, s.Grain), cut(s.Wall, s.Grain)
	s.Running = s.Running.Truncate(time.Duration(s.Grain) * time.Second)
	if s.At.IsZero() {
		s.At = cut(at, s.Grain)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	parts := opening{salt: make([]byte, saltSize)}
	if _, err := io.ReadFull(b.o.Rand, parts.salt); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	seq, previous := f.p.Next()
	typ, key := TypeSession, e.key
	if key == nil { // the key store was locked when this process came: a key of its own
		typ = TypeFresh
		own, enc, err := newEpochKey(b.sealing, b.o.Ledger, e.num)
		if err != nil {
			return err
		}
		key, parts.key, parts.enc = &own, b.sealing.ID, enc
		b.keep(e.num, seq, own)
	}
	run := &run{start: s}
	if run.session, err = deriveSession(*key, b.o.Ledger, parts.salt); err != nil {
		return err
	}
	body := run.sealEntry(parts.start(nil), typ, seq, previous, text)
	if _, _, err := f.p.Add(typ, body, nil); err != nil {
		return err
	}
	e.run = run
	if e.opened.IsZero() {
		e.opened = s.At
	}
	return nil
}
