package keystore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// errGone says that the other side went away in the middle of a call. The call may be made again.
var errGone = errors.New("the connection ended in a call")

// busAddress returns the address of the session's bus: DBUS_SESSION_BUS_ADDRESS, else the socket where systemd puts it; ""
// when there is none. Unlike D-Bus libraries it never starts one.
func busAddress() string {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = "/run/user/" + strconv.Itoa(os.Getuid())
	}
	socket := filepath.Join(dir, "bus")
	if info, err := os.Stat(socket); err != nil || info.Mode()&fs.ModeSocket == 0 {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(socket)
}

// socketOf returns the unix socket in the first usable part of a bus address (D-Bus specification, Server
// Addresses). Other transports are refused: some start programs, and secrets do not travel by TCP.
func socketOf(address string) (string, error) {
	for _, one := range strings.Split(address, ";") {
		keys, ok := strings.CutPrefix(one, "unix:")
		if !ok {
			continue
		}
		for _, pair := range strings.Split(keys, ",") {
			name, value, _ := strings.Cut(pair, "=")
			value, err := dbus.UnescapeBusAddressValue(value)
			switch {
			case err != nil || value == "":
			case name == "path":
				return value, nil
			case name == "abstract":
				return "@" + value, nil
			}
		}
	}
	return "", &Error{Class: None, Err: errors.New("no session bus")}
}

// bus is a connection of one call. It ends with the call's context, and everything that waits on it then returns,
// so nothing stays behind when a service never answers.
type bus struct {
	ctx       context.Context
	conn      *dbus.Conn
	close     func()
	prompting bool // a question of the system is open
}

// connect opens a connection of its own. go-keyring's shared one is no use here: connecting it takes a lock that a mute
// bus would hold for ever, and without a bus it starts one.
func connect(ctx context.Context, address string) (*bus, error) {
	if address == "" {
		address = busAddress()
	}
	socket, err := socketOf(address)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, connectError(ctx, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	conn, err := dbus.DialUnix(raw.(*net.UnixConn))
	if err != nil {
		stop()
		_ = raw.Close()
		return nil, connectError(ctx, err)
	}
	b := &bus{ctx: ctx, conn: conn, close: func() {
		stop()
		_ = raw.Close() // first, so that closing never waits for a full socket
		_ = conn.Close()
	}}
	if err := conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Geteuid()))}); err != nil {
		b.close()
		return nil, connectError(ctx, err)
	}
	if err := conn.Hello(); err != nil {
		b.close()
		return nil, b.judge(err)
	}
	return b, nil
}

func connectError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil, errors.Is(err, syscall.EAGAIN): // EAGAIN: nobody takes connections from its queue
		return &Error{Class: Mute, Err: err}
	case errors.Is(err, fs.ErrPermission):
		return &Error{Class: Denied, Err: err}
	}
	return &Error{Class: None, Err: fmt.Errorf("session bus: %w", err)}
}

// call makes one method call and stores its results.
func (b *bus) call(dest string, path dbus.ObjectPath, method string, args []any, results ...any) error {
	c := b.conn.Object(dest, path).CallWithContext(b.ctx, method, 0, args...)
	if c.Err != nil {
		return b.judge(c.Err)
	}
	if err := c.Store(results...); err != nil {
		return &Error{Class: None, Err: fmt.Errorf("unexpected answer to %s: %w", method, err)}
	}
	return nil
}

// look asks the bus whether a service runs or can be started by it. It does not touch the service.
func (b *bus) look(name string) error {
	const daemon, path = "org.freedesktop.DBus", "/org/freedesktop/DBus"
	var owned bool
	if err := b.call(daemon, path, daemon+".NameHasOwner", []any{name}, &owned); err != nil || owned {
		return err
	}
	var names []string
	if err := b.call(daemon, path, daemon+".ListActivatableNames", nil, &names); err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return &Error{Class: None, Err: fmt.Errorf("nobody offers %s", name)}
	}
	return nil
}

// judge gives an error of the bus or the service its class.
func (b *bus) judge(err error) error {
	var known *Error
	var answer dbus.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case b.ctx.Err() != nil && b.prompting:
		return &Error{Class: Locked, Err: fmt.Errorf("the question stayed unanswered: %w", b.ctx.Err())}
	case b.ctx.Err() != nil:
		return &Error{Class: Mute, Err: b.ctx.Err()}
	case errors.As(err, &answer):
		return &Error{Class: classOfAnswer(answer.Name), Err: cause(answer)}
	case errors.Is(err, dbus.ErrClosed), errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &Error{Class: Mute, Err: fmt.Errorf("%w: %w", errGone, err)}
	}
	return &Error{Class: None, Err: err}
}

// cause keeps the name of an answer and, for NoReply, that the call may be made again.
func cause(answer dbus.Error) error {
	err := fmt.Errorf("%s: %w", answer.Name, answer)
	if answer.Name == "org.freedesktop.DBus.Error.NoReply" {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return err
}

func classOfAnswer(name string) Class {
	switch name {
	case "org.freedesktop.Secret.Error.IsLocked":
		return Locked
	case "org.freedesktop.Secret.Error.NoSuchObject":
		return Missing
	case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed",
		"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", "org.gnome.keyring.Error.Denied":
		return Denied
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut":
		return Mute
	}
	return None
}
