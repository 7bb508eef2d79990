package desktop

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// openWait is how long a program may take to say that it cannot open something.
const openWait = 5 * time.Second

var errAddress = errors.New("not an address of a mail or a page")

// Open opens a mailto or https address in the mail program or browser; other schemes are refused. It returns when
// that program took over, at the latest when ctx ends or after five seconds: one that still runs then counts as
// opened. Only ctx being cancelled is an error. Without a program for the address there is an error on Linux and
// macOS; Windows asks the person instead.
func Open(ctx context.Context, address string) error {
	if !openable(address) {
		return errAddress
	}
	if runtime.GOOS == "windows" {
		return handOver(ctx, true, "rundll32.exe", "url.dll,FileProtocolHandler", address)
	}
	return handOver(ctx, true, opener(), address)
}

// openable says whether an address is one of ours, written with the characters of an address only (RFC 3986).
func openable(address string) bool {
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "mailto" && u.Host == "" || u.Scheme == "https" && u.Host != "")
}

// opener is the program that opens things as the person would by a double click.
func opener() string {
	if runtime.GOOS == "darwin" {
		return "open"
	}
	return "xdg-open"
}

// handOver starts a program and waits whether it complains. coded says that its exit code means something.
func handOver(ctx context.Context, coded bool, program string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return err
	}
	cmd := exec.Command(program, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the program, which may be long after
	select {
	case err := <-ended:
		if !coded {
			return nil
		}
		return err
	case <-ctx.Done():
		if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return nil
	}
}
