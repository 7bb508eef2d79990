package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"holdfast/app"
	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/keystore"
)

// Variables that the programs of these tests read; the real one has nothing like them.
const (
	testLater  = "HFTEST_LATER"  // how much later than now it is, on a computer that ran all the time
	testWrong  = "HFTEST_WRONG"  // how far its wall clock is off
	testBegan  = "HFTEST_BEGAN"  // when the script began, in running time
	testKeys   = "HFTEST_KEYS"   // file of the key store
	testFail   = "HFTEST_FAIL"   // class with which the key store fails
	testDevice = "HFTEST_DEVICE" // name of the computer
	testIssuer = "HFTEST_ISSUER" // the vendor's program
	testPolicy = "HFTEST_POLICY" // folder of the machine policy
)

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){
		"holdfast": func() { os.Exit(testProcess().run(signals(), os.Args[1:], os.Stdout, os.Stderr, nil)) },
		"holdfast-window": func() {
			os.Exit(testProcess().run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, testWindow))
		},
	})
}

// programs is the folder of what the tests build, for as long as they run.
var programs string

type suite struct{ *testing.M }

func (s suite) Run() int {
	dir, err := os.MkdirTemp("", "holdfast-cli")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	programs = dir
	return s.M.Run()
}

func signals() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt)
	return ctx
}

// testProcess is what Main makes, with time, computer and key store of the test.
func testProcess() process {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	o := app.Options{Dir: dir, Env: os.Getenv, Probe: testProbe, Policy: os.Getenv(testPolicy)}
	later, _ := time.ParseDuration(os.Getenv(testLater)) // without one, it is now
	wrong, _ := time.ParseDuration(os.Getenv(testWrong))
	began, _ := time.ParseDuration(os.Getenv(testBegan))
	o.Clock = testClock{later, wrong, began, os.Getenv(testDevice)}
	if file := os.Getenv(testKeys); file != "" {
		o.Keys = func(_, backend string) (keystore.Store, error) { return fileStore{file, backend}, nil }
	}
	return process{Options: o, in: &input{Reader: os.Stdin}}
}

// testClock is the computer's clock at a later time, which may be set wrong. With other parts it has started anew, and not
// before the script did: what it ran in all its boots is time that has passed.
type testClock struct {
	later, wrong, began time.Duration
	device              string
}

func (c testClock) Read() clock.Reading {
	r := clock.System().Read()
	r.Wall = r.Wall.Add(c.later + c.wrong)
	r.Running += c.later - c.began
	r.Boot += c.device
	return r
}

func testProbe(context.Context) []device.Fact {
	name := os.Getenv(testDevice)
	return []device.Fact{
		{Kind: device.KindSystem, Value: "system of " + name},
		{Kind: device.KindDisk, Value: "disk of " + name},
		{Kind: device.KindMAC, Value: "card of " + name},
		{Kind: device.KindMachine, Value: "installation on " + name},
	}
}

// testWindow behaves like the window without one: it writes what it is asked to show to the file "shown", and ends when
// "close" appears.
func testWindow(a *app.App, files []string) int {
	write := func(line string) {
		f, err := os.OpenFile("shown", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(f, line)
		f.Close()
	}
	show := func(files []string) { write("files: " + strings.Join(files, " ")) }
	a.OnOpen(show)
	a.OnSettings(func(s app.Settings) {
		write(fmt.Sprintf("settings: %q %q %d %v", s.Language, s.Appearance, s.TextSize, s.Tray))
	})
	if _, err := a.Engine(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	show(files)
	for {
		if _, err := os.Stat("close"); err == nil {
			return 0
		}
		time.Sleep(20 * time.Millisecond) // a program that waits for another process; no test sleeps here
	}
}

// fileStore is a key store that several processes can use and that fails on demand.
type fileStore struct{ file, backend string }

func (s fileStore) Backend() string { return s.backend }
func (s fileStore) Label() string   { return "Keyring" }

func (s fileStore) Check(context.Context) error {
	if class := keystore.Class(os.Getenv(testFail)); class != "" {
		return &keystore.Error{Class: class, Backend: s.backend, Waited: 3 * time.Second, Err: errors.New("as the test wants it")}
	}
	return nil
}

func (s fileStore) load() (map[string][]byte, error) {
	items := map[string][]byte{}
	b, err := os.ReadFile(s.file)
	if errors.Is(err, os.ErrNotExist) {
		return items, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &items)
	}
	return items, err
}

func (s fileStore) Get(ctx context.Context, item string) ([]byte, error) {
	if err := s.Check(ctx); err != nil {
		return nil, err
	}
	items, err := s.load()
	if v, ok := items[item]; ok || err != nil {
		return v, err
	}
	return nil, &keystore.Error{Class: keystore.Missing, Backend: s.backend, Err: errors.New("no such item")}
}

func (s fileStore) change(ctx context.Context, fn func(map[string][]byte)) error {
	if err := s.Check(ctx); err != nil {
		return err
	}
	items, err := s.load()
	if err != nil {
		return err
	}
	fn(items)
	b, err := json.Marshal(items)
	if err != nil {
		return err
	}
	return os.WriteFile(s.file, b, 0o600)
}

func (s fileStore) Set(ctx context.Context, item string, value []byte) error {
	return s.change(ctx, func(m map[string][]byte) { m[item] = value })
}

func (s fileStore) Delete(ctx context.Context, item string) error {
	return s.change(ctx, func(m map[string][]byte) { delete(m, item) })
}

func TestCommandsDoWhatTheirScriptsSay(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the vendor's program")
	}
	issuer := buildIssuer(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup:               func(e *testscript.Env) error { return account(e, issuer) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"withid": withID, "exits": exits, "json": jsonIs, "later": later, "computer": computer, "vendor": vendor, "sell": sell,
			"port": port, "serving": serving, "follow": follow, "unfollow": unfollow,
			"flip": flip, "cut": cutFile, "await": await, "signal": sendSignal, "together": together, "passes": passes, "withday": withDay, "wrong": wrong,
		},
	})
}

