package local

import (
	"bufio"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sockets returns the inodes of this process's sockets.
func sockets(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:[") {
			all[strings.TrimSuffix(strings.TrimPrefix(to, "socket:["), "]")] = true
		}
	}
	return all
}

// networkSockets returns those of mine that belong to a network protocol.
func networkSockets(t *testing.T, mine map[string]bool) []string {
	t.Helper()
	var found []string
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "udplite", "udplite6"} {
		f, err := os.Open("/proc/net/" + table)
		if err != nil {
			continue // not in this kernel
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if fields := strings.Fields(lines.Text()); len(fields) > 9 && mine[fields[9]] {
				found = append(found, table+" "+fields[1])
			}
		}
		f.Close()
	}
	return found
}

func TestTheOwnerListensOnNoNetwork(t *testing.T) {
	home, _ := serve(t, func(ctx context.Context, c Command) Answer {
		if found := networkSockets(t, sockets(t)); len(found) > 0 {
			t.Errorf("network sockets while a command runs: %v", found)
		}
		return echo(ctx, c)
	})
	if _, err := Ask(t.Context(), home, command("x"), Patience); err != nil {
		t.Fatal(err)
	}
	mine := sockets(t)
	if len(mine) == 0 {
		t.Fatal("the owner's own socket was not found, so this test sees nothing")
	}
	if found := networkSockets(t, mine); len(found) > 0 {
		t.Errorf("network sockets: %v", found)
	}
}

func TestTheSearchForNetworkSocketsFindsOne(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer ln.Close()
	if found := networkSockets(t, sockets(t)); len(found) == 0 {
		t.Fatal("a TCP listener was not seen")
	}
}
