package licensing

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/keystore"
	"holdfast/licensing/store"
	"holdfast/licensing/terms"
)

// bareRecords is what checkpoint and tail say, in a form to compare.
func (c *computer) bareRecords() string {
	c.t.Helper()
	rec, err := c.readBare()
	if err != nil {
		c.t.Fatal(err)
	}
	w := newRecords()
	w.apply(bare(rec.all()))
	b, err := json.Marshal(w)
	if err != nil {
		c.t.Fatal(err)
	}
	return fmt.Sprint(rec.Seq, rec.Head, string(b))
}

// inMemory is the same of the records in memory.
func (c *computer) inMemory() string {
	c.t.Helper()
	w := newRecords()
	w.apply(bare(c.rec.all()))
	b, err := json.Marshal(w)
	if err != nil {
		c.t.Fatal(err)
	}
	return fmt.Sprint(c.rec.Seq, c.rec.Head, string(b))
}

func TestCheckpointAndTailSayWhatTheRecordsSay(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	check := func(what string) {
		t.Helper()
		if got, want := c.bareRecords(), c.inMemory(); got != want {
			t.Fatalf("%s: checkpoint and tail say\n%s\nrecords\n%s", what, got, want)
		}
	}
	req := c.activate(v)
	check("after the first license")
	base := c.read(checkpointFile)
	for n := 2; n < 5; n++ {
		v.now = v.now.Add(time.Hour)
		c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", n, bound(req))))))
		check(fmt.Sprint("version ", n))
	}
	c.clock.Advance(2 * time.Minute)
	c.reopen()
	check("after a new start")
	c.use(v.welcome(testKey(t, 5)))
	check("after a welcome file")
	if _, err := c.CancelRequest(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	check("after a cancelled request")
	if got := c.read(checkpointFile); got != base {
		t.Error("the whole checkpoint was written for small changes")
	}
	if tail := c.read(tailFile); holds([]byte(tail), testKey(t, 5)) {
		t.Error("the tail holds a license key")
	}
}

func (c *computer) read(name string) string {
	c.t.Helper()
	b, err := os.ReadFile(filepath.Join(c.home, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

func TestALongTailBecomesPartOfTheCheckpoint(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	base := c.read(checkpointFile)
	doc := *sortedValues(c.rec.Documents)[0]
	var many change
	for i := range tailMost + 1 {
		doc.Hash = fmt.Sprintf("%064x", i)
		many.Documents = append(many.Documents, doc)
	}
	c.rec.apply(many)
	c.since.add(many)
	v.now = v.now.Add(time.Hour)
	c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
	if c.read(checkpointFile) == base {
		t.Error("the checkpoint is the old one")
	}
	if n := len(c.since.rec.Documents); n != 0 {
		t.Errorf("the tail still holds %d documents", n)
	}
	if got, want := c.bareRecords(), c.inMemory(); got != want {
		t.Errorf("checkpoint and tail say\n%s\nrecords\n%s", got, want)
	}
}

func TestATailCountsOnlyBesideItsCheckpoint(t *testing.T) {
	for name, hurt := range map[string]func(*computer){
		"lost":    func(c *computer) { c.lose(tailFile) },
		"damaged": func(c *computer) { c.overwrite(tailFile, "{}") },
		"of another checkpoint": func(c *computer) {
			tail := c.read(tailFile)
			c.since.start(nil)
			c.writeCheckpoint() // whole: time in it makes its signature another
			c.clock.Advance(time.Hour)
			c.rec.Home.Label = "other"
			c.since.start(nil)
			c.writeCheckpoint()
			c.overwrite(tailFile, tail)
		},
		"the checkpoint is lost": func(c *computer) { c.lose(checkpointFile) },
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			req := c.activate(v)
			v.now = v.now.Add(time.Hour)
			c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
			before := licensesOf(c)
			hurt(c)
			c.reopen()
			v.now = v.now.Add(time.Hour)
			c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 3, bound(req))))))
			if got, want := c.bareRecords(), c.inMemory(); got != want {
				t.Fatalf("afterwards checkpoint and tail say\n%s\nrecords\n%s", got, want)
			}
			if licensesOf(c) == before {
				t.Fatal("nothing was taken")
			}
			before = licensesOf(c)
			c.keys.Fail(keystore.Locked)
			c.reopen()
			if got := licensesOf(c); got != before {
				t.Fatalf("without the key store: %s\nwant %s", got, before)
			}
		})
	}
}

