package clock

import (
	"strconv"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// bootID is the counter that the prefetcher raises at each boot. Windows has no other boot identifier that
// an ordinary user can read and that a change of the wall clock leaves alone.
var bootID = sync.OnceValue(func() string {
	const path = `SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters`
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer k.Close()
	n, _, err := k.GetIntegerValue("BootId")
	if err != nil {
		return ""
	}
	return "windows-boot-" + strconv.FormatUint(n, 10)
})

var queryInterruptTime = windows.NewLazySystemDLL("kernelbase.dll").NewProc("QueryInterruptTime")

// running uses QueryInterruptTime (units of 100 ns, counts sleep); GetTickCount64 before Windows 10.
func running() time.Duration {
	if queryInterruptTime.Find() != nil {
		return windows.DurationSinceBoot()
	}
	var ticks uint64
	_, _, _ = queryInterruptTime.Call(uintptr(unsafe.Pointer(&ticks)))
	return time.Duration(ticks) * 100
}
