package client

import (
	"os/exec"
	"sync"
	"time"
)

// startAgain is how long a command that was started is waited for before it is started once more.
const startAgain = 10 * time.Second

// starter runs Options.Start, now and then.
type starter struct {
	command []string

	mu      sync.Mutex
	started bool
	at      time.Duration // on the client's stopwatch
}

// maybe starts the command unless that was done a moment ago. What becomes of it is seen at the endpoint.
func (s *starter) maybe(now time.Duration) {
	if len(s.command) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started && now-s.at < startAgain {
		return
	}
	s.started, s.at = true, now
	cmd := exec.Command(s.command[0], s.command[1:]...)
	detach(cmd)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
