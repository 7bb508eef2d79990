package licensing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"holdfast/licensing/ledger"
	"holdfast/licensing/terms"
)

// Ledger calls fn for each journal record from seq on, without secrets. It needs the key store, since records are sealed.
func (e *Engine) Ledger(from uint64, fn func(LedgerEntry) error) error {
	j, err := e.openJournal()
	if j == nil {
		return err
	}
	return j.Entries(max(from, 1), func(en ledger.Entry, ev ledger.Event) error {
		r, err := readable(en, ev)
		if err != nil {
			return err
		}
		return fn(r)
	})
}

// History returns the newest journal records, newest first and without secrets: all of them, those about a vendor (root), or
// those about one license of it (serial), with the requests for its license key. limit 0 is none. Records that are
// damaged are left out; Checks tells of them. Like Ledger it needs the key store.
func (e *Engine) History(ctx context.Context, root, serial string, limit int) ([]LedgerEntry, error) {
	about, from := e.about(root, serial), uint64(1)
	j, err := e.openJournal()
	if j == nil {
		return nil, err
	}
	if tail, _ := j.Tail(); root == "" && serial == "" && limit > 0 && tail > uint64(limit) {
		from = tail - uint64(limit) + 1
	}
	type sealed struct {
		ledger.Entry
		ledger.Event
	}
	var found []sealed // only what is shown is taken apart
	err = j.Entries(from, func(en ledger.Entry, ev ledger.Event) error {
		if about(ev) {
			en.Body = nil // keeps a whole segment in memory
			found = append(found, sealed{en, ev})
		}
		if limit > 0 && len(found) >= 2*limit {
			found = slices.Delete(found, 0, len(found)-limit)
		}
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, ledger.ErrDamaged) {
		return nil, err
	}
	var out []LedgerEntry
	for _, s := range slices.Backward(found) {
		if limit > 0 && len(out) == limit {
			break
		}
		r, err := readable(s.Entry, s.Event)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// about says which journal records concern a vendor and license. Records of many licenses name only one of them, so the
// names are looked for in the body too.
func (e *Engine) about(root, serial string) func(ledger.Event) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	var l terms.License
	if held, ok := e.rec.Licenses[root+"/"+serial]; ok {
		l = held.License
	}
	var names [][]byte // as they stand in a body
	for field, name := range map[string]string{"serial": serial, "key_hash": l.KeyHash} {
		if b, err := json.Marshal(name); err == nil && name != "" {
			names = append(names, append([]byte(`"`+field+`":`), b...))
		}
	}
	if b, err := json.Marshal(root + "/" + l.Policy.Product.ID); err == nil && l.Serial != "" {
		names = append(names, append(b, ':')) // states of many products in one record
	}
	return func(ev ledger.Event) bool {
		switch {
		case root != "" && ev.Vendor != root:
			return false
		case serial == "" || ev.License == serial:
			return true
		}
		return slices.ContainsFunc(names, func(name []byte) bool { return bytes.Contains(ev.Data, name) })
	}
}

// openJournal returns the journal, or why it is not open; neither on a fresh home.
func (e *Engine) openJournal() (*ledger.Journal, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.journal != nil || e.home.ID == "":
		return e.journal, nil
	case e.keyState.State != "":
		return nil, e.keyProblem()
	}
	return nil, e.writable()
}

// readable is a journal record as it may be shown and exported.
func readable(en ledger.Entry, ev ledger.Event) (LedgerEntry, error) {
	c, err := decodeChange(ev.Data)
	if err != nil {
		return LedgerEntry{}, err
	}
	r := readableChange{change: c}
	for _, env := range c.Envelopes {
		r.Envelopes = append(r.Envelopes, documentHash(env))
	}
	r.Keys = nil // a license key is a secret
	data, err := json.Marshal(r)
	if err != nil {
		return LedgerEntry{}, err
	}
	return LedgerEntry{
		Seq: en.Seq, At: ev.At, Kind: ev.Kind, Reason: ev.Reason, Authority: ev.Authority,
		License: ev.License, Vendor: ev.Vendor, Document: ev.Document, Data: json.RawMessage(data), Head: headText(en.Head),
	}, nil
}

// readableChange is a change as it may be shown and exported: documents by their hash.
type readableChange struct {
	change
	Envelopes []string `json:"envelopes,omitempty"`
}
