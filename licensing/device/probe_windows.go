package device

import (
	"context"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// System returns the probe of this computer. It makes a handful of local calls and starts nothing.
func System() Probe {
	return func(context.Context) []Fact {
		const bios = `HARDWARE\DESCRIPTION\System\BIOS`
		return Clean([]Fact{
			{KindMachine, registryText(`SOFTWARE\Microsoft\Cryptography`, "MachineGuid")},
			{KindSystem, systemUUID(smbios())},
			{KindBoard, join(registryText(bios, "SystemManufacturer"), registryText(bios, "SystemProductName"), registryText(bios, "BaseBoardProduct"))},
			{KindCPU, registryText(`HARDWARE\DESCRIPTION\System\CentralProcessor\0`, "ProcessorNameString")},
			{KindMemory, installedMemory()},
			{KindVolume, systemVolume()},
		})
	}
}

func registryText(path, name string) string {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return ""
	}
	defer k.Close()
	s, _, err := k.GetStringValue(name)
	if err != nil {
		return ""
	}
	return s
}

// systemVolume returns the serial number of the volume that Windows is on.
func systemVolume() string {
	dir, err := windows.GetSystemWindowsDirectory()
	if err != nil || len(dir) < 2 {
		return ""
	}
	root, err := windows.UTF16PtrFromString(dir[:2] + `\`)
	if err != nil {
		return ""
	}
	var serial uint32
	if windows.GetVolumeInformation(root, nil, 0, &serial, nil, nil, nil, 0) != nil {
		return ""
	}
	return strconv.FormatUint(uint64(serial), 16)
}

var (
	kernel32                        = windows.NewLazySystemDLL("kernel32.dll")
	getSystemFirmwareTable          = kernel32.NewProc("GetSystemFirmwareTable")
	getPhysicallyInstalledSystemMem = kernel32.NewProc("GetPhysicallyInstalledSystemMemory")
)

// installedMemory returns the size class of the memory that the firmware reports.
func installedMemory() string {
	var kib uint64
	if getPhysicallyInstalledSystemMem.Find() != nil {
		return ""
	}
	if ok, _, _ := getPhysicallyInstalledSystemMem.Call(uintptr(unsafe.Pointer(&kib))); ok == 0 || kib > 1<<40 {
		return ""
	}
	return sizeClass(kib << 10)
}

// smbios returns the tables of the firmware, at most 256 KiB.
func smbios() []byte {
	const provider = 'R'<<24 | 'S'<<16 | 'M'<<8 | 'B'
	if getSystemFirmwareTable.Find() != nil {
		return nil
	}
	need, _, _ := getSystemFirmwareTable.Call(provider, 0, 0, 0)
	if need == 0 || need > 256<<10 {
		return nil
	}
	b := make([]byte, need)
	n, _, _ := getSystemFirmwareTable.Call(provider, 0, uintptr(unsafe.Pointer(&b[0])), need)
	if n == 0 || n > need {
		return nil
	}
	return b[:n]
}
