package issuer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/jackc/pgx/v5"
	"go.etcd.io/bbolt"
)

// MoveStore moves the records of the folder dir into the database that o names, where the vendor has none yet. Everything is copied and proven in
// one transaction, which nobody can open yet. Then the folder's store gets its other name, issuer.db.moved: from then on the folder's records are
// in the database. It may be interrupted anywhere and repeated; until that name changes the folder's store counts. Errors: those of Open,
// CodeNotEmpty, CodeThere when they are in that database already (what it returns says where), CodeValue without a database.
func MoveStore(ctx context.Context, dir string, o Options) (StoreInfo, error) {
	o = o.complete(dir)
	at, err := o.location()
	if err != nil {
		return StoreInfo{}, err
	}
	if at.address == "" {
		return StoreInfo{}, say(CodeNoTarget, nil)
	}
	here, err := inFolder(o.FS, dir)
	if err == nil && here {
		err = moveFile(ctx, dir, at, o)
	} else if err == nil {
		err = sameAddress(dir, at, o)
	}
	if err != nil {
		return StoreInfo{}, err
	}
	o.typed, o.TakePassword = o.DatabasePassword == "" && at.password != "", true
	o.Database, o.DatabasePassword, o.keyPass = "", at.password, at.keyPass
	is, err := Open(dir, o)
	if err != nil {
		return StoreInfo{}, err
	}
	info, err := is.Store(ctx)
	info.Again, info.Password = !here && !is.found.finished, is.found.kept
	if err == nil && info.Again && info.Password != PasswordTaken {
		err = say(CodeThere, nil, "database", info.Place)
	}
	return info, errors.Join(err, is.Close())
}

// sameAddress says whether a folder without a store of its own names the database that is meant, and the vendor in it.
func sameAddress(dir string, at location, o Options) error {
	named, _, err := namedIn(dir, o)
	if err != nil {
		return err
	}
	a, vendor, err := named.config()
	if err != nil {
		return err
	}
	b, meant, err := at.config()
	if err == nil && (plainAddress(a.ConnConfig) != plainAddress(b.ConnConfig) || vendor != cmp.Or(meant, vendor)) {
		err = say(CodeTwoStores, nil, "file", filepath.Join(dir, addressName))
	}
	return err
}

func moveFile(ctx context.Context, dir string, at location, o Options) (err error) {
	from, err := openBolt(o.FS, filepath.Join(dir, storeName), o.Wait, false)
	if err != nil {
		return err
	}
	open := true
	shut := func() error {
		if !open {
			return nil
		}
		open = false
		return from.close()
	}
	defer func() { err = errors.Join(err, shut()) }()
	var who identity
	if err := from.read(ctx, asking{}, func(r reader) (err error) {
		who, err = identityIn(lookOnly{r})
		return err
	}); err != nil {
		return err
	}
	to, err := openPostgres(ctx, at, who.Vendor, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	var copied rolls
	if err := from.read(ctx, asking{}, func(r reader) error {
		b, ok := r.(boltTx)
		if !ok {
			return errClosed
		}
		if copied, err = rollsIn(b.t); err != nil {
			return err
		}
		return to.takeAll(ctx, b, copied)
	}); err != nil {
		return err
	}
	if err := saveAddress(o, dir, withVendor(at.address, who.Vendor)); err != nil {
		return err
	}
	if err := putAside(dir, o, copied, shut); err != nil {
		return err
	}
	return finishMove(to)
}

// putAside gives the folder's store its other name, while no other process can have it open. Where an open file cannot be renamed it is closed
// before, and looked at afterwards: somebody may have been quicker.
func putAside(dir string, o Options, copied rolls, shut func() error) error {
	name, moved := filepath.Join(dir, storeName), filepath.Join(dir, movedName)
	if err := o.FS.Rename(name, moved); err != nil {
		if err := errors.Join(shut(), o.FS.Rename(name, moved)); err != nil {
			return onDisk(err, name)
		}
		s, err := openBolt(o.FS, moved, o.Wait, false)
		if err == nil {
			err = s.db.View(func(t *bbolt.Tx) error {
				now, err := rollsIn(t)
				if err == nil && now != copied {
					err = say(CodeBusy, nil)
				}
				return err
			})
			err = errors.Join(err, s.close())
		}
		if err != nil {
			return errors.Join(err, o.FS.Rename(moved, name))
		}
	}
	return onDisk(o.FS.SyncDir(dir), dir)
}

// takeAll copies every record of a file in one transaction, reads them again and compares with the file's roll. What an interrupted move left is
// replaced. The mark keeps the database from being opened until the folder names it.
func (s *pgStore) takeAll(ctx context.Context, from boltTx, want rolls) error {
	t, err := s.begin(ctx, need(bucketMeta, metaIdentity, metaMoving), "BEGIN ISOLATION LEVEL READ COMMITTED", true)
	if err != nil {
		return err
	}
	defer t.end()
	_, none := t.Get(bucketMeta, metaIdentity)
	_, whole := t.Get(bucketMeta, metaMoving)
	if !errors.Is(none, errNoRecord) && errors.Is(whole, errNoRecord) {
		return say(CodeNotEmpty, nil, "database", s.name)
	}
	b := &pgx.Batch{}
	b.Queue(s.sql.empty)
	if err := t.trip(b); err != nil {
		return err
	}
	n, size := 0, 0
	var some []change
	send := func() error {
		b := &pgx.Batch{}
		s.queueChanges(b, some)
		n, size, some = n+len(some), 0, nil
		return t.trip(b)
	}
	for _, bucket := range slices.Concat(buckets, addedBuckets) {
		if err := from.Each(bucket, "", func(key string, value []byte) error {
			if err := cmp.Or(ctx.Err(), s.fits(key, value)); err != nil {
				return err
			}
			some = append(some, change{recordKey{bucket, key}, value})
			if size += len(value); len(some) < chunkRows && size < chunkSize {
				return nil
			}
			return send()
		}); err != nil {
			return err
		}
	}
	if len(some) > 0 {
		if err := send(); err != nil {
			return err
		}
	}
	t.have, t.spans = map[recordKey][]byte{}, nil // what is read now comes from there
	var have rolls
	found := 0
	for _, bucket := range slices.Concat(buckets, addedBuckets) {
		if err := t.Each(bucket, "", func(key string, value []byte) error {
			have.of(bucket).turn(checksum(bucket, []byte(key), value))
			found++
			return nil
		}); err != nil {
			return err
		}
	}
	if have != want || found != n {
		return say(CodeDamaged, fmt.Errorf("%d records of %d arrived, or others", found, n), "file", s.name)
	}
	return t.commit([]change{{recordKey{bucketMeta, metaMoving}, []byte("{}")}})
}
