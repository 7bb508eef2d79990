package plain

import (
	"cmp"
	"time"

	"holdfast/licensing/terms"
)

// Answers are a headline, the four answers to a state, and its one main button ("" for none) with what it does. A second way, of
// less weight, has a button too. Code is the stable code behind them: a state of words.md, or a code of Problem.
type Answers struct {
	Headline   string
	Happened   string
	Works      string
	Do         string
	By         string
	Button     string
	Action     terms.Action
	AlsoButton string
	Also       terms.Action
	Code       string
}

// Say puts a finding into words, as seen at a (decision) time and in a time zone; nil is UTC. Slots that the finding
// does not fill take the fallback of the slot table, so every answer is there, whatever the finding lacks.
func (s *Speaker) Say(f terms.Finding, at time.Time, zone *time.Location) Answers {
	if !f.State.Known() {
		return s.general(codeUnknownState)
	}
	r := resolver{s: s, f: f, at: at, zone: local(zone)}
	prefix := "state." + string(f.State)
	var exact []string // places of words, the most exact first
	for _, v := range r.variants() {
		exact = append(exact, prefix+"."+v)
	}
	place := func(name string) string {
		for _, p := range exact {
			if s.Has(p + "." + name) {
				return p
			}
		}
		return prefix
	}
	part := func(name string) string { return r.answer(place(name), name) }
	a := Answers{
		Headline: part("headline"),
		Happened: part("happened"),
		Works:    part("works"),
		Do:       part("do"),
		By:       part("by"),
		Action:   f.Action,
		Also:     f.Also,
		Code:     string(f.State),
	}
	usual := usualActions[f.State]
	if f.Slots["kind"] == "receipt" { // one for another computer asks for nothing here
		usual = ""
	}
	if a.Action == "" {
		a.Action = usual
	}
	if !f.Told.IsZero() {
		a.Do = r.told(usual, a.Do)
	}
	// A button is called by the state's own words where it has some for its usual action, else by the action.
	label := func(a terms.Action, usual bool, name string) string {
		id := place(name) + "." + name
		switch {
		case a == "":
			return ""
		case usual && s.Has(id):
			return s.Text(id, nil)
		}
		return s.Action(a)
	}
	a.Button, a.AlsoButton = label(a.Action, a.Action == usual, "button"), label(a.Also, true, "also")
	return a
}

// told says whom a person told, before what else there is to do. Where telling was all of it, the answer to it is.
func (r resolver) told(usual terms.Action, do string) string {
	args := map[string]any{"who": r.whom(), "date": r.s.Date(r.f.Told, r.zone)}
	if usual == terms.ActTellBuyer {
		return r.s.Text("told.answer", args)
	}
	return r.s.Text("told.said", args) + " " + do
}

// whom names the one who was told: by name where the finding has it, else by what they do.
func (r resolver) whom() string {
	switch r.f.ToldWho {
	case "it":
		return r.s.Text("told.it", nil)
	case "buyer":
		return cmp.Or(r.s.value(r.f.Slots["buyer"]), r.s.Text("slot.buyer", nil))
	}
	return cmp.Or(r.s.value(r.f.Slots["vendor"]), r.s.Text("slot.contact", nil))
}

// variants name the words of its own that a finding may have where the state's would not be true, the most exact first:
// state.<state>.<variant>.<part>. They are the rule behind it, the kind of file, and those of ownWords that fit.
func (r resolver) variants() []string {
	var all []string
	f := r.f
	if len(f.Reasons) > 0 {
		all = append(all, f.Reasons[0].Rule)
	}
	if kind, ok := f.Slots["kind"].(string); ok {
		all = append(all, kind)
	}
	for _, v := range ownWords {
		if v.fits(r) {
			all = append(all, v.name)
		}
	}
	return all
}

// usualActions are the main buttons of the states that have one now. They count for findings that name none, such as
// those made by parsers and stores, which know no buttons.
var usualActions = map[terms.State]terms.Action{
	terms.StateNotSetUp:          terms.ActUseFile,
	terms.StateTrial:             terms.ActUseFile,
	terms.StateRequestWaiting:    terms.ActUseFile,
	terms.StateFirstUse:          terms.ActSendRequest,
	terms.StateEndingSoon:        terms.ActTellBuyer,
	terms.StateGraceRenewal:      terms.ActTellBuyer,
	terms.StateExpired:           terms.ActTellBuyer,
	terms.StateNotIncluded:       terms.ActTellBuyer,
	terms.StateVersionNotCovered: terms.ActTellBuyer,
	terms.StateOtherComputer:     terms.ActRequest,
	terms.StateKeychainLocked:    terms.ActUnlock,
	terms.StateKeychainMute:      terms.ActTryAgain,
	terms.StateKeychainDenied:    terms.ActTryAgain,
	terms.StateKeychainNone:      terms.ActPassphrase,
	terms.StateKeyMissing:        terms.ActSetUpAgain,
	terms.StateRecordsDamaged:    terms.ActSetUpAgain,
	terms.StateDiskFull:          terms.ActTryAgain,
	terms.StateFileCut:           terms.ActCopyDetails,
	terms.StateFileChanged:       terms.ActCopyDetails,
	terms.StateVendorNew:         terms.ActTrust,
	terms.StateFileUnreadable:    terms.ActTryAgain,
	terms.StateFileWrongRequest:  terms.ActRequest,
	terms.StateFileRequestOver:   terms.ActRequest,
	terms.StateFileNoneForHere:   terms.ActRequest,
	terms.StateOfflineEnding:     terms.ActCheckin,
	terms.StateGraceOffline:      terms.ActCheckin,
	terms.StateLimitedParts:      terms.ActCheckin,
	terms.StateMaintenance:       terms.ActCheckin,
	terms.StatePolicyChange:      terms.ActSeeChanges,
	terms.StateRevoked:           terms.ActAskVendor,
	terms.StateOnHold:            terms.ActAskVendor,
	terms.StateClockWrong:        terms.ActCheckAgain,
	terms.StateComputerChanged:   terms.ActConfirmComputer,
	terms.StateRolledBack:        terms.ActConfirmRestore,
}

// Action returns the label of a button: "Use a license file".
func (s *Speaker) Action(a terms.Action) string { return s.Text("action."+string(a), nil) }

// Short returns the one or two words of a state's chip: "Ready".
func (s *Speaker) Short(state terms.State) string {
	return s.Text("state."+string(state)+".short", nil)
}

// Title returns a name for a state, for lists and headings: "File for another computer".
func (s *Speaker) Title(state terms.State) string {
	return s.Text("state."+string(state)+".title", nil)
}

// Event returns the name of a coming date: "License ends". One without words stands as its code.
func (s *Speaker) Event(e terms.Event) string { return s.coded("event."+clean(e.Name), e.Name) }
