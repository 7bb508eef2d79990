package link

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var systemPowerStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetSystemPowerStatus")

// onBattery asks for SYSTEM_POWER_STATUS.
func onBattery() bool {
	var s struct {
		line, battery, percent, saver byte
		left, full                    uint32
	}
	ok, _, _ := systemPowerStatus.Call(uintptr(unsafe.Pointer(&s)))
	return ok != 0 && s.line == 0
}
