package licensing

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// contents are the bytes of a file or of the first file in a folder of the home.
func (c *computer) contents(name string) []byte {
	c.t.Helper()
	path := filepath.Join(c.home, name)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		names, err := filepath.Glob(filepath.Join(path, "*"))
		if err != nil || len(names) == 0 {
			c.t.Fatalf("%s: %v, %v", name, names, err)
		}
		path = names[0]
	}
	b, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

func TestSetUpAgainGivesAHomeWithoutItsNameANewOne(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.lose(homeFile, checkpointFile)
	c.wants(terms.StateRecordsDamaged)
	kept := map[string][]byte{}
	for _, name := range []string{journalDir, indexFile, publicFile} {
		kept[name] = c.contents(name)
	}
	if err := c.SetUpAgain(context.Background()); err != nil {
		t.Fatalf("set up again: %v", err)
	}
	c.wants(terms.StateNotSetUp)
	for name, want := range kept {
		if got := c.contents(name + ".old-1"); !bytes.Equal(got, want) {
			t.Errorf("%s was not put aside as it was", name)
		}
	}
	c.reopen()
	c.wants(terms.StateNotSetUp)
	c.activate(v)
	c.wants(terms.StateActive)
	if rep, err := c.VerifyLedger(context.Background()); err != nil || !rep.OK() {
		t.Fatalf("the new journal: %+v, %v", rep.Findings, err)
	}
	c.reopen()
	c.wants(terms.StateActive)
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(c.home); err != nil || len(entries) > 0 {
		t.Errorf("erasing left %v, %v", entries, err)
	}
}

func TestSetUpAgainWithoutANameKeepsEverythingWhileTheKeyStoreIsAway(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.lose(homeFile, checkpointFile)
	c.keys.Fail(keystore.Locked)
	var p *terms.Problem
	if err := c.SetUpAgain(context.Background()); !errors.As(err, &p) || p.State != terms.StateKeychainLocked {
		t.Fatalf("with a locked key store: %v", err)
	}
	if !c.hasJournal() || !c.exists(publicFile) {
		t.Fatal("the old records were moved")
	}
	c.keys.Fail(keystore.OK)
	if err := c.SetUpAgain(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.wants(terms.StateNotSetUp)
}

func TestSetUpAgainWithoutANameMayBeCutOffAnywhere(t *testing.T) {
	base, v := newComputer(t), newVendor(t, "acme")
	base.activate(v)
	base.lose(homeFile, checkpointFile)
	if err := base.Close(); err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		if n > 500 {
			t.Fatal("the fault never stopped firing")
		}
		d := copyOf(t, base)
		d.keys = keystore.Memory()
		faulty := disk.NewFaulty(disk.OS(), n, syscall.EIO)
		o := d.options()
		o.FS = faulty
		if e, err := Open(context.Background(), o); err == nil {
			_ = e.SetUpAgain(context.Background())
			_ = e.Close()
		}
		d.open()
		if d.state() == terms.StateRecordsDamaged {
			if err := d.SetUpAgain(context.Background()); err != nil {
				t.Fatalf("call %d: set up again after it: %v", n, err)
			}
		}
		if it := d.use(v.profileFile()); !it.Taken {
			t.Fatalf("call %d: a file afterwards is %s", n, it.Finding.State)
		}
		d.reopen()
		d.wants(terms.StateNotSetUp)
		_ = d.Close()
		if !faulty.Tripped() {
			return
		}
	}
}

func TestNothingLeftIsDamagedAndNotAnOlderCopy(t *testing.T) {
	for name, again := range map[string]bool{"set up again": true, "with the next answer": false} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			c.lose(journalDir, indexFile, checkpointFile)
			c.wants(terms.StateRecordsDamaged)
			c.reopen()
			c.wants(terms.StateRecordsDamaged)
			if again {
				if err := c.SetUpAgain(context.Background()); err != nil {
					t.Fatal(err)
				}
				c.wants(terms.StateNotSetUp)
			}
			v.now = start.Add(time.Hour)
			c.clock.Advance(time.Hour)
			c.activate(v)
			c.wants(terms.StateActive)
			c.reopen()
			c.wants(terms.StateActive)
		})
	}
}

// fullDisk is a disk that takes nothing while full is set; asked counts how often something was to be made on it.
type fullDisk struct {
	disk.FS
	full  bool
	asked int
}

func (d *fullDisk) OpenFile(name string, flag int, perm os.FileMode) (disk.File, error) {
	d.asked++
	if d.full && flag&(os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_RDWR) != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: syscall.ENOSPC}
	}
	return d.FS.OpenFile(name, flag, perm)
}

func (d *fullDisk) MkdirAll(name string, perm os.FileMode) error {
	if _, err := d.Stat(name); d.full && err != nil {
		return &os.PathError{Op: "mkdir", Path: name, Err: syscall.ENOSPC}
	}
	return d.FS.MkdirAll(name, perm)
}

