package licensing

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/terms"
)

// filesIn are the files of a home, by their names in it.
func filesIn(t *testing.T, home string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(home, func(path string, en fs.DirEntry, err error) error {
		if err == nil && !en.IsDir() {
			name, rerr := filepath.Rel(home, path)
			all, err = append(all, filepath.ToSlash(name)), rerr
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return all
}

func put(t *testing.T, home string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(home, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// fresh demands a home that nothing is known in, and that can be used.
func (c *computer) fresh(v *vendor) {
	c.t.Helper()
	c.wants(terms.StateNotSetUp)
	s := c.Snapshot()
	if len(s.Vendors)+len(s.Requests)+len(s.Facts.Licenses) != 0 || s.Device.ID != "" || s.Records.Seq != 0 {
		c.t.Fatalf("after it: %d vendors, %d requests, device %q, seq %d", len(s.Vendors), len(s.Requests), s.Device.ID, s.Records.Seq)
	}
	if f, err := c.Files(context.Background()); err != nil || len(f) != 0 {
		c.t.Fatalf("%d files, %v", len(f), err)
	}
	c.activate(v)
	c.wants(terms.StateActive)
}

func TestEraseLeavesNothingButWhatIsNotOurs(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.reopen()
	foreign := []string{"documents/letter.txt", "journal/notes", "lock", "settings.json", "photo.jpg"}
	put(t, c.home, foreign...)
	put(t, c.home, PassphraseFile, ".checkpoint.json.tmp", checkpointFile+".bak")
	foreign = append(foreign, checkpointFile+".bak")
	seen := make(chan Snapshot, 8)
	defer c.Watch(func(s Snapshot) { seen <- s })()
	before := c.Snapshot()
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(foreign)
	got := filesIn(t, c.home)
	slices.Sort(got)
	if !slices.Equal(got, foreign) {
		t.Errorf("left: %v\nwant %v", got, foreign)
	}
	if s := <-seen; s.Verdict.Main.State != terms.StateNotSetUp || s.Revision <= before.Revision {
		t.Errorf("watchers were told %s, revision %d after %d", s.Verdict.Main.State, s.Revision, before.Revision)
	}
	c.fresh(newVendor(t, "acme"))
	if now := c.Snapshot().Device.ID; now == before.Device.ID {
		t.Error("the new home has the old device key")
	}
	c.reopen()
	c.wants(terms.StateActive)
}

func TestEraseDeletesTheKeysOfThisHome(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	items := []string{c.item("keys"), c.item("journal")}
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if _, err := c.keys.Get(context.Background(), item); keystore.ClassOf(err) != keystore.Missing {
			t.Errorf("%s is still there: %v", item, err)
		}
	}
}

func TestNothingIsErasedWhenTheKeyStoreKeepsItsItems(t *testing.T) {
	for _, class := range []keystore.Class{keystore.Locked, keystore.Denied, keystore.Mute, keystore.None} {
		t.Run(string(class), func(t *testing.T) {
			c, v := newComputer(t), newVendor(t, "acme")
			c.activate(v)
			before, files := licensesOf(c), filesIn(t, c.home)
			c.keys.Fail(class)
			err := c.Erase(context.Background())
			var p *terms.Problem
			if !errors.As(err, &p) || p.State != class.State() {
				t.Fatalf("%v", err)
			}
			if got := filesIn(t, c.home); !slices.Equal(got, files) {
				t.Fatalf("files %v, before %v", got, files)
			}
			c.keys.Fail(keystore.OK)
			c.reopen()
			if got := licensesOf(c); got != before {
				t.Fatalf("licenses %s", got)
			}
			c.wants(terms.StateActive)
		})
	}
	t.Run("another key store", func(t *testing.T) {
		c, v := newComputer(t), newVendor(t, "acme")
		c.activate(v)
		files := filesIn(t, c.home)
		c.o.KeyStore = otherStore{c.keys}
		if err := c.Erase(context.Background()); err == nil || !slices.Equal(filesIn(t, c.home), files) {
			t.Fatalf("the keys are in another store: %v", err)
		}
	})
}

type otherStore struct{ keystore.Store }

func (otherStore) Backend() string { return "passphrase" }

func TestAFreshHomeIsErasedToo(t *testing.T) {
	c := newComputer(t)
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.home); !os.IsNotExist(err) {
		t.Fatalf("the home was made by erasing it: %v", err)
	}
}

func TestAHomeWithoutItsKeysCanBeErased(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c.keys = keystore.Memory()
	c.open()
	if err := c.SetUpAgain(context.Background()); err != nil { // puts a journal aside
		t.Fatal(err)
	}
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := filesIn(t, c.home); len(left) != 0 {
		t.Fatalf("left: %v", left)
	}
}

func TestAnEraseThatWasCutOffIsFinished(t *testing.T) {
	for errno, ways := range map[syscall.Errno][]string{syscall.EIO: {"erase", "open"}, syscall.ENOSPC: {"open"}, syscall.EROFS: {"erase"}} {
		for _, again := range ways {
			t.Run(errno.Error()+" then "+again, func(t *testing.T) {
				base, v := newComputer(t), newVendor(t, "acme")
				base.activate(v)
				if err := base.Close(); err != nil {
					t.Fatal(err)
				}
				for n := 1; ; n++ {
					if n > 500 {
						t.Fatal("the fault never stopped firing")
					}
					c := apartFrom(t, base)
					c.open()
					// Everything fails from the n-th call on, as when the power goes.
					faulty := disk.NewBroken(disk.OS(), n, errno)
					c.o.FS = faulty
					err := c.Erase(context.Background())
					fired := faulty.Tripped()
					faulty.Heal()
					var p *terms.Problem
					if full := errno != syscall.EIO; err != nil && full && !errors.As(err, &p) {
						t.Fatalf("call %d: %v", n, err)
					}
					if err == nil && fired && again == "open" && len(filesIn(t, c.home)) > 0 {
						t.Fatalf("call %d: success, and %v left", n, filesIn(t, c.home))
					}
					if again == "open" {
						c.reopen()
					}
					if s := c.state(); again == "open" && err != nil && s != terms.StateNotSetUp && s != terms.StateKeyMissing {
						t.Fatalf("call %d: after a new start %s", n, s)
					}
					if err := c.Erase(context.Background()); err != nil {
						t.Fatalf("call %d: a second erase: %v", n, err)
					}
					if left := filesIn(t, c.home); len(left) != 0 {
						t.Fatalf("call %d: left %v", n, left)
					}
					if n%8 == 1 || !fired { // a whole activation, which takes its time
						c.fresh(newVendor(t, "acme"))
					}
					_ = c.Close()
					if !fired {
						return
					}
				}
			})
		}
	}
}

func TestPlacesHeldAreTheLicensesOfThisComputer(t *testing.T) {
	c, v := newComputer(t), newVendor(t, "acme")
	c.activate(v)
	c.use(v.welcome(testKey(t, 5))) // its starter license is bound to no key
	held := c.PlacesHeld()
	if len(held) != 1 || held[0].Serial != "A-1" || held[0].Vendor != "acme GmbH" || !strings.Contains(held[0].Support, "@acme") || held[0].Product.In("en") != "AcmeCAD Pro" {
		t.Fatalf("%+v", held)
	}
	if err := c.Erase(context.Background()); err != nil {
		t.Fatal(err)
	}
	if held := c.PlacesHeld(); len(held) != 0 {
		t.Fatalf("after it: %+v", held)
	}
}
