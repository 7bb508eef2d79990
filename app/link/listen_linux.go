package link

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// listen has the kernel tell of each change of a connection or its addresses, until ctx ends.
func listen(ctx context.Context, events chan<- struct{}) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "netlink") // waits without a thread
	if err := unix.Bind(fd, &unix.SockaddrNetlink{
		Family: unix.AF_NETLINK, Groups: unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR,
	}); err != nil {
		_ = f.Close()
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	go func() {
		defer stop()
		buf := make([]byte, 64<<10)
		for {
			// What a message says does not matter, nor does one that was lost: the addresses are looked at.
			if _, err := f.Read(buf); err != nil && ctx.Err() != nil {
				return
			} else if err != nil && !errors.Is(err, unix.ENOBUFS) {
				_ = f.Close()
				return
			}
			told(events)
		}
	}()
	return nil
}
