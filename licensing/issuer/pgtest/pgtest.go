// Package pgtest gives tests a real PostgreSQL server of their own.
//
// Contract. The first Start of a process starts packaging/postgres.sh: Debian's programs, a folder of its own, fsync on. The server ends with the
// process, also when that is killed, and leaves nothing behind. Every Start makes one more empty database in it, whose password PGPASSWORD has too.
// Without PostgreSQL
// the test is skipped; with HOLDFAST_REQUIRE_POSTGRES=1, as in make test, that is an error.
package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// limit is how long the server and each statement may take.
const limit = 60 * time.Second

// Start returns the URL of a new, empty database, which is dropped when the test ends.
func Start(t testing.TB) (address string) {
	t.Helper()
	s := server()
	if errors.Is(s.err, errNotHere) && os.Getenv("HOLDFAST_REQUIRE_POSTGRES") != "1" {
		t.Skip("no PostgreSQL here")
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	s.do(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { s.do(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

var errNotHere = errors.New("PostgreSQL is not installed; HOLDFAST_REQUIRE_POSTGRES=1 asks for it")

type running struct {
	url   string
	err   error
	stdin *os.File // its end ends the server; held, never closed
}

var server = sync.OnceValue(start)

func start() (s *running) {
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		return &running{err: errors.New("the source of this test is not known")}
	}
	script := filepath.Join(filepath.Dir(here), "..", "..", "..", "packaging", "postgres.sh")
	in, hold, err := os.Pipe()
	if err != nil {
		return &running{err: err}
	}
	var complaint bytes.Buffer
	cmd := exec.Command(script)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = in, &complaint, time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return &running{err: err}
	}
	_ = in.Close() // the script has its own
	timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		err = cmd.Wait()
		if cmd.ProcessState.ExitCode() == 3 {
			return &running{err: errNotHere}
		}
		return &running{err: errors.Join(err, errors.New(complaint.String()))}
	}
	line = strings.TrimSpace(line)
	// Folders do not keep passwords: who opens one finds it where a service does.
	if u, err := url.Parse(line); err == nil {
		password, _ := u.User.Password()
		_ = os.Setenv("PGPASSWORD", password)
	}
	return &running{url: line, stdin: hold}
}

// do runs a statement of the whole server.
func (s *running) do(t testing.TB, statement string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	defer stop()
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Exec(ctx, statement)
	if err = errors.Join(err, c.Close(ctx)); err != nil {
		t.Fatal(err)
	}
}
