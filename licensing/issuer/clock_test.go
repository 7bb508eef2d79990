package issuer_test

import (
	"context"
	"testing"
	"time"

	"holdfast/licensing/issuer"
)

// machine is what a computer knows of how long it has been on.
type machine struct {
	boot string
	on   time.Duration
}

func TestAClockThatRanAheadWhileTheComputerWasOnStopsTheSigning(t *testing.T) {
	m := &machine{"boot-1", time.Hour}
	d := newDesk(t, func(o *issuer.Options) { o.Running = func() (string, time.Duration) { return m.boot, m.on } })
	made := d.license(t, issuer.NewLicense{Places: 9})
	v := d.trusted(t)
	ask := func(n int) error {
		_, err := d.Answer(context.Background(), newComputer(t, n).request(t, v, made.Key, n))
		return err
	}
	if err := ask(1); err != nil {
		t.Fatal(err)
	}
	// Two days later by the clock, one hour later by the computer.
	d.now, m.on = d.now.AddDate(0, 0, 2), m.on+time.Hour
	wantCode(t, ask(2), issuer.CodeClockAhead, 30)
	// Less than a day ahead is nobody's business.
	d.now = monday.Add(20 * time.Hour)
	if err := ask(3); err != nil {
		t.Errorf("20 hours: %v", err)
	}
	// After a restart nothing contradicts, however long it was: a desk that signs once a month.
	d.now, m.boot, m.on = monday.AddDate(0, 0, 29), "boot-2", time.Minute
	if err := ask(4); err != nil {
		t.Errorf("a month later: %v", err)
	}
	if newest, long, err := d.LongAgo(); err != nil || long || !newest.Equal(d.now) {
		t.Errorf("newest %s, long ago %v, %v", newest, long, err)
	}
	// A computer that slept or stayed on for a week counts that week.
	d.now, m.on = d.now.AddDate(0, 0, 1), m.on+24*time.Hour
	if err := ask(5); err != nil {
		t.Errorf("a day on: %v", err)
	}
	d.now = d.now.AddDate(0, 0, 20)
	d.opts.ClockIsRight = true
	d.reopen(t)
	d.now = monday.AddDate(0, 0, 30)
	if err := ask(6); err != nil {
		t.Errorf("somebody said that the clock is right: %v", err)
	}
}

func TestAnOldNewestSignatureIsOnlyPointedOut(t *testing.T) {
	d := newDesk(t)
	d.now = monday.AddDate(0, 3, 5)
	if newest, long, err := d.LongAgo(); err != nil || !long || !newest.Equal(monday) {
		t.Errorf("newest %s, long ago %v, %v", newest, long, err)
	}
}
