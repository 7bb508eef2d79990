package keystore

import (
	"context"
	"errors"

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

// remove deletes every item that Get could find, so that none of an older collection comes to light.
func (s secretService) remove(ctx context.Context, item string) error {
	return s.with(ctx, func(c *secrets) error {
		const most = 16 // of one name; more means that deleting has no effect
		for range most {
			path, err := c.find(s.attributes(item))
			if ClassOf(err) == Missing {
				return nil
			}
			if err != nil {
				return err
			}
			var prompt dbus.ObjectPath
			if err := c.call(secretsName, path, itemAPI+".Delete", nil, &prompt); err != nil {
				return err
			}
			if _, err := c.ask(prompt); err != nil {
				return err
			}
		}
		return &Error{Class: Denied, Err: errors.New("the service keeps the item")}
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
