package reconcile

import (
	"slices"
	"time"
)

// Mode is when contacts may be made without being asked for.
type Mode string

// Modes.
const (
	ModeAuto    Mode = "auto"    // whenever there is a reason
	ModeWindows Mode = "windows" // the same, within the time windows
	ModeManual  Mode = "manual"  // only when a person asks
	ModeOff     Mode = "off"     // never, also not when a person asks
)

// Window is a time of the day, on some days of the week, in local time. To before From ends on the next day.
type Window struct {
	Days     [7]bool // Sunday first; none set means every day
	From, To int     // minutes after midnight
}

// Every says that the window is open on every day.
func (w Window) Every() bool { return w.Days == [7]bool{} || !slices.Contains(w.Days[:], false) }

// Runs are the days in a row, from Monday on: the first and the last day of each, Sunday is 0.
func (w Window) Runs() (all [][2]int) {
	for i := 0; i < 7; i++ {
		from := i
		for i < 7 && w.Days[(i+1)%7] {
			i++
		}
		if i > from {
			all = append(all, [2]int{(from + 1) % 7, i % 7})
		}
	}
	return all
}

// Settings are what a person or an organization chose.
type Settings struct {
	Mode    Mode      // "" is ModeAuto
	Windows []Window  // of ModeWindows; none is no limit
	Paused  time.Time // no contact by itself before that
	// Saving: on battery or on a metered line; only what is essential leaves by itself.
	Saving bool
}

// Hold is why no contact is planned.
type Hold string

// Holds.
const (
	HoldOff       Hold = "off"        // ModeOff
	HoldManual    Hold = "manual"     // ModeManual
	HoldNoAddress Hold = "no_address" // the vendor's profile names no service
	HoldNothing   Hold = "nothing"    // there is nothing to ask and nothing to report
	HoldNobody    Hold = "nobody"     // nothing runs here that makes contacts by itself: no Runner.Run
)

// Plan is the next contact with a vendor. A zero At and a Hold mean that none is planned.
type Plan struct {
	At        time.Time `json:"at,omitzero"`
	Reason    Reason    `json:"reason,omitempty"`
	Essential bool      `json:"essential,omitempty"`
	Hold      Hold      `json:"hold,omitempty"`
	// Paused and Outside say why At is not sooner: a person's pause, or the time windows.
	Paused  bool `json:"paused,omitempty"`
	Outside bool `json:"outside,omitempty"`
	// Running: the contact is under way, since At.
	Running bool `json:"running,omitempty"`
}
