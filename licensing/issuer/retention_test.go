package issuer_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/issuer/pgtest"
)

func TestWhatALaterAnswerSaysAgainIsKeptForAWhileAndWhatWasGrantedForGood(t *testing.T) {
	t.Run("file", func(t *testing.T) { keptAnswers(t, newDesk(t)) })
	t.Run("database", func(t *testing.T) {
		keptAnswers(t, newDesk(t, func(o *issuer.Options) { o.Database = pgtest.Start(t) }))
	})
}

func keptAnswers(t *testing.T, d *desk) {
	a := d.agent(t, 1)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	asks := []struct {
		name string
		exchange.Envelope
	}{
		{"activation", a.request(t, d.trusted(t), made.Key, 1)},
		{"check-in", d.meeting(t, a.computer, exchange.RequestCheckin, 2, []string{made.Serial})},
		{"renewal", d.meeting(t, a.computer, exchange.RequestRenew, 3, []string{made.Serial})},
		{"more time", d.meeting(t, a.computer, exchange.RequestMoreTime, 4, []string{made.Serial}, wanted(monday.AddDate(0, 0, 50)))},
	}
	given := map[string][]byte{}
	for _, e := range asks {
		given[e.name] = d.answer(t, e.Envelope).File
	}
	a.use(5)
	file := a.export()
	receipt := d.receive(t, file)

	pass := func(days int) { // somebody asks meanwhile, which is when old answers go
		d.now = d.now.AddDate(0, 0, days)
		for n := range 3 {
			d.answer(t, d.meeting(t, a.computer, exchange.RequestCheckin, 100*days+n, []string{made.Serial}))
		}
		d.reopen(t)
	}
	pass(90)
	for _, e := range asks {
		if got := d.answer(t, e.Envelope); !got.Again || !bytes.Equal(got.File, given[e.name]) {
			t.Errorf("%s: other bytes after 90 days", e.name)
		}
	}
	if got := d.receive(t, file); !got.Again || !bytes.Equal(got.File, receipt.File) {
		t.Error("the usage file got another receipt after 90 days")
	}
	pass(1)
	for _, e := range asks {
		kept := e.name != "check-in"
		if got := d.answer(t, e.Envelope); got.Again != kept || bytes.Equal(got.File, given[e.name]) != kept || got.Refused {
			t.Errorf("%s after 91 days: again %v, refused %q", e.name, got.Again, got.Reason)
		}
	}
	again := d.receive(t, file)
	if again.Again || again.Receipt.New != 0 || again.Receipt.Entries != 5 || len(again.Receipt.Findings) > 0 {
		t.Errorf("the usage file once more: again %v, %+v", again.Again, again.Receipt)
	}
	if r := a.take(again.File); r.Entries != 5 || r.Totals["acmecad/renders"] != 5 {
		t.Errorf("receipt %+v", r)
	}
}

func TestAClockThatWasAheadLeavesNoAnswerBehind(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	pc := newComputer(t, 1)
	d.now = monday.AddDate(1, 0, 0)
	d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 1, []string{made.Serial}))
	d.opts.ClockIsRight = true
	d.now = monday
	d.reopen(t)
	for n := range 3 {
		d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 10+n, []string{made.Serial}))
	}
	for day := range 5 {
		d.now = monday.AddDate(0, 0, 91+day)
		d.reopen(t)
		for n := range 3 {
			d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 20+10*day+n, []string{made.Serial}))
		}
	}
	if n, err := d.KeptBefore(monday.AddDate(0, 0, 1)); err != nil || n != 0 {
		t.Errorf("%d answers of 95 days ago are left, %v", n, err)
	}
}

