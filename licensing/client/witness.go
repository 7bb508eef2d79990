package client

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
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

// witness is what this program saw proven of the records, and keeps outside them. Proven is the newest answer that the device key signed,
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

// known is what was known of all ledgers before a question was sent: answers may overtake each other, so each is compared with what
// was known when it was asked for.
type known struct {
	ledgers map[string]tail
	claimed map[string]uint64
}

func (c *Client) before() known {
	c.mu.Lock()
	defer c.mu.Unlock()
	return known{maps.Clone(c.witness.Ledgers), maps.Clone(c.claimed)}
}

// saw compares the end of a ledger in a proven answer with what was known before, and remembers it. What was claimed without a proof
// is judged once, so that a false claim does not stay.
func (c *Client) saw(before known, ledger string, now tail) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing error
	for id, seq := range before.claimed {
		if id != ledger || now.Seq < seq {
			missing = fmt.Errorf("%w: entry %d was acknowledged without a proof, and is not there", ErrOlderRecords, seq)
		}
		if c.claimed[id] == seq {
			delete(c.claimed, id)
		}
	}
	if ledger == "" {
		return missing
	}
	known, met := c.witness.Ledgers[ledger]
	if now.Seq > known.Seq || !met && len(c.witness.Ledgers) < maxLedgers {
		c.witness.Ledgers[ledger], c.witness.changed = now, true
		_ = c.saveWitness(false) // what is lost is only seen later
	}
	if err := older(before.ledgers[ledger], now); err != nil {
		return err
	}
	return missing
}

// sawUses is saw for recorded uses. Those that are new stand above all that was known before they were sent. Without a proof nothing is
// remembered but the claim.
func (c *Client) sawUses(before known, a endpoint.UsageAnswer, proven bool) error {
	now := tail{a.Seq, a.Head}
	was := before.ledgers[a.Ledger]
	floor, end := max(was.Seq, before.claimed[a.Ledger]), now.Seq
	var err error
	for _, e := range a.Events {
		if e.Again {
			continue
		}
		if e.Seq <= floor {
			err = fmt.Errorf("%w: a new use is entry %d, was at %d", ErrOlderRecords, e.Seq, floor)
		}
		floor, end = max(floor, e.Seq), max(end, e.Seq)
	}
	if proven {
		return cmp.Or(c.saw(before, a.Ledger, now), err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch claim, met := c.claimed[a.Ledger]; {
	case err != nil:
		delete(c.claimed, a.Ledger) // it was said; a false claim does not stay
	case met || len(c.claimed) < maxLedgers:
		c.claimed[a.Ledger] = max(claim, end)
	}
	return cmp.Or(older(was, now), err)
}

func older(was, now tail) error {
	if now.Seq < was.Seq || now.Seq == was.Seq && was.Head != "" && now.Head != was.Head {
		return fmt.Errorf("%w: entry %d, was %d", ErrOlderRecords, now.Seq, was.Seq)
	}
	return nil
}
