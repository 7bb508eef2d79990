package plain

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/licensing/terms"
)

// more are slots that a state's texts use beyond those that words.md has there: two of its sentences give one name to two
// dates, and eight say more than it does when more is known.
var more = map[terms.State][]string{
	terms.StateRolledBack:        {"until"},
	terms.StateGraceOffline:      {"sooner"},
	terms.StateGraceRenewal:      {"sooner"},
	terms.StateGraceVendor:       {"sooner"},
	terms.StateGraceExtended:     {"sooner"},
	terms.StateReviewOpen:        {"asked"},
	terms.StateMoving:            {"started"},
	terms.StateFileUnknownSender: {"cause"},
	terms.StateUpdated:           {"changed"},
}

func TestEverySlotOfATextHasARowInTheSlotTable(t *testing.T) {
	for _, lang := range Languages() {
		for id, f := range speaker(t, lang).cat.messages {
			state, answer, ok := stateAndAnswer(id)
			if !ok {
				continue
			}
			for _, slot := range slotsIn(strings.Join(f.all(), " ")) {
				if r, _, known := rowOf(state, answer, slot); !known || r.from == "" {
					t.Errorf("%s %s: slot %q has no row", lang, id, slot)
				}
				if !slices.Contains(terms.SlotsOf(terms.State(state)), slot) && !slices.Contains(more[terms.State(state)], slot) {
					t.Errorf("%s %s: the engine does not fill slot %q", lang, id, slot)
				}
			}
		}
	}
}

func stateAndAnswer(id string) (state, answer string, ok bool) {
	name, ok := strings.CutPrefix(id, "state.")
	if !ok {
		return "", "", false
	}
	return strings.Cut(name, ".")
}

func TestEverySlotOfAStateIsUsedByItsTexts(t *testing.T) {
	s := speaker(t, "en")
	for _, state := range terms.States() {
		var used []string
		for id, f := range s.cat.messages { // also in words of its own
			if strings.HasPrefix(id, "state."+string(state)+".") {
				used = append(used, slotsIn(strings.Join(f.all(), " "))...)
			}
		}
		for _, slot := range terms.SlotsOf(state) {
			if !slices.Contains(used, slot) {
				t.Errorf("%s: slot %q is filled and never said", state, slot)
			}
		}
	}
}

func TestEveryRowOfTheSlotTableIsUsedAndHasItsTexts(t *testing.T) {
	s := speaker(t, "en")
	used := map[string]bool{"support": true} // words.md has a row for it; no state of this version uses it
	for id, f := range s.cat.messages {
		if state, answer, ok := stateAndAnswer(id); ok {
			for _, slot := range slotsIn(strings.Join(f.all(), " ")) {
				_, key, _ := rowOf(state, answer, slot)
				used[key] = true
			}
		}
	}
	for key, r := range rows {
		if !used[key] {
			t.Errorf("no text uses row %q", key)
		}
		if r.without == sayInstead && r.text == "" && !s.Has("slot."+key) {
			t.Errorf("row %q has no text slot.%s", key, key)
		}
		if r.text != "" && !s.Has(r.text) {
			t.Errorf("row %q has no text %s", key, r.text)
		}
		slot := key[strings.LastIndex(key, ".")+1:]
		if (r.kind == asWrapped || r.kind == asAgain || r.kind == asDue) && !s.Has("slot."+slot+".said") {
			t.Errorf("row %q has no text slot.%s.said", key, slot)
		}
	}
	for id := range s.cat.messages {
		key, ok := strings.CutPrefix(id, "slot.")
		if !ok || strings.HasPrefix(key, "then.") || strings.HasPrefix(key, "date_or_none.") || key == "place" || key == "unread" {
			continue
		}
		key = strings.TrimSuffix(key, ".said")
		if _, known := rows[key]; !known {
			t.Errorf("%s belongs to no row of the slot table", id)
		}
	}
}

func TestAnySetOfMissingValuesLeavesTidySentences(t *testing.T) {
	speakers := map[string]*Speaker{}
	for _, lang := range Languages() {
		speakers[lang] = speaker(t, lang)
	}
	states := terms.States()
	slices.Sort(states)
	rapid.Check(t, func(t *rapid.T) {
		s := speakers[rapid.SampledFrom(Languages()).Draw(t, "language")]
		f := sample(rapid.SampledFrom(states).Draw(t, "state"))
		slots := append(terms.SlotsOf(f.State), more[f.State]...)
		keep := terms.Slots{}
		for _, slot := range slots {
			if rapid.Bool().Draw(t, slot) {
				keep[slot] = f.Slots[slot]
			}
		}
		f.Slots = keep
		for i, answer := range s.Say(f, now, berlin).all() {
			if problem := untidy(answer); problem != "" {
				t.Fatalf("%s, answer %d: %s in %q", f.State, i, problem, answer)
			}
		}
	})
}

func TestZeroValuesCountAsMissing(t *testing.T) {
	s := speaker(t, "en")
	zero := terms.Finding{State: terms.StateRequestRefused, Slots: terms.Slots{
		"vendor": "", "reason": terms.Text(nil), "ref": "", "works_now": terms.Kept{}, "way_out": terms.Text(nil), "contact": "", "deadline": now.AddDate(-3000, 0, 0).Truncate(0),
	}}
	zero.Slots["deadline"] = utc("0001-01-01T00:00:00Z")
	if got, want := s.Say(zero, now, berlin), s.Say(terms.Finding{State: zero.State}, now, berlin); got.Headline != want.Headline ||
		got.Happened != want.Happened || got.Works != want.Works || got.Do != want.Do || got.By != want.By {
		t.Errorf("zero values give %q\nmissing ones %q", got, want)
	}
}

func TestFallbacksAreThoseOfTheSlotTable(t *testing.T) {
	s := speaker(t, "en")
	say := func(state terms.State) Answers { return s.Say(terms.Finding{State: state}, now, berlin) }
	for _, c := range []struct{ got, want string }{
		{say(terms.StateExpired).Do, "Tell the person who buys your licenses. Renewed already? Use a license file."},
		{say(terms.StateExpired).Works, "Each program decides what it does now. Holdfast deleted nothing."},
		{say(terms.StateUsageOverdue).By, "Nothing is stopped."},
		{say(terms.StateGraceVendor).Do, "Nothing. We try again by ourselves."},
		{say(terms.StateReviewAnswered).Do, "Read the answer. This was the last step at your vendor. Save the whole case."},
		{say(terms.StateKeychainLocked).Works, "We cannot read your licenses until then. Programs already running go on."},
		{say(terms.StateKeychainLocked).By, "No date."},
		{say(terms.StateKeyMissing).Do, "Set up again, and ask your vendor to keep your place."},
		{say(terms.StateGraceRenewal).Works, "Everything in your license."},
		{say(terms.StateRequestRefused).Headline, "Your vendor did not give a license."},
		{s.Say(terms.Finding{State: terms.StateLimited, Product: "acmecad", Slots: terms.Slots{"date": now}}, now, berlin).Headline, "acmecad is limited since 3 November 2026."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}
