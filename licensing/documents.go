package licensing

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
)

// readDocument reads a signed document by its hash and checks that it is that document.
func (e *Engine) readDocument(hash string) (exchange.Envelope, error) {
	var env exchange.Envelope
	if len(hash) != 64 {
		return env, errDamaged
	}
	b, err := disk.ReadFile(e.o.FS, e.documentPath(hash), documentLimit)
	if err != nil {
		return env, err
	}
	if err := json.Unmarshal(b, &env); err != nil {
		return env, err
	}
	if documentHash(env) != hash {
		return env, errDamaged
	}
	return env, nil
}

func (e *Engine) documentPath(hash string) string {
	return filepath.Join(e.o.Home, documentsDir, hash+".json")
}

func (e *Engine) writeDocument(env exchange.Envelope) error {
	b, err := json.Marshal(env)
	if err != nil {
		return err
	}
	name := e.documentPath(documentHash(env))
	if _, err := e.readDocument(documentHash(env)); err == nil {
		return nil
	}
	return e.diskProblem(disk.WriteFile(e.o.FS, name, b, 0o600))
}

// documentHash names a signed document: SHA-256 over the bytes that its signatures cover.
func documentHash(env exchange.Envelope) string {
	payload, err := base64.StdEncoding.DecodeString(env.Payload)
	if err != nil {
		payload = []byte(env.Payload)
	}
	sum := sha256.Sum256(exchange.PAE(env.PayloadType, payload))
	return hex.EncodeToString(sum[:])
}

// restoreDocuments writes back signed documents that are gone from their folder: the journal holds every one.
func (e *Engine) restoreDocuments() {
	gone := e.rec.documents()
	entries, err := e.o.FS.ReadDir(e.path(documentsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	for _, en := range entries {
		delete(gone, strings.TrimSuffix(en.Name(), ".json"))
	}
	if len(gone) == 0 {
		return
	}
	// What cannot be read or written now is tried again at the next start; doctor counts it.
	_ = e.journal.Replay(1, func(_ uint64, ev ledger.Event) error {
		c, err := decodeChange(ev.Data)
		if err != nil {
			return err
		}
		for _, env := range c.Envelopes {
			if gone[documentHash(env)] {
				_ = e.writeDocument(env)
			}
		}
		return nil
	})
}

// everything is all records with the signed documents behind them: a beginning that needs no older entry.
func (e *Engine) everything() change {
	c := e.rec.all()
	for hash := range e.rec.documents() {
		if env, err := e.readDocument(hash); err == nil {
			c.Envelopes = append(c.Envelopes, env)
		}
	}
	return c
}

// documents are the hashes of the signed documents that vendors, licenses and parts rest on.
func (r *records) documents() map[string]bool { return r.documentsBut(nil) }

// documentsBut is documents without what only the parts named here rest on.
func (r *records) documentsBut(parts map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, v := range r.Vendors {
		all[v.Document] = true
	}
	for _, l := range r.Licenses {
		all[l.Document], all[l.Profile] = true, true
	}
	for key, p := range r.Parts {
		if !parts[key] {
			all[p.Document], all[p.Profile] = true, true
		}
	}
	delete(all, "")
	return all
}
