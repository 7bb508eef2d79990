package link

import (
	"context"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var createInstance = windows.NewLazySystemDLL("ole32.dll").NewProc("CoCreateInstance")

// Of netlistmgr.h in the Windows SDK.
var (
	networkListManager = windows.GUID{Data1: 0xdcb00c01, Data2: 0x570f, Data3: 0x4a9b, Data4: [8]byte{0x8d, 0x69, 0x19, 0x9f, 0xdb, 0xa5, 0x72, 0x3b}}
	networkCostManager = windows.GUID{Data1: 0xdcb00008, Data2: 0x570f, Data3: 0x4a9b, Data4: [8]byte{0x8d, 0x69, 0x19, 0x9f, 0xdb, 0xa5, 0x72, 0x3b}}
)

// costs are the NLM_CONNECTION_COST of a way that is paid for by the amount: fixed, variable, over its limit, roaming.
const costs = 0x2 | 0x4 | 0x10000 | 0x40000

// costManager is an INetworkCostManager: a table of its methods.
type costManager struct {
	methods *struct{ queryInterface, addRef, release, getCost uintptr }
}

// asking is true while Windows is asked: a question that hangs is not asked again.
var asking atomic.Bool

// metered asks the Network List Manager of Windows what the way to the internet costs. It waits askLimit at most.
func metered(ctx context.Context) bool {
	if !asking.CompareAndSwap(false, true) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	answer := make(chan bool, 1)
	go func() {
		defer asking.Store(false)
		cost, err := cost()
		answer <- err == nil && cost&costs != 0
	}()
	select {
	case yes := <-answer:
		return yes
	case <-ctx.Done():
		return false
	}
}

// cost is the NLM_CONNECTION_COST of the computer's way to the internet.
func cost() (cost uint32, err error) {
	runtime.LockOSThread() // COM is set up for one thread
	defer runtime.UnlockOSThread()
	if err := windows.CoInitializeEx(0, windows.COINIT_MULTITHREADED); err != nil && err != syscall.Errno(windows.S_FALSE) {
		return 0, err
	}
	defer windows.CoUninitialize()
	const anyServer = 0x17
	var m *costManager
	r, _, _ := createInstance.Call(uintptr(unsafe.Pointer(&networkListManager)), 0, anyServer,
		uintptr(unsafe.Pointer(&networkCostManager)), uintptr(unsafe.Pointer(&m)))
	if r != 0 {
		return 0, syscall.Errno(r)
	}
	defer syscall.SyscallN(m.methods.release, uintptr(unsafe.Pointer(m)))
	if r, _, _ = syscall.SyscallN(m.methods.getCost, uintptr(unsafe.Pointer(m)), uintptr(unsafe.Pointer(&cost)), 0); r != 0 {
		return 0, syscall.Errno(r)
	}
	return cost, nil
}
