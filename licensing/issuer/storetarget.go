package issuer

import (
	"cmp"
	"context"
	"errors"
)

// free says whether nothing stands in the way of a new issuer in dir. Errors: CodeExists, CodeAway.
func free(dir string, o Options) error {
	o.Database = ""
	here, err := inFolder(o.FS, dir)
	if err != nil && ExitCode(err) != exits[CodeDamaged] {
		return err
	}
	if here || err != nil {
		return say(CodeExists, err, "dir", dir)
	}
	back, err := openStore(dir, o)
	switch {
	case err == nil:
		return say(CodeExists, back.close(), "dir", dir)
	case isNone(err):
		return nil
	}
	return err
}

// target is a database in which a vendor's records begin.
type target struct {
	*pgStore
	at location
}

// newTarget makes the tables for a vendor's records; nil when the options name no database. Errors: CodeExists when records are there.
func newTarget(vendor string, o Options) (*target, error) {
	at, err := o.location()
	if err != nil || at.address == "" {
		return nil, err
	}
	s, err := openPostgres(context.Background(), at, vendor, true)
	if err != nil {
		return nil, err
	}
	at.address = withVendor(at.address, vendor)
	t := &target{s, at}
	if err := t.read(context.Background(), asking{}, t.untouched); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return t, nil
}

// untouched says whether no issuer's records are there.
func (t *target) untouched(r reader) error {
	for _, key := range []string{metaIdentity, metaMoving} {
		if _, err := r.Get(bucketMeta, key); !errors.Is(err, errNoRecord) {
			return cmp.Or(err, error(say(CodeExists, nil, "dir", t.name)))
		}
	}
	return nil
}

// fill says in the folder where the records are, and writes the first ones. The folder holds an issuer from then on.
func (t *target) fill(dir string, who identity, profile profileRecord, o Options) error {
	err := saveAddress(o, dir, t.at.address)
	if err == nil {
		err = t.write(context.Background(), asking{}, func(r reader) ([]change, error) {
			if err := t.untouched(r); err != nil {
				return nil, err
			}
			all := newOverlay(r, t.fits)
			err := firstRecords(all, who, profile)
			return all.changes(), err
		})
	}
	return errors.Join(err, t.close())
}

func (t *target) close() error {
	if t == nil {
		return nil
	}
	return t.pgStore.close()
}
