package plain

import (
	"slices"
	"strings"
	"testing"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
	"holdfast/licensing/terms/termstest"
)

// allOf are the phrases that claim that everything works. States of a license in force speak of that license alone: what another
// one gave has a line of its own.
var allOf = map[string][]string{"en": {"Everything in your license.", "Everything.", "Everything, for now."}, "de": {"Alles in Ihrer Lizenz.", "Alles.", "Vorerst alles."}}

var inForce = []terms.State{terms.StateActive, terms.StateActiveOffline, terms.StateOfflineEnding, terms.StateEndingSoon}

func TestVerdictsOfRandomFactsAreSaidWholeInEveryLanguage(t *testing.T) {
	seeds := 1500
	if testing.Short() { // the race detector learns nothing more from all of them
		seeds = 60
	}
	states := map[terms.State]int{}
	for _, lang := range Languages() {
		s := speaker(t, lang)
		whole := func(seed uint64, about, text string) {
			if problem := untidy(text); problem != "" || strings.Contains(text, "( ") {
				t.Errorf("%s, seed %d, %s: %s in %q", lang, seed, about, problem, text)
			}
		}
		for seed := range uint64(seeds) {
			f, wall := termstest.New(seed).Facts()
			v := terms.Evaluate(f, terms.Query{}, wall)
			for _, x := range append([]terms.Finding{v.Main}, v.Others...) {
				states[x.State]++
				for _, answer := range s.Say(x, v.At, berlin).all() {
					whole(seed, string(x.State), answer)
				}
				for _, r := range x.Reasons {
					whole(seed, r.Rule, s.Reason(r, berlin))
				}
			}
			if a, ok := s.Everything(v, berlin); ok {
				for _, answer := range a.all() {
					whole(seed, "everything", answer)
				}
			}
			for _, p := range v.Products {
				states[p.State]++
				works := s.Say(p.Finding, p.At, berlin).Works
				if slices.Contains(inForce, p.State) {
					works = ""
				}
				for _, claim := range allOf[lang] {
					if works == claim && len(p.View)+len(p.Paused) > 0 {
						t.Errorf("%s, seed %d, %s of %s: %q, and %v and %v do not", lang, seed, p.State, p.ID, works, p.View, p.Paused)
					}
				}
				for _, x := range s.Steps(p, p.At, berlin) {
					whole(seed, x.Event, x.When)
					whole(seed, x.Event, x.Title)
					whole(seed, x.Event, x.Text)
				}
			}
		}
	}
	for _, state := range []terms.State{
		terms.StateActiveOffline, terms.StateOfflineEnding, terms.StateGraceOffline, terms.StateGraceVendor, terms.StateGraceExtended, terms.StateMaintenance,
		terms.StatePolicyChange, terms.StateLimited, terms.StateLimitedParts, terms.StateExpired, terms.StateRevoked, terms.StateOnHold, terms.StateClockWrong,
		terms.StateClockUnsure, terms.StateComputerChanged, terms.StateRolledBack,
	} {
		if states[state] == 0 && !testing.Short() {
			t.Errorf("no facts lead to %s", state)
		}
	}
}

func TestPlansOfRandomFactsAreSaidWholeInEveryLanguage(t *testing.T) {
	const seeds = 150
	for _, lang := range Languages() {
		s := speaker(t, lang)
		for seed := range uint64(seeds) {
			f, wall := termstest.New(seed).Facts()
			kind := simulate.Kinds()[seed%uint64(len(simulate.Kinds()))]
			res := simulate.Run(f, wall, simulate.Scenario{Conditions: []simulate.Condition{{Kind: kind, For: terms.Days(60), By: 1 << 55, Version: "7"}}})
			for _, lane := range res.Products {
				var spans []Span
				for _, x := range lane.Spans {
					spans = append(spans, Span{From: x.From, To: x.To, State: x.State, Cause: x.Cause, Mode: string(x.Mode), Works: x.Works, View: x.View, Paused: x.Paused})
				}
				var ways []Way
				for _, w := range lane.Avoid {
					ways = append(ways, Way{Kind: string(w.Kind), By: w.By, More: w.More, Until: w.Until})
				}
				said := s.Plan(lane.Product, spans, ways, wall, berlin).all()
				for _, l := range s.Spans(spans, wall, berlin) {
					said = append(said, l.When, l.Word, l.Text)
				}
				for _, text := range said {
					if problem := untidy(text); problem != "" || strings.Contains(text, "( ") {
						t.Fatalf("%s, seed %d, %s: %s in %q", lang, seed, kind, problem, text)
					}
				}
			}
		}
	}
}
