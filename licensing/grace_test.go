package licensing

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// graceLedger is the grace ledger in short: event, cause, when it began and ends in days after the start.
func (c *computer) graceLedger() []string {
	c.t.Helper()
	all, err := c.Grace(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	var out []string
	for _, g := range all {
		out = append(out, fmt.Sprintf("%s %s %d-%d", g.Event, g.Cause, daysAfter(g.Started), daysAfter(g.Ends)))
	}
	return out
}

func daysAfter(t time.Time) int { return int(t.Sub(start) / (24 * time.Hour)) }

func (c *computer) ledgerWants(what string, want ...string) {
	c.t.Helper()
	if got := c.graceLedger(); !slices.Equal(got, want) {
		c.t.Fatalf("%s: the grace ledger says %q, want %q", what, got, want)
	}
}

func (c *computer) onDay(n int) {
	c.t.Helper()
	c.clock.Advance(start.AddDate(0, 0, n).Sub(c.clock.Read().Wall))
	c.Refresh(context.Background())
}

func TestTheGraceLedgerTellsWhatHappened(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	for day := 0; day <= 30; day += 5 {
		c.onDay(day)
	}
	c.ledgerWants("within the window")
	c.onDay(31)
	c.onDay(32)
	c.ledgerWants("in grace", "started offline 30-44")
	all, err := c.Grace(context.Background())
	if err != nil || all[0].Remaining <= 12*86400 || all[0].Product != "acmecad" || all[0].License != "A-1" || all[0].Seq == 0 || all[0].Authority == "" {
		t.Fatalf("%+v, %v", all, err)
	}
	v.now = c.clock.Read().Wall
	more := extensionPart("x", terms.Extension{Serial: "A-1", What: terms.ExtendGrace, Until: start.AddDate(0, 0, 60)})
	if it := c.use(v.said(to("customer", "nobody"), more)); it.Taken {
		t.Fatal("somebody else's")
	}
	v.now = start // so that it is no contact of today
	if it := c.use(v.said(to("customer", acmeCustomer), more)); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	c.ledgerWants("with more grace", "started offline 30-44", "changed offline 30-60")
	ask := c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	v.now = c.clock.Read().Wall
	l := v.license("A-1", 2, bound(req))
	atSite(&l)
	if it := c.use(v.checkin(ask, l)); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	c.ledgerWants("after a check-in", "started offline 30-44", "changed offline 30-60", "recovered offline 30-60")
	c.reopen()
	c.lose(indexFile, checkpointFile)
	c.onDay(33)
	c.ledgerWants("after the loss of two copies", "started offline 30-44", "changed offline 30-60", "recovered offline 30-60")
	c.onDay(70)
	if got := c.graceLedger(); len(got) != 4 || got[3] != "started offline 62-76" {
		t.Fatalf("the next grace: %q", got)
	}
}

func TestAContactAfterGraceIsARecoveryToo(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.with(v, atSite)
	for day := 0; day <= 50; day += 5 {
		c.onDay(day)
	}
	c.ledgerWants("limited", "started offline 30-44", "ended offline 30-44")
	ask := c.asks(RequestOptions{Kind: exchange.RequestCheckin})
	v.now = c.clock.Read().Wall
	l := v.license("A-1", 2, bound(req))
	atSite(&l)
	if it := c.use(v.checkin(ask, l)); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	c.ledgerWants("after a check-in", "started offline 30-44", "ended offline 30-44", "recovered offline 30-44")
	c.onDay(51)
	c.ledgerWants("a day later", "started offline 30-44", "ended offline 30-44", "recovered offline 30-44")
}

func TestGraceIsCaughtUpAtTheNextStart(t *testing.T) {
	for name, test := range map[string]struct {
		day  int
		want []string
	}{
		"before it":                {20, nil},
		"while it runs":            {35, []string{"started offline 30-44"}},
		"after it":                 {50, []string{"started offline 30-44", "ended offline 30-44"}},
		"after the license's, too": {400, []string{"started offline 30-44", "ended offline 30-44"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.with(v, atSite)
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			c.clock.Set(start.AddDate(0, 0, test.day))
			c.open()
			c.clock.Advance(25 * time.Hour) // until a jump of the clock is believed
			c.Refresh(context.Background())
			c.ledgerWants("at the start", test.want...)
			c.reopen()
			c.ledgerWants("at the next start", test.want...)
		})
	}
}

func TestARunningGraceThatEndsIsTold(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.with(v, atSite)
	c.onDay(31)
	c.onDay(46)
	c.ledgerWants("past it", "started offline 30-44", "ended offline 30-44")
	c.onDay(47)
	c.reopen()
	c.ledgerWants("once", "started offline 30-44", "ended offline 30-44")
}

func TestAnExpiredLicenseBringsNoGraceOfThePast(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	if it := c.use(v.answer(req, func(l *terms.License) { l.Starts, l.Ends = start.AddDate(-2, 0, 0), start.AddDate(-1, 0, 0) })); !it.Taken {
		t.Fatalf("%+v", it.Finding)
	}
	c.wants(terms.StateExpired)
	c.reopen()
	c.ledgerWants("an old license")
}

func TestTheGraceOfThousandsIsOneRecord(t *testing.T) {
	c, _ := many(t, 60, true)
	c.reopen()
	c.onDay(366)
	if got := c.graceLedger(); len(got) != 60 || got[0] != "started renewal 365-379" {
		t.Fatalf("%d lines: %q", len(got), got[:min(2, len(got))])
	}
	all, err := c.Grace(context.Background())
	if err != nil || all[0].Seq != all[59].Seq {
		t.Fatalf("several records: %d to %d, %v", all[0].Seq, all[59].Seq, err)
	}
	c.onDay(367)
	c.reopen()
	if got := c.graceLedger(); len(got) != 60 {
		t.Fatalf("%d lines after another day", len(got))
	}
}
