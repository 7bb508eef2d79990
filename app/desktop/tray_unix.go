//go:build unix && !darwin

package desktop

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// trayWait is the longest time that looking for a tray takes.
const trayWait = time.Second

// TrayThere says whether something shows tray icons now. A window may only be hidden while it does, else nobody finds it
// again. It asks the session's bus and starts neither a bus nor a service; without an answer within a second there
// is no tray.
func TrayThere(ctx context.Context, env func(string) string) bool {
	ctx, cancel := context.WithTimeout(ctx, trayWait)
	defer cancel()
	conn, closeAll, err := sessionBus(ctx, env)
	if err != nil {
		return false
	}
	defer closeAll()
	const watcher = "org.kde.StatusNotifierWatcher"
	var there bool
	err = conn.Object(watcher, "/StatusNotifierWatcher").CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, watcher, "IsStatusNotifierHostRegistered").Store(&there)
	return err == nil && there
}

// sessionBus opens a connection that ends with ctx.
func sessionBus(ctx context.Context, env func(string) string) (*dbus.Conn, func(), error) {
	socket := busSocket(env)
	if socket == "" {
		return nil, nil, errors.New("no session bus")
	}
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	conn, err := dbus.DialUnix(raw.(*net.UnixConn))
	if err != nil {
		stop()
		_ = raw.Close()
		return nil, nil, err
	}
	closeAll := func() {
		stop()
		_ = raw.Close() // first, so that closing never waits for a full socket
		_ = conn.Close()
	}
	err = conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Geteuid()))})
	if err == nil {
		err = conn.Hello()
	}
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	return conn, closeAll, nil
}

// busSocket returns the unix socket of the session's bus: from DBUS_SESSION_BUS_ADDRESS, else where systemd puts it; ""
// when there is none. Transports other than unix sockets are left out: some start programs.
func busSocket(env func(string) string) string {
	address := env("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		dir := env("XDG_RUNTIME_DIR")
		if dir == "" {
			dir = "/run/user/" + strconv.Itoa(os.Getuid())
		}
		socket := filepath.Join(dir, "bus")
		if info, err := os.Stat(socket); err != nil || info.Mode()&fs.ModeSocket == 0 {
			return ""
		}
		return socket
	}
	for one := range strings.SplitSeq(address, ";") {
		keys, ok := strings.CutPrefix(one, "unix:")
		if !ok {
			continue
		}
		for pair := range strings.SplitSeq(keys, ",") {
			name, value, _ := strings.Cut(pair, "=")
			value, err := dbus.UnescapeBusAddressValue(value)
			switch {
			case err != nil || value == "":
			case name == "path":
				return value
			case name == "abstract":
				return "@" + value
			}
		}
	}
	return ""
}
