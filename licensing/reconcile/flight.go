package reconcile

import (
	"context"
	"slices"
	"time"
)

// flight is a contact that was asked for or is under way.
type flight struct {
	done    chan struct{}
	contact Contact
	err     error
}

// Now contacts a vendor because a person asks, and returns the contact when it ended. One with the same vendor that is under way is
// joined; one with another vendor ends first. ctx stops the contact.
func (r *Runner) Now(ctx context.Context, root string) (Contact, error) {
	if r.settings().Mode == ModeOff {
		return Contact{}, ErrOff
	}
	v, ok := r.vendor(root)
	switch {
	case !ok:
		return Contact{}, ErrNoVendor
	case len(v.URLs) == 0:
		return Contact{}, ErrNoAddress
	}
	if f := r.begin(root); f != nil {
		r.fly(ctx, f, root, Plan{Reason: ReasonPerson})
		return f.contact, f.err
	}
	r.mu.Lock()
	f := r.flights[root]
	r.mu.Unlock()
	if f == nil { // it ended this moment
		return r.Now(ctx, root)
	}
	select {
	case <-f.done:
		return f.contact, f.err
	case <-ctx.Done():
		return Contact{}, ctx.Err()
	}
}

// unasked is when the next contact would come if nobody asked for one; -1: none would. The caller holds r.mu.
func (r *Runner) unasked(v Vendor, m *memory, s Settings) time.Duration {
	f := m.facts(v, r, s)
	f.Nudges = slices.DeleteFunc(f.Nudges, func(n Nudge) bool { return n.Reason == ReasonPerson })
	p := Next(f)
	if p.Hold != "" {
		return -1
	}
	return r.elapsed() + p.At.Sub(f.Now)
}

func (r *Runner) vendor(root string) (Vendor, bool) {
	for _, v := range r.o.Home.ContactVendors() {
		if v.Root == root {
			return v, true
		}
	}
	return Vendor{}, false
}

// begin registers a contact; nil when there is one already.
func (r *Runner) begin(root string) *flight {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.flights[root] != nil {
		return nil
	}
	f := &flight{done: make(chan struct{})}
	r.flights[root] = f
	return f
}

// fly waits for its turn, makes the contact and leaves.
func (r *Runner) fly(ctx context.Context, f *flight, root string, p Plan) {
	select {
	case r.turn <- struct{}{}:
		f.contact, f.err = r.make(ctx, root, p)
		<-r.turn
	case <-ctx.Done():
		f.err = ctx.Err()
	}
	r.mu.Lock()
	delete(r.flights, root)
	alone := !r.running
	r.mu.Unlock()
	if alone { // nothing comes by itself after it
		r.o.Home.ShowPlan(root, Plan{Hold: HoldNobody})
	} else { // who waited for it reads what comes next, and not what came before
		r.next()
	}
	close(f.done)
	r.rouse()
}
