package licensing

import (
	"context"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// openRecords opens the journal and brings the records up to its last entry. The journal decides; index and
// checkpoint are copies that save reading it whole, and that stand in for entries it has lost.
func (e *Engine) openRecords(ctx context.Context) error {
	opt := ledger.Options{FS: e.o.FS, ID: "journal-" + e.home.ID, Public: e.public}
	if !e.o.ReadOnly {
		if err := e.makeHome(); err != nil {
			return err
		}
		opt.Sign = func(b []byte) ([]byte, error) { return deviceSigner{e.secrets.device}.Sign(b) }
	}
	j, found, err := ledger.OpenJournal(e.path(journalDir), e.secrets.store, opt)
	if err != nil {
		return e.diskProblem(err)
	}
	e.journal = j
	if err := e.catchUp(ctx, found); err != nil {
		e.letGo() // half open is worse than not open: a retry starts clean
		return err
	}
	return nil
}

// catchUp makes records, index and journal agree, and says so in the journal when something was lost.
func (e *Engine) catchUp(ctx context.Context, found ledger.Recovery) error {
	e.since.start(nil)
	e.folded = 0
	hurt := found.Restarted || len(found.Damaged) > 0 || found.TornBytes > 0
	rec, whole, fromIndex := e.bestRecords(hurt)
	e.rec = rec
	upTo := rec.Seq
	tail, head := e.journal.Tail()
	lost := rec.Seq > tail || rec.Seq == tail && tail > 0 && rec.Head != headText(head)
	a, behind := e.checkAnchor(ctx, upTo, lost)
	if behind && rec.Seq == 0 { // no older copy: nothing is left
		whole, behind, a = false, false, anchor{}
	}
	if hurt || !whole || lost {
		if err := e.repair(ctx, whole, lost, found); err != nil {
			return err
		}
		fromIndex = false
	}
	if behind {
		if err := e.rolledBack(ctx, a, tail); err != nil {
			return err
		}
	} else if lost || a.ID == "" {
		e.writeAnchor(ctx) // a copy gave back what the journal had lost, or there was no anchor yet
	}
	if e.o.ReadOnly {
		return nil
	}
	e.continueCheckpoint()
	if !fromIndex || e.indexOld {
		e.rebuildIndex()
		if e.rec.Seq > 0 {
			e.writeCheckpoint()
		}
	}
	e.restoreDocuments()
	return nil
}

// letGo closes journal and index.
func (e *Engine) letGo() {
	if e.journal != nil {
		_ = e.journal.Close()
		e.journal = nil
	}
	if e.index != nil {
		_ = e.index.Close()
		e.index = nil
	}
}

// bestRecords returns the newest records that journal, index and checkpoint give together. whole is false when entries
// were lost that no copy knows. fromIndex says that the index already holds these records.
func (e *Engine) bestRecords(hurt bool) (rec *records, whole, fromIndex bool) {
	tail, head := e.journal.Tail()
	fits := func(r *records) bool {
		switch {
		case r == nil || r.Seq > tail:
			return false
		case r.Seq == tail:
			return r.Head == headText(head) || tail == 0
		case r.Seq == 0:
			return true
		}
		en, err := e.journal.At(r.Seq)
		return err == nil && r.Head == headText(en.Head)
	}
	index := e.readIndex()
	if fits(index) && !hurt && !e.indexOld {
		from := index.Seq
		if e.replay(index) == nil {
			return index, true, from == tail
		}
		index = e.readIndex()
	}
	full := newRecords()
	fullErr := e.replay(full)
	// The journal may have lost something, or an older one was put back: the newest copy that is whole decides.
	best, ok := full, fullErr == nil && !hurt
	if cp, err := e.readBare(); err == nil && cp.Seq >= best.Seq && (cp.Seq > best.Seq || !ok) {
		e.fillIn(cp)
		for k, v := range full.Keys { // the checkpoint holds no secrets
			cp.Keys[k] = v
		}
		if e.replayAfter(cp) == nil {
			best, ok = cp, true
		}
	}
	if index != nil && index.Seq >= best.Seq && (index.Seq > best.Seq || !ok || len(index.Keys) > len(best.Keys)) {
		if e.replayAfter(index) == nil {
			best, ok = index, true
		}
	}
	return best, ok, false
}

// replayAfter brings a copy up to the journal's tail, if the journal goes further than the copy.
func (e *Engine) replayAfter(rec *records) error {
	if tail, _ := e.journal.Tail(); rec.Seq >= tail {
		return nil
	}
	return e.replay(rec)
}

// replay applies the journal's entries after rec.Seq to rec.
func (e *Engine) replay(rec *records) error {
	tail, head := e.journal.Tail()
	if rec.Seq >= tail {
		return nil
	}
	err := e.journal.Replay(rec.Seq+1, func(seq uint64, ev ledger.Event) error {
		c, err := decodeChange(ev.Data)
		if err != nil {
			return err
		}
		rec.apply(c)
		rec.Seq = seq
		return nil
	})
	if err == nil {
		rec.Seq, rec.Head = tail, headText(head)
	}
	return err
}

// repair records what happened to the journal. Unless only an entry that nobody was told of was cut off, the records
// that are left go into the entry, so that later replays begin there. whole says that nothing was lost; otherwise the person
// is told that set-up is needed.
func (e *Engine) repair(ctx context.Context, whole, lost bool, found ledger.Recovery) error {
	now := e.clockRead().Wall.UTC()
	e.recState = terms.Records{State: terms.StateRecordsRepaired, At: e.lastRecorded()}
	if e.recState.At.IsZero() {
		e.recState.At = now
	}
	if !whole {
		e.recState.State = terms.StateRecordsDamaged
		e.rec.Home.Damage, e.rec.Home.Since = terms.StateRecordsDamaged, now
		for root, m := range e.rec.Contacts {
			m.State = "" // the vendor has to say everything again
			e.rec.Contacts[root] = m
		}
	}
	if e.o.ReadOnly {
		return nil
	}
	ev := ledger.Event{Kind: "records_repaired", Reason: damageReason(found), Authority: "holdfast"}
	if whole && !lost && !found.Restarted && len(found.Damaged) == 0 {
		return e.record(ctx, ev, change{})
	}
	c, err := e.everything().packed()
	if err != nil {
		return err
	}
	return e.record(ctx, ev, c)
}

func damageReason(r ledger.Recovery) string {
	switch {
	case len(r.Damaged) > 0:
		return "segment_damaged"
	case r.TornBytes > 0:
		return "last_entry_cut"
	}
	return "entries_missing"
}
