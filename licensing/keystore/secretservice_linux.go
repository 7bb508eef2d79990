package keystore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
	ss "github.com/zalando/go-keyring/secret_service"
)

// Names of the Secret Service API, draft 0.2 (specifications.freedesktop.org/secret-service).
const (
	secretsName    = "org.freedesktop.secrets"
	secretsPath    = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath      = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	nothing        = dbus.ObjectPath("/") // "no object" and "no question needed"
	serviceAPI     = "org.freedesktop.Secret.Service"
	collectionAPI  = "org.freedesktop.Secret.Collection"
	itemAPI        = "org.freedesktop.Secret.Item"
	promptAPI      = "org.freedesktop.Secret.Prompt"
	getProperty    = "org.freedesktop.DBus.Properties.Get"
	collectionName = "Default keyring"
)

// secretService talks to the Secret Service. Items look as go-keyring writes them (attributes "service" and
// "username", a plain session), and secrets are read by its secret_service package, over a connection that ends
// with the call. Unlocking and writing are done here because go-keyring waits for ever on a question, takes a
// dismissed question of CreateItem or Delete for success, and unlocks without being asked.
//
// New items go to the collection "login" if there is one, else to the default one, as with go-keyring. Items are found
// in every collection, so one written before "login" came into being is not lost. A service without
// either is Locked for Check and Set: with Interactive the system asks for a new password and makes one.
type secretService struct {
	service string
	address string
}

func newNative(service string, o Options) native {
	return secretService{service: service, address: o.Bus}
}

func (secretService) label() string { return "Keyring" }

func (s secretService) check(ctx context.Context) error {
	return s.with(ctx, func(c *secrets) error {
		_, err := c.writable()
		return err
	})
}

func (s secretService) get(ctx context.Context, item string) (text string, err error) {
	err = s.with(ctx, func(c *secrets) error {
		path, err := c.find(s.attributes(item))
		if err != nil {
			return err
		}
		session, err := c.session()
		if err != nil {
			return err
		}
		secret, err := (&ss.SecretService{Conn: c.conn}).GetSecret(path, session)
		if err != nil {
			return c.judge(err)
		}
		text = string(secret.Value)
		return nil
	})
	return text, err
}

func (s secretService) set(ctx context.Context, item, text string) error {
	return s.with(ctx, func(c *secrets) error {
		collection, err := c.writable()
		if err != nil {
			return err
		}
		session, err := c.session()
		if err != nil {
			return err
		}
		properties := map[string]dbus.Variant{
			itemAPI + ".Label":      dbus.MakeVariant(s.service + ": " + item),
			itemAPI + ".Attributes": dbus.MakeVariant(s.attributes(item)),
		}
		var path, prompt dbus.ObjectPath
		err = c.call(secretsName, collection, collectionAPI+".CreateItem",
			[]any{properties, ss.NewSecret(session, text), true}, &path, &prompt)
		if err != nil {
			return err
		}
		_, err = c.ask(prompt)
		return err
	})
}

func (s secretService) remove(ctx context.Context, item string) error {
	return s.with(ctx, func(c *secrets) error {
		path, err := c.find(s.attributes(item))
		if err != nil {
			return err
		}
		var prompt dbus.ObjectPath
		if err := c.call(secretsName, path, itemAPI+".Delete", nil, &prompt); err != nil {
			return err
		}
		_, err = c.ask(prompt)
		return err
	})
}

func (s secretService) attributes(item string) map[string]string {
	return map[string]string{"service": s.service, "username": item}
}

// with connects, looks whether somebody offers the service, and runs fn. When the service goes away in the middle, it
// looks once more: the bus may have started it again, and if not that is None, not Mute.
func (s secretService) with(ctx context.Context, fn func(*secrets) error) error {
	once := func() error {
		b, err := connect(ctx, s.address)
		if err != nil {
			return err
		}
		defer b.close()
		if err := b.look(secretsName); err != nil {
			return err
		}
		return fn(&secrets{b})
	}
	err := once()
	if errors.Is(err, errGone) {
		err = once()
	}
	return err
}

// secrets is a connection to a Secret Service.
type secrets struct{ *bus }

// find returns the path of an unlocked item: Missing when there is none, Locked when it or the place where it would be is.
func (c *secrets) find(attributes map[string]string) (dbus.ObjectPath, error) {
	var unlocked, locked []dbus.ObjectPath
	if err := c.call(secretsName, secretsPath, serviceAPI+".SearchItems", []any{attributes}, &unlocked, &locked); err != nil {
		return "", err
	}
	switch len(unlocked) + len(locked) {
	case 0:
		// Some services show no items of a locked collection.
		switch collection, err := c.collection(); {
		case err != nil:
			return "", err
		case collection == nothing:
			return "", &Error{Class: Missing}
		default:
			return c.findAfterUnlock(attributes, collection)
		}
	case 1:
		path := append(unlocked, locked...)[0]
		if len(locked) == 1 {
			return path, c.unlock(path)
		}
		return path, nil
	}
	// Several: the one in the collection that Set writes to.
	collection, err := c.collection()
	if err != nil {
		return "", err
	}
	inside := func(p dbus.ObjectPath) bool { return strings.HasPrefix(string(p), string(collection)+"/") }
	if i := slices.IndexFunc(locked, inside); i >= 0 && !slices.ContainsFunc(unlocked, inside) {
		return locked[i], c.unlock(locked[i])
	}
	if i := slices.IndexFunc(unlocked, inside); i >= 0 {
		return unlocked[i], nil
	}
	if len(unlocked) > 0 {
		return unlocked[0], nil
	}
	return locked[0], c.unlock(locked[0])
}

func (c *secrets) findAfterUnlock(attributes map[string]string, collection dbus.ObjectPath) (dbus.ObjectPath, error) {
	locked, err := c.locked(collection)
	if err != nil {
		return "", err
	}
	if !locked {
		return "", &Error{Class: Missing}
	}
	if err := c.unlock(collection); err != nil {
		return "", err
	}
	var found, others []dbus.ObjectPath
	if err := c.call(secretsName, secretsPath, serviceAPI+".SearchItems", []any{attributes}, &found, &others); err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", &Error{Class: Missing}
	}
	return found[0], nil
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
	locked, err := c.locked(collection)
	if err != nil || !locked {
		return collection, err
	}
	return collection, c.unlock(collection)
}

func (c *secrets) locked(collection dbus.ObjectPath) (bool, error) {
	var value dbus.Variant
	if err := c.call(secretsName, collection, getProperty, []any{collectionAPI, "Locked"}, &value); err != nil {
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
func (c *secrets) unlock(path dbus.ObjectPath) error {
	if !interactive(c.ctx) {
		return &Error{Class: Locked}
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := c.call(secretsName, secretsPath, serviceAPI+".Unlock", []any{[]dbus.ObjectPath{path}}, &unlocked, &prompt); err != nil {
		return err
	}
	answer, err := c.ask(prompt)
	if err != nil {
		return err
	}
	if more, ok := answer.Value().([]dbus.ObjectPath); ok {
		unlocked = append(unlocked, more...)
	}
	if !slices.Contains(unlocked, path) {
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
