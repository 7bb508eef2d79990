package app

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"holdfast/app/local"
	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/clock"
	"holdfast/licensing/device"
	"holdfast/licensing/disk"
	"holdfast/licensing/keystore"
	"holdfast/licensing/plain"
)

// Options say which home to open and how. Env and Dir are required.
type Options struct {
	Home     string // as a person named it; "" for the usual one
	KeyStore string // KeyStoreOS, KeyStorePassphrase or "" for the one in use
	Dir      string // absolute folder that relative names are meant in
	Env      func(string) string
	// Commands runs the commands of other processes; nil: they are told to try again later.
	Commands func(*App) local.Handler
	// NoEngine is for what needs none, such as the settings: the key store is not touched, and Engine returns an error.
	NoEngine bool
	// Policy is the folder of the machine policy; "" for the system's, which nothing but a test has reason to change.
	Policy string

	// Clock, Probe and Keys stand in for the real ones in tests; nil otherwise.
	Clock clock.Clock
	Probe device.Probe
	Keys  func(home, backend string) (keystore.Store, error)
}

// App is the open program. Its methods are safe for concurrent use.
type App struct {
	home     string
	readOnly bool
	owner    *local.Owner
	clock    clock.Clock
	options  Options

	ready  chan struct{} // closed when engine and err are set
	engine *licensing.Engine
	err    error

	mu         sync.Mutex
	open       func(files []string)
	settings   effective
	policy     policy.Policy
	onSettings func(Settings)

	changing sync.Mutex // held while the settings file is written
	unkept   bool       // the file does not have the settings, see ChangeSettings
	telling  sync.Mutex // held while onSettings runs

	alarms   alarms
	contacts contacts
}

// Open becomes the owner of the home and starts to open its engine, or has the process that owns it run c. Exactly
// one of the results is set when err is nil. Errors: local.ErrBusy and its like, *licensing.Mistake for a wrong choice,
// and those of the file system; Unwritable tells whether Look may help.
func Open(ctx context.Context, o Options, c local.Command) (*App, *local.Answer, error) {
	home, err := Home(o.Home, o.Dir, o.Env)
	if err != nil {
		return nil, nil, err
	}
	if err := usable(home); err != nil {
		return nil, nil, err
	}
	owner, answer, err := local.OwnOrAsk(ctx, home, c)
	if err != nil || answer != nil {
		return nil, answer, unusable(home, err)
	}
	a := o.app(home)
	a.owner = owner
	if o.Commands != nil && !o.NoEngine {
		// Without an endpoint others are told to try again later; this process can still work.
		_ = owner.Serve(o.Env("XDG_RUNTIME_DIR"), o.Commands(a), a.programs(o.Env))
	}
	go a.start(ctx, o)
	return a, nil, nil
}

func (o Options) app(home string) *App {
	a := &App{home: home, clock: o.clock(), options: o, ready: make(chan struct{}), policy: o.policy()}
	_, doc := readSettings(home)
	a.settings = resolve(doc, a.policy)
	a.contacts.init()
	return a
}

func (o Options) clock() clock.Clock {
	if o.Clock == nil {
		return clock.System()
	}
	return o.Clock
}

// Look opens a home for reading, without owning it: for one that holds nothing yet, so that nothing is made, and for one
// that cannot be written.
func Look(ctx context.Context, o Options) (*App, error) {
	home, err := Home(o.Home, o.Dir, o.Env)
	if err != nil {
		return nil, err
	}
	if err := usable(home); err != nil {
		return nil, err
	}
	a := o.app(home)
	a.readOnly = true
	go a.start(ctx, o)
	return a, nil
}

// Unwritable says whether err means that the home is on a disk that cannot be written.
func Unwritable(err error) bool {
	return disk.IsFull(err) || errors.Is(err, fs.ErrPermission)
}

func (a *App) start(ctx context.Context, o Options) {
	defer close(a.ready)
	if o.NoEngine {
		a.err = errNoEngine
		return
	}
	keys, err := o.chooseKeyStore(a.home)
	if err != nil {
		a.err = err
		return
	}
	if o.Probe == nil {
		o.Probe = device.System()
	}
	a.engine, a.err = licensing.Open(ctx, licensing.Options{
		Home: a.home, KeyStore: keys, Clock: a.clock, Probe: o.Probe,
		Program: ThisBuild().Version, Text: a.text(o.Env), ReadOnly: a.readOnly,
	})
	if a.err == nil {
		a.engine.DecideUsageLevel(a.usageRule())
	}
}

var errNoEngine = errors.New("this home was opened without its engine")

// text makes the readable paragraph of files that leave, in the language that is chosen at that moment.
func (a *App) text(env func(string) string) func(string, map[string]any) string {
	return func(id string, args map[string]any) string {
		s := a.speaker(env)
		if s == nil {
			return ""
		}
		return s.Text(id, args)
	}
}

// speaker is that of the language chosen now; nil for translations that cannot be read, which tests keep from happening.
func (a *App) speaker(env func(string) string) *plain.Speaker {
	lang := a.Settings().Language
	if lang == "" {
		lang = plain.Detect(env)
	}
	s, err := plain.New(lang)
	if err != nil {
		return nil
	}
	return s
}

// Address is where other processes and licensed programs reach this one; "" when they cannot.
func (a *App) Address() string {
	if a.owner == nil {
		return ""
	}
	return a.owner.Address()
}

// Home returns the folder of the records.
func (a *App) Home() string { return a.home }

// Now is what the computer's clock shows.
func (a *App) Now() time.Time { return a.clock.Read().Wall }

// Engine returns the engine once it is open. It waits for the key store, at most for that one's deadline.
func (a *App) Engine() (*licensing.Engine, error) {
	<-a.ready
	return a.engine, a.err
}

// Ready is closed when Engine no longer waits.
func (a *App) Ready() <-chan struct{} { return a.ready }

// OnOpen sets what a second start of the window does here: show the files, which are absolute names, and come to
// the front. fn is called on its own goroutine.
func (a *App) OnOpen(fn func(files []string)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = fn
}

// Raise hands files of a second start to the window; false when there is none here.
func (a *App) Raise(files []string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		return false
	}
	go a.open(files)
	return true
}

// Close ends everything in the order that keeps the files whole.
func (a *App) Close() error {
	a.stopContacts()
	if a.owner != nil {
		a.owner.Stop()
	}
	var errs []error
	if e, err := a.Engine(); err == nil {
		errs = append(errs, e.Close())
	}
	if a.owner != nil {
		errs = append(errs, a.owner.Release())
	}
	return errors.Join(errs...)
}
