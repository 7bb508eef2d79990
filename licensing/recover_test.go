package licensing

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// licensesOf is what must never change by a fault: the licenses as Evaluate sees them.
func licensesOf(c *computer) string {
	b, err := json.Marshal(c.Snapshot().Facts.Licenses)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

func TestVerdictWithoutTheKeyStore(t *testing.T) {
	for class, want := range map[keystore.Class]terms.State{
		keystore.Locked: terms.StateKeychainLocked, keystore.Denied: terms.StateKeychainDenied, keystore.None: terms.StateKeychainNone,
		keystore.Mute: terms.StateKeychainMute, keystore.Missing: terms.StateKeyMissing,
	} {
		t.Run(string(class), func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			before := licensesOf(c)
			c.keys.Fail(class)
			c.reopen()
			c.wants(want)
			if got := licensesOf(c); got != before {
				t.Fatalf("licenses without the key store:\n%s\nbefore:\n%s", got, before)
			}
			if ok, f := c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
				t.Fatalf("edit is not allowed: %s", f.State)
			}
			_, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme", Key: testKey(t, 2)})
			var p *terms.Problem
			if !errors.As(err, &p) || p.State != want {
				t.Fatalf("a request without keys: %v", err)
			}
			c.keys.Fail(keystore.OK)
			if err := c.Unlock(context.Background()); err != nil {
				t.Fatalf("recovery without a restart: %v", err)
			}
			c.wants(terms.StateActive)
		})
	}
}

func TestUnprovenComputerIsBelievedForAWeek(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.keys.Fail(keystore.Locked)
	c.reopen()
	q := terms.Query{Product: "acmecad", Feature: "edit"}
	c.clock.Advance(6 * 24 * time.Hour)
	if ok, _ := c.Evaluate(q).Allowed(); !ok {
		t.Fatal("not believed after six days")
	}
	c.clock.Advance(48 * time.Hour)
	if ok, f := c.Evaluate(q).Allowed(); ok || f.State != terms.StateKeychainLocked {
		t.Fatalf("believed after eight days (%v, %s)", ok, f.State)
	}
}

func TestCopiedHomeOnOtherHardwareIsNotBelieved(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.keys.Fail(keystore.Missing)
	for i := range c.facts {
		c.facts[i].Value = "another machine"
	}
	c.reopen()
	if ok, _ := c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); ok {
		t.Fatal("a copy of the home works on other hardware")
	}
}

