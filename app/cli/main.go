package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"holdfast/app"
	"holdfast/app/desktop"
	"holdfast/app/local"
)

// Window is the entry of the window: it shows the App with some files looked at until it is closed, and returns the exit
// code. It runs on the goroutine that called Main.
type Window func(a *app.App, files []string) int

// wording are the variables that change how an answer is worded; nothing else of the environment travels.
var wording = []string{"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE", "TZ"}

// Main runs this process's command and returns the exit code. window is nil in a build without one.
func Main(args []string, window Window) int {
	dir, err := os.Getwd()
	if err != nil {
		dir = string(filepath.Separator)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program whatever it does
	p := process{Options: app.Options{Dir: dir, Env: os.Getenv}, in: &input{Reader: os.Stdin}, screenless: noScreen(os.Getenv)}
	return p.run(ctx, args, os.Stdout, os.Stderr, window)
}

// process opens homes for the command that this process was started with.
type process struct {
	app.Options
	in *input
	// screenless says that a window would have nowhere to be.
	screenless bool
}

func (p process) run(ctx context.Context, args []string, out, problems io.Writer, window Window) int {
	p.in.Reader = &stoppable{ctx: ctx, in: p.in.Reader}
	s := Streams{In: p.in, Out: out, Err: problems, Dir: p.Dir, Env: p.Env, Window: p.handOver, Agent: p.agent, Language: p.language, Recorded: p.recorded}
	s.Again = func(ctx context.Context, args []string, out, problems io.Writer) int {
		again := s
		again.In, again.Out, again.Err, again.Again = bytes.NewReader(nil), out, problems, nil
		return Run(ctx, args, again, p.open)
	}
	if window != nil {
		s.Window, s.OwnWindow = p.window(window), true
	}
	return Run(ctx, args, s, p.open)
}

// input is standard input. What is read to be sent can be read again, should this process do the command itself.
type input struct{ io.Reader }

// stdinLimit is more than a file may have, so that one that is too large is told as such.
const stdinLimit = 16<<20 + 1

func (in *input) all() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in.Reader, stdinLimit))
	in.Reader = bytes.NewReader(b)
	return b, err
}

// stoppable is a reader that gives up when ctx ends, although a read from a terminal or pipe cannot be interrupted. The
// read that is left behind ends with the program.
type stoppable struct {
	ctx context.Context
	in  io.Reader
}

func (s *stoppable) Read(b []byte) (int, error) {
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		data := make([]byte, len(b)) // b is the caller's again after a stop
		n, err := s.in.Read(data)
		done <- read{data[:n], err}
	}()
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case r := <-done:
		return copy(b, r.data), r.err
	}
}

// open owns the home for the command's life, or has its owner run the command. A command that only reads makes nothing on
// a new home, and still reads one that cannot be written.
func (p process) open(ctx context.Context, a Access) (Opened, func() error, error) {
	o := p.Options
	o.Home, o.KeyStore, o.NoEngine, o.Commands = a.Home, a.KeyStore, a.NoEngine, p.commands
	opened, err := p.own(ctx, a, o)
	if err != nil {
		return Opened{}, nil, err
	}
	s, err := p.opened(opened, a)
	if err != nil {
		return s, nil, errors.Join(err, opened.Close())
	}
	return s, opened.Close, nil
}

func (p process) own(ctx context.Context, a Access, o app.Options) (*app.App, error) {
	home, err := app.Home(o.Home, o.Dir, o.Env)
	if err != nil {
		return nil, err
	}
	if !a.Write && app.Fresh(home) {
		return app.Look(ctx, o)
	}
	c, err := p.command(a)
	if err != nil {
		return nil, err
	}
	opened, answer, err := app.Open(ctx, o, c)
	switch {
	case err != nil && !a.Write && app.Unwritable(err):
		return app.Look(ctx, o)
	case answer != nil:
		return nil, Answered{*answer}
	}
	return opened, err
}

// opened is what a command gets of an open home. Whether the program starts with the computer is asked in the
// environment of this process, whoever sent the command.
func (p process) opened(a *app.App, need Access) (Opened, error) {
	o := Opened{Home: a, Start: desktop.NewStart(p.Env, "")}
	if need.Contacts {
		o.Contacts = a
	}
	if need.NoEngine {
		return o, nil
	}
	e, err := a.Engine()
	if err != nil {
		return o, err
	}
	o.Engine = e
	return o, nil
}

