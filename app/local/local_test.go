package local

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/client/endpoint"
)

// testHome returns a home and a folder for sockets, both of this test alone.
func testHome(t testing.TB) (home, runtimeDir string) {
	t.Helper()
	runtimeDir, err := os.MkdirTemp("/tmp", "hf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runtimeDir) })
	return filepath.Join(t.TempDir(), "home"), runtimeDir
}

func serve(t *testing.T, h Handler) (home string, o *Owner) {
	t.Helper()
	home, dir := testHome(t)
	o, err := Take(home)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Serve(dir, h, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Release() })
	return home, o
}

func echo(_ context.Context, c Command) Answer {
	return Answer{Stdout: []byte(strings.Join(c.Args, " ") + "|" + c.Dir + "|" + c.Env["LANG"]), Stderr: c.Stdin, Code: len(c.Args)}
}

func command(args ...string) Command { return Command{Args: args, Dir: "/somewhere"} }

func TestTheSecondToTakeAHomeIsToldThatItIsTaken(t *testing.T) {
	home, _ := testHome(t)
	o, err := Take(home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Take(home); !errors.Is(err, ErrTaken) {
		t.Fatalf("second Take: %v, want ErrTaken", err)
	}
	if err := o.Release(); err != nil {
		t.Fatal(err)
	}
	o, err = Take(home)
	if err != nil {
		t.Fatalf("Take after Release: %v", err)
	}
	o.Release()
}

func TestACommandIsAnsweredByTheOwner(t *testing.T) {
	home, _ := serve(t, echo)
	binary := bytes.Repeat([]byte{0, 255, '\n', 0x80}, 1<<20)
	c := Command{Args: []string{"status", "--json", "a b"}, Dir: "/somewhere", Stdin: binary, Env: map[string]string{"LANG": "de_DE"}}
	o, a, err := OwnOrAsk(t.Context(), home, c)
	if err != nil || o != nil {
		t.Fatalf("owner %v, error %v", o, err)
	}
	if got, want := string(a.Stdout), "status --json a b|/somewhere|de_DE"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	if !bytes.Equal(a.Stderr, binary) {
		t.Error("bytes were changed on the way")
	}
	if a.Code != 3 || a.Schema != SchemaVersion {
		t.Errorf("code %d schema %d", a.Code, a.Schema)
	}
}

func TestAFreeHomeIsTaken(t *testing.T) {
	home, _ := testHome(t)
	o, a, err := OwnOrAsk(t.Context(), home, command("status"))
	if err != nil || a != nil || o == nil {
		t.Fatalf("owner %v answer %v error %v", o, a, err)
	}
	o.Release()
}

func TestAnOwnerThatDoesNotListenIsBusyAfterTwoSeconds(t *testing.T) {
	home, _ := testHome(t)
	o, err := Take(home)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Release()
	start := time.Now()
	_, _, err = OwnOrAsk(t.Context(), home, command("status"))
	if !errors.Is(err, ErrBusy) {
		t.Fatalf("error %v, want ErrBusy", err)
	}
	if took := time.Since(start); took < Patience/2 || took > 2*Patience {
		t.Errorf("gave up after %v, want about %v", took, Patience)
	}
}

func TestAClientWaitsForALongCommandOnceItIsAccepted(t *testing.T) {
	release := make(chan struct{})
	accepted := make(chan struct{})
	home, _ := serve(t, func(ctx context.Context, c Command) Answer {
		close(accepted)
		<-release
		return Answer{Code: 7}
	})
	go func() {
		<-accepted
		close(release)
	}()
	// A patience of 1 s is far shorter than a command may take, and long enough to be accepted.
	a, err := Ask(t.Context(), home, command("import"), time.Second)
	if err != nil || a.Code != 7 {
		t.Fatalf("code %d, error %v", a.Code, err)
	}
}

func TestStopWaitsForACommandThatRuns(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	home, o := serve(t, func(context.Context, Command) Answer {
		close(started)
		<-finish
		return Answer{Code: 5}
	})
	got := make(chan int, 1)
	go func() {
		a, err := Ask(context.Background(), home, command("import"), Patience)
		if err != nil {
			a.Code = -1
		}
		got <- a.Code
	}()
	<-started
	go close(finish)
	o.Stop()
	if code := <-got; code != 5 {
		t.Fatalf("the command's answer was lost: code %d", code)
	}
	if _, err := os.Stat(filepath.Join(home, endpoint.File)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("endpoint file after Stop: %v", err)
	}
	if _, err := Take(home); !errors.Is(err, ErrTaken) {
		t.Errorf("Stop must keep the lock: %v", err)
	}
}

func TestACommandEndsWhenItsClientGoesAway(t *testing.T) {
	started, ended := make(chan struct{}), make(chan error, 1)
	home, _ := serve(t, func(ctx context.Context, _ Command) Answer {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
		return Answer{}
	})
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() {
		_, err := Ask(ctx, home, command("import"), Patience)
		result <- err
	}()
	<-started
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("client: %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("owner: %v", err)
	}
}

func TestSocketAndLockBelongToThisUserAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pipes are guarded by a security descriptor")
	}
	home, o := serve(t, echo)
	socket := o.ln.Addr().String()
	for name, want := range map[string]os.FileMode{
		home: 0o700, filepath.Dir(socket): 0o700, socket: 0o600,
		filepath.Join(home, lockFile): 0o600, filepath.Join(home, endpoint.File): 0o600,
	} {
		i, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if i.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", name, i.Mode().Perm(), want)
		}
	}
	o.Release()
	if _, err := os.Lstat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("socket is left after Release: %v", err)
	}
}