func TestEachFileOfTheHomeCanBeLostOrDamaged(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	before := licensesOf(c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	var files []string
	err := filepath.Walk(c.home, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	damage := map[string]func([]byte) []byte{
		"lost":    nil,
		"emptied": func([]byte) []byte { return []byte{} },
		"halved":  func(b []byte) []byte { return b[:len(b)/2] },
		"zeroed":  func(b []byte) []byte { return make([]byte, len(b)) },
		"flipped in the middle": func(b []byte) []byte {
			b[len(b)/2] ^= 0x55
			return b
		},
	}
	for _, file := range files {
		for name, hurt := range damage {
			t.Run(filepath.Base(file)+" "+name, func(t *testing.T) {
				d := apartFrom(t, c)
				path := filepath.Join(d.home, strings.TrimPrefix(file, c.home))
				if hurt == nil {
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
				} else {
					b, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, hurt(b), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				d.open()
				defer d.Close()
				if got := licensesOf(d); got != before {
					t.Fatalf("state %s, licenses %s", d.state(), got)
				}
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				d.open()
				if s := d.state(); s != terms.StateActive {
					t.Fatalf("second start after the damage: %s", s)
				}
			})
		}
	}
}

// apartFrom is copyOf with a key store of its own.
func apartFrom(t *testing.T, c *computer) *computer {
	t.Helper()
	d := copyOf(t, c)
	d.keys = keystore.Memory()
	info, err := readHome(disk.OS(), c.home)
	if err != nil {
		t.Fatal(err)
	}
	items := []string{"keys-" + info.ID, "journal-" + info.ID}
	ledgers, err := filepath.Glob(filepath.Join(c.home, usageDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range ledgers {
		items = append(items, "usage-"+filepath.Base(dir))
	}
	for _, item := range items {
		b, err := c.keys.Get(context.Background(), item)
		if err == nil {
			err = d.keys.Set(context.Background(), item, b)
		}
		if err != nil && !(strings.HasPrefix(item, "usage-") && keystore.ClassOf(err) == keystore.Missing) { // not yet due
			t.Fatal(err)
		}
	}
	return d
}

// copyOf makes a computer with a copy of c's home, sharing key store and clock.
func copyOf(t *testing.T, c *computer) *computer {
	t.Helper()
	d := *c
	d.t, d.home = t, filepath.Join(t.TempDir(), "home")
	if err := os.CopyFS(d.home, os.DirFS(c.home)); err != nil {
		t.Fatal(err)
	}
	return &d
}

func TestOlderCopiesPutBackAreSeen(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.activate(v)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	old := copyOf(t, c)
	c.open()
	v.now = start.Add(time.Hour)
	c.use(v.file("license", v.response("license", nil, licensePart(v.license("A-1", 2, bound(req))))))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("whole home", func(t *testing.T) {
		d := copyOf(t, old)
		d.open()
		defer d.Close()
		d.wants(terms.StateRolledBack)
		if ok, _ := d.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
			t.Fatal("work was stopped by a restore")
		}
	})
	t.Run("journal alone", func(t *testing.T) {
		d := copyOf(t, c)
		if err := os.RemoveAll(filepath.Join(d.home, journalDir)); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(d.home, journalDir), os.DirFS(filepath.Join(old.home, journalDir))); err != nil {
			t.Fatal(err)
		}
		d.open()
		defer d.Close()
		if got := d.Snapshot().Facts.Licenses[0].Version; got != 2 {
			t.Fatalf("version %d: the copy in the index was not used", got)
		}
		d.reopen()
		d.wants(terms.StateActive)
	})
}

func TestEveryFailingCallLeavesOldOrNew(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EMFILE} {
		t.Run(errno.Error(), func(t *testing.T) {
			v := newVendor(t, "acme")
			base := newComputer(t)
			req := base.request(v, testKey(t, 1))
			file := v.answer(req)
			if err := base.Close(); err != nil {
				t.Fatal(err)
			}
			for n := 1; ; n++ {
				if n > 2000 {
					t.Fatal("the fault never stopped firing")
				}
				d := apartFrom(t, base)
				faulty := disk.NewFaulty(disk.OS(), n, errno)
				o := d.options()
				o.FS = faulty
				e, err := Open(context.Background(), o)
				took := false
				if err == nil {
					rep, ierr := e.Import(context.Background(), []Source{{Name: "f", Data: file}}, ImportOptions{})
					took = ierr == nil && len(rep.Items) == 1 && rep.Items[0].Taken
					_ = e.Close()
				}
				fired := faulty.Tripped()
				d.open()
				held := len(d.Snapshot().Facts.Licenses) == 1
				if took && !held {
					t.Fatalf("call %d: an acknowledged import is gone", n)
				}
				if it := d.use(file); it.Finding.State != terms.StateFileKnown && !it.Taken {
					t.Fatalf("call %d: afterwards the file is %s", n, it.Finding.State)
				}
				d.wants(terms.StateActive)
				if rep, err := d.VerifyLedger(context.Background()); err != nil || !rep.OK() {
					t.Fatalf("call %d: the journal does not verify: %+v %v", n, rep.Findings, err)
				}
				_ = d.Close()
				if !fired {
					return
				}
			}
		})
	}
}

func TestSetUpAgainKeepsVendorsAndDocuments(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.keys = keystore.Memory() // the key store was emptied
	c.open()
	c.wants(terms.StateKeyMissing)
	if err := c.SetUpAgain(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.reopen()
	c.wants(terms.StateOtherComputer)
	m, err := c.MakeRequest(context.Background(), RequestOptions{Vendor: "acme", Key: testKey(t, 1)})
	if err != nil {
		t.Fatal(err)
	}
	req := parseRequest(t, m.File)
	v.now = start.Add(time.Hour)
	if it := c.use(v.answer(req, func(l *terms.License) { l.Version = 2 })); !it.Taken {
		t.Fatalf("answer after set-up: %+v", it.Finding)
	}
	c.wants(terms.StateActive)
	if _, err := os.Stat(filepath.Join(c.home, journalDir+".old-1")); err != nil {
		t.Fatalf("the old journal is gone: %v", err)
	}
}

func TestReplayGivesTheSameRecords(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.use(v.profileFile())
	want := c.rec.all()
	got := newRecords()
	if err := c.replay(got); err != nil {
		t.Fatal(err)
	}
	w, g := newRecords(), newRecords()
	w.apply(want)
	g.apply(got.all())
	w.Home.Proven, g.Home.Proven = time.Time{}, time.Time{}
	wb, _ := json.Marshal(w)
	gb, _ := json.Marshal(g)
	if !reflect.DeepEqual(wb, gb) {
		t.Fatalf("replay gave\n%s\nwant\n%s", gb, wb)
	}
}

// slowKeys is a key store that answers only when it is told to.
type slowKeys struct {
	keystore.Store
	asked, answer chan struct{}
}

func (s slowKeys) Get(ctx context.Context, item string) ([]byte, error) {
	s.asked <- struct{}{}
	<-s.answer
	return s.Store.Get(ctx, item)
}

func TestNobodyWaitsForASlowKeyStore(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.keys.Fail(keystore.Locked)
	c.reopen()
	slow := slowKeys{c.keys, make(chan struct{}), make(chan struct{})}
	c.o.KeyStore = slow
	done := make(chan error)
	go func() { done <- c.Unlock(context.Background()) }()
	<-slow.asked
	if s := c.Snapshot(); s.Verdict.Main.State != terms.StateKeychainLocked {
		t.Errorf("while it is asked: %s", s.Verdict.Main.State)
	}
	if ok, _ := c.Evaluate(terms.Query{Product: "acmecad", Feature: "edit"}).Allowed(); !ok {
		t.Error("a check was refused while the key store is asked")
	}
	c.keys.Fail(keystore.OK)
	go func() {
		for {
			select {
			case <-slow.asked:
			case slow.answer <- struct{}{}:
			case err := <-done:
				done <- err
				return
			}
		}
	}()
	slow.answer <- struct{}{}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c.wants(terms.StateActive)
}
