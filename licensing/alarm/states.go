package alarm

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/terms"
)

// computerKey begins the keys of states of this computer.
const computerKey = "computer/"

// computer are the states of this computer that a person is told of once, then once a day while they ask for something.
var computer = []terms.State{
	terms.StateClockWrong, terms.StateClockUnsure, terms.StateRolledBack, terms.StateRecordsRepaired, terms.StateRecordsDamaged, terms.StateDiskFull,
	terms.StateKeychainLocked, terms.StateKeychainMute, terms.StateKeychainDenied, terms.StateKeychainNone, terms.StateKeyMissing,
}

// announced are told of in the window alone: when they arrive, and two days before.
var announced = []terms.State{terms.StateMaintenance, terms.StatePolicyChange}

const announcedDays = 2

// stateDues are the states that are due to be told. It adds the keys of all that are there to known.
func stateDues(v terms.Verdict, st State, now time.Time, known map[string]bool) []due {
	var all []due
	look := func(f terms.Finding, vendor string, at time.Time) {
		key, isComputer := computerKey+string(f.State), slices.Contains(computer, f.State)
		if !isComputer {
			if !slices.Contains(announced, f.State) {
				return
			}
			ref, _ := f.Slots["ref"].(string)
			if date, ok := f.Slots["date"].(time.Time); ok && ref == "" {
				ref = date.UTC().Format(time.RFC3339)
			}
			key = vendor + "/" + f.Product + "/" + string(f.State) + "/" + ref
		}
		if known[key] {
			return
		}
		known[key] = true
		a := Alarm{Key: key, Vendor: vendor, Product: f.Product, Finding: f, At: at, Step: StepOpen, OS: isComputer}
		if isComputer {
			a.Vendor, a.Product = "", ""
		}
		mark, seen := st.Lines[key]
		if d, ok := openDue(a, mark, seen, now); ok && isComputer {
			all = append(all, d)
		}
		if d, ok := announcedDue(a, mark, seen); ok && !isComputer {
			all = append(all, d)
		}
	}
	for i := range v.Products {
		look(v.Products[i].Finding, v.Products[i].Vendor, v.Products[i].At)
	}
	for _, f := range append([]terms.Finding{v.Main}, v.Others...) {
		look(f, vendorOf(v, f), v.At)
	}
	return all
}

// openDue tells of a state of the computer when it is new, and once a day as long as it asks for something.
func openDue(a Alarm, m Mark, seen bool, now time.Time) (due, bool) {
	d := due{Alarm: a, rank: rankFix, mark: Mark{Told: now}}
	urgent := a.Finding.Tone == terms.ToneWarn || a.Finding.Tone == terms.ToneStop
	switch {
	case !seen && !urgent:
		d.rank = rankNotice
	case seen && (!urgent || !m.Told.After(now) && now.Sub(m.Told) < day):
		return d, false
	case seen:
		d.rank = rankRepeat
	}
	return d, true
}

// announcedDue tells of what a vendor announced when it arrives, and two days before its date.
func announcedDue(a Alarm, m Mark, seen bool) (due, bool) {
	a.Date, _ = a.Finding.Slots["date"].(time.Time)
	a.Step = StepArrived
	d := due{Alarm: a, rank: rankNotice, mark: Mark{End: a.Date, Told: a.At}}
	before := a.Date.AddDate(0, 0, -announcedDays)
	switch {
	case !seen || !m.End.Equal(a.Date):
		return d, true
	case a.Date.IsZero() || before.After(a.At) || !before.After(m.Told):
		return d, false
	}
	d.Step = StepDays
	return d, true
}

// vendorOf is the vendor of a finding's product as far as the verdict knows it.
func vendorOf(v terms.Verdict, f terms.Finding) string {
	root := ""
	for _, p := range v.Products {
		if p.ID == f.Product && (f.License == "" || p.License == f.License) {
			root = cmp.Or(root, p.Vendor)
		}
	}
	return root
}
