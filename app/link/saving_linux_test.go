package link

import (
	"os"
	"path/filepath"
	"testing"
)

func TestABatteryThatEmptiesCountsUnlessMainsArePluggedIn(t *testing.T) {
	battery := map[string]string{"type": "Battery", "status": "Discharging"}
	for name, c := range map[string]struct {
		supplies map[string]map[string]string
		want     bool
	}{
		"none":           {nil, false},
		"emptying":       {map[string]map[string]string{"BAT0": battery}, true},
		"charging":       {map[string]map[string]string{"BAT0": {"type": "Battery", "status": "Charging"}}, false},
		"of a mouse":     {map[string]map[string]string{"hid": {"type": "Battery", "status": "Discharging", "scope": "Device"}}, false},
		"with mains":     {map[string]map[string]string{"AC": {"type": "Mains", "online": "1"}, "BAT0": battery}, false},
		"without mains":  {map[string]map[string]string{"AC": {"type": "Mains", "online": "0"}, "BAT0": battery}, true},
		"charger by USB": {map[string]map[string]string{"BAT0": battery, "ucsi": {"type": "USB", "online": "1"}}, false},
	} {
		dir := t.TempDir()
		for supply, files := range c.supplies {
			for file, content := range files {
				full := filepath.Join(dir, supply, file)
				if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(full, []byte(content+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := discharging(dir); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if discharging(filepath.Join(t.TempDir(), "none")) {
		t.Error("a system without such a folder runs on battery")
	}
}