func TestRefreshSeesThatThereIsRoomAgain(t *testing.T) {
	for name, look := range map[string]func(*computer){
		"refresh": func(c *computer) { c.Refresh(context.Background()) },
		"unlock":  func(c *computer) { _ = c.Unlock(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			if err := errors.Join(c.Close(), os.RemoveAll(filepath.Join(c.home, documentsDir))); err != nil {
				t.Fatal(err)
			}
			d := &fullDisk{FS: disk.OS(), full: true}
			o := c.options()
			o.FS = d
			e, err := Open(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			c.Engine = e
			if s := e.Snapshot().Records.State; s != terms.StateDiskFull {
				t.Fatalf("records are %q", s)
			}
			d.asked = 0
			look(c)
			if s := e.Snapshot().Records.State; s != terms.StateDiskFull {
				t.Fatalf("still full, and records are %q", s)
			}
			if d.asked > 1 {
				t.Errorf("%d files were opened to see that the disk is still full", d.asked)
			}
			d.full = false
			look(c)
			c.wants(terms.StateActive)
			if s := e.Snapshot().Records.State; s != "" {
				t.Errorf("with room again records are %q", s)
			}
		})
	}
}

func TestTheCheckpointIsReadOnceWhileTheKeyStoreIsAway(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	want := licensesOf(c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.keys.Fail(keystore.Locked)
	d := &fullDisk{FS: disk.OS()}
	o := c.options()
	o.FS = d
	e, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.Engine = e
	first := d.asked
	d.asked = 0
	c.Refresh(context.Background())
	if d.asked >= first-1 || licensesOf(c) != want {
		t.Errorf("%d files were opened at first, %d again", first, d.asked)
	}
	c.keys.Fail(keystore.OK)
	c.Refresh(context.Background())
	c.wants(terms.StateActive)
}

func keyStoreLine(t *testing.T, c *computer) Check {
	t.Helper()
	for _, k := range c.Checks(keystore.Interactive(context.Background())) {
		if k.ID == "keystore" {
			return k
		}
	}
	t.Fatal("there is no line about the key store")
	return Check{}
}

func TestAKeyStoreThatLocksWhileWeRunIsReportedAndStopsNothing(t *testing.T) {
	for class, want := range map[keystore.Class]terms.State{
		keystore.Locked: terms.StateKeychainLocked, keystore.Denied: terms.StateKeychainDenied,
		keystore.None: terms.StateKeychainNone, keystore.Mute: terms.StateKeychainMute,
	} {
		t.Run(string(class), func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			if k := keyStoreLine(t, c); k.State != "" || k.Level != terms.ToneOK {
				t.Fatalf("before: %+v", k)
			}
			c.keys.Fail(class)
			k := keyStoreLine(t, c)
			if k.State != want || k.Level != terms.ToneNotice || k.Args["open"] != true {
				t.Errorf("the line is %+v", k)
			}
			c.wants(terms.StateActive)
			var p *terms.Problem
			if err := c.Unlock(keystore.Interactive(context.Background())); !errors.As(err, &p) || p.State != want {
				t.Errorf("unlock gives %v", err)
			}
			c.wants(terms.StateActive)
			c.keys.Fail(keystore.OK)
			if err := c.Unlock(keystore.Interactive(context.Background())); err != nil {
				t.Error(err)
			}
			if k := keyStoreLine(t, c); k.State != "" {
				t.Errorf("after: %+v", k)
			}
			c.keys.Fail(class)
			c.reopen()
			if k := keyStoreLine(t, c); k.State != want || k.Level != want.Tone() || k.Args["open"] == true {
				t.Errorf("without keys the line is %+v", k)
			}
		})
	}
}

// muteKeys is a key store that answers no Check before its context ends; asked says whether it may ask the person.
type muteKeys struct {
	keystore.Store
	asked chan context.Context
}

func (m muteKeys) Check(ctx context.Context) error {
	m.asked <- ctx
	<-ctx.Done()
	return &keystore.Error{Class: keystore.Mute, Err: ctx.Err()}
}

func TestChecksAskTheKeyStoreWithADeadlineAndWithoutTheLock(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	mute := muteKeys{c.keys, make(chan context.Context, 1)}
	c.o.KeyStore = mute
	ctx, cancel := context.WithCancel(keystore.Interactive(context.Background()))
	done := make(chan []Check)
	go func() { done <- c.Checks(ctx) }()
	var asked context.Context
	select {
	case asked = <-mute.asked:
	case <-done:
		t.Fatal("the key store is not asked")
	}
	if end, ok := asked.Deadline(); !ok || time.Until(end) > 3*time.Second {
		t.Errorf("it is asked until %v, %v", end, ok)
	}
	if !c.mu.TryLock() {
		t.Error("the engine is locked while the key store is asked")
	} else {
		c.mu.Unlock()
	}
	cancel()
	for _, k := range <-done {
		if k.ID == "keystore" && k.State != terms.StateKeychainMute {
			t.Errorf("the line is %+v", k)
		}
	}
}

func TestALicenseForTheKeysOfBeforeSaysSo(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	old := c.Snapshot().Device.Code
	if err := c.SetUpAgain(context.Background()); err != nil {
		t.Fatal(err)
	}
	f := c.Snapshot().Verdict.Main
	if f.State != terms.StateOtherComputer || f.Reasons[0].Rule != terms.RuleOtherComputer || f.Slots["c1"] != old ||
		f.Slots["c2"] != c.Snapshot().Device.Code || f.Slots["vendor"] != "acme GmbH" {
		t.Errorf("%+v", f)
	}
}

func TestARenewalThatNobodyAskedForNamesItsLicenseAndNoRequest(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	req := c.request(v, testKey(t, 1))
	if _, err := c.CancelRequest(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	l := v.license("A-1", 2, bound(req))
	it := c.use(v.file("license", v.response("license", nil, licensePart(l))))
	if it.Finding.State != terms.StateFileWrongRequest || it.Finding.Slots["serial"] != "A-1" || it.Finding.Slots["r1"] != nil {
		t.Errorf("%+v", it.Finding)
	}
}
