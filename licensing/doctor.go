package licensing

import (
	"context"
	"errors"
	"io/fs"

	"holdfast/licensing/clock"
	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// Checks looks at everything that a verdict rests on, one line each. It reads the whole journal.
func (e *Engine) Checks(ctx context.Context) []Check {
	verified, verr := e.VerifyLedger(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.clockRead()
	f := e.facts(e.rec, r)
	return []Check{
		e.checkClock(r), e.checkKeyStore(f), e.checkRecords(f, verified, verr), e.checkDevice(f), e.checkTrust(f),
		e.checkDocuments(), e.checkDisk(),
	}
}

func line(id string, s terms.State, args map[string]any) Check {
	c := Check{ID: id, Level: terms.ToneOK, State: s, Args: args}
	if s != "" {
		c.Level = s.Tone()
	}
	return c
}

func (e *Engine) checkClock(r clock.Reading) Check {
	lower := e.lower("", r)
	c := line("clock", "", map[string]any{"now": r.Wall, "signed": lower})
	if !lower.IsZero() && r.Wall.Before(lower) {
		c.Level = terms.ToneNotice
		c.Args["behind"] = lower
	}
	return c
}

func (e *Engine) checkKeyStore(f terms.Facts) Check {
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

// checkDisk says whether the home can be written, by writing.
func (e *Engine) checkDisk() Check {
	if e.home.ID == "" || e.o.ReadOnly {
		return line("disk", "", map[string]any{"fresh": true})
	}
	name := e.path(".check")
	err := errors.Join(writeProbe(e, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return line("disk", terms.StateDiskFull, map[string]any{"size": needMB})
	}
	return line("disk", "", nil)
}

// VerifyLedger checks frames, chain, numbers and closes of the whole journal; entries are opened too when the
// key store is.
func (e *Engine) VerifyLedger(context.Context) (ledger.Report, error) {
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
