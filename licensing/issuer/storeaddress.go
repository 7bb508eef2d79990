package issuer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// location is a database, apart from what opens it: the address is written into folders, the secrets never.
type location struct {
	address  string // postgres://…, without a password
	password string // "": what PGPASSWORD or the user's password file says
	keyPass  string // of the client's TLS key (sslpassword)
}

// locate takes an address apart.
func locate(address string) location {
	u, err := url.Parse(address)
	if err != nil {
		return location{address: address} // config says so; it gets nowhere
	}
	l := location{}
	if u.User != nil {
		l.password, _ = u.User.Password()
		if u.User = url.User(u.User.Username()); u.User.Username() == "" {
			u.User = nil
		}
	}
	q := u.Query()
	l.password, l.keyPass = cmp.Or(l.password, q.Get("password")), q.Get("sslpassword")
	q.Del("password")
	q.Del("sslpassword")
	u.RawQuery = q.Encode()
	l.address = u.String()
	return l
}

// secret says whether something of the location must not be written down.
func (l location) secret() bool { return l.password != "" || l.keyPass != "" }

// config reads the address of a database: that of PostgreSQL, which may name the vendor besides (?vendor=acme). Nothing of it gets into the
// error. Where several hosts are named, the one that takes writes is meant.
func (l location) config() (config *pgxpool.Config, vendor string, err error) {
	bad := say(CodeValue, errors.New("not the address of a database"), "flag", "--database", "value", "postgres://…")
	u, err := url.Parse(l.address)
	if err != nil || !isAddress(l.address) {
		return nil, "", bad
	}
	q := u.Query()
	vendor = q.Get("vendor")
	if vendor != "" && !vendorForm.MatchString(vendor) {
		return nil, "", say(CodeVendorID, nil, "vendor", vendor)
	}
	q.Del("vendor")
	if l.keyPass != "" {
		q.Set("sslpassword", l.keyPass)
	}
	if strings.Contains(u.Host+q.Get("host"), ",") && !q.Has("target_session_attrs") {
		q.Set("target_session_attrs", "read-write")
	}
	sized := q.Has("pool_max_conns")
	u.RawQuery = q.Encode()
	if config, err = pgxpool.ParseConfig(u.String()); err != nil {
		return nil, "", bad
	}
	if !sized {
		config.MaxConns = poolSize
	}
	c := config.ConnConfig
	if c.ConnectTimeout <= 0 || c.ConnectTimeout > connectLimit {
		c.ConnectTimeout = connectLimit
	}
	c.Password = cmp.Or(l.password, c.Password)
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // begin tries again
	return config, vendor, nil
}

// otherwise is the password that the environment has for the address; "" for none.
func (l location) otherwise() string {
	l.password = ""
	config, _, err := l.config()
	if err != nil {
		return ""
	}
	return config.ConnConfig.Password
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

// plainAddress is a database as people may see it.
func plainAddress(c *pgx.ConnConfig) string {
	host := c.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, fmt.Sprint(c.Port))
	}
	return host + "/" + c.Database
}

// withVendor is an address that names the vendor too.
func withVendor(address, vendor string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // it was read before
	}
	q := u.Query()
	q.Set("vendor", vendor)
	u.RawQuery = q.Encode()
	return u.String()
}
