package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"holdfast/licensing/alarm"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
)

const alarmsFile = "alarms.json" // in the home

// alarms is what a person was told of dates that come.
type alarms struct {
	mu    sync.Mutex
	read  bool
	state alarm.State
}

// DueAlarm returns what to tell the person now, if anything, as the verdict and what was told before have it; false while
// Settings.Remind is off. It counts as told from then on. Whoever shows alarms calls it after each change and once a minute.
func (a *App) DueAlarm(v terms.Verdict) (alarm.Alarm, bool) {
	if !a.Settings().Remind {
		return alarm.Alarm{}, false
	}
	a.alarms.mu.Lock()
	defer a.alarms.mu.Unlock()
	shown, next := alarm.Due(v, a.alarmState(), a.clock.Read().Wall.In(time.Local))
	_ = a.keepAlarms(next) // in this process it counts in any case
	if shown == nil {
		return alarm.Alarm{}, false
	}
	return *shown, true
}

// Snooze puts alarms off until a time. What comes before that is told all the same. An error says that it is forgotten
// when this process ends.
func (a *App) Snooze(until time.Time) error {
	a.alarms.mu.Lock()
	defer a.alarms.mu.Unlock()
	s := a.alarmState()
	s.Snoozed = until
	return a.keepAlarms(s)
}

// ForgetAlarms deletes what is kept about alarms, when all records are deleted.
func (a *App) ForgetAlarms() error {
	a.alarms.mu.Lock()
	defer a.alarms.mu.Unlock()
	a.alarms.read, a.alarms.state = true, alarm.State{}
	if a.readOnly {
		return nil
	}
	if err := os.Remove(filepath.Join(a.home, alarmsFile)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// alarmState reads the file once; only this process writes it.
func (a *App) alarmState() alarm.State {
	if !a.alarms.read {
		b, err := disk.ReadFile(disk.OS(), filepath.Join(a.home, alarmsFile), alarm.StateLimit)
		if err == nil {
			a.alarms.state = alarm.ParseState(b)
		}
		a.alarms.read = true
	}
	return a.alarms.state
}

func (a *App) keepAlarms(s alarm.State) error {
	if s.Equal(a.alarms.state) {
		return nil
	}
	a.alarms.state = s
	if a.readOnly {
		return nil
	}
	b, err := s.Marshal()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.home, 0o700); err != nil {
		return err
	}
	return disk.WriteFile(disk.OS(), filepath.Join(a.home, alarmsFile), b, 0o600)
}
