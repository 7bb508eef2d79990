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
