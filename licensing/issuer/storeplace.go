package issuer

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"holdfast/licensing/disk"
)

// Where the records of a folder are is for its files to say: issuer.db holds them, as long as it is there. Without it the file database
// names the database that does. There are never two: a store that is moved (storemove.go) can only be opened in its new place once
// issuer.db has its other name.
const (
	addressName  = "database" // the address, with the vendor
	movedName    = storeName + ".moved"
	addressLimit = 4 << 10
	metaMoving   = "moving" // in a database to which a store is not moved completely
)

// location is the database that the options name, by its address or by a file that holds it; without an address there is none.
func (o Options) location() (location, error) {
	address := o.Database
	if address != "" && !strings.Contains(address, "://") { // one that is not right is no file: a password may stand in it
		var err error
		if address, err = readAddress(o.FS, address); err != nil {
			return location{}, err
		}
	}
	l := locate(address)
	l.password = cmp.Or(o.DatabasePassword, l.password)
	return l, nil
}

func readAddress(fsys disk.FS, name string) (string, error) {
	b, err := disk.ReadFile(fsys, name, addressLimit)
	if err != nil {
		return "", onDisk(err, name)
	}
	address := strings.TrimSpace(string(b))
	if !isAddress(address) {
		return "", say(CodeValue, errors.New("the file holds no address of a database"), "flag", "--database", "value", name)
	}
	return address, nil
}

// inFolder says whether the folder has a store of its own.
func inFolder(fsys disk.FS, dir string) (bool, error) {
	if info, err := fsys.Stat(dir); err == nil && !info.IsDir() {
		return false, say(CodeNotFolder, nil, "dir", dir)
	}
	path := filepath.Join(dir, storeName)
	info, err := fsys.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, onDisk(err, path)
	case !info.Mode().IsRegular():
		return false, say(CodeDamaged, errors.New("not a regular file"), "file", path)
	}
	return true, nil
}

// openStore opens the store of a folder, wherever it is. A store that is being moved may get there while this one waits for it.
func openStore(dir string, o Options) (backend, error) {
	s, err := findStore(dir, o)
	if errors.Is(err, fs.ErrNotExist) && !isNone(err) {
		return findStore(dir, o)
	}
	return s, err
}

func isNone(err error) bool { return hasCode(err, CodeNone) }

func findStore(dir string, o Options) (backend, error) {
	here, err := inFolder(o.FS, dir)
	if err != nil {
		return nil, err
	}
	at, err := o.location()
	switch {
	case err != nil:
		return nil, err
	case here && at.address != "":
		return nil, say(CodeTwoStores, nil, "file", filepath.Join(dir, storeName))
	case here:
		return openBolt(o.FS, filepath.Join(dir, storeName), o.Wait, false)
	}
	named, kept := at.address == "", location{}
	if named {
		if at, kept, err = namedIn(dir, o); err != nil {
			return nil, err
		}
	}
	s, err := openPostgres(context.Background(), at, "", false)
	if err == nil {
		err = settled(s, dir, o, named)
	}
	if err == nil && kept.secret() {
		s.kept = takeOut(dir, kept, at, o)
	}
	if err != nil && s != nil {
		err = errors.Join(err, s.close())
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// namedIn is the database that a folder names, and what opens it. kept is what the file says: an earlier version wrote its password there.
// Error: CodeNone.
func namedIn(dir string, o Options) (used, kept location, err error) {
	address, err := readAddress(o.FS, filepath.Join(dir, addressName))
	if errors.Is(err, fs.ErrNotExist) {
		return used, kept, say(CodeNone, err, "dir", dir)
	}
	if err != nil {
		return used, kept, err
	}
	kept = locate(address)
	return kept.opening(o), kept, nil
}

// settled says whether a database holds an issuer's records as a whole. Where only the last step of a move is missing, it is made up for.
func settled(s *pgStore, dir string, o Options, named bool) error {
	moving := false
	err := s.read(context.Background(), asked(need(bucketMeta, metaIdentity, metaMoving)), func(r reader) error {
		_, err := r.Get(bucketMeta, metaMoving)
		if moving = err == nil; err == nil || !errors.Is(err, errNoRecord) {
			return err
		}
		_, err = r.Get(bucketMeta, metaIdentity)
		if errors.Is(err, errNoRecord) {
			return say(CodeNone, errors.New("the vendor's records are not in the database"), "dir", s.name)
		}
		return err
	})
	if err != nil || !moving {
		return err
	}
	if _, gone := o.FS.Stat(filepath.Join(dir, movedName)); !named || gone != nil {
		return say(CodeMoving, nil, "database", s.name)
	}
	s.finished = true
	return finishMove(s)
}

// finishMove opens a database to which everything was moved.
func finishMove(s *pgStore) error {
	return s.write(context.Background(), asked(), func(r reader) ([]change, error) {
		o := newOverlay(r, s.fits)
		if err := o.Delete(bucketMeta, metaMoving); err != nil {
			return nil, err
		}
		_, err := index(o)
		return o.changes(), err
	})
}

// saveAddress writes the address of the database into the folder. There is no password in it.
func saveAddress(o Options, dir, address string) error {
	name := filepath.Join(dir, addressName)
	return onDisk(disk.WriteFile(o.FS, name, []byte(address+"\n"), 0o600), name)
}
