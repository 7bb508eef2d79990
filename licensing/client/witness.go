package client

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"holdfast/licensing/client/endpoint"
	"holdfast/licensing/disk"
)

const (
	witnessLimit = 4 << 20
	maxLedgers   = 64
	saveEvery    = 10 * time.Second
)

// witness is what this program saw of the records, and keeps outside them. Proven is the newest answer that the device key signed,
// with its nonce: it needs no secret and can be verified again.
type witness struct {
	Schema  int             `json:"schema_version"`
	Ledgers map[string]tail `json:"ledgers"`
	Proven  *provenAnswer   `json:"proven,omitempty"`
	changed bool
	saved   time.Duration // on the client's stopwatch; 0: never
}

// tail is the newest entry of a ledger.
type tail struct {
	Seq  uint64 `json:"seq"`
	Head string `json:"head"`
}

type provenAnswer struct {
	Nonce string `json:"nonce"`
	Body  string `json:"body"`
}

// readWitness reads the file; a missing or damaged one is as none.
func readWitness(name string) witness {
	w := witness{}
	b, err := disk.ReadFile(disk.OS(), name, witnessLimit)
	if err != nil || json.Unmarshal(b, &w) != nil || w.Schema != endpoint.SchemaVersion || len(w.Ledgers) > maxLedgers {
		w = witness{}
	}
	if w.Ledgers == nil {
		w.Ledgers = map[string]tail{}
	}
	w.Schema = endpoint.SchemaVersion
	return w
}

// saveWitness writes the file when something changed, and not all the time. The lock is held.
func (c *Client) saveWitness(now bool) error {
	ran := c.ran()
	if !c.witness.changed || !now && c.witness.saved > 0 && ran-c.witness.saved < saveEvery {
		return nil
	}
	b, err := json.Marshal(c.witness)
	if err != nil {
		return err
	}
	c.witness.saved = max(ran, 1)
	if err := os.MkdirAll(filepath.Dir(c.o.Witness), 0o700); err != nil {
		return fmt.Errorf("client: keep the witness: %w", err)
	}
	if err := disk.WriteFile(disk.OS(), c.o.Witness, b, 0o600); err != nil {
		return fmt.Errorf("client: keep the witness: %w", err)
	}
	c.witness.changed = false
	return nil
}

// seen returns what is known of all ledgers before a question is sent: answers may overtake each other, so each is compared
// with what was known when it was asked for.
func (c *Client) seen() map[string]tail {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := make(map[string]tail, len(c.witness.Ledgers))
	for id, t := range c.witness.Ledgers {
		before[id] = t
	}
	return before
}

// saw compares the end of a ledger with what was known before, and remembers it.
func (c *Client) saw(before map[string]tail, ledger string, now tail) error {
	if ledger == "" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known, met := c.witness.Ledgers[ledger]
	if now.Seq > known.Seq || !met && len(c.witness.Ledgers) < maxLedgers {
		c.witness.Ledgers[ledger], c.witness.changed = now, true
		_ = c.saveWitness(false) // what is lost is only seen later
	}
	if was := before[ledger]; now.Seq < was.Seq || now.Seq == was.Seq && was.Head != "" && now.Head != was.Head {
		return fmt.Errorf("%w: entry %d, was %d", ErrOlderRecords, now.Seq, was.Seq)
	}
	return nil
}