// buildIssuer returns the name of the vendor's program, which the first caller builds.
func buildIssuer(t *testing.T) string {
	t.Helper()
	issuer, err := builtIssuer()
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

var builtIssuer = sync.OnceValues(func() (string, error) {
	issuer := filepath.Join(programs, "holdfast-issuer")
	if runtime.GOOS == "windows" {
		issuer += ".exe"
	}
	out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", issuer, "holdfast/licensing/issuer/cmd/holdfast-issuer").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return issuer, nil
})

// account gives a script an account, a computer and a key store of its own, and the vendor's program.
func account(e *testscript.Env, issuer string) error {
	run, err := os.MkdirTemp("/tmp", "hf") // short enough for a socket
	if err != nil {
		return err
	}
	e.Defer(func() { os.RemoveAll(run) })
	e.Setenv(testIssuer, issuer)
	e.Setenv("PATH", filepath.Dir(issuer)+string(filepath.ListSeparator)+e.Getenv("PATH"))
	e.Setenv("HOME", filepath.Join(e.WorkDir, "user"))
	e.Setenv("XDG_RUNTIME_DIR", run)
	e.Setenv("HOLDFAST_HOME", filepath.Join(e.WorkDir, "home"))
	e.Setenv(testKeys, filepath.Join(e.WorkDir, "keyring"))
	e.Setenv(testPolicy, filepath.Join(e.WorkDir, "policy"))
	e.Setenv(testDevice, "lab7")
	e.Setenv(testBegan, clock.System().Read().Running.String())
	e.Setenv("TZ", "UTC")
	return nil
}

// exits CODE PROGRAM ARGS… runs a program that must end with that code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// withid STATE CODE PROGRAM ARGS… is exits with the id of a request in that state, out of the list just printed.
func withID(ts *testscript.TestScript, _ bool, args []string) {
	var list struct{ Requests []requestJSON }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
	for _, q := range list.Requests {
		if string(q.State) == args[0] {
			exits(ts, false, append(args[1:], q.ID))
			return
		}
	}
	ts.Fatalf("no request is %s", args[0])
}

// withday CODE PROGRAM ARGS… is exits with the first word just printed, such as a date.
func withDay(ts *testscript.TestScript, _ bool, args []string) {
	exits(ts, false, append(args, strings.Fields(ts.ReadFile("stdout"))[0]))
}

// json PATH VALUE compares one value of the JSON object just printed; "! json PATH" says that there is none.
func jsonIs(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, step := range strings.Split(args[0], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			n, err := strconv.Atoi(step)
			ts.Check(err)
			v = nil
			if n < len(at) {
				v = at[n]
			}
		default:
			v = nil
		}
	}
	switch {
	case neg && v != nil:
		ts.Fatalf("%s is %v", args[0], v)
	case neg:
	case fmt.Sprint(v) != args[1]:
		ts.Fatalf("%s is %v, want %s", args[0], v, args[1])
	}
}

// later SPAN says how much later than now it is for holdfast, in days ("400d").
func later(ts *testscript.TestScript, _ bool, args []string) {
	days, err := strconv.Atoi(strings.TrimSuffix(args[0], "d"))
	ts.Check(err)
	ts.Setenv(testLater, strconv.Itoa(24*days)+"h")
}

// wrong SPAN sets the wall clock of holdfast wrong, in days ("-400d"); 0d puts it right.
func wrong(ts *testscript.TestScript, _ bool, args []string) {
	days, err := strconv.Atoi(strings.TrimSuffix(args[0], "d"))
	ts.Check(err)
	ts.Setenv(testWrong, strconv.Itoa(24*days)+"h")
}

// computer NAME goes to another computer, with a home and key store of its own.
func computer(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(testDevice, args[0])
	ts.Setenv("HOLDFAST_HOME", ts.MkAbs("home-"+args[0]))
	ts.Setenv(testKeys, ts.MkAbs("keyring-"+args[0]))
}

