package views

import (
	"bytes"
	"io"
	"log"
	"sync"
)

// mostToolkitLog is how many bytes of what the toolkit logs are kept.
const mostToolkitLog = 16 << 10

// toolkitLog keeps what the toolkit writes to the standard log until the window is there. People can do nothing about those
// lines, except when no window comes.
type toolkitLog struct {
	mu    sync.Mutex
	kept  bytes.Buffer
	drops bool
}

// keepToolkitLog takes the standard log off the terminal. The returned end puts it back, and shows on out what was kept if
// started was not called before.
func keepToolkitLog(out io.Writer) (started, end func()) {
	l, before := &toolkitLog{}, log.Writer()
	log.SetOutput(l)
	return l.drop, func() {
		log.SetOutput(before)
		l.mu.Lock()
		defer l.mu.Unlock()
		_, _ = out.Write(l.kept.Bytes())
	}
}

// Write implements io.Writer.
func (l *toolkitLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.drops && l.kept.Len()+len(p) <= mostToolkitLog {
		l.kept.Write(p)
	}
	return len(p), nil
}

func (l *toolkitLog) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drops = true
	l.kept.Reset()
}
