package views

import (
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// voice makes sentences for the window, in one language and time zone.
type voice struct {
	*plain.Speaker
	zone *time.Location
}

// t returns the text ui.<id>; pairs are slot names and values.
func (v voice) t(id string, pairs ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return v.Text("ui."+id, args)
}

func (v voice) short(t time.Time) string { return v.ShortDate(t, v.zone) }

func (v voice) long(t time.Time) string { return v.Date(t, v.zone) }

func (v voice) name(t terms.Text, id string) string {
	if s := t.In(v.Language()); s != "" {
		return s
	}
	return id
}

// doing is the index of "What to do" among the four answers; the banner's button stands there.
const doing = 2

// four returns the four answers with their labels.
func (v voice) four(a plain.Answers) []look.Answer {
	return []look.Answer{
		{Label: v.t("answer.happened"), Text: a.Happened},
		{Label: v.t("answer.works"), Text: a.Works},
		{Label: v.t("answer.do"), Text: a.Do},
		{Label: v.t("answer.by"), Text: a.By},
	}
}

// symbolOf returns the symbol of a state where it is not its tone's.
func symbolOf(s terms.State) string {
	switch s {
	case terms.StateKeychainLocked, terms.StateKeychainDenied, terms.StateKeychainMute, terms.StateKeychainNone, terms.StateKeyMissing:
		return "lock"
	case terms.StateRequestWaiting, terms.StateNotStarted, terms.StateFileWaiting:
		return "wait"
	case terms.StateLimited:
		return "eye"
	}
	return ""
}

// headline is the first sentence of a state.
func (v voice) headline(f terms.Finding, at time.Time) string { return v.Say(f, at, v.zone).Headline }
