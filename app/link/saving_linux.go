package link

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/godbus/dbus/v5"
)

const supplies = "/sys/class/power_supply"

func onBattery() bool { return discharging(supplies) }

// discharging says that a battery of this computer empties and no mains is plugged in. A mouse has a battery too, which does not count.
func discharging(dir string) bool {
	list, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	empties := false
	for _, s := range list {
		has := func(name, value string) bool {
			b, err := os.ReadFile(filepath.Join(dir, s.Name(), name))
			return err == nil && string(bytes.TrimSpace(b)) == value
		}
		switch {
		case has("type", "Battery"):
			empties = empties || has("status", "Discharging") && !has("scope", "Device")
		case has("online", "1"):
			return false
		}
	}
	return empties
}

// metered asks NetworkManager, when it runs.
func metered(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer bus.Close()
	const name = "org.freedesktop.NetworkManager"
	var v dbus.Variant
	if bus.Object(name, "/org/freedesktop/NetworkManager").CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get",
		dbus.FlagNoAutoStart, name, "Metered").Store(&v) != nil {
		return false
	}
	const yes, guessYes = uint32(1), uint32(3)
	return v.Value() == yes || v.Value() == guessYes
}
