package licensing

import (
	"context"
	"fmt"

	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
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
	kept, err := e.readCheckpoint()
	if err != nil {
		kept = e.rec
	}
	if err := e.o.KeyStore.Check(ctx); err != nil && keystore.ClassOf(err) != keystore.Missing {
		e.keyState = e.keyFinding(err)
		return e.keyProblem()
	}
	if err := e.putAside(); err != nil {
		return e.diskProblem(err)
	}
	e.rec, e.secrets = newRecords(), nil
	if err := e.makeSecrets(ctx); err != nil {
		e.keyState = e.keyFinding(err)
		return e.keyProblem()
	}
	e.public = e.secrets.device.Public()
	if err := e.writePublic(); err != nil {
		return e.diskProblem(err)
	}
	if err := e.o.KeyStore.Delete(ctx, e.item("journal")); err != nil && keystore.ClassOf(err) != keystore.Missing {
		return e.diskProblem(err)
	}
	if err := e.openRecords(ctx); err != nil {
		return err
	}
	c := kept.all()
	c.Home.Damage, c.Home.Hints = "", e.hints()
	for i := range c.Requests {
		c.Requests[i].State = closedByNewKey(c.Requests[i].State)
	}
	e.recState.State, e.keyState.State = "", ""
	err = e.commit(ctx, ledger.Event{Kind: "set_up_again", Reason: "keys_lost", Authority: "person"}, c)
	e.writeAnchor(ctx)
	return err
}

// putAside closes journal and index and renames the journal, so that a later tool can still look at it.
func (e *Engine) putAside() error {
	if e.journal != nil {
		if err := e.journal.Close(); err != nil {
			return err
		}
		e.journal = nil
	}
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
