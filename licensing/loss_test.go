package licensing

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// lose removes files or folders of a closed home and starts again.
func (c *computer) lose(names ...string) {
	c.t.Helper()
	if err := c.Close(); err != nil {
		c.t.Fatal(err)
	}
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(c.home, name)); err != nil {
			c.t.Fatal(err)
		}
	}
	c.open()
}

// still demands that the license is held, also after everything but the journal is lost, and without the key store.
func (c *computer) still(licenses string) {
	c.t.Helper()
	for _, step := range []string{"now", "from the journal alone", "without the key store"} {
		switch step {
		case "from the journal alone":
			c.lose(indexFile, checkpointFile, documentsDir)
		case "without the key store":
			c.keys.Fail(keystore.Locked)
			c.reopen()
		}
		if got := licensesOf(c); got != licenses {
			c.t.Fatalf("%s: state %s, licenses %s, want %s", step, c.state(), got, licenses)
		}
	}
	c.keys.Fail(keystore.OK)
	c.reopen()
}

func TestAnyTwoCopiesMayBeLost(t *testing.T) {
	for name, lost := range map[string][]string{
		"journal": {journalDir}, "journal and index": {journalDir, indexFile}, "journal and checkpoint": {journalDir, checkpointFile},
		"index and checkpoint": {indexFile, checkpointFile}, "documents": {documentsDir}, "name and public key": {homeFile, publicFile},
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			before := licensesOf(c)
			c.lose(lost...)
			c.still(before)
			c.wants(terms.StateActive)
		})
	}
}

func TestANameIsNeverInventedForAHomeWithRecords(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.lose(homeFile, checkpointFile)
	c.wants(terms.StateRecordsDamaged)
	if _, err := c.Import(context.Background(), []Source{{Name: "f", Data: v.profileFile()}}, ImportOptions{TrustVendor: true}); err == nil {
		t.Fatal("records were begun beside the old ones")
	}
}

// muteDelete is a key store that dies at a delete.
type muteDelete struct{ keystore.Store }

func (muteDelete) Delete(context.Context, string) error {
	return &keystore.Error{Class: keystore.Mute}
}

func TestSetUpAgainSurvivesAnInterruption(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	before := licensesOf(c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.keys = keystore.Memory()
	c.open()
	// Cut off right after the new keys are kept: what follows is done by the next start.
	next, err := c.newSecrets()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.writeCheckpointAs(nextCheckpoint, c.rec, next.device); err != nil {
		t.Fatal(err)
	}
	if err := c.putAside(); err != nil {
		t.Fatal(err)
	}
	if err := c.keepSecrets(context.Background(), next); err != nil {
		t.Fatal(err)
	}
	c.secrets = nil
	c.reopen()
	if got := licensesOf(c); got != before || len(c.Snapshot().Vendors) != 1 {
		t.Fatalf("state %s, licenses %s", c.state(), got)
	}
	c.wants(terms.StateOtherComputer)

	d := apartFrom(t, c)
	d.open()
	defer d.Close()
	d.o.KeyStore = muteDelete{d.keys}
	if err := d.SetUpAgain(context.Background()); err != nil {
		t.Fatalf("a mute delete stopped it: %v", err)
	}
	d.reopen()
	if got := licensesOf(d); got != before {
		t.Fatalf("after a mute delete: %s", got)
	}
}

func TestALostLicenseCanBeImportedAgain(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	file := v.answer(req)
	c.use(file)
	hash := c.Snapshot().Facts.Licenses[0].Document
	c.lose(journalDir, indexFile, filepath.Join(documentsDir, hash+".json"))
	if n := len(c.Snapshot().Facts.Licenses); n != 0 {
		t.Fatalf("%d licenses without their document", n)
	}
	if it := c.use(file); !it.Taken {
		t.Fatalf("the same file again: %+v", it.Finding)
	}
	c.wants(terms.StateActive)
}

func TestWhatIsHeldStaysWhenItsKeyIsWithdrawn(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	before := licensesOf(c)
	v.now, v.version = start.Add(time.Hour), 2
	v.keys = v.keys[:0]
	v.keys = append(v.keys, keyFrom("acme work 2"))
	if it := c.use(v.profileFile()); !it.Taken {
		t.Fatalf("newer profile: %+v", it.Finding)
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if got := licensesOf(c); got != before {
		t.Fatalf("without the key store: %s", got)
	}
}

func TestAManyLicenseHomeIsRepaired(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	it := c.use(v.answer(req))
	if !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	for n := range 3000 {
		l := *c.rec.Licenses[it.Root+"/A-1"]
		l.Serial, l.License.Serial = "S"+time.Duration(n).String(), "S"+time.Duration(n).String()
		c.rec.Licenses[l.key()] = &l
	}
	big, err := c.rec.all().packed()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(big)
	if err != nil || len(b) > 4<<20 {
		t.Fatalf("%d bytes for 3,000 licenses: %v", len(b), err)
	}
	back, err := decodeChange(b)
	if err != nil || len(back.Licenses) != 3001 || !back.Reset {
		t.Fatalf("%d licenses came back: %v", len(back.Licenses), err)
	}
}

func TestLicenseKeysLeaveNeitherInExportsNorInDocuments(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	key := testKey(t, 5)
	c.use(v.welcome(key))
	noSecret(t, c.home, key)
	var out bytes.Buffer
	err := c.Ledger(1, func(en LedgerEntry) error { return json.NewEncoder(&out).Encode(en) })
	if err != nil || out.Len() < 500 {
		t.Fatalf("%d bytes: %v", out.Len(), err)
	}
	if holds(out.Bytes(), key) {
		t.Fatal("the exported ledger holds the license key")
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	if ok, f := c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
		t.Fatalf("the starter license needs the key store: %s", f.State)
	}
}
