package plain

import (
	"cmp"
	"time"

	"holdfast/licensing/terms"
)

// Answers are a headline, the four answers to a state, and its one main button ("" for none) with what it does.
// Code is the stable code behind them: a state of words.md, or a code of Problem.
type Answers struct {
	Headline string
	Happened string
	Works    string
	Do       string
	By       string
	Button   string
	Action   terms.Action
	Code     string
}

// Say puts a finding into words, as seen at a (decision) time and in a time zone; nil is UTC. Slots that the finding
// does not fill take the fallback of the slot table, so every answer is there, whatever the finding lacks.
func (s *Speaker) Say(f terms.Finding, at time.Time, zone *time.Location) Answers {
	if !f.State.Known() {
		return s.general(codeUnknownState)
	}
	r := resolver{s: s, f: f, at: at, zone: local(zone)}
	prefix := "state." + string(f.State)
	part := func(name string) string {
		for _, v := range variants(f) {
			if own := prefix + "." + v; s.Has(own + "." + name) {
				return r.answer(own, name)
			}
		}
		return r.answer(prefix, name)
	}
	a := Answers{
		Headline: part("headline"),
		Happened: part("happened"),
		Works:    part("works"),
		Do:       part("do"),
		By:       part("by"),
		Action:   f.Action,
		Code:     string(f.State),
	}
	usual := usualActions[f.State]
	if a.Action == "" {
		a.Action = usual
	}
	if !f.Told.IsZero() {
		a.Do = r.told(usual, a.Do)
	}
	switch own := prefix + ".button"; {
	case a.Action == "":
	case a.Action == usual && s.Has(own):
		a.Button = s.Text(own, nil)
	default:
		a.Button = s.Action(a.Action)
	}
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

// passphraseLabel is what the key store under a passphrase calls itself.
const passphraseLabel = "passphrase file"

// variants name the words of its own that a finding may have where the state's would not be true, the most exact first:
// state.<state>.<variant>.<part>. They are the rule behind it, the kind of file, that a passphrase opens the key store, that the
// records are open whatever the key store does, that a request was never saved, and that no request asks for a license.
func variants(f terms.Finding) []string {
	var all []string
	if len(f.Reasons) > 0 {
		all = append(all, f.Reasons[0].Rule)
	}
	if kind, ok := f.Slots["kind"].(string); ok {
		all = append(all, kind)
	}
	for _, v := range ownWords {
		if v.fits(f) {
			all = append(all, v.name)
		}
	}
	return all
}

// ownWords are the variants that the values of a finding ask for.
var ownWords = []struct {
	name string
	fits func(terms.Finding) bool
}{
	{"passphrase", func(f terms.Finding) bool { return f.Slots["keychain"] == passphraseLabel }},
	{"open", func(f terms.Finding) bool { return f.Slots["open"] == true }},
	{"unsaved", func(f terms.Finding) bool { return f.State == terms.StateRequestWaiting && f.Slots["name"] == "" }},
	{"unasked", func(f terms.Finding) bool { return f.State == terms.StateFileWrongRequest && f.Slots["serial"] != nil }},
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

// Event returns the name of a coming date: "License ends".
func (s *Speaker) Event(e terms.Event) string { return s.Text("event."+e.Name, nil) }
