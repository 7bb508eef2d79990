package ledger

import (
	"runtime"
	"sync"
)

// ahead reads and hashes segments on all processors, a few before they are asked for.
type ahead struct {
	dir     string
	o       Options
	segs    []segment
	results []chan parsed // nil for what is read when it is asked for
	room    chan struct{}
	end     chan struct{}
	once    sync.Once
}

type parsed struct {
	contents
	err error
}

// aheadFrom is the number of segments from which reading ahead is worth its while.
const aheadFrom = 8

func readAhead(dir string, o Options, segs []segment) *ahead {
	a := &ahead{dir: dir, o: o, segs: append([]segment(nil), segs...), results: make([]chan parsed, len(segs)), end: make(chan struct{})}
	if len(segs) < aheadFrom {
		return a
	}
	a.room = make(chan struct{}, runtime.GOMAXPROCS(0)+1)
	for i := range segs {
		if s := &segs[i]; s.as != missing && (s.contents == nil || s.body == nil) {
			a.results[i] = make(chan parsed, 1)
		}
	}
	go a.run()
	return a
}

func (a *ahead) run() {
	for i, result := range a.results {
		if result == nil {
			continue
		}
		select {
		case a.room <- struct{}{}:
			go func() { result <- a.read(i) }()
		case <-a.end:
			return
		}
	}
}

func (a *ahead) read(i int) parsed {
	s := &a.segs[i]
	data, err := s.load(a.o.FS, a.dir, -1)
	if err != nil {
		return parsed{err: err}
	}
	return parsed{contents: s.parse(data)}
}

// of returns the function that reads segment i.
func (a *ahead) of(i int) func() (contents, error) {
	return func() (contents, error) {
		if a.results[i] == nil {
			p := a.read(i)
			return p.contents, p.err
		}
		p := <-a.results[i]
		<-a.room
		return p.contents, p.err
	}
}

func (a *ahead) stop() { a.once.Do(func() { close(a.end) }) }
