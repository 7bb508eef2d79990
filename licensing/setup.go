package licensing

import (
	"context"
	"fmt"
	"maps"

	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// SetUpAgain makes new keys and a new journal after the old keys or records are lost. Trusted vendors and signed
// documents are kept as far as the checkpoint proves them; the old journal is put aside, never deleted. Licenses for the
// old device key then need a new request, which keeps the computer's place.
func (e *Engine) SetUpAgain(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.home.ID == "" {
		return e.begin(ctx)
	}
	kept := e.rec
	if cp, err := e.readCheckpoint(); err == nil && cp.Seq > kept.Seq {
		maps.Copy(cp.Keys, kept.Keys)
		kept = cp
	}
	if err := e.o.KeyStore.Check(ctx); err != nil && keystore.ClassOf(err) != keystore.Missing {
		e.keyState = e.keyFinding(err)
		return e.keyProblem()
	}
	next, err := e.newSecrets()
	if err != nil {
		return err
	}
	// Everything that is kept is signed with the new key before anything old goes: a cut leaves one or the other.
	if _, err := e.writeCheckpointAs(nextCheckpoint, kept, next.device); err != nil {
		return e.diskProblem(err)
	}
	if err := e.putAside(); err != nil {
		return e.diskProblem(err)
	}
	if err := e.keepSecrets(ctx, next); err != nil {
		e.keyState = e.keyFinding(err)
		return e.keyProblem()
	}
	_ = e.o.KeyStore.Delete(ctx, e.item("journal")) // the first anchor of the new journal replaces it anyway
	e.public, e.keyState = next.device.Public(), terms.KeyStore{}
	_ = e.writePublic() // only a copy: the next start writes it from the key
	e.rec = newRecords()
	if err := e.openRecords(ctx); err != nil {
		return e.diskProblem(err)
	}
	e.rec = kept.clone()
	e.rec.Home.Damage, e.rec.Home.Hints = "", e.hints()
	for id, q := range e.rec.Requests {
		if q.State == terms.RequestOpen { // its answer would be for the old device key
			over := *q
			over.State, over.Closed = terms.RequestCancelled, e.clockRead().Wall.UTC()
			e.rec.Requests[id] = &over
		}
	}
	c, err := e.everything().packed()
	if err != nil {
		return err
	}
	e.recState = terms.Records{}
	if err := e.record(ctx, ledger.Event{Kind: "set_up_again", Reason: "keys_lost", Authority: "person"}, c); err != nil {
		return err
	}
	e.rebuildIndex()
	e.writeCheckpoint()
	e.writeAnchor(ctx)
	_ = e.o.FS.Remove(e.path(nextCheckpoint))
	e.changed()
	return nil
}

// putAside closes journal and index and renames the journal, so that a later tool can still look at it.
func (e *Engine) putAside() error {
	e.letGo()
	e.dropIndex()
	if !e.exists(journalDir) {
		return nil
	}
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s.old-%d", journalDir, i)
		if !e.exists(name) {
			return e.o.FS.Rename(e.path(journalDir), e.path(name))
		}
	}
}

// writeProbe writes and removes a small file.
func writeProbe(e *Engine, name string) error {
	if err := disk.WriteFile(e.o.FS, name, []byte("ok"), 0o600); err != nil {
		return err
	}
	return e.o.FS.Remove(name)
}
