package licensing

import (
	"path/filepath"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

func TestAWithdrawalAndAHoldStayWhenTheirDocumentIsDeleted(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	v.now = start.Add(time.Hour)
	yes := ImportOptions{AcceptLoss: true}
	c.use(v.said(nil, holdPart(1, terms.Hold{Serial: "A-1", AnswerBy: start.AddDate(0, 1, 0)})), yes)
	c.use(v.said(nil, revocationPart(1, terms.Revocation{Serial: "A-1", From: start})), yes)
	c.clock.Advance(2 * time.Hour)
	c.wants(terms.StateRevoked)
	f := c.Snapshot().Facts
	held := []string{filepath.Join(documentsDir, f.Holds[0].Document+".json"), filepath.Join(documentsDir, f.Revocations[0].Document+".json")}
	c.keys.Fail(keystore.Locked)
	c.lose(held...)
	if f := c.Snapshot().Facts; len(f.Holds) != 1 || len(f.Revocations) != 1 || f.Revocations[0].Body.Reason.In("en") != "Bought twice." {
		t.Fatalf("without the key store: %+v, %+v", f.Holds, f.Revocations)
	}
	c.keys.Fail(keystore.OK)
	c.lose(append(held, journalDir, indexFile)...)
	if f := c.Snapshot().Facts; len(f.Holds) != 1 || len(f.Revocations) != 1 {
		t.Fatalf("from the checkpoint: %d holds, %d withdrawals", len(f.Holds), len(f.Revocations))
	}
	if v := c.Snapshot().Verdict.Products[0]; len(v.Works) != 0 {
		t.Errorf("works %v", v.Works)
	}
}

func TestBeingRefusedIsNoContact(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	before := c.Snapshot().Verdict.Products[0].OfflineUntil
	c.clock.Advance(20 * 24 * time.Hour)
	v.now = start.AddDate(0, 0, 20)
	ask := c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	no := exchange.Part{Kind: exchange.KindRefusal, ID: "r1", Refusal: &terms.Refusal{Code: "unknown_place", Reason: terms.Plain("It is not there any more."), Ref: "R-1", At: v.now}}
	if it := c.use(v.file(exchange.KindRefusal, v.response(exchange.KindRefusal, &ask, no))); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	if after := c.Snapshot().Verdict.Products[0].OfflineUntil; !after.Equal(before) {
		t.Errorf("a refusal moved the time without contact from %s to %s", before, after)
	}
}

func TestAWithdrawalAtOnceNamesNoDayOfFullUse(t *testing.T) {
	at := func(until time.Time) time.Time {
		part := &partRecord{Issued: start, Body: exchange.Part{Revocation: &terms.Revocation{Serial: "A-1", From: start, Until: until}}}
		code, last := changeOf(part)
		if code != changeRevoked {
			t.Fatalf("code %q", code)
		}
		return last
	}
	if last := at(time.Time{}); !last.IsZero() {
		t.Errorf("at once: %v", last)
	}
	if last := at(start.AddDate(0, 0, 8)); !last.Equal(start.AddDate(0, 0, 8)) {
		t.Errorf("in eight days: %v", last)
	}
}
