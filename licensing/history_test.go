package licensing

import (
	"context"
	"errors"
	"testing"

	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

func TestHistoryIsThatOfTheLicense(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	other := newVendor(t, "other")
	c.use(other.profileFile())
	c.use(v.welcome(testKey(t, 5)))
	root := c.Snapshot().Verdict.Products[0].Vendor
	kinds := func(root, serial string, limit int) []string {
		t.Helper()
		h, err := c.History(context.Background(), root, serial, limit)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for i, en := range h {
			all = append(all, en.Kind)
			if i > 0 && en.Seq >= h[i-1].Seq {
				t.Errorf("%d after %d", en.Seq, h[i-1].Seq)
			}
		}
		return all
	}
	all := kinds("", "", 0)
	if uint64(len(all)) != c.Snapshot().Records.Seq || all[len(all)-1] != "set_up" {
		t.Fatalf("all: %v", all)
	}
	if got := kinds("", "", 2); len(got) != 2 || got[0] != all[0] || got[1] != all[1] {
		t.Errorf("two: %v of %v", got, all)
	}
	mine := kinds(root, "A-1", 0)
	if len(mine) < 3 || mine[len(mine)-1] != "request_made" {
		t.Errorf("license: %v", mine)
	}
	if got := kinds(root, "A-1", 1); len(got) != 1 || got[0] != mine[0] {
		t.Errorf("one: %v of %v", got, mine)
	}
	if vendor := kinds(root, "", 0); len(vendor) <= len(mine) || len(vendor) >= len(all) {
		t.Errorf("vendor: %v", vendor)
	}
	if got := kinds(root, "Z-9", 0); len(got) != 0 {
		t.Errorf("another license: %v", got)
	}
	h, err := c.History(context.Background(), "", "", 0)
	for _, en := range h {
		if b, ok := en.Data.(interface{ MarshalJSON() ([]byte, error) }); ok {
			if text, _ := b.MarshalJSON(); holds(text, testKey(t, 5)) {
				t.Errorf("record %d holds a license key", en.Seq)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	c.keys.Fail(keystore.Locked)
	c.reopen()
	var p *terms.Problem
	if _, err := c.History(context.Background(), "", "", 0); !errors.As(err, &p) || p.State != terms.StateKeychainLocked {
		t.Fatalf("without the key store: %v", err)
	}
}
