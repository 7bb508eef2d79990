package app

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"holdfast/app/link"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// policyEvery is how often the machine policy is read again while contacts are made.
const policyEvery = time.Minute

// contacts is what makes contacts with vendors.
type contacts struct {
	ctx   context.Context // ends with the App
	stop  context.CancelFunc
	tasks sync.WaitGroup
	link  *link.Link // nil until contacts are made by themselves

	mu        sync.Mutex
	begun     bool
	tellFirst bool // see TellUsageFirst
	runner    *reconcile.Runner
}

func (c *contacts) init() { c.ctx, c.stop = context.WithCancel(context.Background()) }

// StartContacts begins to contact vendors when there is a reason, as the settings allow. It returns at once; Close ends it.
func (a *App) StartContacts() {
	c := &a.contacts
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun || a.readOnly || c.ctx.Err() != nil {
		return
	}
	c.begun = true
	c.link = link.Watch(c.ctx)
	c.tasks.Go(func() {
		select {
		case <-c.ctx.Done():
			return
		case <-a.ready:
		}
		if a.err != nil {
			return
		}
		r := a.runner()
		unwatch := a.engine.Watch(nudgeOn(r))
		defer unwatch()
		c.tasks.Go(a.followPolicies)
		_ = r.Run(c.ctx) // it ends with c.ctx alone
	})
}

// followPolicies reads the machine policy now and then.
func (a *App) followPolicies() {
	t := time.NewTicker(policyEvery)
	defer t.Stop()
	for {
		select {
		case <-a.contacts.ctx.Done():
			return
		case <-t.C:
			a.followPolicy()
		}
	}
}

// runner is made when it is needed first. The engine must be there.
func (a *App) runner() *reconcile.Runner {
	c := &a.contacts
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runner == nil {
		o := reconcile.Options{
			Home: reporter{a.engine, a}, Clock: a.clock, Rand: rand.Reader, Settings: a.contactSettings,
			Carrier: reconcile.NewHTTPS(reconcile.HTTPSOptions{Version: ThisBuild().Version, Network: a.network}),
		}
		if c.link != nil {
			o.Network, o.Saving = c.link.Changed(), c.link.Saving
		}
		c.runner = reconcile.New(o)
	}
	return c.runner
}

// nudgeOn says that something waits which did not before.
func nudgeOn(r *reconcile.Runner) func(licensing.Snapshot) {
	var mu sync.Mutex
	var requests, vendors int
	var usage uint64
	return func(s licensing.Snapshot) {
		mu.Lock()
		defer mu.Unlock()
		open, unsent := 0, uint64(0)
		for _, q := range s.Requests {
			if q.State == terms.RequestOpen {
				open++
			}
		}
		for _, u := range s.Usage {
			unsent += u.Unsent
		}
		if open > requests || len(s.Vendors) > vendors {
			r.Nudge(reconcile.ReasonRequest)
		}
		// The first use begins a wait, and many end it.
		if step(unsent) > step(usage) {
			r.Nudge(reconcile.ReasonUsage)
		}
		requests, vendors, usage = open, len(s.Vendors), unsent
	}
}

func step(unsent uint64) uint64 { return min(unsent, 1) + unsent/1000 }

// WindowOpened says that a person looks.
func (a *App) WindowOpened() {
	if r := a.contacts.made(); r != nil {
		r.Nudge(reconcile.ReasonWindow)
	}
}

// lookAgain lets what was planned follow the settings.
func (a *App) lookAgain() {
	if r := a.contacts.made(); r != nil {
		r.Look()
	}
}

// made is the runner, nil before there is one.
func (c *contacts) made() *reconcile.Runner {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runner
}

// SyncNow contacts a vendor because a person asks for everything to be sent, and returns the contact when it ended: after
// reconcile.Budget at the latest, and at once when ctx or the App ends. Errors: *Locked or *licensing.Mistake when there is none to
// make, and those of Engine. One that was under way already and left out usage that waits for a word is followed by another.
func (a *App) SyncNow(ctx context.Context, root string) (reconcile.Contact, error) {
	ctx = context.WithValue(ctx, sendAll{}, true)
	done, err := a.CheckNow(ctx, root)
	// Over a slow way usage stays anyhow.
	if err != nil || done.Cause != "" || done.Class == reconcile.ClassSlow || done.CarriedUsage() || !a.awaitsWord(root) {
		return done, err
	}
	return a.CheckNow(ctx, root)
}

// CheckNow is SyncNow for a person who asks what is new: usage stays as long as it waits for a word, see TellUsageFirst.
func (a *App) CheckNow(ctx context.Context, root string) (reconcile.Contact, error) {
	if _, err := a.Engine(); err != nil {
		return reconcile.Contact{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(a.contacts.ctx, cancel)()
	done, err := a.runner().Now(ctx, root)
	switch {
	case errors.Is(err, reconcile.ErrOff):
		if s := a.SourceOf("network"); s.Locked() {
			return done, &Locked{Name: "network", Key: KeyOf("network"), Source: s}
		}
		return done, &licensing.Mistake{Code: "network_off"}
	case errors.Is(err, reconcile.ErrNoAddress):
		return done, &licensing.Mistake{Code: "no_address"}
	case errors.Is(err, reconcile.ErrNoVendor):
		return done, &licensing.Mistake{Code: "vendor_unknown", Args: map[string]any{"vendor": root}}
	}
	return done, err
}

// PauseContacts lets contacts that nobody asks for rest until a time; the zero time ends that.
func (a *App) PauseContacts(until time.Time) error {
	return a.ChangeSettings(func(s *Settings) { s.Paused = until })
}

// stopContacts ends all contacts, without waiting for the network.
func (a *App) stopContacts() {
	a.contacts.stop()
	a.contacts.tasks.Wait()
}