// vendor ID NAME sets up a vendor in the folder ID and writes ID.hfkey.
func vendor(ts *testscript.TestScript, _ bool, args []string) {
	id, name := args[0], args[1]
	issuer := ts.Getenv(testIssuer)
	ts.Check(ts.Exec(issuer, "init", "--dir", id, "--vendor", id, "--name", name, "--email", "help@"+id+".example"))
	ts.Check(ts.Exec(issuer, "profile", "--dir", id, "--out", id+".hfkey"))
}

// sell ID POLICY KEYFILE [ARGS…] creates a license and writes its key.
func sell(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec(ts.Getenv(testIssuer), append([]string{"license", "create", "--dir", args[0], "--policy", args[1]}, args[3:]...)...))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile("stdout")), 0o600))
}

// flip FILE changes one letter in the middle of the armored block.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	i := (strings.Index(string(b), "-----BEGIN") + len(b)) / 2
	for b[i] == '\n' || b[i] == '\r' {
		i++
	}
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// cut FILE removes the last third.
func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	b := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b[:2*len(b)/3]), 0o600))
}

// await FILE TEXT waits until another process has written it.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(b), args[1]) {
			return
		}
	}
	ts.Fatalf("%q never appeared in %s", args[1], args[0])
}

// passes STATE… looks at the status until it is the last state, which it must reach within 20 seconds through the others in their
// order. Some may be too short to be seen.
func passes(ts *testscript.TestScript, _ bool, args []string) {
	at := 0
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		_ = ts.Exec("holdfast", "status") // its code is that of the state
		state, _, _ := strings.Cut(ts.ReadFile("stdout"), "\n")
		i := slices.Index(args, state)
		if i < at {
			ts.Fatalf("%s after %s", state, args[at])
		}
		if at = i; at == len(args)-1 {
			return
		}
	}
	ts.Fatalf("still %s", args[at])
}

// port reserves an address of this computer for the vendor's service: ADDRESS, and SERVICE as a URL.
func port(ts *testscript.TestScript, _ bool, _ []string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("ADDRESS", ln.Addr().String())
	ts.Setenv("SERVICE", "http://"+ln.Addr().String())
	ts.Check(ln.Close())
}

// serving waits until the service answers.
func serving(ts *testscript.TestScript, _ bool, _ []string) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", ts.Getenv("ADDRESS"))
		if err == nil {
			ts.Check(c.Close())
			return
		}
	}
	ts.Fatalf("the service does not answer")
}

// surroundings are the environment of a script's programs, for those that it does not start itself.
func surroundings(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{
		"PATH", "HOME", "XDG_RUNTIME_DIR", "HOLDFAST_HOME", "TZ", testKeys, testDevice, testPolicy, testFail, testLater, testWrong, testBegan,
	} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// follow FILE has events written to a file as they come; unfollow interrupts that, which must end with 130.
func follow(ts *testscript.TestScript, _ bool, args []string) {
	program, err := exec.LookPath("holdfast")
	ts.Check(err)
	out, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	c := exec.Command(program, "events", "--follow", "--json")
	c.Dir, c.Stdout, c.Env = ts.Getenv("WORK"), out, surroundings(ts)
	ts.Check(c.Start())
	following.Store(ts.Name(), c)
	ts.Defer(func() {
		_ = c.Process.Kill()
		_ = out.Close()
	})
}

func unfollow(ts *testscript.TestScript, _ bool, _ []string) {
	x, _ := following.LoadAndDelete(ts.Name())
	c := x.(*exec.Cmd)
	ts.Check(c.Process.Signal(os.Interrupt))
	if _ = c.Wait(); c.ProcessState.ExitCode() != codeStopped {
		ts.Fatalf("exit code %d", c.ProcessState.ExitCode())
	}
}

// following are the programs that follow, by script.
var following sync.Map

// signal NAME sends KILL, STOP or CONT to the program that runs in the background.
func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	sig, ok := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "STOP": syscall.Signal(19), "CONT": syscall.Signal(18)}[args[0]]
	if !ok || len(ts.BackgroundCmds()) == 0 {
		ts.Fatalf("no such signal, or nothing runs")
	}
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(sig))
	}
}

// together N CODE PROGRAM ARGS… runs a program N times at once; each must end with that code.
func together(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	env := surroundings(ts)
	program, err := exec.LookPath(args[2])
	ts.Check(err)
	var all []*exec.Cmd
	for range n {
		c := exec.Command(program, args[3:]...)
		c.Dir, c.Env = ts.Getenv("WORK"), env
		c.Stdout, c.Stderr = new(strings.Builder), new(strings.Builder)
		ts.Check(c.Start())
		all = append(all, c)
	}
	failed := false
	for _, c := range all {
		_ = c.Wait()
		if code := strconv.Itoa(c.ProcessState.ExitCode()); code != args[1] {
			ts.Logf("exit code %s\n%s%s", code, c.Stdout, c.Stderr)
			failed = true
		}
	}
	if failed {
		ts.Fatalf("not all ended with %s", args[1])
	}
}
