package licensing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// SetUpAgain makes new keys and a new journal after the old keys or records are lost. Trusted vendors and signed
// documents are kept as far as the checkpoint proves them; the old journal is put aside, never deleted. Licenses for the
// old device key then need a new request, which keeps the computer's place. A home whose name is lost gets a new one: what was
// kept under the old name is put aside too, since nothing can open it any more.
func (e *Engine) SetUpAgain(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.home.ID == "" {
		return e.nameAgain(ctx)
	}
	kept, lost := e.rec, e.public
	if cp, err := e.readCheckpoint(); err == nil && cp.Seq > kept.Seq {
		maps.Copy(cp.Keys, kept.Keys)
		kept = cp
	}
	if err := e.keyStoreReady(ctx); err != nil {
		return err
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
	e.rec.Home.wellAgain()
	e.rec.Home.replace(e.hints())
	if lost != nil {
		e.rec.Home.Former = append(slices.Clone(e.rec.Home.Former), exchange.EncodeKey(lost))
	}
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
	_ = e.closeLedgers() // they go on with the new keys
	e.openLedgers(ctx)
	e.rebuildIndex()
	e.writeCheckpoint()
	e.writeAnchor(ctx)
	_ = e.o.FS.Remove(e.path(nextCheckpoint))
	e.changed()
	return nil
}

// keyStoreReady says why new keys could not be kept now, or nil.
func (e *Engine) keyStoreReady(ctx context.Context) error {
	if err := e.o.KeyStore.Check(ctx); err != nil && keystore.ClassOf(err) != keystore.Missing {
		e.keyState = e.keyFinding(err)
		return e.keyProblem()
	}
	return nil
}

// nameless are the files that say nothing without the name of their home. The journal goes last: as long as it is there the
// home is known to be a used one.
var nameless = []string{
	homeFile, checkpointFile, nextCheckpoint, tailFile, indexFile, indexFile + ".sum", publicFile, journalDir,
}

// nameAgain begins anew in a home whose name is lost.
func (e *Engine) nameAgain(ctx context.Context) error {
	if e.o.ReadOnly {
		return e.writable()
	}
	if err := e.keyStoreReady(ctx); err != nil {
		return err
	}
	e.letGo()
	_ = e.closeLedgers()
	e.spare = nil
	for _, name := range nameless {
		if err := e.aside(name); err != nil {
			return e.diskProblem(err)
		}
	}
	e.rec = newRecords()
	if err := e.begin(ctx); err != nil {
		return err
	}
	e.writeCheckpoint()
	e.writeAnchor(ctx)
	e.changed()
	return nil
}

// putAside closes journal and index and renames the journal, so that a later tool can still look at it.
func (e *Engine) putAside() error {
	e.letGo()
	e.dropIndex()
	e.spare = nil
	return e.aside(journalDir)
}

// aside renames a file or folder of the home, if there is one.
func (e *Engine) aside(name string) error {
	if !e.exists(name) {
		return nil
	}
	for i := 1; ; i++ {
		old := fmt.Sprintf("%s.old-%d", name, i)
		if !e.exists(old) {
			return e.o.FS.Rename(e.path(name), e.path(old))
		}
	}
}

// probeFile is written to see whether anything can be.
const probeFile = ".check"

// probeRoom is how much a disk takes that is not said to be full: a few changes with their copies.
const probeRoom = 1 << 20

// writeProbe writes and removes a file of some bytes.
func writeProbe(e *Engine, name string, size int) error {
	if err := disk.WriteFile(e.o.FS, name, make([]byte, size), 0o600); err != nil {
		return err
	}
	return e.o.FS.Remove(name)
}
