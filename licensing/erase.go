package licensing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/clock"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

// PlaceHeld is a license that is bound to this computer's key: its vendor goes on counting the place after Erase.
type PlaceHeld struct {
	Root, Vendor string // the vendor's first root key id, and its name
	Support      string // how the vendor is reached; "" when it says nothing
	Product      terms.Text
	Serial       string
}

// PlacesHeld are the places at vendors that Erase would leave taken, by vendor and serial. Nothing but an answer of the
// vendor gives them back.
func (e *Engine) PlacesHeld() []PlaceHeld {
	e.mu.Lock()
	defer e.mu.Unlock()
	id, _ := e.deviceID()
	var all []PlaceHeld
	for _, l := range sortedValues(e.rec.Licenses) {
		if l.License.Binding != terms.BoundToDevice || l.License.Device == nil || l.License.Device.ID != id {
			continue
		}
		v, p := vendorFacts(e.rec.Vendors[l.Root]), l.License.Policy.Product
		held := PlaceHeld{Root: l.Root, Vendor: v.Name, Support: v.Support, Product: p.Name, Serial: l.Serial}
		if len(held.Product) == 0 {
			held.Product = terms.Plain(p.ID)
		}
		all = append(all, held)
	}
	slices.SortStableFunc(all, func(a, b PlaceHeld) int {
		return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Serial, b.Serial))
	})
	return all
}

// erasingFile says that the keys are deleted and the rest follows: whoever opens the home next goes on with it.
const erasingFile = "erasing"

// PassphraseFile is the name in a home of the file that holds the keys under a passphrase.
const PassphraseFile = "keystore"

// Erase deletes the secrets and all files of this home for good: keys, journal, licenses, requests, what is known of
// vendors. Settings and files of others stay. It asks nobody, tells no vendor and gives no place back. The keys go first: when
// the key store does not let go of them, its *terms.Problem is returned and everything is as before. An Erase that was cut
// off after that is finished by the next Open or Erase. Afterwards the engine is as on a fresh home.
func (e *Engine) Erase(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.o.ReadOnly {
		return e.writable()
	}
	if e.home.ID != "" {
		if err := e.eraseSecrets(ctx); err != nil {
			return err
		}
	}
	e.letGo()
	_ = e.closeLedgers()
	err := e.eraseFiles()
	e.forgetAll()
	if err != nil {
		e.recState = terms.Records{State: terms.StateRecordsDamaged, At: e.clockRead().Wall.UTC()}
	}
	e.changed()
	return e.diskProblem(err)
}

// eraseSecrets deletes the items of this home from its key store. The anchor goes before the keys: without it nothing
// is lost, so that a refusal in between leaves the home whole.
func (e *Engine) eraseSecrets(ctx context.Context) error {
	if e.home.KeyStore != e.o.KeyStore.Backend() {
		return terms.NewProblem(terms.StateKeychainNone, terms.Slots{"keychain": e.o.KeyStore.Label()}, errOtherStore)
	}
	for _, name := range e.ledgersOnDisk() {
		if err := e.o.KeyStore.Delete(ctx, "usage-"+name); err != nil {
			return terms.NewProblem(e.keyFinding(err).State, terms.Slots{"keychain": e.o.KeyStore.Label()}, err)
		}
	}
	for _, name := range []string{"journal", "keys"} {
		if err := e.o.KeyStore.Delete(ctx, e.item(name)); err != nil {
			e.writeAnchor(ctx)
			return terms.NewProblem(e.keyFinding(err).State, terms.Slots{"keychain": e.o.KeyStore.Label()}, err)
		}
	}
	return nil
}

// forgetAll makes the engine one of a fresh home.
func (e *Engine) forgetAll() {
	e.home, e.secrets, e.public = homeInfo{}, nil, nil
	e.rec, e.keyState, e.recState = newRecords(), terms.KeyStore{}, terms.Records{}
	e.indexBusy, e.anchored, e.spare = false, time.Time{}, nil
	e.lists, e.judging = nil, terms.Judging{}
	e.since.start(nil)
	e.folded = 0
	e.usageState, e.pruned, e.still, e.frozen = "", time.Time{}, clock.Reading{}, false
	e.ownDevice.Store(nil)
}

