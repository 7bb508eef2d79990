package keystore

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	ss "github.com/zalando/go-keyring/secret_service"
)

// fakeService is a Secret Service whose behaviour a test can drive.
type fakeService struct {
	t    testing.TB
	conn *dbus.Conn

	mu         sync.Mutex
	paths      []dbus.ObjectPath // collections
	fallback   dbus.ObjectPath   // alias "default"
	locked     map[dbus.ObjectPath]bool
	items      map[dbus.ObjectPath]fakeItem
	count      int
	calls      []string
	prompts    bool                            // CreateItem and Delete want to ask, too
	hideLocked bool                            // SearchItems finds nothing in locked collections
	answer     string                          // to prompts: "yes", "no", or "" for none
	before     func(method string) *dbus.Error // runs first in every method
}

type fakeItem struct {
	collection dbus.ObjectPath
	attributes map[string]string
	secret     ss.Secret
}

// serve offers a Secret Service with one unlocked "login" collection on the bus.
func serve(t testing.TB, address string) *fakeService {
	t.Helper()
	f := &fakeService{
		t: t, conn: dial(t, address), answer: "yes", fallback: nothing,
		paths: []dbus.ObjectPath{loginPath}, locked: map[dbus.ObjectPath]bool{}, items: map[dbus.ObjectPath]fakeItem{},
	}
	f.export(fakeRoot{f}, secretsPath, serviceAPI)
	f.export(fakeProperties{f, secretsPath}, secretsPath, "org.freedesktop.DBus.Properties")
	f.collection(loginPath)
	f.collection("/org/freedesktop/secrets/aliases/default")
	if reply, err := f.conn.RequestName(secretsName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("name: %v %v", reply, err)
	}
	return f
}

func (f *fakeService) export(v any, path dbus.ObjectPath, api string) {
	if err := f.conn.Export(v, path, api); err != nil {
		f.t.Error(err)
	}
}

func (f *fakeService) collection(path dbus.ObjectPath) {
	f.export(fakeCollection{f, path}, path, collectionAPI)
	f.export(fakeProperties{f, path}, path, "org.freedesktop.DBus.Properties")
}

func (f *fakeService) item(path dbus.ObjectPath) {
	f.export(fakeItemMethods{f, path}, path, itemAPI)
	f.export(fakeProperties{f, path}, path, "org.freedesktop.DBus.Properties")
}

// set changes the behaviour.
func (f *fakeService) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// called returns the methods called so far.
func (f *fakeService) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *fakeService) enter(method string) *dbus.Error {
	f.mu.Lock()
	f.calls = append(f.calls, method)
	before := f.before
	f.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(method)
}

// prompt makes a question that runs then when it is answered with yes.
func (f *fakeService) prompt(then func() dbus.Variant) dbus.ObjectPath {
	f.count++
	path := dbus.ObjectPath(fmt.Sprintf("/org/freedesktop/secrets/prompt/p%d", f.count))
	f.export(fakePrompt{f, path, then}, path, promptAPI)
	return path
}

func (f *fakeService) find(attributes map[string]string, inside func(dbus.ObjectPath) bool) (unlocked, locked []dbus.ObjectPath) {
	for _, p := range slices.Sorted(maps.Keys(f.items)) {
		it := f.items[p]
		if !inside(it.collection) || !matches(it.attributes, attributes) {
			continue
		}
		switch {
		case !f.locked[it.collection] && !f.locked[p]:
			unlocked = append(unlocked, p)
		case !f.hideLocked:
			locked = append(locked, p)
		}
	}
	return unlocked, locked
}

func matches(have, want map[string]string) bool {
	for k, v := range want {
		if have[k] != v {
			return false
		}
	}
	return true
}

type fakeRoot struct{ f *fakeService }

func (r fakeRoot) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	return dbus.MakeVariant(""), "/org/freedesktop/secrets/session/s1", r.f.enter("OpenSession")
}

func (r fakeRoot) SearchItems(attributes map[string]string) ([]dbus.ObjectPath, []dbus.ObjectPath, *dbus.Error) {
	if err := r.f.enter("SearchItems"); err != nil {
		return nil, nil, err
	}
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	unlocked, locked := r.f.find(attributes, func(dbus.ObjectPath) bool { return true })
	return unlocked, locked, nil
}

func (r fakeRoot) ReadAlias(string) (dbus.ObjectPath, *dbus.Error) {
	err := r.f.enter("ReadAlias")
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	return r.f.fallback, err
}

