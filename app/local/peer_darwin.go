package local

import "golang.org/x/sys/unix"

// peerUser returns the user of the process that opened the other end; it is what getpeereid(3) asks.
func peerUser(fd int) (int, error) {
	c, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return -1, err
	}
	return int(c.Uid), nil
}
