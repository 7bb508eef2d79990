package plain

import (
	"strings"
	"testing"

	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

func TestEveryOwnWordingAnswersWholeAndNamesItsButton(t *testing.T) {
	for _, f := range []terms.Finding{
		{State: terms.StateKeychainLocked, Slots: terms.Slots{"keychain": "Keyring", "open": true}},
		{State: terms.StateKeychainMute, Slots: terms.Slots{"keychain": "Keyring", "open": true}},
		{State: terms.StateKeychainDenied, Slots: terms.Slots{"keychain": "Keyring", "open": true}},
		{State: terms.StateKeychainNone, Slots: terms.Slots{"keychain": "Keyring", "open": true}},
		{State: terms.StateRequestWaiting, Slots: terms.Slots{"date": now, "name": ""}, Action: terms.ActShowRequest},
		{State: terms.StateFileWrongRequest, Slots: terms.Slots{"serial": "A-1"}},
		{State: terms.StateFileOlder, Slots: terms.Slots{"d1": now, "d2": now, "kind": "receipt"}},
		{
			State: terms.StateOtherComputer, Slots: terms.Slots{"c1": "55AA-0102", "c2": "7F3A-2C91", "label1": "lab 7", "vendor": "Acme"},
			Reasons: []terms.Reason{{Rule: terms.RuleOtherComputer}},
		},
	} {
		for _, lang := range Languages() {
			s := speaker(t, lang)
			a, usual := s.Say(f, now, berlin), s.Say(terms.Finding{State: f.State, Slots: terms.Slots{"keychain": "Keyring"}}, now, berlin)
			if a.Headline == usual.Headline {
				t.Errorf("%s %s has the usual headline %q", lang, f.State, a.Headline)
			}
			for i, answer := range a.all() {
				if problem := untidy(answer); problem != "" {
					t.Errorf("%s %s, answer %d: %s in %q", lang, f.State, i, problem, answer)
				}
				if answer == s.Text("answer.happened", nil) {
					t.Errorf("%s %s, answer %d knows nothing", lang, f.State, i)
				}
			}
			if !strings.Contains(strings.ToLower(a.Do), strings.ToLower(a.Button)) {
				t.Errorf("%s %s: button %q is not in %q", lang, f.State, a.Button, a.Do)
			}
		}
	}
}

func TestWhatWorksWithOlderRecordsIsWhatTheEngineFound(t *testing.T) {
	s := speaker(t, "en")
	f := terms.Finding{State: terms.StateRolledBack, Slots: terms.Slots{"works_now": terms.Kept{Paused: texts("AcmeCAD Pro")}}}
	if a := s.Say(f, now, berlin); !strings.Contains(a.Works, "AcmeCAD Pro") {
		t.Errorf("works: %q", a.Works)
	}
}

func TestAProxyThatIsAwayAnsweredNothing(t *testing.T) {
	f := sample(terms.StateContactBlocked)
	f.Slots["plain_cause"], f.Slots["proxy"] = "proxy_away", "proxy.example:3128"
	said(t, "en", f, Answers{Happened: "The proxy proxy.example:3128 does not answer.", Do: "Show IT this: proxy proxy.example:3128. Or use files."})
	c := reconcile.Contact{Cause: reconcile.CauseProxyAway}
	for locked, want := range map[bool]string{
		false: "Name another proxy: holdfast settings set proxy ADDRESS", true: "Your organization set that. Show IT this, or use files.",
	} {
		if got := speaker(t, "en").ContactFix(c, false, locked); got != want {
			t.Errorf("locked %v: %q", locked, got)
		}
	}
	if got := speaker(t, "en").ContactFix(reconcile.Contact{Cause: reconcile.CauseCaptive}, false, true); got != "Sign in to the network in a browser, then: holdfast sync" {
		t.Errorf("a sign-in page: %q", got)
	}
}

func TestAContactThatFailedClaimsNothingOfLicensesThatAreNotThere(t *testing.T) {
	for _, state := range []terms.State{terms.StateNoContact, terms.StateContactBlocked} {
		for want, works := range map[string]terms.Kept{
			"Everything. Your license is not affected.":         {Full: texts("A")},
			"What worked before. Your license is not affected.": {Full: texts("A"), Paused: texts("B")},
			"There is no license here yet, so nothing changes.": {},
		} {
			f := sample(state)
			f.Slots["works_now"] = works
			said(t, "en", f, Answers{Works: want})
		}
	}
}

func TestWhoHasNoServiceIsNotToBeAskedOnline(t *testing.T) {
	for state, usual := range map[terms.State]bool{
		terms.StateFirstUse: true, terms.StateOfflineEnding: true, terms.StateGraceOffline: true, terms.StateLimited: true, terms.StateLimitedParts: true,
	} {
		for lang, online := range map[string]string{"en": "go online", "de": "online gehen"} {
			f := sample(state)
			f.Slots["works_now"] = terms.Kept{Full: texts("A")}
			if a := speaker(t, lang).Say(f, now, berlin); strings.Contains(strings.ToLower(a.Do), online) != usual {
				t.Errorf("%s %s: %q", lang, state, a.Do)
			}
			f.Slots["no_service"] = true
			a := speaker(t, lang).Say(f, now, berlin)
			if strings.Contains(strings.ToLower(a.Do), online) || !strings.Contains(strings.ToLower(a.Do), strings.ToLower(a.Button)) {
				t.Errorf("%s %s without a service: %q, button %q", lang, state, a.Do, a.Button)
			}
		}
	}
}

func TestACheckHasTheWordsOfItsCase(t *testing.T) {
	s := speaker(t, "en")
	for want, args := range map[string]map[string]any{
		"Acme has no online service. Files do the same.": {"vendor": "Acme", "case": "no_address"},
		"Acme was not asked over the network yet.":       {"vendor": "Acme", "case": "not_yet"},
		"No vendor was asked over the network yet.":      {"fresh": true},
		"Acme was reached 3 November 2026, 12:00.":       {"vendor": "Acme", "time": utc("2026-11-03T11:00:00Z")},
	} {
		if got := s.Check("contact", terms.ToneOK, args, berlin); got != want {
			t.Errorf("%v: %q, not %q", args, got, want)
		}
	}
}

func TestAQuestionThatIsQuotedEndsItsSentence(t *testing.T) {
	f := terms.Finding{State: terms.StateOnHold, Slots: terms.Slots{"reason": terms.Plain("Is the address still right?"), "ref": "H-1"}}
	n := speaker(t, "en").Note(NoteVendor, NoteAbout{Finding: f, At: now, Zone: berlin})
	if !strings.Contains(n.Text, "Your question: Is the address still right?\nYour reference: H-1.\n") {
		t.Errorf("%q", n.Text)
	}
}

func TestABuyerIsAskedForNothingWhereNothingIsToBeDone(t *testing.T) {
	for _, lang := range Languages() {
		s := speaker(t, lang)
		asks := map[string]string{"en": "Could you see to it?", "de": "Könnten Sie sich darum kümmern?"}[lang]
		for tone, want := range map[terms.Tone]bool{terms.ToneOK: false, terms.ToneWarn: true} {
			f := sample(terms.StateActive)
			f.Tone = tone
			if n := s.Note(NoteBuyer, NoteAbout{Finding: f, At: now, Zone: berlin}); asks == "" || strings.Contains(n.Text, asks) != want {
				t.Errorf("%s %s: %q", lang, tone, n.Text)
			}
		}
	}
}

func TestAPictureIsNoWebPage(t *testing.T) {
	f := terms.Finding{State: terms.StateFileOtherKind, Slots: terms.Slots{"kind": "image"}}
	said(t, "en", f, Answers{Happened: "For example a photo of the screen.", Do: "Ask the sender for the file itself."})
}

func TestAStretchAcrossNewYearNamesBothYears(t *testing.T) {
	got := speaker(t, "en").Range(utc("2026-12-23T23:00:00Z"), utc("2027-01-06T22:59:59Z"), now, berlin)
	if got != "24 Dec 2026 – 6 Jan 2027" {
		t.Errorf("%q", got)
	}
}
