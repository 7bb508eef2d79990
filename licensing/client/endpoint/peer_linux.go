package endpoint

import "golang.org/x/sys/unix"

// peer returns user and number of the process that opened the other end, as the kernel recorded them.
func peer(fd int) (uid, pid int, err error) {
	c, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return -1, 0, err
	}
	return int(c.Uid), int(c.Pid), nil
}
