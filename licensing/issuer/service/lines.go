package service

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// How many lines about refused requests the log takes in a minute, so that strangers cannot fill a disk: of one cause from one network,
// and in all. What is left out is counted, and told in a line when the minute is over.
const (
	linesOfOne = 10
	linesInAll = 200
	linesTime  = time.Minute
)

// lineKey is what lines have in common that count together.
type lineKey struct {
	message string
	status  int
	cause   string
	network string // "" when it is not known, or when there are too many
}

// tally is how many lines were written, and how many were not.
type tally struct{ written, left uint64 }

// lineLimit counts the lines of one minute.
type lineLimit struct {
	mu    sync.Mutex
	until time.Duration // running time at which the minute is over
	all   int
	by    map[lineKey]*tally
}

// room says whether one more line of k is written now.
func (l *lineLimit) room(k lineKey, running time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by == nil {
		l.by, l.until = map[lineKey]*tally{}, running+linesTime
	}
	full := l.all >= linesInAll
	if l.by[k] == nil && full {
		k.network = "" // no more is remembered than was written
	}
	t := l.by[k]
	if t == nil {
		t = &tally{}
		l.by[k] = t
	}
	if full || t.written >= linesOfOne {
		t.left++
		return false
	}
	t.written++
	l.all++
	return true
}

// over ends the minute when its time has come, or in any case, and gives what was left out in it.
func (l *lineLimit) over(running time.Duration, now bool) map[lineKey]*tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by == nil || !now && running < l.until {
		return nil
	}
	left := l.by
	maps.DeleteFunc(left, func(_ lineKey, t *tally) bool { return t.left == 0 })
	l.by, l.all = nil, 0
	return left
}

// tellLeft logs how many lines were left out in a minute that is over; with now also in the one that runs.
func (s *Service) tellLeft(now bool) {
	left := s.lineLimit.over(s.o.running(), now)
	for _, k := range slices.SortedFunc(maps.Keys(left), func(a, b lineKey) int {
		return cmp.Or(cmp.Compare(a.message, b.message), cmp.Compare(a.cause, b.cause), cmp.Compare(a.status, b.status), cmp.Compare(a.network, b.network))
	}) {
		attrs := []slog.Attr{slog.String("of", k.message), slog.Int("status", k.status)}
		if k.cause != "" {
			attrs = append(attrs, slog.String("cause", k.cause))
		}
		if k.network != "" {
			attrs = append(attrs, slog.String("address", k.network))
		}
		s.log.write(context.Background(), slog.LevelInfo, "left_out", append(attrs, slog.Uint64("lines", left[k].left))...)
	}
}
