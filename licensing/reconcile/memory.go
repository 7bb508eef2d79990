package reconcile

import "time"

// memory is what a Runner knows of a vendor beside what Home tells. Its times are elapsed ones, which no wall clock moves.
type memory struct {
	ok, tried, usage, retry mark
	planned                 mark // what a person's try that failed found planned

	made     bool // a contact was made by this Runner: cause and failures are newer than Home's
	cause    Cause
	failures int
	began    time.Duration // of the last contact
	recent   []time.Duration
	left     int
	more     bool
	slow     bool
	stuck    bool
	draw     float64
	shown    *Plan
	log      log
}

// mark is a time that Home keeps by the wall clock, followed by the time that passed since.
type mark struct {
	said  time.Time // as Home says
	at    time.Duration
	known bool
	own   bool // set here; the next that Home says is the same event
}

// follow takes over what Home says when that is new.
func (m *mark) follow(said, now time.Time, elapsed time.Duration) {
	if said.Equal(m.said) {
		return
	}
	m.said = said
	if m.own {
		m.own = false
		return
	}
	m.known, m.at = !said.IsZero(), elapsed+said.Sub(now)
}

func (m *mark) set(at time.Duration) { m.at, m.known, m.own = at, true, true }

// on is the mark on the scale of now; zero when it is not known.
func (m *mark) on(now time.Time, elapsed time.Duration) time.Time {
	if !m.known {
		return time.Time{}
	}
	return now.Add(m.at - elapsed)
}

// memory returns what is known of a vendor, brought up to what Home says. The caller holds r.mu.
func (r *Runner) memory(v Vendor) *memory {
	elapsed, now := r.elapsed(), r.now(v)
	m := r.vendors[v.Root]
	if m == nil {
		m = &memory{draw: r.draw(), began: -1}
		r.vendors[v.Root] = m
		if !v.LastTry.IsZero() {
			m.log = log{any: true, cause: v.Cause, at: elapsed - min(max(now.Sub(v.LastTry), 0), keepEvery)}
		}
		if !v.Cause.Reached() || v.Cause == CauseWaiting {
			m.left = v.Requests // asked for before
		}
	}
	m.ok.follow(v.LastOK, now, elapsed)
	m.tried.follow(v.LastTry, now, elapsed)
	m.usage.follow(v.UsageSince, now, elapsed)
	m.retry.follow(v.RetryAt, now, elapsed)
	return m
}

// now is the decision time for a vendor, in the zone of the time windows.
func (r *Runner) now(v Vendor) time.Time {
	now := v.Now
	if now.IsZero() {
		now = r.o.Clock.Read().Wall
	}
	return now.In(r.o.Zone).Round(0)
}

// facts are all that Next needs. The caller holds r.mu.
func (m *memory) facts(v Vendor, r *Runner, s Settings) Facts {
	elapsed, now := r.elapsed(), r.now(v)
	if m.made {
		v.Cause, v.Failures = m.cause, m.failures
	}
	v.LastOK, v.LastTry, v.UsageSince = m.ok.on(now, elapsed), m.tried.on(now, elapsed), m.usage.on(now, elapsed)
	f := Facts{
		Now: now, Settings: s, Vendor: v, Awake: now.Add(r.awake - elapsed), NotBefore: m.retry.on(now, elapsed), Planned: m.planned.on(now, elapsed),
		Left: m.left, More: m.more, Slow: m.slow, Stuck: m.stuck, Draw: m.draw,
	}
	for _, n := range r.nudges {
		if n.at > m.began {
			f.Nudges = append(f.Nudges, Nudge{n.reason, now.Add(n.at - elapsed)})
		}
	}
	for len(m.recent) > 0 && elapsed-m.recent[0] >= 24*time.Hour {
		m.recent = m.recent[1:]
	}
	for _, at := range m.recent {
		f.Recent = append(f.Recent, now.Add(at-elapsed))
	}
	return f
}

// begin notes that a contact begins.
func (m *memory) begin(reason Reason, elapsed time.Duration) {
	m.began, m.shown = elapsed, nil
	if reason != ReasonPerson {
		m.recent = append(m.recent, elapsed)
	}
}

// end notes how it ended. Requests is how many wait, without those that were made meanwhile.
func (m *memory) end(t *visit, elapsed time.Duration, requests int, draw float64) {
	c := &t.contact
	m.tried.set(elapsed)
	m.retry.known = false
	if t.retryAfter > 0 {
		m.retry.set(elapsed + t.retryAfter)
	}
	if m.planned = (mark{}); t.planned >= 0 && !c.Cause.Reached() {
		m.planned.set(t.planned)
	}
	m.draw, m.left, m.more, m.slow = draw, requests, t.more, c.Essential && c.Class == ClassSlow
	m.stuck = t.stuck
	if c.Cause == CauseStopped { // says nothing about the way
		return
	}
	m.made, m.cause = true, c.Cause
	if c.Cause.Reached() {
		m.ok.set(elapsed)
		m.failures = 0
	} else if c.Reason != ReasonPerson || m.failures == 0 { // a person's own tries make no long wait
		m.failures++
	}
}

// keepEvery is how often contacts that end the same way get a record of their own.
const keepEvery = 24 * time.Hour

// log decides which contacts are recorded.
type log struct {
	any   bool // one was recorded
	cause Cause
	at    time.Duration
	held  *Contact // the newest one without a record
	count int      // such contacts
}

// keep returns the contacts to record now that c ended. One that did not succeed, for the same cause as the one before, waits for a day,
// or until something else happens, unless a person asked for it.
func (l *log) keep(c Contact, elapsed time.Duration) []Contact {
	if c.Cause == CauseStopped && len(c.Sent) == 0 {
		return nil
	}
	same := l.any && l.cause == c.Cause
	if same && !c.Cause.Reached() && c.Reason != ReasonPerson && len(c.Came) == 0 && elapsed-l.at < keepEvery {
		c.Before = l.count
		l.held = &c
		l.count++
		return nil
	}
	var list []Contact
	switch {
	case l.held != nil && same:
		c.Before = l.count
	case l.held != nil:
		list = append(list, *l.held)
	}
	*l = log{any: true, cause: c.Cause, at: elapsed}
	return append(list, c)
}
