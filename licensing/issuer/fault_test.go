package issuer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestAnIssuerIsNeverOverwritten(t *testing.T) {
	d := newDesk(t)
	before := tree(t, d.dir)
	_, err := issuer.Init(d.dir, acme(), d.opts)
	wantCode(t, err, issuer.CodeExists, 2)
	for name, b := range tree(t, d.dir) {
		if !bytes.Equal(before[name], b) {
			t.Errorf("%s changed", name)
		}
	}
	_, err = issuer.Open(t.TempDir(), d.opts)
	wantCode(t, err, issuer.CodeNone, 29)
	for _, id := range []string{"", "Acme", "a b", "../acme", strings.Repeat("a", 41)} {
		v := acme()
		v.ID = id
		_, err := issuer.Init(t.TempDir(), v, d.opts)
		wantCode(t, err, issuer.CodeVendorID, 2)
	}
}

// TestInitMakesAnIssuerOrNothing lets each call to the file system break in turn.
func TestInitMakesAnIssuerOrNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	for _, cause := range []error{syscall.ENOSPC, syscall.EIO} {
		for n := 1; ; n++ {
			dir := filepath.Join(t.TempDir(), "acme")
			d := &desk{dir: dir, now: monday}
			d.opts = issuer.Options{Now: func() time.Time { return monday }, Rand: randomness(1)}
			faulty := disk.NewFaulty(disk.OS(), n, cause)
			broken := d.opts
			broken.FS = faulty
			is, err := issuer.Init(dir, acme(), broken)
			if !faulty.Tripped() {
				if err != nil {
					t.Fatalf("call %d was not reached: %v", n, err)
				}
				_ = is.Close()
				break
			}
			if err == nil {
				_ = is.Close() // a call whose outcome does not matter
				continue
			}
			if !errors.Is(err, cause) {
				t.Errorf("call %d: %v hides the cause", n, err)
			}
			if disk.IsFull(cause) && issuer.ExitCode(err) != 43 && n > 1 {
				t.Errorf("call %d: exit code %d for %v", n, issuer.ExitCode(err), err)
			}
			for name := range tree(t, filepath.Dir(dir)) {
				if strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, ".new") {
					t.Errorf("call %d left %s behind", n, name)
				}
			}
			// Afterwards there is an issuer or there is none, and either way work can go on.
			is, err = issuer.Open(dir, d.opts)
			if err != nil {
				wantCode(t, err, issuer.CodeNone, 29)
				if is, err = issuer.Init(dir, acme(), d.opts); err != nil {
					t.Fatalf("after call %d broke: %v", n, err)
				}
			}
			d.Issuer = is
			d.license(t, issuer.NewLicense{})
			if err := is.Close(); err != nil {
				t.Error(err)
			}
			if n > 100 {
				t.Fatal("Init makes too many calls to be tried one by one")
			}
		}
	}
}

func TestTwoProcessesCannotHaveTheStoreOpen(t *testing.T) {
	d := newDesk(t)
	o := d.opts
	o.Wait = 50_000_000 // 50 ms
	_, err := issuer.Open(d.dir, o)
	wantCode(t, err, issuer.CodeBusy, 75)
}

// TestNoByteOfTheStoreChangesUnseen changes bytes of the store, one at a time. Whatever is not noticed must
// not have mattered: the same request still gets the same bytes, and the license is what it was.
func TestNoByteOfTheStoreChangesUnseen(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine: the race detector learns nothing here")
	}
	d := newDesk(t)
	made := d.license(t, issuer.NewLicense{Order: "ORDER-17"})
	ask := newComputer(t, 1).request(t, d.trusted(t), made.Key, 1)
	want := d.answer(t, ask)
	if _, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("Still yours?"), Order: "T-1"}); err != nil {
		t.Fatal(err)
	}
	a := d.agent(t, 1)
	a.use(5)
	d.receive(t, a.export())
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(d.dir, "issuer.db")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	look := func() error {
		is, err := issuer.Open(d.dir, d.opts)
		if err != nil {
			return err
		}
		defer func() { _ = is.Close() }()
		a, err := is.Answer(t.Context(), ask)
		if err != nil {
			return err
		}
		l, err := is.License(made.Serial)
		if err != nil {
			return err
		}
		if !a.Again || !bytes.Equal(a.File, want.File) || l.Used != 1 || !l.Ends.Equal(made.Ends) || l.Version != 2 || l.OnHold == nil || l.OnHold.Reason.In("en") != "Still yours?" {
			t.Errorf("something else came out: %+v, %+v", a.Name, l)
		}
		return nil
	}
	step := 97 // a prime, so that every part of a page is met
	if testing.Short() {
		step = 997
	}
	noticed, harmless := 0, 0
	for at := 0; at < len(whole); at++ {
		if first := at%4096 < 80 && at < 8192; at%step != 0 && !first {
			continue
		}
		b := bytes.Clone(whole)
		b[at] ^= 0x20
		write(t, name, b)
		err := look()
		if err == nil {
			harmless++
			continue
		}
		noticed++
		if code := issuer.ExitCode(err); code != 33 {
			t.Errorf("byte %d: exit code %d: %v", at, code, err)
		}
	}
	for cut := 0; cut < len(whole); cut += 4000 {
		write(t, name, whole[:cut])
		if err := look(); err == nil && cut < len(whole)/4 { // what follows may be free pages
			t.Errorf("cut to %d of %d bytes, and nobody noticed", cut, len(whole))
		}
	}
	t.Logf("%d changes noticed, %d without effect", noticed, harmless)
	if noticed == 0 || harmless == 0 {
		t.Error("the sweep did not meet both used and unused bytes")
	}
	write(t, name, whole)
	if err := look(); err != nil {
		t.Error(err)
	}
}

