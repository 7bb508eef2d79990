package issuer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"holdfast/licensing/issuer/pgtest"
)

// startPooler puts pgbouncer in front of a database: with two connections to the server, which every transaction gets another time.
func startPooler(t testing.TB, address string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		t.Skip("no pgbouncer here")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	dir, err := os.MkdirTemp("", "pooler")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	password, _ := u.User.Password()
	write(t, filepath.Join(dir, "users"), fmt.Sprintf("%q %q\n", u.User.Username(), password))
	write(t, filepath.Join(dir, "ini"), fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"+
		"auth_type = scram-sha-256\nauth_file = %s\npool_mode = transaction\ndefault_pool_size = 2\nserver_round_robin = 1\nlogfile =\n", u.Hostname(), u.Port(), port, filepath.Join(dir, "users")))
	args := []string{filepath.Join(dir, "ini")}
	if os.Geteuid() == 0 { // it does not run as root
		args = append([]string{"-u", "postgres"}, args...)
		if out, err := exec.Command("chown", "-R", "postgres", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	// It ends with the pipe, also when this process is killed.
	cmd := exec.Command("sh", append([]string{"-c", `"$@" & cat; kill $!; wait`, "pooler", program}, args...)...)
	hold, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	u.Host = fmt.Sprintf("127.0.0.1:%d", port)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for {
		c, err := pgx.Connect(ctx, u.String())
		if err == nil {
			_ = c.Close(ctx)
			return u.String()
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAConnectionFromBeforeThePoolerWasNoticedDoesNotStay: it would prepare statements.
func TestAConnectionFromBeforeThePoolerWasNoticedDoesNotStay(t *testing.T) {
	config, err := pgx.ParseConfig(pgtest.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &pgStore{}
	for _, want := range []error{errPooler, nil} { // the second one knows
		if err := s.beforeConnect(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		c, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		s.pooled.Store(true) // another one noticed it meanwhile
		if err := s.afterConnect(t.Context(), c); !errors.Is(err, want) {
			t.Errorf("a connection with mode %v: %v", c.Config().DefaultQueryExecMode, err)
		}
		_ = c.Close(context.Background())
	}
}

// TestAPoolerMayMixTransactions: what one process tells a connection never meets another, and several still count together.
func TestAPoolerMayMixTransactions(t *testing.T) {
	direct := pgtest.Start(t)
	address := startPooler(t, direct)
	const processes, callers, turns = 3, 4, 10
	var wait sync.WaitGroup
	for p := range processes {
		s := opened(t, address)
		defer func() { _ = s.Close() }()
		for c := range callers {
			wait.Go(func() {
				for i := range turns {
					if err := count(s, fmt.Sprintf("%d/%d/%d", p, c, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wait.Wait()
	back, err := openAt(address)
	if err != nil {
		t.Fatal(err)
	}
	pg := back.(*pgStore)
	if !pg.pooled.Load() {
		t.Error("the pooler was not noticed")
	}
	if err := pg.wipe(t.Context()); err != nil {
		t.Error(err)
	}
	s := newGroup(pg)
	defer func() { _ = s.Close() }()
	if n := read(t, s, bucketMeta, "n"); n != fmt.Sprint(processes*callers*turns) {
		t.Errorf("counted %s", n)
	}
	before := pg.trips.Load()
	if err := count(s.For(t.Context(), need(bucketMeta, "n"), need(bucketLetters, "x")), "x"); err != nil {
		t.Fatal(err)
	}
	if n := pg.trips.Load() - before; n != 2 {
		t.Errorf("%d round trips", n)
	}
	// The settings hold within a transaction, and go with it.
	limit := func() (within string) {
		if err := s.View(func(x tx) error {
			return x.(lookOnly).reader.(*pgTx).c.QueryRow(t.Context(), "SHOW statement_timeout").Scan(&within)
		}); err != nil {
			t.Fatal(err)
		}
		return within
	}
	if within := limit(); within != "12s" {
		t.Errorf("%s within a transaction", within)
	}
	c, err := pgx.Connect(t.Context(), address+"&default_query_exec_mode=exec")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for range 4 {
		var after string
		if err := c.QueryRow(t.Context(), "SHOW statement_timeout").Scan(&after); err != nil || after != "0" {
			t.Errorf("another program gets %s, %v", after, err)
		}
	}
	// The direct way is as it was.
	back, err = openAt(direct)
	if err != nil {
		t.Fatal(err)
	}
	if back.(*pgStore).pooled.Load() {
		t.Error("a pooler where there is none")
	}
	_ = back.close()
}