// language is the one chosen in the settings of a home.
func (p process) language(home string) string {
	home, err := app.Home(home, p.Dir, p.Env)
	if err != nil {
		return ""
	}
	return p.SettingsOf(home).Language
}

// recorded changes when something is recorded in a home.
func (p process) recorded(home string) string {
	home, err := app.Home(home, p.Dir, p.Env)
	if err != nil {
		return ""
	}
	return app.Recorded(home)
}

// command is what the owner of the home is asked to do.
func (p process) command(a Access) (local.Command, error) {
	c := local.Command{Args: a.Args, Dir: p.Dir, Env: map[string]string{}}
	for _, name := range wording {
		if v := p.Env(name); v != "" {
			c.Env[name] = v
		}
	}
	if a.Stdin {
		var err error
		if c.Stdin, err = p.in.all(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// windowWait is how long a second start tries to reach the window, or to become it when a command is just ending.
const windowWait = 10 * time.Second

// window owns the home and shows the window, or hands the files to the window that does.
func (p process) window(show Window) func(context.Context, Access, []string) (int, error) {
	return func(ctx context.Context, a Access, files []string) (int, error) {
		o := p.Options
		o.Home, o.KeyStore, o.Commands = a.Home, a.KeyStore, p.commands
		for since := time.Now(); ; {
			opened, answer, err := app.Open(ctx, o, openCommand(p.Dir, files))
			switch {
			case err != nil:
				return codeUnexpected, err
			case answer == nil && p.screenless:
				return codeUsage, errors.Join(mistake("no_window", nil), opened.Close())
			case answer == nil:
				opened.TellUsageFirst()
				opened.StartContacts()
				code := show(opened, files)
				return code, opened.Close()
			case answer.Code != codeLater:
				return answer.Code, nil
			case time.Since(since) > windowWait:
				return codeLater, local.ErrBusy
			}
			// The owner is a command without a window. It ends soon.
			select {
			case <-ctx.Done():
				return codeStopped, ctx.Err()
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

// noScreen says that a window has nowhere to be: on systems with X11 or Wayland neither is named.
func noScreen(env func(string) string) bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return false
	}
	return env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" && env("WAYLAND_SOCKET") == ""
}

func openCommand(dir string, files []string) local.Command {
	return local.Command{Args: append([]string{"open", "--"}, files...), Dir: dir}
}

// handOver gives files to a window that is open, for a build that has none of its own.
func (p process) handOver(ctx context.Context, a Access, files []string) (int, error) {
	home, err := app.Home(a.Home, p.Dir, p.Env)
	if err != nil {
		return codeUnexpected, err
	}
	answer, err := local.Ask(ctx, home, openCommand(p.Dir, files), local.Patience)
	if err != nil || answer.Code != codeOK {
		return codeUsage, mistake("no_window", nil)
	}
	return codeOK, nil
}

// commands runs what other processes ask of the owner.
func (p process) commands(a *app.App) local.Handler {
	return func(ctx context.Context, c local.Command) local.Answer {
		var out, problems bytes.Buffer
		env := func(name string) string { return c.Env[name] }
		s := Streams{In: bytes.NewReader(c.Stdin), Out: &out, Err: &problems, Dir: c.Dir, Env: env}
		s.Language = func(string) string { return a.Settings().Language }
		s.Window = func(_ context.Context, _ Access, files []string) (int, error) {
			if a.Raise(files) {
				return codeOK, nil
			}
			return codeLater, local.ErrBusy
		}
		code := Run(ctx, c.Args, s, func(ctx context.Context, need Access) (Opened, func() error, error) {
			o, err := p.opened(a, need)
			if err != nil {
				return o, nil, err
			}
			recheck(ctx, o.Engine)
			return o, func() error { return nil }, nil
		})
		return local.Answer{Stdout: out.Bytes(), Stderr: problems.Bytes(), Code: code}
	}
}

// recheck looks at the key store again, since it may be back since the owner started.
func recheck(ctx context.Context, e Engine) {
	if e != nil && e.Snapshot().KeyStore.State != "" {
		_ = e.Unlock(ctx) // what remains is told by the verdict
	}
}
