package licensing

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// desk is the vendor's side of usage: it opens files, remembers where ledgers stand and signs receipts, as an issuer does.
type desk struct {
	*vendor
	key       hpke.PrivateKey
	standings map[string]usage.Standing
	found     []usage.Finding
	edit      func(*exchange.Receipt)
}

// newDesk is a vendor with a sealing key.
func newDesk(t testing.TB) *desk {
	t.Helper()
	key, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return deskWith(t, key)
}

func deskWith(t testing.TB, key hpke.PrivateKey) *desk {
	d := &desk{vendor: newVendor(t, "acme"), key: key, standings: map[string]usage.Standing{}}
	d.vendor.edit = func(p *exchange.Profile) {
		p.Sealing = []exchange.SealingKey{{
			ID: "seal-1", Suite: exchange.SealingSuite, Public: base64.StdEncoding.EncodeToString(key.PublicKey().Bytes()), From: start.Add(-time.Hour),
		}}
		p.Promises.Receipt = terms.Days(2)
	}
	return d
}

// metered gives a license the meters of the tests.
func metered(l *terms.License) {
	l.Customer = "c-1"
	l.Policy.Meters = map[string]terms.Meter{
		"renders": {Name: terms.Plain("Renders"), Unit: "render", Kind: usage.Counter, Included: 1000, Per: "month", Overage: "allow"},
		"hours":   {Name: terms.Plain("Hours"), Unit: "h", Kind: usage.Duration},
		"seats":   {Name: terms.Plain("Seats"), Kind: usage.Peak, Included: 3, Overage: "warn"},
	}
	l.Policy = l.Policy.WithDefaults()
}

