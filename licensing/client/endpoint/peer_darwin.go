package endpoint

import "golang.org/x/sys/unix"

// peer returns user and number of the process that opened the other end; the user is what getpeereid(3) asks.
func peer(fd int) (uid, pid int, err error) {
	c, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return -1, 0, err
	}
	pid, err = unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if err != nil {
		pid = 0
	}
	return int(c.Uid), pid, nil
}
