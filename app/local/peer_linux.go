package local

import "golang.org/x/sys/unix"

// peerUser returns the user of the process that opened the other end, as the kernel recorded it.
func peerUser(fd int) (int, error) {
	c, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return -1, err
	}
	return int(c.Uid), nil
}
