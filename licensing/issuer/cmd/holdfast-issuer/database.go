package main

import (
	"maps"
	"path/filepath"
	"slices"

	"holdfast/licensing/issuer"
)

// databaseCommand is about where the records are: in the folder, or in a PostgreSQL database (--database).
type databaseCommand struct {
	Move moveCommand         `cmd:""`
	Show databaseShowCommand `cmd:""`
}

type moveCommand struct{ at }

type databaseShowCommand struct{ at }

// storeJSON says where the records are, in JSON.
type storeJSON struct {
	head
	issuer.StoreInfo
}

// Run moves the records of a folder into a database.
func (c *moveCommand) Run(p *program) error {
	o, err := p.options()
	if err != nil {
		return err
	}
	info, err := issuer.MoveStore(p.ctx, c.Dir, o)
	if info.Password == issuer.PasswordKept { // what was taken is the answer, below
		p.keptNote(c.Dir, info.Password)
	}
	if err != nil {
		return p.whoHas(c.Dir, err)
	}
	p.notKept(o)
	if p.cli.JSON {
		p.json(storeJSON{head{SchemaVersion: 1}, info})
		return nil
	}
	n := 0
	for _, more := range info.Records {
		n += more
	}
	slots := map[string]any{"n": n, "place": info.Place, "dir": c.Dir, "file": filepath.Join(c.Dir, "database")}
	if info.Again {
		p.line("issuer.say.password.taken", slots)
		return nil
	}
	p.line("issuer.say.database.moved", slots)
	p.line("issuer.say.database.kept", slots)
	return nil
}

// Run says where the records are.
func (c *databaseShowCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	info, err := is.Store(p.ctx)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(storeJSON{head{SchemaVersion: 1}, info})
		return nil
	}
	p.line("issuer.say.database."+info.Kind, map[string]any{"place": info.Place, "schema": info.Schema, "tables": info.Tables})
	for _, bucket := range slices.Sorted(maps.Keys(info.Records)) {
		p.line("issuer.say.database.records", map[string]any{"bucket": bucket, "n": info.Records[bucket]})
	}
	return nil
}

// notKept says what a service needs when the password of a database was in its address.
func (p *program) notKept(o issuer.Options) {
	if o.CarriesPassword() {
		p.note("issuer.say.password.not_kept", nil)
	}
}
