package service

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"holdfast/licensing/exchange"
)

const (
	maxBody    = exchange.MaxFile         // as it travels, and unpacked: no file is longer
	maxPage    = exchange.MaxFile + 1<<20 // a form around files
	bodyBudget = 192 << 20                // bytes of all bodies that the exchange reads
	formBudget = 64 << 20                 // and of all forms: people's files never take the room of computers
	bodyTime   = 2 * time.Minute          // for one body
	bodyStart  = 10 * time.Second         // for its first bytes
	bodyPace   = 8 << 10                  // bytes a second afterwards
	formTime   = bodyTime + exchangeTime  // for a form and its answers
	bodyFirst  = 8 << 10                  // what is allocated before anything came
)

var (
	errTooLarge = errors.New("the body is larger than a file may be")
	errNoRoom   = errors.New("other bodies need all the room")
	errPacking  = errors.New("the body is not what its encoding says")
)

// pace is how slowly a body may come: its first bytes within start, and then so many bytes a second.
type pace struct {
	start  time.Duration
	second int64
}

var slowest = pace{10 * time.Second, 8 << 10}

// slowBody ends a body that comes slower than a slow line would send it.
type slowBody struct {
	io.ReadCloser
	pace    pace
	running func() time.Duration
	began   time.Duration
	read    int64
	timer   *time.Timer
	late    atomic.Bool
}

func (s *Service) slowBody(w http.ResponseWriter, body io.ReadCloser) *slowBody {
	b := &slowBody{ReadCloser: body, pace: s.pace, running: s.o.running, began: s.o.running()}
	control := http.NewResponseController(w)
	b.timer = time.AfterFunc(b.pace.start, func() {
		b.late.Store(true)
		_ = control.SetReadDeadline(time.Unix(1, 0)) // long over: a reader that waits comes back
	})
	return b
}

// Read moves the end on by the time that the bytes are worth.
func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if n > 0 && b.timer.Stop() {
		end := min(bodyTime, b.pace.start+time.Duration(b.read)*time.Second/time.Duration(b.pace.second))
		b.timer.Reset(max(0, b.began+end-b.running()))
	}
	if err != nil && err != io.EOF && b.late.Load() {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

func (b *slowBody) stop() { b.timer.Stop() }

// budget bounds the bytes that all bodies together may hold.
type budget struct {
	most int64
	used atomic.Int64
}

func (b *budget) take(n int64) bool {
	if b.used.Add(n) > b.most {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) { b.used.Add(-n) }

// roomBody takes room for what is read while it comes, up to what is kept of a form. Without room it fails once; what is read afterwards
// is only to be thrown away.
type roomBody struct {
	io.ReadCloser
	from    *budget
	held    int64
	refused bool
}

func (b *roomBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if more := min(int64(n), maxUpload-b.held); more > 0 && !b.refused {
		if !b.from.take(more) {
			b.refused = true
			return 0, errNoRoom
		}
		b.held += more
	}
	return n, err
}

// body reads the file that a request carries, and unpacks it while it comes. Whoever gets it calls done when the file is not needed any
// more. Errors: errTooLarge, errNoRoom, errPacking, os.ErrDeadlineExceeded, and those of the connection.
func (s *Service) body(w http.ResponseWriter, r *http.Request, v *visit, packed bool) (data []byte, done func(), err error) {
	slow := s.slowBody(w, http.MaxBytesReader(w, r.Body, maxBody))
	defer slow.stop()
	var from io.Reader = slow
	if packed {
		d := s.packer.unpack(slow)
		defer s.packer.done(d)
		from = unpacking{d, slow}
	}
	first := int64(bodyFirst)
	if n := r.ContentLength; !packed && n >= 0 {
		first = min(n+1, first) // one more shows the end without growing
	}
	var held int64
	done = func() { s.bodies.give(held) }
	for room := first; ; room = int64(len(data)) {
		if !s.bodies.take(room) {
			err = errNoRoom
			break
		}
		held += room
		data = append(make([]byte, 0, int64(len(data))+room), data...)
		if data, err = fill(from, data); err != nil {
			break
		}
		if len(data) > maxBody {
			err = errTooLarge
			break
		}
	}
	v.in = slow.read
	if err == io.EOF {
		return data, done, nil
	}
	done()
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = errTooLarge
	}
	return nil, nil, err
}

// fill reads until b is full; the error is io.EOF at the end.
func fill(from io.Reader, b []byte) ([]byte, error) {
	for len(b) < cap(b) {
		n, err := from.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// unpacking tells damage of the packing apart from what happens on the connection.
type unpacking struct {
	from io.Reader
	body *slowBody
}

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	var large *http.MaxBytesError
	if u.body.late.Load() || errors.As(err, &large) {
		return n, err
	}
	return n, errors.Join(errPacking, err)
}
