package licensing

import (
	"context"
	"errors"
	"slices"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/usage"
)

// SentUsage is a usage file that was made here, with everything that was in it, read from the records again: for people who want to
// see what left. File and Words are empty once its receipt came, or a newer file has all of it. The error is a *Mistake for a file that was never made here, or whose
// entries were taken out since.
func (e *Engine) SentUsage(ctx context.Context, id string) (UsageDraft, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.begin(ctx); err != nil {
		return UsageDraft{}, err
	}
	f, err := e.usageFile(ctx, id)
	if err != nil {
		return UsageDraft{}, err
	}
	l := e.ledgerByID(f.Ledger)
	if l == nil {
		return UsageDraft{}, &Mistake{Code: "usage_file_gone", Args: map[string]any{"id": id}}
	}
	v := e.rec.Vendors[f.Root]
	if d, err := e.draftAgain(v, l, f); err == nil {
		return d, nil
	}
	epochs, err := l.book.Epochs(f.FromEpoch)
	if err != nil {
		return UsageDraft{}, e.diskProblem(err)
	}
	epochs = slices.DeleteFunc(epochs, func(ep usage.RawEpoch) bool { return ep.Number > f.ToEpoch })
	built, err := usage.BuildContent(l.id, epochs)
	if err != nil || len(epochs) == 0 {
		return UsageDraft{}, &Mistake{Code: "usage_file_gone", Args: map[string]any{"id": id}}
	}
	deviceID, code := e.deviceID()
	contents, err := usage.Decode(built.Content, exchange.Usage{
		Header: exchange.Header{Schema: exchange.UsageSchema, Vendor: v.Profile.Vendor, ID: f.ID, Issued: f.Made},
		Device: exchange.RequestDevice{ID: deviceID, Code: code}, Ledger: f.Ledger, Level: f.Level, FromEpoch: f.FromEpoch, ToEpoch: f.ToEpoch,
		First: f.First, Last: f.Last, Entries: f.Entries, Close: f.Close,
	})
	if err != nil {
		return UsageDraft{}, &Mistake{Code: "usage_file_gone", Args: map[string]any{"id": id}}
	}
	return e.draft(v, f, nil, contents), nil
}

// usageFile is the record of a usage file; of one that was let go of, what the journal says.
func (e *Engine) usageFile(ctx context.Context, id string) (*usageFileRecord, error) {
	if f, ok := e.rec.UsageFiles[id]; ok {
		return f, nil
	}
	var found *usageFileRecord
	err := e.journal.Entries(1, func(_ ledger.Entry, ev ledger.Event) error {
		if ev.Kind != usageMade {
			return ctx.Err()
		}
		c, err := decodeChange(ev.Data)
		if err != nil {
			return err
		}
		for i := range c.UsageFiles {
			if c.UsageFiles[i].ID == id {
				found = &c.UsageFiles[i]
				return errEnough
			}
		}
		return ctx.Err()
	})
	switch {
	case found != nil:
		return found, nil
	case err != nil && !errors.Is(err, ledger.ErrDamaged):
		return nil, e.diskProblem(err)
	}
	return nil, &Mistake{Code: "usage_file_unknown", Args: map[string]any{"id": id}}
}
