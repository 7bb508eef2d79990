package device

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// System returns the probe of this computer. It reads only what every user may read, so that a service and a person see
// the same facts.
func System() Probe { return probeAt("/") }

// Limits of one probe.
const (
	maxFact    = 64 << 10 // bytes read of one file
	maxEntries = 256      // entries looked at in one directory
)

// tree is a file system root: "/", or a made-up one in tests.
type tree struct {
	root string
	ctx  context.Context
}

func probeAt(root string) Probe {
	return func(ctx context.Context) []Fact {
		t := tree{root: root, ctx: ctx}
		var facts []Fact
		add := func(kind string, values ...string) {
			for _, v := range values {
				facts = append(facts, Fact{Kind: kind, Value: v})
			}
		}
		add(KindMachine, first(t.read("etc/machine-id"), t.read("var/lib/dbus/machine-id")))
		const dmi = "sys/class/dmi/id/"
		add(KindSystem, t.read(dmi+"product_uuid"), t.read(dmi+"board_serial"), t.read("sys/firmware/devicetree/base/serial-number"))
		add(KindBoard, first(
			join(t.read(dmi+"sys_vendor"), t.read(dmi+"product_name"), t.read(dmi+"board_name")),
			t.read("sys/firmware/devicetree/base/model")))
		add(KindCPU, processor(t.read("proc/cpuinfo")))
		add(KindMemory, memoryClass(t.read("proc/meminfo")))
		add(KindDisk, t.disks()...)
		add(KindVolume, t.volumes()...)
		add(KindMAC, t.cards()...)
		return Clean(facts)
	}
}

// read returns a small file that everybody may read, without white space and zero bytes around it; "" otherwise.
func (t tree) read(name string) string {
	if t.ctx.Err() != nil {
		return ""
	}
	name = filepath.Join(t.root, name)
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o004 == 0 {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFact))
	if err != nil {
		return ""
	}
	return strings.Trim(string(b), "\x00 \t\r\n")
}

// list returns the names in a directory.
func (t tree) list(dir string) []string {
	if t.ctx.Err() != nil {
		return nil
	}
	f, err := os.Open(filepath.Join(t.root, dir))
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(maxEntries)
	slices.Sort(names)
	return names
}

// builtIn says whether a device of sysfs sits inside this computer: not made by software, not plugged in, and
// not a virtual one whose names are the same in many machines.
func (t tree) builtIn(name string) bool {
	real, err := filepath.EvalSymlinks(filepath.Join(t.root, name))
	if err != nil {
		return false
	}
	for _, part := range []string{"/virtual/", "/usb", "/virtio"} {
		if strings.Contains(real, part) {
			return false
		}
	}
	return true
}

// disks returns serial numbers of built-in disks (NVMe, SCSI and SATA, eMMC).
func (t tree) disks() []string {
	var serials []string
	for _, name := range t.list("sys/block") {
		dir := "sys/block/" + name
		if t.read(dir+"/removable") == "1" || !t.builtIn(dir) {
			continue
		}
		serial := first(t.read(dir+"/device/serial"), t.read(dir+"/device/wwid"), t.read(dir+"/device/cid"))
		if !strings.Contains(strings.ToLower(serial), "qemu") { // numbered alike in every virtual machine
			serials = append(serials, serial)
		}
	}
	return serials
}

// volumes returns the ids of file systems, except on things that are plugged in.
func (t tree) volumes() []string {
	const dir = "dev/disk/by-uuid"
	var ids []string
	for _, id := range t.list(dir) {
		target, err := os.Readlink(filepath.Join(t.root, dir, id))
		if err != nil {
			continue
		}
		real, err := filepath.EvalSymlinks(filepath.Join(t.root, "sys/class/block", filepath.Base(target)))
		if err == nil && !strings.Contains(real, "/usb") && !strings.Contains(real, "/loop") {
			ids = append(ids, id)
		}
	}
	return ids
}

// cards returns permanent addresses of built-in network cards. An address that was changed, or that the maker
// did not register as his own, may be shared with other computers.
func (t tree) cards() []string {
	var addresses []string
	for _, name := range t.list("sys/class/net") {
		dir := "sys/class/net/" + name
		if _, err := os.Stat(filepath.Join(t.root, dir, "device")); err != nil || t.read(dir+"/addr_assign_type") != "0" {
			continue
		}
		if address := t.read(dir + "/address"); registered(address) && t.builtIn(dir) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// registered says whether a MAC address is a maker's own one: neither locally administered nor for groups (IEEE 802).
func registered(address string) bool {
	head, _, ok := strings.Cut(address, ":")
	n, err := strconv.ParseUint(head, 16, 8)
	return ok && err == nil && n&0b11 == 0
}

// processor returns the model of the first processor in /proc/cpuinfo.
func processor(cpuinfo string) string {
	return first(field(cpuinfo, "model name"), join(field(cpuinfo, "CPU implementer"), field(cpuinfo, "CPU part")))
}

func memoryClass(meminfo string) string {
	kib, err := strconv.ParseUint(strings.TrimSuffix(field(meminfo, "MemTotal"), " kB"), 10, 54)
	if err != nil {
		return ""
	}
	return sizeClass(kib << 10)
}

// field returns the value of the first line "name : value".
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// first returns the first value that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