// open opens a usage file.
func (d *desk) open(file []byte) usage.Opened {
	d.t.Helper()
	found, err := exchange.Read("usage", file)
	if err != nil || len(found) != 1 {
		d.t.Fatalf("%d bundles: %v", len(found), err)
	}
	o, err := usage.Open(found[0].Bundle.Envelopes[0], found[0].Bundle.Sealed, func(id string) (hpke.PrivateKey, error) {
		if id != "seal-1" {
			return nil, fmt.Errorf("no key %s", id)
		}
		return d.key, nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

// confirm counts a usage file and returns the receipt.
func (d *desk) confirm(file []byte) ([]byte, usage.Counted) {
	d.t.Helper()
	o := d.open(file)
	s, c := usage.Reckon(d.standings[o.File.Ledger], o)
	s.Receipt++
	d.standings[o.File.Ledger] = s
	d.found = append(d.found, c.Findings...)
	r := exchange.Receipt{
		Number: s.Receipt, Ledger: o.File.Ledger, Epoch: c.Epoch, Seq: c.Seq, Close: c.Close, Totals: s.Totals, Missing: c.Missing, Entries: s.Events,
		From: s.From, To: s.To, Export: o.File.ID, AllowDays: 60,
	}
	if d.edit != nil {
		d.edit(&r)
	}
	return d.receipt(o.File, r), c
}

// receipt signs one as the answer to a usage file.
func (d *desk) receipt(u exchange.Usage, r exchange.Receipt) []byte {
	k := d.keys[len(d.keys)-1]
	resp := exchange.Response{
		Header: d.header(exchange.ResponseSchema, k), Kind: exchange.KindReceipt,
		Answers: &exchange.Answers{Request: u.ID, Nonce: u.Nonce, Device: u.Device.ID},
		Parts:   []exchange.Part{{Kind: exchange.KindReceipt, ID: fmt.Sprintf("%s-%d", r.Ledger, r.Number), Receipt: &r}},
	}
	return d.file(exchange.KindReceipt, d.sign(resp, exchange.ResponseType, exchange.KeySigner(k)))
}

func (d *desk) codes() []string {
	var all []string
	for _, f := range d.found {
		all = append(all, f.Code)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// uses records one event.
func (c *computer) uses(meter string, units int64, id string) Recorded {
	c.t.Helper()
	rec, err := c.RecordUsage(context.Background(), []UsageEvent{{Product: "acmecad", Meter: meter, Units: units, ID: id}})
	if err != nil {
		c.t.Fatal(err)
	}
	return rec[0]
}

func (c *computer) drafts(o UsageOptions) UsageDraft {
	c.t.Helper()
	d, err := c.DraftUsage(context.Background(), o)
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// nothing demands that there is nothing to report.
func (c *computer) nothing() {
	c.t.Helper()
	if d, err := c.DraftUsage(context.Background(), UsageOptions{}); mistake(err) != "nothing_to_report" {
		c.t.Fatalf("a draft of entries %d to %d: %v", d.Contents.File.First, d.Contents.File.Last, err)
	}
}

func mistake(err error) string {
	var m *Mistake
	if errors.As(err, &m) {
		return m.Code
	}
	return ""
}

func (c *computer) usage() UsageView {
	c.t.Helper()
	all := c.Snapshot().Usage
	if len(all) != 1 {
		c.t.Fatalf("%d usage views", len(all))
	}
	return all[0]
}

func (v UsageView) meter(id string) MeterView {
	for _, m := range v.Meters {
		if m.ID == id {
			return m
		}
	}
	return MeterView{}
}

// metering is a computer with a license that has meters.
func meteringComputer(t testing.TB) (*computer, *desk) {
	t.Helper()
	c, d := newComputer(t), newDesk(t)
	c.with(d.vendor, metered)
	return c, d
}

func TestFromUseToReceiptAndThenNothing(t *testing.T) {
	c, d := meteringComputer(t)
	for _, vendor := range []string{"", c.usage().Root} {
		if _, err := c.DraftUsage(context.Background(), UsageOptions{Vendor: vendor}); mistake(err) != "nothing_recorded" {
			t.Fatalf("of vendor %q before the first use: %v", vendor, err)
		}
	}
	for i := range 10 {
		c.clock.Advance(time.Hour)
		if r := c.uses("renders", int64(i+1), ""); r.Seq == 0 || r.Again || len(r.Head) != 64 {
			t.Fatalf("recorded %+v", r)
		}
	}
	c.uses("hours", 5400, "")
	c.uses("seats", 2, "")
	v := c.usage()
	if v.Ledger == "" || v.Unsent == 0 || v.Oldest.IsZero() || v.Level != usage.LevelContract || v.meter("renders").Used != 55 || v.meter("seats").Used != 2 {
		t.Fatalf("seen as %+v", v)
	}
	draft := c.drafts(UsageOptions{})
	if draft.Again || draft.Words == "" || draft.Customer != "c-1" || draft.Email != "help@acme.example" || len(draft.Contents.Rows) == 0 || draft.ReceiptBy.IsZero() {
		t.Fatalf("draft %+v", draft)
	}
	again := c.drafts(UsageOptions{Vendor: "acme"})
	if !again.Again || string(again.File) != string(draft.File) || len(again.Contents.Rows) != len(draft.Contents.Rows) {
		t.Fatal("nothing was recorded, and the second file is another one")
	}
	if err := c.UsageLeft(context.Background(), draft.ID, "/media/stick/u.hfuse"); err != nil {
		t.Fatal(err)
	}
	if w := c.usage().Waiting; len(w) != 1 || w[0].Name != "/media/stick/u.hfuse" || w[0].Entries != draft.Contents.File.Entries {
		t.Fatalf("waiting %+v", w)
	}
	d.now = c.clock.Read().Wall.Add(time.Hour)
	receipt, counted := d.confirm(draft.File)
	if counted.Events != 12 || len(d.codes()) > 0 {
		t.Fatalf("the vendor counted %+v, found %v", counted, d.found)
	}
	it := c.use(receipt)
	if !it.Taken || it.Kind != exchange.KindReceipt || it.Finding.State != terms.StateUsageConfirmed || it.Finding.Slots["n"] != 12 {
		t.Fatalf("receipt %+v", it)
	}
	if again := c.use(receipt); again.Finding.State != terms.StateFileKnown {
		t.Fatalf("the same receipt again: %s", again.Finding.State)
	}
	for _, step := range []string{"now", "after a new start", "from the journal alone", "from the checkpoint"} {
		switch step {
		case "after a new start":
			c.reopen()
		case "from the journal alone":
			c.lose(indexFile, checkpointFile, tailFile)
		case "from the checkpoint":
			c.keys.Fail(keystore.Locked)
			c.reopen()
			c.keys.Fail(keystore.OK)
		}
		v = c.usage()
		if v.Unsent != 0 || len(v.Waiting) != 0 || !v.Oldest.IsZero() {
			t.Fatalf("%s: unsent %d, waiting %v", step, v.Unsent, v.Waiting)
		}
		r := c.Receipts()
		if len(r) != 1 || !r[0].Matches || r[0].Ref != "R-1" || r[0].Counted != 12 || len(r[0].Totals) != 3 || r[0].Totals[1].Here != 55 || r[0].Totals[1].There != 55 {
			t.Fatalf("%s: receipts %+v", step, r)
		}
		if !c.ReceiptSigned(r[0].Document) {
			t.Fatalf("%s: the signature of the receipt is not found in order", step)
		}
	}
	name := c.documentPath(c.Receipts()[0].Document)
	kept, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(kept, []byte("a"), []byte("b"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if c.ReceiptSigned(c.Receipts()[0].Document) || c.ReceiptSigned("of nobody") {
		t.Fatal("a changed file of a receipt passes for signed")
	}
	if err := os.WriteFile(name, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Unlock(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.nothing()
	if got := c.told("usage_file_made", "usage_left", "receipt_taken"); !slices.Equal(got, []string{usage.LevelContract, "saved", "usage_file"}) {
		t.Fatalf("the journal says %v", got)
	}
	c.uses("renders", 1, "")
	second := c.drafts(UsageOptions{})
	if second.Contents.File.FromEpoch != draft.Contents.File.ToEpoch+1 || second.Contents.File.Receipt != 1 {
		t.Fatalf("second file %+v", second.Contents.File)
	}
	receipt, counted = d.confirm(second.File)
	if it := c.use(receipt); counted.Events != 1 || !it.Taken || it.Finding.State != terms.StateUsageConfirmed {
		t.Fatalf("second receipt %+v of %+v", it.Finding, counted)
	}
}

func TestTheSameIDIsCountedOnceAlsoAfterANewStart(t *testing.T) {
	c, _ := meteringComputer(t)
	first := c.uses("renders", 5, "job-1")
	for _, step := range []string{"at once", "after a new start"} {
		if step == "after a new start" {
			c.reopen()
		}
		again := c.uses("renders", 5, "job-1")
		if !again.Again || again.Seq != first.Seq {
			t.Fatalf("%s: %+v after %+v", step, again, first)
		}
		if used := c.usage().meter("renders").Used; used != 5 {
			t.Fatalf("%s: %d used", step, used)
		}
	}
}

func TestEventsThatCannotBeAreRefusedWithTheirReason(t *testing.T) {
	c, _ := meteringComputer(t)
	for name, tt := range map[string]struct {
		event UsageEvent
		code  string
	}{
		"product": {UsageEvent{Product: "nosuch", Meter: "renders", Units: 1}, "product_unknown"},
		"meter":   {UsageEvent{Product: "acmecad", Meter: "nosuch", Units: 1}, "meter_unknown"},
		"vendor":  {UsageEvent{Vendor: "nobody", Product: "acmecad", Meter: "renders", Units: 1}, "vendor_unknown"},
		"units":   {UsageEvent{Product: "acmecad", Meter: "renders"}, "usage_units"},
		"id":      {UsageEvent{Product: "acmecad", Meter: "renders", Units: 1, ID: string(make([]byte, 201))}, "usage_id_long"},
	} {
		good := UsageEvent{Product: "acmecad", Meter: "renders", Units: 1}
		if _, err := c.RecordUsage(context.Background(), []UsageEvent{good, tt.event}); mistake(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v := c.usage(); v.Ledger != "" || v.Entries != 0 {
		t.Fatalf("the good ones beside them were recorded: %+v", v)
	}
}

func TestFlagsSayHowThingsStood(t *testing.T) {
	c, _ := meteringComputer(t)
	if r := c.uses("renders", 1000, ""); len(r.Flags) > 0 || r.Meter.State != terms.StateQuotaUsed || r.Meter.Left != 0 {
		t.Fatalf("within what is included: %+v", r)
	}
	if r := c.uses("renders", 1, ""); !slices.Equal(r.Flags, []string{"overage"}) || r.Meter.Over != 1 {
		t.Fatalf("beyond it: %+v", r)
	}
	if s := c.Snapshot().Verdict.Products[0]; s.Meters[1].ID != "renders" || s.Meters[1].Used != 1001 || s.Meters[1].State != terms.StateQuotaUsed {
		t.Fatalf("the verdict says %+v", s.Meters)
	}
	c.clock.Advance(40 * day)
	c.again()
	if r := c.uses("renders", 1, ""); len(r.Flags) > 0 || r.Meter.Used != 1 {
		t.Fatalf("in another month: %+v", r)
	}
	c.clock.Set(start)
	if r := c.uses("renders", 1, ""); !slices.Contains(r.Flags, "clock_wrong") {
		t.Fatalf("with a clock that was set back: %+v", r)
	}
	c.clock.Set(start.Add(800 * day))
	c.again()
	c.clock.Advance(2 * day)
	c.again()
	if r := c.uses("renders", 1, ""); !slices.Contains(r.Flags, "ended") {
		t.Fatalf("after the license ended: %+v", r)
	}
}

func TestALockedKeyStoreStopsNoRecording(t *testing.T) {
	c, d := meteringComputer(t)
	c.uses("renders", 1, "")
	c.keys.Fail(keystore.Locked)
	c.reopen()
	r := c.uses("renders", 2, "")
	if !slices.Equal(r.Flags, []string{"key_store_locked"}) {
		t.Fatalf("flags %v", r.Flags)
	}
	if _, err := c.DraftUsage(context.Background(), UsageOptions{}); !isProblem(err, terms.StateKeychainLocked) {
		t.Fatalf("a file while nothing can be signed: %v", err)
	}
	c.reopen() // what this process knew of the key is gone
	c.uses("renders", 4, "")
	c.keys.Fail(keystore.OK)
	if err := c.Unlock(context.Background()); err != nil {
		t.Fatal(err)
	}
	v := c.usage()
	if v.Unread != 3 { // session, name and use of the process before
		t.Fatalf("%d entries are for the vendor alone", v.Unread)
	}
	draft := c.drafts(UsageOptions{})
	receipt, counted := d.confirm(draft.File)
	if counted.Events != 3 || counted.Sums[0].Units != 7 {
		t.Fatalf("the vendor counted %+v", counted)
	}
	if it := c.use(receipt); it.Finding.State != terms.StateUsageConfirmed {
		t.Fatalf("receipt %+v", it.Finding)
	}
	c.nothing()
}

func isProblem(err error, s terms.State) bool {
	var p *terms.Problem
	return errors.As(err, &p) && p.State == s
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func checkProof(t testing.TB, p Proof, nonce string, answer []byte) {
	t.Helper()
	public, err := exchange.DecodeKey(p.Public)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(p.Signature)
	sum := sha256.Sum256(answer)
	message := append([]byte("holdfast/v1/check\x00"+nonce+"\x00"), sum[:]...)
	if err != nil || !ed25519.Verify(public, message, sig) {
		t.Fatalf("the signature does not verify: %v", err)
	}
}