// eraseFiles removes what a home keeps. The name of the home goes last, the word that it is being erased after that.
func (e *Engine) eraseFiles() error {
	if !e.exists(homeFile) && !e.used() && !e.exists(erasingFile) && !e.exists(documentsDir) && !e.exists(usageDir) {
		return nil
	}
	// On a full disk there is no room for the word. Everything else still goes.
	_ = disk.WriteFile(e.o.FS, e.path(erasingFile), []byte("\n"), 0o600)
	for _, dir := range []struct {
		name string
		ours *regexp.Regexp
	}{{documentsDir, documentName}, {journalDir, segmentName}} {
		if err := e.eraseFolder(dir.name, dir.ours); err != nil {
			return err
		}
	}
	if err := e.erasePutAside(); err != nil {
		return err
	}
	if err := e.eraseUsage(); err != nil {
		return err
	}
	names := []string{checkpointFile, tailFile, nextCheckpoint, publicFile, indexFile, indexFile + ".sum", PassphraseFile, probeFile, homeFile, erasingFile}
	for _, name := range names {
		for _, n := range []string{"." + name + ".tmp", name} {
			if err := e.remove(n); err != nil {
				return err
			}
		}
	}
	return e.o.FS.SyncDir(e.o.Home)
}

var (
	documentName = regexp.MustCompile(`^\.?[0-9a-f]{64}\.json(\.tmp)?$`)
	segmentName  = regexp.MustCompile(`^\.?([0-9]{8,}\.(seg|damaged|torn|pruned|key|ids)(\.[0-9]+)?|ids\.key|counts\.json)(\.tmp)?$`)
	putAside     = regexp.MustCompile(`\.old-[0-9]+$`)
)

// ledgersOnDisk are the ids of the usage ledgers of this home.
func (e *Engine) ledgersOnDisk() []string {
	entries, _ := e.o.FS.ReadDir(e.path(usageDir)) // eraseUsage says why it cannot be read
	var all []string
	for _, en := range entries {
		if en.IsDir() && ledgerName.MatchString(en.Name()) {
			all = append(all, en.Name())
		}
	}
	return all
}

// eraseUsage removes the usage ledgers and the files that were made of them.
func (e *Engine) eraseUsage() error {
	for _, id := range e.ledgersOnDisk() {
		if err := e.eraseFolder(filepath.Join(usageDir, id, exportsDir), exportName); err != nil {
			return err
		}
		if err := e.eraseFolder(filepath.Join(usageDir, id), segmentName); err != nil {
			return err
		}
	}
	return e.eraseFolder(usageDir, ledgerName)
}

// erasePutAside removes what SetUpAgain put aside.
func (e *Engine) erasePutAside() error {
	entries, err := e.o.FS.ReadDir(e.o.Home)
	if err != nil {
		return err
	}
	for _, en := range entries {
		of := putAside.ReplaceAllString(en.Name(), "")
		switch {
		case of == en.Name() || !slices.Contains(nameless, of):
		case en.IsDir() && of == journalDir:
			err = e.eraseFolder(en.Name(), segmentName)
		case !en.IsDir():
			err = e.remove(en.Name())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseFolder removes our files from a folder, and the folder unless somebody else's are left in it.
func (e *Engine) eraseFolder(name string, ours *regexp.Regexp) error {
	entries, err := e.o.FS.ReadDir(e.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	left := 0
	for _, en := range entries {
		if en.IsDir() || !ours.MatchString(en.Name()) {
			left++
			continue
		}
		if err := e.remove(name, en.Name()); err != nil {
			return err
		}
	}
	if left > 0 {
		return nil
	}
	return e.remove(name)
}

// hasJournal says that journal entries were kept here. A folder that cannot be read may have them.
func (e *Engine) hasJournal() bool {
	entries, err := e.o.FS.ReadDir(e.path(journalDir))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	return slices.ContainsFunc(entries, func(en fs.DirEntry) bool { return segmentName.MatchString(en.Name()) })
}

func (e *Engine) remove(parts ...string) error {
	if err := e.o.FS.Remove(e.path(parts...)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("erase %s: %w", strings.Join(parts, "/"), err)
	}
	return nil
}