func (r fakeRoot) Unlock(paths []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	if err := r.f.enter("Unlock"); err != nil {
		return nil, nothing, err
	}
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	if !slices.ContainsFunc(paths, func(p dbus.ObjectPath) bool { return r.f.locked[p] || r.f.locked[r.f.items[p].collection] }) {
		return paths, nothing, nil
	}
	return nil, r.f.prompt(func() dbus.Variant {
		for _, p := range paths {
			delete(r.f.locked, p)
			delete(r.f.locked, r.f.items[p].collection)
		}
		return dbus.MakeVariant(paths)
	}), nil
}

func (r fakeRoot) CreateCollection(map[string]dbus.Variant, string) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	if err := r.f.enter("CreateCollection"); err != nil {
		return nothing, nothing, err
	}
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	return nothing, r.f.prompt(func() dbus.Variant {
		const path dbus.ObjectPath = "/org/freedesktop/secrets/collection/made"
		r.f.paths, r.f.fallback = append(r.f.paths, path), path
		r.f.collection(path)
		return dbus.MakeVariant(path)
	}), nil
}

type fakeProperties struct {
	f    *fakeService
	path dbus.ObjectPath
}

func (p fakeProperties) Get(_, name string) (dbus.Variant, *dbus.Error) {
	err := p.f.enter("Get " + name)
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if name == "Collections" {
		return dbus.MakeVariant(p.f.paths), err
	}
	return dbus.MakeVariant(p.f.locked[p.path] || p.f.locked[p.f.items[p.path].collection]), err
}

type fakeCollection struct {
	f    *fakeService
	path dbus.ObjectPath
}

func (c fakeCollection) SearchItems(attributes map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	err := c.f.enter("Collection.SearchItems")
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	unlocked, locked := c.f.find(attributes, func(p dbus.ObjectPath) bool { return p == c.path })
	return append(unlocked, locked...), err
}

func (c fakeCollection) CreateItem(properties map[string]dbus.Variant, secret ss.Secret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	if err := c.f.enter("CreateItem"); err != nil {
		return nothing, nothing, err
	}
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	if c.f.locked[c.path] {
		return nothing, nothing, dbus.NewError("org.freedesktop.Secret.Error.IsLocked", nil)
	}
	attributes, _ := properties[itemAPI+".Attributes"].Value().(map[string]string)
	write := func() dbus.ObjectPath {
		found, _ := c.f.find(attributes, func(p dbus.ObjectPath) bool { return p == c.path })
		if len(found) == 0 {
			c.f.count++
			found = []dbus.ObjectPath{dbus.ObjectPath(fmt.Sprintf("%s/i%d", c.path, c.f.count))}
			c.f.item(found[0])
		}
		c.f.items[found[0]] = fakeItem{collection: c.path, attributes: attributes, secret: secret}
		return found[0]
	}
	if c.f.prompts {
		return nothing, c.f.prompt(func() dbus.Variant { return dbus.MakeVariant(write()) }), nil
	}
	return write(), nothing, nil
}

type fakeItemMethods struct {
	f    *fakeService
	path dbus.ObjectPath
}

func (i fakeItemMethods) GetSecret(session dbus.ObjectPath) (ss.Secret, *dbus.Error) {
	err := i.f.enter("GetSecret")
	i.f.mu.Lock()
	defer i.f.mu.Unlock()
	secret := i.f.items[i.path].secret
	secret.Session = session
	return secret, err
}

func (i fakeItemMethods) Delete() (dbus.ObjectPath, *dbus.Error) {
	if err := i.f.enter("Delete"); err != nil {
		return nothing, err
	}
	i.f.mu.Lock()
	defer i.f.mu.Unlock()
	if i.f.prompts {
		return i.f.prompt(func() dbus.Variant { delete(i.f.items, i.path); return dbus.MakeVariant("") }), nil
	}
	delete(i.f.items, i.path)
	return nothing, nil
}

type fakePrompt struct {
	f    *fakeService
	path dbus.ObjectPath
	then func() dbus.Variant
}

func (p fakePrompt) Prompt(string) *dbus.Error {
	if err := p.f.enter("Prompt"); err != nil {
		return err
	}
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	result := dbus.MakeVariant("")
	switch p.f.answer {
	case "":
		return nil
	case "yes":
		result = p.then()
	}
	err := p.f.conn.Emit(p.path, promptAPI+".Completed", p.f.answer != "yes", result)
	if err != nil && !errors.Is(err, dbus.ErrClosed) { // closed: the test let the service die
		p.f.t.Error(err)
	}
	return nil
}
