package alarm

import (
	"encoding/json"
	"maps"
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// State is what was told so far. The zero value: nothing.
type State struct {
	Shown   time.Time       // when the last notice of the operating system was
	Snoozed time.Time       // a person put alarms off until then
	Lines   map[string]Mark // by Alarm.Key
}

// Mark is how much of a line was told.
type Mark struct {
	End  time.Time `json:"end,omitzero"` // the date that the line is about; another one begins it anew
	Told time.Time `json:"told"`         // steps up to here are told or left out
}

const (
	stateVersion = 1
	// StateLimit is the size of the largest state that ParseState reads.
	StateLimit = 16 << 20
	lineLimit  = 100_000
	keyLimit   = 1 << 10
)

type stateFile struct {
	Version int             `json:"version"`
	Shown   time.Time       `json:"shown,omitzero"`
	Snoozed time.Time       `json:"snoozed,omitzero"`
	Lines   map[string]Mark `json:"lines,omitempty"`
}

// ParseState reads what Marshal wrote. What cannot be read, or was written by a newer version, is the zero State: nothing is
// told twice for it, since dates that are known from then on begin with what is still to come.
func ParseState(b []byte) State {
	var f stateFile
	if len(b) > StateLimit || json.Unmarshal(b, &f) != nil || f.Version != stateVersion || len(f.Lines) > lineLimit {
		return State{}
	}
	for key := range f.Lines {
		if len(key) > keyLimit {
			return State{}
		}
	}
	return State{Shown: f.Shown, Snoozed: f.Snoozed, Lines: f.Lines}
}

// Marshal writes the state for ParseState.
func (s State) Marshal() ([]byte, error) {
	return json.Marshal(stateFile{Version: stateVersion, Shown: s.Shown.UTC(), Snoozed: s.Snoozed.UTC(), Lines: s.Lines})
}

// Equal says whether two states are the same.
func (s State) Equal(o State) bool {
	return s.Shown.Equal(o.Shown) && s.Snoozed.Equal(o.Snoozed) && maps.EqualFunc(s.Lines, o.Lines, func(a, b Mark) bool {
		return a.End.Equal(b.End) && a.Told.Equal(b.Told)
	})
}

func (s State) clone() State {
	lines := make(map[string]Mark, len(s.Lines)+1)
	maps.Copy(lines, s.Lines)
	s.Lines = lines
	return s
}

// forget drops what is not there any more, so that the state does not grow. While licenses cannot be read, those of products stay.
func (s *State) forget(known map[string]bool, v terms.Verdict) {
	unread := len(v.Products) == 0 && v.Main.State != terms.StateNotSetUp
	maps.DeleteFunc(s.Lines, func(key string, _ Mark) bool {
		return !known[key] && !(unread && !strings.HasPrefix(key, computerKey))
	})
}
