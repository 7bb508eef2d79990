package device

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// machine builds the files that Linux shows of a computer. A value of "-> x" makes a link.
func machine(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := linkTarget(content); ok {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func linkTarget(content string) (string, bool) {
	if len(content) > 3 && content[:3] == "-> " {
		return content[3:], true
	}
	return "", false
}

func values(facts []Fact, kind string) []string {
	var v []string
	for _, f := range facts {
		if f.Kind == kind {
			v = append(v, f.Value)
		}
	}
	return v
}

func laptop() map[string]string {
	return map[string]string{
		"etc/machine-id":                             "3d1219c7c4c5404aaa1f6d2a48adfda4\n",
		"sys/class/dmi/id/sys_vendor":                "Acme\n",
		"sys/class/dmi/id/product_name":              "Tower 5\n",
		"sys/class/dmi/id/board_name":                "T5-A\n",
		"proc/cpuinfo":                               "processor\t: 0\nmodel name\t: Acme 4 Cores @ 2.00GHz\n\nprocessor\t: 1\nmodel name\t: other\n",
		"proc/meminfo":                               "MemTotal:       16099344 kB\nMemFree: 1 kB\n",
		"sys/devices/pci0/nvme/serial":               "S5GXNX0T123456     \n",
		"sys/devices/pci0/nvme/block/removable":      "0\n",
		"sys/devices/pci0/nvme/block/device":         "-> ../../nvme",
		"sys/block/nvme0n1":                          "-> ../devices/pci0/nvme/block",
		"sys/class/block/nvme0n1p2":                  "-> ../../devices/pci0/nvme/block",
		"sys/devices/pci0/usb1/sdb/removable":        "0\n",
		"sys/devices/pci0/usb1/sdb/device/wwid":      "naa.stick\n",
		"sys/block/sdb":                              "-> ../devices/pci0/usb1/sdb",
		"sys/class/block/sdb1":                       "-> ../../devices/pci0/usb1/sdb",
		"sys/devices/pci0/ata/sr0/removable":         "1\n",
		"sys/devices/pci0/ata/sr0/device/wwid":       "naa.dvd\n",
		"sys/block/sr0":                              "-> ../devices/pci0/ata/sr0",
		"sys/devices/virtual/block/zram0/removable":  "0\n",
		"sys/devices/virtual/block/zram0/serial":     "zram\n",
		"sys/block/zram0":                            "-> ../devices/virtual/block/zram0",
		"dev/disk/by-uuid/0b1c-stick":                "-> ../../sdb1",
		"dev/disk/by-uuid/5e9a-root":                 "-> ../../nvme0n1p2",
		"dev/disk/by-uuid/gone":                      "-> ../../sdz9",
		"sys/devices/pci0/net/eth0/address":          "F0:DE:F1:00:00:01\n",
		"sys/devices/pci0/net/eth0/addr_assign_type": "0\n",
		"sys/devices/pci0/net/eth0/device/vendor":    "0x8086\n",
		"sys/class/net/eth0":                         "-> ../../devices/pci0/net/eth0",
		// Addresses that may be shared: changed by hand, not registered, of software, of an adapter on a cable.
		"sys/devices/pci0/net/wlan0/address":               "f0:de:f1:00:00:02\n",
		"sys/devices/pci0/net/wlan0/addr_assign_type":      "3\n",
		"sys/devices/pci0/net/wlan0/device/vendor":         "0x8086\n",
		"sys/class/net/wlan0":                              "-> ../../devices/pci0/net/wlan0",
		"sys/devices/pci0/net/eth1/address":                "02:fc:00:00:00:01\n",
		"sys/devices/pci0/net/eth1/addr_assign_type":       "0\n",
		"sys/devices/pci0/net/eth1/device/vendor":          "0x8086\n",
		"sys/class/net/eth1":                               "-> ../../devices/pci0/net/eth1",
		"sys/devices/virtual/net/docker0/address":          "f0:de:f1:00:00:03\n",
		"sys/devices/virtual/net/docker0/addr_assign_type": "0\n",
		"sys/class/net/docker0":                            "-> ../../devices/virtual/net/docker0",
		"sys/devices/pci0/usb1/net/enx/address":            "f0:de:f1:00:00:04\n",
		"sys/devices/pci0/usb1/net/enx/addr_assign_type":   "0\n",
		"sys/devices/pci0/usb1/net/enx/device/vendor":      "0x8086\n",
		"sys/class/net/enx":                                "-> ../../devices/pci0/usb1/net/enx",
	}
}

func TestProbeReadsWhatBelongsToTheComputer(t *testing.T) {
	got := probeAt(machine(t, laptop()))(context.Background())
	for kind, want := range map[string][]string{
		KindMachine: {"3d1219c7c4c5404aaa1f6d2a48adfda4"},
		KindBoard:   {"acme tower 5 t5-a"},
		KindCPU:     {"acme 4 cores @ 2.00ghz"},
		KindMemory:  {"16384 mib"},
		KindDisk:    {"s5gxnx0t123456"},
		KindVolume:  {"5e9a-root"},
		KindMAC:     {"f0:de:f1:00:00:01"},
		KindSystem:  nil,
	} {
		if v := values(got, kind); !slices.Equal(v, want) {
			t.Errorf("%s: %q, want %q", kind, v, want)
		}
	}
}

// A service that runs as root must see what a person sees, or the two would look like two computers.
func TestProbeReadsOnlyWhatEverybodyMayRead(t *testing.T) {
	root := machine(t, laptop())
	secret := filepath.Join(root, "sys/class/dmi/id/product_uuid")
	if err := os.WriteFile(secret, []byte("6f9619ff-8b86-d011-b42d-00cf4fc964ff\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	if v := values(probeAt(root)(context.Background()), KindSystem); v != nil {
		t.Errorf("read %q", v)
	}
	if err := os.Chmod(secret, 0o444); err != nil {
		t.Fatal(err)
	}
	if v := values(probeAt(root)(context.Background()), KindSystem); len(v) != 1 {
		t.Errorf("did not read what everybody may: %q", v)
	}
}

func TestProbeOfABareMachineIsEmpty(t *testing.T) {
	if got := probeAt(t.TempDir())(context.Background()); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestProbeEndsWithItsContext(t *testing.T) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if got := probeAt(machine(t, laptop()))(over); len(got) != 0 {
		t.Errorf("%v after the end", got)
	}
}

func TestProbeIsNotHeldUpByOddFiles(t *testing.T) {
	files := laptop()
	delete(files, "etc/machine-id")
	files["proc/cpuinfo"] = "-> /dev/zero"
	root := machine(t, files)
	if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(root, "etc", "machine-id"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := probeAt(root)(context.Background())
	if v := append(values(got, KindMachine), values(got, KindCPU)...); v != nil {
		t.Errorf("read %q from a pipe or a device", v)
	}
	if v := values(got, KindMAC); len(v) != 1 {
		t.Errorf("the rest was not read: %q", v)
	}
}

func TestMemoryIsNamedByTheSizeItIsSoldAs(t *testing.T) {
	for kib, want := range map[string]string{
		"MemTotal: 16099344 kB": "16384 MiB", "MemTotal: 24682416 kB": "24576 MiB", "MemTotal: 3884000 kB": "4096 MiB",
		"MemTotal: 16777216 kB": "16384 MiB", "MemTotal: 900000 kB": "1024 MiB",
		"MemTotal: 0 kB": "", "MemTotal: many kB": "", "": "", "MemTotal: 18014398509481983 kB": "",
	} {
		if got := memoryClass(kib); got != want {
			t.Errorf("%q: %q, want %q", kib, got, want)
		}
	}
}
