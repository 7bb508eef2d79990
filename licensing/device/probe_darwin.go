package device

import (
	"context"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// System returns the probe of this computer.
func System() Probe {
	return func(ctx context.Context) []Fact {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		model, _ := unix.Sysctl("hw.model")
		cpu, _ := unix.Sysctl("machdep.cpu.brand_string")
		memory, _ := unix.SysctlUint64("hw.memsize")
		// The output is a few kilobytes: one object of the registry.
		out, _ := exec.CommandContext(ctx, "/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice").Output()
		return Clean([]Fact{
			{KindSystem, property(string(out), "IOPlatformUUID")},
			{KindSystem, property(string(out), "IOPlatformSerialNumber")},
			{KindBoard, join("apple", model)},
			{KindCPU, cpu},
			{KindMemory, sizeClass(memory)},
		})
	}
}

// property finds `"name" = "value"` in the text that ioreg writes.
func property(text, name string) string {
	_, rest, ok := strings.Cut(text, `"`+name+`" = "`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
