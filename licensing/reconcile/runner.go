package reconcile

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"math"
	"sync"
	"time"

	"holdfast/licensing/clock"
)

// Options are what a Runner works with. Home, Clock, Carrier and Rand must be there.
type Options struct {
	Home     Home
	Clock    clock.Clock
	Carrier  Carrier
	Rand     io.Reader       // for the spread of contacts and their names
	Settings func() Settings // read at each look; nil: ModeAuto
	Saving   func() bool     // on battery or a metered line, beside Settings.Saving; nil: no
	Network  <-chan struct{} // something arrives when the network changed; may be nil
	Zone     *time.Location  // of the time windows; nil: the computer's
	Budget   time.Duration   // of one contact; 0: Budget
	Log      *slog.Logger    // nil: none
}

// Errors of Now.
var (
	ErrOff       = errors.New("contacts are off")
	ErrNoVendor  = errors.New("no such vendor is trusted here")
	ErrNoAddress = errors.New("the vendor names no service")
)

// ErrByPerson is the cause with which a person cancels the context of Now. A context that ends for another cause says that the program does.
var ErrByPerson = errors.New("a person stopped the contact")

const (
	// look is how often a Runner looks again at the latest: clocks jump, computers sleep, settings change.
	look = time.Minute
	// asleep is how much longer than planned a wait took when the computer slept meanwhile.
	asleep = 30 * time.Second
)

// Runner makes the contacts that Next plans, one at a time, and those that a person asks for.
type Runner struct {
	o     Options
	watch func() time.Duration
	boot  time.Duration // running time when the Runner began

	wake chan struct{} // holds one
	turn chan struct{} // holds the one contact that is under way

	mu      sync.Mutex
	running bool // Run makes contacts
	awake   time.Duration
	nudges  []nudge
	vendors map[string]*memory
	flights map[string]*flight
}

// nudge is a Nudge on the Runner's own line of time.
type nudge struct {
	reason Reason
	at     time.Duration
}

// New returns a Runner. It does nothing until Run or Now.
func New(o Options) *Runner {
	if o.Settings == nil {
		o.Settings = func() Settings { return Settings{} }
	}
	if o.Saving == nil {
		o.Saving = func() bool { return false }
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Budget <= 0 {
		o.Budget = Budget
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{
		o: o, watch: clock.Stopwatch(), boot: o.Clock.Read().Running,
		wake: make(chan struct{}, 1), turn: make(chan struct{}, 1),
		vendors: map[string]*memory{}, flights: map[string]*flight{},
	}
}

// elapsed is the time since New, sleep included, that no wall clock moves. Where the system tells no running time, it is the process's.
func (r *Runner) elapsed() time.Duration {
	return max(r.o.Clock.Read().Running-r.boot, r.watch())
}

// Run makes contacts until ctx ends; then it stops the one that is under way and returns at once.
func (r *Runner) Run(ctx context.Context) error {
	r.mu.Lock()
	r.running, r.awake = true, r.elapsed()
	last := r.awake
	r.mu.Unlock()
	r.Nudge(ReasonStart)
	var under sync.WaitGroup
	defer under.Wait()
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		wait := look
		switch root, p, in := r.next(); {
		case root == "":
		case in > 0:
			wait = min(wait, in)
		default:
			if f := r.begin(root); f != nil {
				under.Go(func() { r.fly(ctx, f, root, p) })
			}
		}
		t.Reset(wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.wake:
		case <-r.o.Network:
			r.Nudge(ReasonNetwork)
		case <-t.C:
		}
		now := r.elapsed()
		if now-last > wait+asleep {
			r.mu.Lock()
			r.awake = now
			r.mu.Unlock()
			r.Nudge(ReasonResume)
		}
		last = now
	}
}

// Nudge says that something happened. It returns at once.
func (r *Runner) Nudge(reason Reason) {
	r.mu.Lock()
	now := r.elapsed()
	again := false
	for _, n := range r.nudges {
		again = again || n.reason == reason && now-n.at < gap && reason != ReasonPerson
	}
	if !again {
		r.nudges = append(r.nudges, nudge{reason, now})
		if len(r.nudges) > 32 {
			r.nudges = r.nudges[1:]
		}
	}
	r.mu.Unlock()
	r.rouse()
}

// Look has the Runner look again now, since what Settings gives has changed.
func (r *Runner) Look() { r.rouse() }

func (r *Runner) rouse() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// next looks at all vendors, shows what is planned, and returns the one whose turn is first and in how long that is.
func (r *Runner) next() (root string, p Plan, in time.Duration) {
	vendors, s := r.o.Home.ContactVendors(), r.settings()
	type shown struct {
		root string
		plan Plan
	}
	var news []shown
	r.mu.Lock()
	in = math.MaxInt64
	busy := len(r.flights) > 0
	for _, v := range vendors {
		m := r.memory(v)
		if r.flights[v.Root] != nil {
			continue
		}
		f := m.facts(v, r, s)
		plan := Next(f)
		plan.At = plan.At.UTC()
		if m.shown == nil || differ(*m.shown, plan) {
			m.shown = &plan
			news = append(news, shown{v.Root, plan})
		}
		if d := plan.At.Sub(f.Now); !busy && plan.Hold == "" && d < in {
			root, p, in = v.Root, plan, d
		}
	}
	r.mu.Unlock()
	for _, n := range news {
		r.o.Home.ShowPlan(n.root, n.plan)
	}
	return root, p, in
}

// differ says whether a person would see a difference: the clocks are read one after the other, so that times are never quite the same.
func differ(a, b Plan) bool {
	if d := a.At.Sub(b.At).Abs(); d < time.Second {
		a.At = b.At
	}
	return a != b
}

func (r *Runner) settings() Settings {
	s := r.o.Settings()
	s.Saving = s.Saving || r.o.Saving()
	return s
}

// draw returns a number in [0, 1).
func (r *Runner) draw() float64 {
	var b [8]byte
	if _, err := io.ReadFull(r.o.Rand, b[:]); err != nil {
		return 0.5
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}

func (r *Runner) name() string {
	var b [8]byte
	_, _ = io.ReadFull(r.o.Rand, b[:])
	return hex.EncodeToString(b[:])
}
