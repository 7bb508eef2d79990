package views

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
)

// slow is how long work may take before it shows.
const slow = 300 * time.Millisecond

// worker runs work in the background and brings its result back to the main goroutine. It runs one piece of a
// person's work at a time; what comes meanwhile is refused, so that a double click does nothing twice.
type worker struct {
	dispatch func(func())
	spawn    func(func())
	after    func(time.Duration, func()) func()
	// show is called on the main goroutine with words while work is slow, and with "" when it ends.
	show func(words string)
	// idle is called on the main goroutine when a person's work has ended or was given up.
	idle   func()
	job    *job
	closed bool
}

type job struct {
	cancel  context.CancelFunc
	stopped bool
}

func newWorker(o Options, show func(string)) *worker {
	w := &worker{dispatch: o.Dispatch, spawn: o.Spawn, after: o.After, show: show}
	if w.dispatch == nil {
		w.dispatch = fyne.Do
	}
	if w.spawn == nil {
		w.spawn = func(f func()) { go f() }
	}
	if w.after == nil {
		w.after = func(d time.Duration, f func()) func() {
			t := time.AfterFunc(d, f)
			return func() { t.Stop() }
		}
	}
	return w
}

// busy says whether a person's work is under way.
func (w *worker) busy() bool { return w.job != nil }

// run does work in the background and then what it returns on the main goroutine. It returns false when other work
// is under way. Work that was cancelled is not followed by anything.
func (w *worker) run(words string, work func(ctx context.Context) (then func())) bool {
	if w.job != nil {
		return false
	}
	ctx, cancel := context.WithCancel(context.Background())
	j := &job{cancel: cancel}
	w.job = j
	stop := w.after(slow, func() {
		w.dispatch(func() {
			if w.job == j && !j.stopped {
				w.show(words)
			}
		})
	})
	w.spawn(func() {
		then := work(ctx)
		w.dispatch(func() {
			stop()
			cancel()
			if w.job == j {
				w.job = nil
				w.show("")
			}
			if !j.stopped && then != nil {
				then()
				w.idle()
			}
		})
	})
	return true
}

// cancel gives the work up: it may end later, but nothing follows.
func (w *worker) cancel() {
	if w.job == nil {
		return
	}
	w.job.stopped = true
	w.job.cancel()
	w.job = nil
	if !w.closed {
		w.show("")
		w.idle()
	}
}

// close gives up what is under way; nothing that ends later is followed by anything.
func (w *worker) close() {
	w.closed = true
	w.cancel()
}

// quietly does small work in the background beside anything else.
func (w *worker) quietly(work func() (then func())) {
	w.spawn(func() {
		if then := work(); then != nil {
			w.dispatch(func() {
				if !w.closed {
					then()
				}
			})
		}
	})
}
