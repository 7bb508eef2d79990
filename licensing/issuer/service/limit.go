package service

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// keptBuckets bounds how many callers are remembered. More than that in a short time, and those not seen for longest begin anew.
const keptBuckets = 1 << 16

// buckets holds a token bucket for each caller. It keeps two generations: who is not seen while one fills is forgotten, without a search.
type buckets struct {
	limit rate.Limit
	burst int

	mu       sync.Mutex
	now, old map[string]*rate.Limiter
}

// newBuckets makes buckets of some seconds' worth of tokens; nil, which lets everyone through, for no limit.
func newBuckets(limit rate.Limit, seconds int) *buckets {
	if limit <= 0 {
		return nil
	}
	return &buckets{limit: limit, burst: max(1, int(float64(limit)*float64(seconds))), now: map[string]*rate.Limiter{}}
}

func (b *buckets) of(key string) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.now[key]; l != nil {
		return l
	}
	l := b.old[key]
	if l == nil {
		l = rate.NewLimiter(b.limit, b.burst)
	}
	if len(b.now) >= keptBuckets/2 {
		b.now, b.old = make(map[string]*rate.Limiter, keptBuckets/2), b.now
	}
	b.now[key] = l
	return l
}

// moment is a running time as the limiter takes it.
func moment(running time.Duration) time.Time { return time.Unix(0, 0).Add(running) }

// take uses a token, or says how long to wait for one.
func (b *buckets) take(key string, running time.Duration) (wait time.Duration, ok bool) {
	if b == nil {
		return 0, true
	}
	l := b.of(key)
	if l.AllowN(moment(running), 1) {
		return 0, true
	}
	return b.wait(l, running), false
}

// spent says how long a caller has to wait for a token; nothing is used, so that a name that is not verified yet costs its owner nothing.
func (b *buckets) spent(key string, running time.Duration) (wait time.Duration, spent bool) {
	if b == nil {
		return 0, false
	}
	l := b.of(key)
	wait = b.wait(l, running)
	return wait, wait > 0
}

// debt is how many seconds of its rate a caller may owe.
const debt = 5

// charge takes a token also when there is none, as far as a caller may owe: the next one has to wait for it too.
func (b *buckets) charge(key string, running time.Duration) {
	if b == nil {
		return
	}
	if l, at := b.of(key), moment(running); l.TokensAt(at)-1 >= -debt*float64(b.limit) {
		l.ReserveN(at, 1)
	}
}

// use takes a token whether there is one or not, for a name that was verified meanwhile.
func (b *buckets) use(key string, running time.Duration) {
	if b != nil {
		b.of(key).AllowN(moment(running), 1)
	}
}

func (b *buckets) wait(l *rate.Limiter, running time.Duration) time.Duration {
	missing := 1 - l.TokensAt(moment(running))
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(b.limit) * float64(time.Second))
}
