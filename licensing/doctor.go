package licensing

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/keystore"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// keyStoreLimit is how long Checks waits for the key store.
const keyStoreLimit = 3 * time.Second

// Checks looks at everything that a verdict rests on, one line each. It reads the whole journal, and asks the key store how
// it is, never the person.
func (e *Engine) Checks(ctx context.Context) []Check {
	quiet, cancel := context.WithTimeout(context.Background(), keyStoreLimit) // not of ctx, which may be Interactive
	stop := context.AfterFunc(ctx, cancel)
	ks := e.askKeyStore(quiet)
	stop()
	cancel()
	verified, verr := e.verifyJournal()
	used, uerr := e.VerifyUsage(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.clockRead()
	f := e.facts(e.rec, r)
	return []Check{
		e.checkClock(f, r), e.checkKeyStore(f, ks), e.checkRecords(f, verified, verr), e.checkUsage(used, uerr), e.checkDevice(f), e.checkTrust(f),
		e.checkDocuments(), e.checkDisk(), e.checkContact(f, r),
	}
}

func line(id string, s terms.State, args map[string]any) Check {
	c := Check{ID: id, Level: terms.ToneOK, State: s, Args: args}
	if s != "" {
		c.Level = s.Tone()
	}
	return c
}

// checkClock tells what the clock says and what a signed file showed; of a clock that is wrong or not believed yet also what the
// finding about it says.
func (e *Engine) checkClock(f terms.Facts, r clock.Reading) Check {
	lower, v := e.lower("", r), e.judging.Evaluate(f, r.Wall)
	c := line("clock", e.rec.Home.clockState(r), map[string]any{"now": r.Wall, "signed": lower, "local": r.Wall, "sure": lower, "from": f.Clock.From, "to": f.Clock.To})
	for _, found := range append([]terms.Finding{v.Main}, v.Others...) {
		if found.State == c.State && c.State != "" {
			maps.Copy(c.Args, found.Slots)
		}
	}
	if c.State == "" && !lower.IsZero() && r.Wall.Before(lower) {
		c.Level = terms.ToneNotice
		c.Args["behind"] = lower
	}
	return c
}

// askKeyStore asks how the key store is now, without the engine's lock: it may take its time.
func (e *Engine) askKeyStore(ctx context.Context) terms.KeyStore {
	if err := e.o.KeyStore.Check(ctx); err != nil && keystore.ClassOf(err) != keystore.Missing {
		return e.keyFinding(err)
	}
	return terms.KeyStore{}
}

// open says that the engine has its keys and records.
func (e *Engine) open() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.journal != nil
}

// openSlots say that the key store is as ks says, and that the engine has its keys already (open).
func openSlots(ks terms.KeyStore) terms.Slots {
	return terms.Slots{"keychain": ks.Name, "seconds": ks.Seconds(), "open": true}
}

// checkKeyStore tells of the key store as it was when the keys were needed; of ks, how it is now, when they are here already.
func (e *Engine) checkKeyStore(f terms.Facts, ks terms.KeyStore) Check {
	if e.journal != nil && f.KeyStore.State == "" && ks.State != "" {
		c := line("keystore", ks.State, openSlots(ks))
		c.Level = terms.ToneNotice // the next start needs it, nothing does now
		return c
	}
	return line("keystore", f.KeyStore.State, map[string]any{"keychain": e.o.KeyStore.Label(), "fresh": e.home.ID == ""})
}

func (e *Engine) checkRecords(f terms.Facts, rep ledger.Report, err error) Check {
	c := line("records", f.Records.State, map[string]any{"n": int(rep.Entries), "seq": int(e.rec.Seq), "head": e.rec.Head})
	if err == nil && !rep.OK() {
		c.Level, c.Args["findings"] = terms.ToneWarn, len(rep.Findings)
		if c.State == "" {
			c.State = terms.StateRecordsDamaged
		}
	}
	return c
}

func (e *Engine) checkDevice(f terms.Facts) Check {
	return line("device", "", map[string]any{"code": f.Device.Code, "label": f.Device.Label, "fresh": f.Device.Code == ""})
}

func (e *Engine) checkTrust(f terms.Facts) Check {
	return line("trust", "", map[string]any{"n": len(f.Vendors)})
}

// checkDocuments reads every signed document that a license rests on.
func (e *Engine) checkDocuments() Check {
	missing := 0
	for _, l := range e.rec.Licenses {
		if _, err := e.readDocument(l.Document); err != nil {
			missing++
		}
	}
	c := line("documents", "", map[string]any{"n": len(e.rec.Licenses), "missing": missing})
	if missing > 0 {
		c.Level = terms.ToneNotice
	}
	return c
}

// checkDisk says whether the home can be written, by writing more than a change needs: a full disk may have room for a few bytes still.
func (e *Engine) checkDisk() Check {
	if e.home.ID == "" || e.o.ReadOnly {
		return line("disk", "", map[string]any{"fresh": true})
	}
	if err := writeProbe(e, e.path(probeFile), probeRoom); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return line("disk", terms.StateDiskFull, map[string]any{"size": needMB})
	}
	return line("disk", "", nil)
}

// VerifyLedger checks frames, chain, numbers and closes of the whole journal; entries are opened too when the
// key store is. What is found in usage ledgers stands behind what is found in the journal; see VerifyUsage.
func (e *Engine) VerifyLedger(ctx context.Context) (ledger.Report, error) {
	rep, err := e.verifyJournal()
	if err != nil {
		return rep, err
	}
	used, err := e.VerifyUsage(ctx)
	for i := range used {
		rep.Findings = append(rep.Findings, used[i].Findings...)
	}
	return rep, err
}

func (e *Engine) verifyJournal() (ledger.Report, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	opt := ledger.Options{FS: e.o.FS, ID: "journal-" + e.home.ID, Public: e.public}
	if e.home.ID == "" {
		return ledger.Report{}, nil
	}
	if e.secrets != nil {
		return ledger.VerifyJournal(e.path(journalDir), e.secrets.store, opt)
	}
	return ledger.Verify(e.path(journalDir), opt)
}
