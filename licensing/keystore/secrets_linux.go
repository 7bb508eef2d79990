package keystore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// secrets is a connection to a Secret Service.
type secrets struct{ *bus }

// find returns the path of an item and unlocks it if need be: Missing when there is none, Locked when it, or the
// place where it would be, stays locked.
func (c *secrets) find(attributes map[string]string) (dbus.ObjectPath, error) {
	unlocked, locked, err := c.search(attributes)
	if err != nil {
		return "", err
	}
	if len(unlocked)+len(locked) == 0 {
		// Some services show no items of a locked collection.
		collection, err := c.collection()
		if err != nil {
			return "", err
		}
		if collection == nothing {
			return "", &Error{Class: Missing}
		}
		if err := c.open(collection, collectionAPI); err != nil {
			return "", err
		}
		if unlocked, locked, err = c.search(attributes); err != nil {
			return "", err
		}
	}
	found := slices.Concat(unlocked, locked)
	if len(found) == 0 {
		return "", &Error{Class: Missing}
	}
	path := found[0]
	if len(found) > 1 {
		collection, err := c.collection() // the one that Set writes to holds the newest
		if err != nil {
			return "", err
		}
		inside := func(p dbus.ObjectPath) bool { return strings.HasPrefix(string(p), string(collection)+"/") }
		if i := slices.IndexFunc(found, inside); i >= 0 {
			path = found[i]
		}
	}
	if slices.Contains(unlocked, path) {
		return path, nil
	}
	return path, c.unlock(path, itemAPI)
}

// search finds items in all collections.
func (c *secrets) search(attributes map[string]string) (unlocked, locked []dbus.ObjectPath, err error) {
	err = c.call(secretsName, secretsPath, serviceAPI+".SearchItems", []any{attributes}, &unlocked, &locked)
	return unlocked, locked, err
}

// collection returns the collection that new items go to; nothing when the service has none.
func (c *secrets) collection() (dbus.ObjectPath, error) {
	var value dbus.Variant
	if err := c.call(secretsName, secretsPath, getProperty, []any{serviceAPI, "Collections"}, &value); err != nil {
		return "", err
	}
	if paths, ok := value.Value().([]dbus.ObjectPath); ok && slices.Contains(paths, loginPath) {
		return loginPath, nil
	}
	var path dbus.ObjectPath
	err := c.call(secretsName, secretsPath, serviceAPI+".ReadAlias", []any{"default"}, &path)
	return path, err
}

// writable returns an unlocked collection for new items.
func (c *secrets) writable() (dbus.ObjectPath, error) {
	collection, err := c.collection()
	if err != nil {
		return "", err
	}
	if collection == nothing {
		return c.create()
	}
	return collection, c.open(collection, collectionAPI)
}

// open unlocks a collection or an item unless it is open already.
func (c *secrets) open(path dbus.ObjectPath, api string) error {
	if locked, err := c.locked(path, api); err != nil || !locked {
		return err
	}
	return c.unlock(path, api)
}

func (c *secrets) locked(path dbus.ObjectPath, api string) (bool, error) {
	var value dbus.Variant
	if err := c.call(secretsName, path, getProperty, []any{api, "Locked"}, &value); err != nil {
		return false, err
	}
	locked, ok := value.Value().(bool)
	if !ok {
		return false, &Error{Class: None, Err: errors.New("unexpected answer to Locked")}
	}
	return locked, nil
}

// session opens a session without encryption of its own: the socket is the user's, and the bus sees all anyway.
func (c *secrets) session() (dbus.ObjectPath, error) {
	var output dbus.Variant
	var path dbus.ObjectPath
	err := c.call(secretsName, secretsPath, serviceAPI+".OpenSession", []any{"plain", dbus.MakeVariant("")}, &output, &path)
	return path, err
}

// unlock asks the person to unlock a collection or an item, if the person is there to be asked.
func (c *secrets) unlock(path dbus.ObjectPath, api string) error {
	if !interactive(c.ctx) {
		return &Error{Class: Locked}
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := c.call(secretsName, secretsPath, serviceAPI+".Unlock", []any{[]dbus.ObjectPath{path}}, &unlocked, &prompt); err != nil {
		return err
	}
	if _, err := c.ask(prompt); err != nil {
		return err
	}
	switch locked, err := c.locked(path, api); {
	case err != nil:
		return err
	case locked:
		return &Error{Class: Denied, Err: errors.New("the service did not unlock it")}
	}
	return nil
}

// create makes the default collection; the system asks the person for a password for it.
func (c *secrets) create() (dbus.ObjectPath, error) {
	if !interactive(c.ctx) {
		return "", &Error{Class: Locked, Err: errors.New("the service has no collection yet")}
	}
	properties := map[string]dbus.Variant{collectionAPI + ".Label": dbus.MakeVariant(collectionName)}
	var path, prompt dbus.ObjectPath
	err := c.call(secretsName, secretsPath, serviceAPI+".CreateCollection", []any{properties, "default"}, &path, &prompt)
	if err != nil {
		return "", err
	}
	answer, err := c.ask(prompt)
	if err != nil {
		return "", err
	}
	if made, ok := answer.Value().(dbus.ObjectPath); ok {
		path = made
	}
	if path == nothing || path == "" {
		return "", &Error{Class: Denied, Err: errors.New("the service made no collection")}
	}
	return path, nil
}

// ask shows a question of the service and waits for its end. Dismissed is Denied, unanswered Locked. A question
// that comes up in the background is not shown: that is Locked.
func (c *secrets) ask(prompt dbus.ObjectPath) (dbus.Variant, error) {
	var none dbus.Variant
	if prompt == nothing {
		return none, nil
	}
	if !interactive(c.ctx) {
		return none, &Error{Class: Locked, Err: errors.New("the service wants to ask the person")}
	}
	signals := make(chan *dbus.Signal, 16)
	c.conn.Signal(signals)
	err := c.conn.AddMatchSignalContext(c.ctx, dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(promptAPI))
	if err != nil {
		return none, c.judge(err)
	}
	c.prompting = true
	defer func() { c.prompting = false }()
	if err := c.call(secretsName, prompt, promptAPI+".Prompt", []any{""}); err != nil {
		return none, err
	}
	for {
		select {
		case <-c.ctx.Done():
			return none, c.judge(c.ctx.Err())
		case signal, open := <-signals:
			if !open {
				return none, c.judge(dbus.ErrClosed)
			}
			if signal.Path != prompt || signal.Name != promptAPI+".Completed" {
				continue
			}
			var dismissed bool
			var answer dbus.Variant
			if err := dbus.Store(signal.Body, &dismissed, &answer); err != nil {
				return none, &Error{Class: None, Err: fmt.Errorf("unexpected answer to a question: %w", err)}
			}
			if dismissed {
				return none, &Error{Class: Denied, Err: errors.New("the question was dismissed")}
			}
			return answer, nil
		}
	}
}
