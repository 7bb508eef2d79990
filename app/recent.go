package app

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/client/endpoint"
)

const (
	recentFor  = time.Second
	recentMost = 64
)

// recent keeps the answers of the last second: programs that ask often would have the same verdict worked out over and over. A
// change of the engine, and usage that was recorded here, make them old at once.
type recent struct {
	gen   atomic.Uint64
	watch sync.Once

	mu      sync.Mutex
	answers map[string]recentAnswer
}

type recentAnswer struct {
	gen    uint64
	at     time.Time
	answer endpoint.CheckAnswer
}

// keyOf names a question.
func keyOf(q endpoint.CheckRequest) string {
	return strings.Join(append([]string{q.Product, q.Vendor, q.Version}, q.Features...), "\x00")
}

// follow listens to the engine from the first question on, and returns the generation that an answer worked out from now on is of.
// Nobody waits for the engine, which may be busy with a slow key store. Listening ends with the engine.
func (r *recent) follow(e answers) uint64 {
	r.watch.Do(func() {
		go func() { e.Watch(func(licensing.Snapshot) { r.outdate() }) }()
	})
	return r.gen.Load()
}

func (r *recent) outdate() { r.gen.Add(1) }

// answer returns a kept answer, which is shared: read only.
func (r *recent) answer(key string) (endpoint.CheckAnswer, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.answers[key]
	if !ok || a.gen != r.gen.Load() {
		return endpoint.CheckAnswer{}, false
	}
	age := time.Since(a.at)
	return a.answer, age < recentFor && a.answer.At.Add(age).Before(a.answer.ValidUntil)
}

func (r *recent) keep(key string, gen uint64, a endpoint.CheckAnswer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil || len(r.answers) >= recentMost {
		r.answers = map[string]recentAnswer{}
	}
	r.answers[key] = recentAnswer{gen, time.Now(), a}
}
