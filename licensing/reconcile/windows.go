package reconcile

import "time"

const day = 24 * 60

// opening is when what is due at at may be done: at itself when that lies in a window, else a little after one opens, so that computers
// with the same windows do not all come with the first second. What was missed counts from now on. Without a window there is no limit.
func (f *Facts) opening(at time.Time) time.Time {
	at = at.In(f.Now.Location())
	if len(f.Settings.Windows) == 0 || at.After(f.Now) && f.within(at) {
		return at
	}
	var first time.Time
	for _, w := range f.Settings.Windows {
		if open := w.open(at, f.Now, f.Draw); !open.IsZero() && (first.IsZero() || open.Before(first)) {
			first = open
		}
	}
	return later(first, f.Now) // some window has a beginning in two weeks
}

// open is the same for one window.
func (w Window) open(at, now time.Time, draw float64) time.Time {
	base := later(at, now)
	y, m, d := base.Date()
	for i := range 17 {
		from := time.Date(y, m, d+i-1, 0, w.from(), 0, 0, base.Location())
		end := time.Date(y, m, d+i-1, 0, w.from()+w.length(), 0, 0, base.Location())
		// One that is over does not count. A clock that is put forward can leave out the beginning of a window, or all of it.
		if !base.Before(end) || !w.holds(from) || from.Before(base) && !w.holds(base) {
			continue
		}
		if !at.Before(from) {
			return later(at, now)
		}
		if late := from.Add(time.Duration(draw * float64(min(windowWide, time.Duration(w.length())*time.Minute/2)))); w.holds(late) {
			return late
		}
		return from
	}
	return time.Time{}
}

// before is at, or, when that lies outside of the time windows, a time in the last window before it: if that is still open or to come,
// nearer than the next one, and not before early.
func (f *Facts) before(at, early time.Time) time.Time {
	if f.Settings.Mode != ModeWindows || len(f.Settings.Windows) == 0 || !at.After(f.Now) {
		return at
	}
	at = at.In(f.Now.Location())
	if f.within(at) {
		return at
	}
	next := f.opening(at)
	best := at
	for _, w := range f.Settings.Windows {
		if t := w.last(at, early, f.Now, f.Draw); !t.IsZero() && at.Sub(t) < next.Sub(at) && (best.Equal(at) || t.After(best)) {
			best = t
		}
	}
	return best
}

// last is the time in w before at that draw gives, not before early; zero when there is none in the last week from now on. A contact must
// have time to end in the window.
func (w Window) last(at, early, now time.Time, draw float64) time.Time {
	y, m, d := at.Date()
	for i := range 9 {
		from := time.Date(y, m, d-i, 0, w.from(), 0, 0, at.Location())
		end := time.Date(y, m, d-i, 0, w.from()+w.length(), 0, 0, at.Location())
		if end.After(at) || !w.holds(from) || !w.holds(end.Add(-Budget)) {
			continue
		}
		from, end = later(from, early.In(at.Location())), end.Add(-Budget) // holds reads the clock on the wall
		if !end.After(now) || !from.Before(end) {
			return time.Time{}
		}
		if t := from.Add(time.Duration(draw * float64(end.Sub(from)))); w.holds(t) {
			return t
		}
		return time.Time{}
	}
	return time.Time{}
}

func (f *Facts) within(at time.Time) bool {
	for _, w := range f.Settings.Windows {
		if w.holds(at) {
			return true
		}
	}
	return false
}

// holds says whether at lies in w, by what a clock on the wall shows. From and To alike are a whole day.
func (w Window) holds(at time.Time) bool {
	now, from, to := at.Hour()*60+at.Minute(), w.from(), w.to()
	today := w.on(at.Weekday())
	switch {
	case from < to:
		return today && from <= now && now < to
	case from <= now:
		return today
	}
	return now < to && w.on((at.Weekday()+6)%7)
}

func (w Window) on(d time.Weekday) bool { return w.Days == [7]bool{} || w.Days[d] }

// length is in minutes.
func (w Window) length() int {
	if n := w.to() - w.from(); n > 0 {
		return n
	}
	return w.to() - w.from() + day
}

func (w Window) from() int { return min(max(w.From, 0), day-1) }

func (w Window) to() int { return min(max(w.To, 0), day) }