func (c *computer) overwrite(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.home, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func TestAVerdictOverSomeProductsIsThatOverAll(t *testing.T) {
	c, v := many(t, 40, true)
	other := newVendor(t, "other")
	c.use(other.profileFile())
	c.use(other.welcome(testKey(t, 7)))
	_ = v
	for _, days := range []int{0, 200, 330, 370, 400} {
		c.clock.Set(start.AddDate(0, 0, days))
		r := c.clockRead()
		all := c.evaluate(terms.Query{}, c.rec, r)
		if n := len(all.Products); n != 41 {
			t.Fatalf("%d products", n)
		}
		for _, p := range all.Products {
			one := c.evaluateProducts(c.rec, r, p.Vendor, map[string]bool{p.ID: true})
			if a, b := fmt.Sprintf("%+v", p), fmt.Sprintf("%+v", one.Products); len(one.Products) != 1 || "["+a+"]" != b {
				t.Fatalf("after %d days %s alone is\n%s\nwith all\n%s", days, p.ID, b, a)
			}
		}
		again, _ := c.judge(r)
		if a, b := fmt.Sprintf("%+v", all), fmt.Sprintf("%+v", again); a != b {
			t.Fatalf("after %d days judged again\n%s\nevaluated\n%s", days, b, a)
		}
	}
}

func TestThousandsOfLicensesThatEndOnOneDayAreOneRecord(t *testing.T) {
	c, _ := many(t, 60, true)
	c.reopen()
	before := c.Snapshot().Records.Seq
	c.clock.Advance(400 * 24 * time.Hour)
	c.Refresh(context.Background())
	s := c.Snapshot()
	if grown := s.Records.Seq - before; grown == 0 || grown > 2 {
		t.Fatalf("the journal grew by %d", grown)
	}
	p := s.Verdict.Products[30]
	if p.State != terms.StateExpired {
		t.Fatalf("state %s", p.State)
	}
	h, err := c.History(context.Background(), p.Vendor, p.License, 1)
	if err != nil || len(h) != 1 || h[0].Kind != "verdict_changed" || h[0].Reason != "several" {
		t.Fatalf("history of %s: %+v, %v", p.License, h, err)
	}
	seq := s.Records.Seq
	c.reopen()
	c.lose(indexFile)
	if got := c.Snapshot().Records.Seq; got != seq {
		t.Fatalf("a new start recorded the same states again: %d, then %d", seq, got)
	}
}

func TestAnIndexOfBeforeIsBuiltAnew(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	shown := c.rec.Home.Shown
	if len(shown) == 0 {
		t.Fatal("no state was recorded")
	}
	err := c.index.Update(func(tx *store.Tx) error {
		for k := range shown {
			if err := tx.Delete(bucketShown, k); err != nil {
				return err
			}
		}
		return putJSON(tx, bucketHome, tailKey, tailRecord{Seq: c.rec.Seq, Head: c.rec.Head, Home: c.rec.Home})
	})
	if err != nil {
		t.Fatal(err)
	}
	seq := c.Snapshot().Records.Seq
	for _, old := range []bool{true, false} {
		c.reopen()
		if c.indexOld != old || len(c.rec.Home.Shown) != len(shown) || c.Snapshot().Records.Seq != seq {
			t.Fatalf("old %v, shown %v, seq %d, then %d", c.indexOld, c.rec.Home.Shown, seq, c.rec.Seq)
		}
	}
	c.wants(terms.StateActive)
}