// TestWhatIsSaidIsRecordedWholeOrNotAtAll lets the signing break at each step, by randomness that runs out after n bytes. What was
// not handed out was not said, granted or moved either, and the same order works afterwards.
func TestWhatIsSaidIsRecordedWholeOrNotAtAll(t *testing.T) {
	random := &running{from: randomness(1)}
	d := newDesk(t, func(o *issuer.Options) { o.Rand = random })
	made, gone := d.license(t, issuer.NewLicense{Order: "A", Customer: "8812"}), d.license(t, issuer.NewLicense{Order: "B"})
	v := d.trusted(t)
	pc := newComputer(t, 1)
	d.answer(t, pc.request(t, v, made.Key, 1))
	more := d.meeting(t, pc, exchange.RequestMoreTime, 2, []string{made.Serial}, wanted(monday.AddDate(0, 0, 100)))
	meters := d.agent(t, 1)
	meters.use(9)
	report := meters.export()
	steps := []struct {
		name string
		do   func() error
	}{
		{"receive", func() error {
			_, err := d.AnswerFile(t.Context(), "usage.hfuse", report)
			return err
		}},
		{"keep", func() error {
			_, err := d.KeepUsage(t.Context(), terms.Days(400), "J. Doe")
			return err
		}},
		{"erase", func() error {
			_, err := d.EraseUsage(t.Context(), "8812", "J. Doe", "x")
			return err
		}},
		{"extend", func() error {
			_, err := d.Extend(t.Context(), issuer.NewExtension{To: issuer.To{Customer: "8812"}, What: terms.ExtendLicense, By: terms.Days(5), Agent: "J. Doe", Reason: terms.Plain("x"), Order: "T-1"})
			return err
		}},
		{"notice", func() error {
			_, err := d.Notice(t.Context(), issuer.NewNotice{Type: terms.NoticeOutage, ID: "down", Text: terms.Plain("x"), Order: "T-2"})
			return err
		}},
		{"hold", func() error {
			_, err := d.Hold(t.Context(), issuer.NewHold{Serial: made.Serial, Reason: terms.Plain("x"), Order: "T-3"})
			return err
		}},
		{"revoke", func() error {
			_, err := d.Revoke(t.Context(), issuer.NewRevocation{Serial: gone.Serial, Reason: terms.Plain("x"), By: "J. Doe", Order: "T-4"})
			return err
		}},
		{"decide", func() error {
			_, err := d.Decide(t.Context(), more, issuer.Decision{Agent: "J. Doe", Reason: "x"})
			return err
		}},
		{"publish", func() error {
			_, err := d.Publish(t.Context(), shorter(t), time.Time{})
			return err
		}},
	}
	for _, s := range steps {
		before := d.whole(t)
		broke := 0
		for n := 0; ; n += 8 {
			random.left, random.limited = n, true
			err := s.do()
			random.limited = false
			if err == nil {
				break
			}
			broke++
			if after := d.whole(t); after != before {
				t.Fatalf("%s: after %d bytes of randomness: %v\nleft behind\n%s\nbefore\n%s", s.name, n, err, after, before)
			}
			if n > 10_000 {
				t.Fatalf("%s never ends: %v", s.name, err)
			}
		}
		if broke == 0 && s.name != "keep" || d.whole(t) == before {
			t.Errorf("%s: %d breaks, and what it did is not to be seen", s.name, broke)
		}
		if err := s.do(); err != nil && s.name != "decide" {
			t.Errorf("%s once more: %v", s.name, err)
		}
	}
	d.reopen(t) // and the store is whole
}

// running is randomness that can run out.
type running struct {
	from    io.Reader
	left    int
	limited bool
}

func (r *running) Read(b []byte) (int, error) {
	if r.limited {
		if r.left < len(b) {
			return 0, errors.New("no randomness is left")
		}
		r.left -= len(b)
	}
	return r.from.Read(b)
}

// whole is everything that the desk can be asked about.
func (d *desk) whole(t *testing.T) string {
	t.Helper()
	licenses, err := d.Licenses()
	if err != nil {
		t.Fatal(err)
	}
	grants, err := d.Extensions("")
	if err != nil {
		t.Fatal(err)
	}
	said, err := d.Statements()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.UsageReport(issuer.UsageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	odd, err := d.Anomalies()
	if err != nil {
		t.Fatal(err)
	}
	keep, before, err := d.Keeping()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal([]any{licenses, grants, said, rows, odd, keep, before})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