func TestADamagedOldAnswerStopsNobody(t *testing.T) {
	address := pgtest.Start(t)
	d := newDesk(t, func(o *issuer.Options) { o.Database = address })
	made := d.license(t, issuer.NewLicense{})
	pc, other := newComputer(t, 1), newComputer(t, 2)
	for n := range 3 {
		d.answer(t, d.meeting(t, pc, exchange.RequestCheckin, 10+n, []string{made.Serial}))
	}
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := c.Exec(t.Context(), `UPDATE holdfast_acme.records SET value = set_byte(value, 20, 0) WHERE bucket = 'recent' AND key =
		(SELECT key FROM holdfast_acme.records WHERE bucket = 'recent' AND key LIKE 'at/%' ORDER BY key OFFSET 1 LIMIT 1)`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatal(err, tag)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for day := range 2 {
		d.now = monday.AddDate(0, 0, 91+day)
		for n := range 3 {
			if _, err := d.Answer(t.Context(), d.meeting(t, other, exchange.RequestCheckin, 100+10*day+n, []string{made.Serial})); err != nil {
				t.Errorf("day %d: %v", day, err)
			}
		}
	}
	if n, err := d.KeptBefore(monday.AddDate(0, 0, 1)); err != nil || n != 0 {
		t.Errorf("%d old answers are left, %v", n, err)
	}
}

// TestOldAnswersGoWithoutHoldingUpWhoAsks: many callers meet the first morning on which many answers are old enough.
func TestOldAnswersGoWithoutHoldingUpWhoAsks(t *testing.T) {
	const old, callers, most = 12800, 128, 5 * time.Second
	asked := func(t *testing.T, d *desk) {
		made := d.license(t, issuer.NewLicense{Places: callers})
		d.answer(t, d.meeting(t, newComputer(t, callers), exchange.RequestCheckin, 1, []string{made.Serial}))
		if err := d.KeepOld(old, 8<<10, monday.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		d.now, d.opts.Rand = monday.AddDate(0, 0, 92), nil
		d.reopen(t)
		var asks []exchange.Envelope
		for n := range callers {
			asks = append(asks, d.meeting(t, newComputer(t, n+1), exchange.RequestCheckin, n, []string{made.Serial}))
		}
		begin := time.Now()
		var wait sync.WaitGroup
		for _, e := range asks {
			wait.Go(func() {
				if _, err := d.Answer(context.Background(), e); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if took := time.Since(begin); took > most {
			t.Errorf("%d answers took %v", callers, took)
		}
		for n := range old/200 + 1 {
			d.answer(t, d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 1000+n, []string{made.Serial}))
		}
		if n, err := d.KeptBefore(monday.AddDate(0, 0, 1)); err != nil || n != 0 {
			t.Errorf("%d old answers are left, %v", n, err)
		}
	}
	t.Run("file", func(t *testing.T) { asked(t, newDesk(t)) })
	t.Run("database", func(t *testing.T) {
		asked(t, newDesk(t, func(o *issuer.Options) { o.Database = pgtest.Start(t) }))
	})
}

func TestAnOldUsageFileOnceMoreIsNothingToLookAt(t *testing.T) {
	d := newDesk(t)
	a := d.agent(t, 1)
	made := d.license(t, issuer.NewLicense{Customer: "8812"})
	d.answer(t, a.request(t, d.trusted(t), made.Key, 1))
	var files [][]byte
	for n := range 3 {
		d.now = monday.AddDate(0, 0, n)
		a.now = d.now
		a.use(5)
		files = append(files, a.export())
		a.take(d.receive(t, files[n]).File)
	}
	d.now = monday.AddDate(0, 0, 100)
	for n := range 4 {
		d.answer(t, d.meeting(t, a.computer, exchange.RequestCheckin, 100+n, []string{made.Serial}))
	}
	for n, f := range files {
		got := d.receive(t, f)
		if got.Again || got.Receipt.New != 0 || got.Receipt.Entries != 15 || len(got.Receipt.Findings) > 0 {
			t.Errorf("file %d: again %v %+v", n, got.Again, got.Receipt)
		}
	}
	for code, x := range d.found(t) {
		t.Error(code, x.Evidence)
	}
}

func TestAnAnswerMadeAnewTakesThePlaceOfTheFirst(t *testing.T) {
	d := newDesk(t)
	v := d.trusted(t)
	made := d.license(t, issuer.NewLicense{})
	ask := d.meeting(t, newComputer(t, 1), exchange.RequestCheckin, 1, []string{made.Serial})
	first := d.answer(t, ask)
	d.now = d.now.AddDate(0, 0, 3)
	if _, err := d.RotateKeys(issuer.Rotation{Withdraw: v.Keys[0].ID, NothingAfter: monday.AddDate(0, 0, -1)}); err != nil {
		t.Fatal(err)
	}
	again := d.answer(t, ask)
	got, ok := d.handed(t, ask)
	n, err := d.KeptBefore(monday.AddDate(0, 0, 300))
	if again.Again || bytes.Equal(first.File, again.File) || !ok || !bytes.Equal(got.File, again.File) || n != 1 || err != nil {
		t.Errorf("%v %v %d %v", again.Again, ok, n, err)
	}
	d.reopen(t)
}

func TestRecentAnswersMoveIntoADatabase(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	a := d.agent(t, 1)
	ask := d.meeting(t, a.computer, exchange.RequestCheckin, 1, []string{made.Serial})
	first := d.answer(t, ask)
	a.use(3)
	file := a.export()
	rcp := d.receive(t, file)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	o := d.opts
	o.Database = pgtest.Start(t)
	if _, err := issuer.MoveStore(t.Context(), d.dir, o); err != nil {
		t.Fatal(err)
	}
	is, err := issuer.Open(d.dir, d.opts)
	if err != nil {
		t.Fatal(err)
	}
	d.Issuer = is
	if got := d.answer(t, ask); !got.Again || !bytes.Equal(got.File, first.File) {
		t.Error("other check-in")
	}
	if got := d.receive(t, file); !got.Again || !bytes.Equal(got.File, rcp.File) {
		t.Error("other receipt")
	}
}

func TestWhatIsPackedIsTheSameEachTime(t *testing.T) {
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{})
	a := d.agent(t, 1)
	a.use(3)
	files := [][]byte{armored(t, a.request(t, d.trusted(t), made.Key, 1)), armored(t, d.meeting(t, a.computer, exchange.RequestCheckin, 2, []string{made.Serial})), a.export()}
	for i, f := range files {
		found, err := exchange.Read("x", f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.AnswerPacked(t.Context(), "x", found)
		if err != nil {
			t.Fatal(err)
		}
		one, _ := p[0].Pack()
		txt, err := d.AnswerFound(t.Context(), "x", found)
		if err != nil {
			t.Fatal(err)
		}
		two, _ := txt[0].Pack()
		p2, _ := d.AnswerPacked(t.Context(), "x", found)
		three, _ := p2[0].Pack()
		if !txt[0].Again || !bytes.Equal(one, two) || !bytes.Equal(one, three) {
			t.Error(i, "differ")
		}
	}
}
