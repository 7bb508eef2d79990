package licensing

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/keystore"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

func TestAnOldAnswerIsNoAnswerToANewRequest(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	call, req := c.checkInCall(false)
	l := v.license("A-1", 2, bound(req))
	old := v.checkin(req, l, standingPart("s1"))
	if got := c.take(call, old); got.Cause != "" {
		t.Fatalf("the answer: %+v", got)
	}
	next, req := c.checkInCall(false)
	if got := c.take(next, old); got.Cause != reconcile.CauseOther {
		t.Fatalf("the answer of before to a new check-in: %+v", got)
	}
	if got := c.take(next, v.brief(req, "s1")); got.Cause != "" {
		t.Fatalf("its own answer: %+v", got)
	}
}

func TestALateAnswerIsTakenOnceAndIsNotThatOfTheRequest(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	_, late := c.checkInCall(false)
	call, _ := c.checkInCall(false)
	answer := v.brief(late, "s1")
	if got := c.take(call, answer); got.Cause != reconcile.CauseOther {
		t.Fatalf("the answer to the check-in before: %+v", got)
	}
	seq := c.Snapshot().Records.Seq
	if it := c.use(answer); it.Taken {
		t.Fatal("a short answer is taken twice")
	}
	for e := range entries(t, c, seq) {
		if e.Kind != "file_refused" {
			t.Errorf("a record %s", e.Kind)
		}
	}
}

func TestAnOutageConfirmsNoChangedComputer(t *testing.T) {
	c, v := newDesktop(t)
	c.starts(rebuilt(mostParts...))
	c.wants(terms.StateComputerChanged)
	c.clock.Advance(time.Hour)
	v.now = c.clock.Read().Wall
	call, req := c.checkInCall(false)
	if !req.Changed {
		t.Fatal("the check-in does not say that the computer changed")
	}
	out := noticePart(1, terms.Notice{ID: "outage-1", Type: terms.NoticeOutage, From: v.now})
	if got := c.take(call, v.file(exchange.KindNotice, v.response(exchange.KindNotice, &req, out))); got.Cause != reconcile.CauseOutage {
		t.Fatalf("an outage: %+v", got)
	}
	c.wants(terms.StateComputerChanged)
	if _, req := c.checkInCall(false); !req.Changed {
		t.Fatal("the vendor is not told any more")
	}
}

func TestTheSameRefusalAgainIsOneLine(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	no := exchange.Part{Kind: exchange.KindRefusal, Refusal: &terms.Refusal{Code: "unknown_place", Reason: terms.Plain("No place."), Ref: "R-1"}}
	was := len(c.Snapshot().Requests)
	for i := range 3 {
		c.clock.Advance(time.Hour)
		v.now = c.clock.Read().Wall
		call, req := c.checkInCall(false)
		if got := c.take(call, v.file(exchange.KindRefusal, v.profile(), v.response(exchange.KindRefusal, &req, no))); got.Cause != reconcile.CauseDeclined {
			t.Fatalf("refusal %d: %+v", i, got)
		}
	}
	if n := len(c.Snapshot().Requests) - was; n != 1 {
		t.Fatalf("%d refused check-ins are listed", n)
	}
}

func TestABatchThatCannotBeSmallerGoesAgainAsItWas(t *testing.T) {
	c, _ := meteringComputer(t)
	for i := range 40 {
		c.uses("renders", 1, fmt.Sprintf("%d-%s", i, strings.Repeat("x", 40)))
	}
	first := c.drafts(UsageOptions{Most: 64})
	if len(first.File) <= 2*64 {
		t.Fatal("the file is too small for this test")
	}
	if again := c.drafts(UsageOptions{Most: 64}); again.ID != first.ID {
		t.Fatal("a file that nobody confirmed is made anew each time")
	}
}

func TestUsageThatIsUploadedInBatchesIsCountedOnce(t *testing.T) {
	c, d := meteringComputer(t)
	total := uint64(0)
	for range 3 { // each draft closes an epoch
		for range 5 {
			total++
			c.uses("renders", 1, fmt.Sprintf("e%d", total))
		}
		c.drafts(UsageOptions{})
	}
	var counted uint64
	for i := range 10 {
		call, ok, err := c.UsageCall(context.Background(), c.root(), 64)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		if i == 1 { // the answer was lost, and a person saves everything meanwhile
			if err := c.UsageLeft(context.Background(), c.drafts(UsageOptions{}).ID, "all.hfuse"); err != nil {
				t.Fatal(err)
			}
			if again, _, _ := c.UsageCall(context.Background(), c.root(), 64); len(again.Body) == 0 {
				t.Fatal("no batch after a person saved a file")
			}
		}
		receipt, n := d.confirm(call.Body)
		counted += n.Events
		got := c.take(call, receipt)
		if got.Cause != "" {
			t.Fatalf("receipt %d: %+v", i, got)
		}
	}
	if c.nothing(); counted != total {
		t.Fatalf("%d counted of %d", counted, total)
	}
}

func TestAfterDamageTheVendorIsAskedForEverything(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	call, req := c.checkInCall(false)
	if got := c.take(call, v.checkin(req, v.license("A-1", 2, bound(req)), standingPart("s1"))); got.Cause != "" {
		t.Fatalf("a check-in: %+v", got)
	}
	for i := range 3 {
		contact := reconcile.Contact{ID: fmt.Sprint(i), At: start, Reason: reconcile.ReasonStart, Root: c.root()}
		if err := c.KeepContact(context.Background(), contact); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(c.home, func(path string, info os.FileInfo, err error) error {
		switch {
		case err != nil || info.IsDir():
		case strings.Contains(path, journalDir): // only the last entries can be read no more
			b, rerr := os.ReadFile(path)
			if err = rerr; err == nil {
				b[len(b)-40] ^= 0x55
				err = os.WriteFile(path, b, 0o600)
			}
		case strings.HasPrefix(filepath.Base(path), "checkpoint"), strings.HasSuffix(path, ".db"):
			err = os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.open()
	if _, req := c.checkInCall(false); c.Snapshot().Records.State != terms.StateRecordsDamaged || req.State != "" {
		t.Fatalf("records %q, state %q", c.Snapshot().Records.State, req.State)
	}
}

func TestAContactThatOutlivesTheProgramOpensNothingAgain(t *testing.T) {
	v, c := newVendor(t, "acme"), newComputer(t)
	c.with(v, offline(terms.Days(30), terms.Days(60)))
	c.keys.Fail(keystore.Locked)
	c.reopen()
	root := c.root()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.keys.Fail(keystore.OK)
	if _, _, err := c.CheckInCall(context.Background(), root, false); err == nil {
		t.Fatal("a check-in is made after the end")
	}
	c.open() // nobody holds the records
	c.checkInCall(false)
}

func TestAnOutageSettlesNoRestoredCopy(t *testing.T) {
	now, old, v := twoAges(t)
	d := apartFrom(t, now)
	d.putBack(old, pieces[0], pieces[1])
	d.open()
	d.wants(terms.StateRolledBack)
	d.clock.Advance(2 * day)
	v.now = d.clock.Read().Wall
	call, req := d.checkInCall(false)
	out := noticePart(1, terms.Notice{ID: "outage-1", Type: terms.NoticeOutage, From: v.now})
	if got := d.take(call, v.file(exchange.KindNotice, v.response(exchange.KindNotice, &req, out))); got.Cause != reconcile.CauseOutage {
		t.Fatalf("an outage: %+v", got)
	}
	if _, again := d.checkInCall(false); !req.Restored || !again.Restored {
		t.Fatalf("restored %v, and after the outage %v", req.Restored, again.Restored)
	}
}
