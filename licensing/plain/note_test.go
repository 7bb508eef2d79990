package plain

import (
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// about is what a note tells of in a state, with a product or without.
func about(state terms.State, product bool) NoteAbout {
	a := NoteAbout{
		Finding: sample(state), Code: "7F3A-2C91", At: now, Zone: berlin,
		File: "check-in_acme_7F3A-2C91.hfreq", Kind: "moretime", Wanted: utc("2027-01-31T22:59:59Z"),
	}
	if product {
		a.Buyer, a.Vendor, a.Contact = "Kim <kim@corp.example>", "Acme", "help@acme.example"
		a.Product = &terms.ProductVerdict{
			ID: "acmecad", Name: text("AcmeCAD Pro"), Finding: a.Finding, License: "4711",
			LicenseEnds: utc("2026-12-02T22:59:59Z"), GraceEnds: utc("2026-12-16T22:59:59Z"), OfflineUntil: utc("2026-11-30T22:59:59Z"),
		}
	}
	return a
}

var everybody = []string{NoteBuyer, NoteIT, NoteVendor, NoteCarrier}

func TestEveryStateGivesATidyNoteToEverybody(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, state := range terms.States() {
			for _, who := range everybody {
				for _, a := range []NoteAbout{about(state, true), about(state, false), {Finding: terms.Finding{State: state}}} {
					n := s.Note(who, a)
					for _, line := range append(strings.Split(n.Text, "\n"), n.Subject) {
						if problem := untidy(line); line != "" && problem != "" {
							t.Errorf("%s %s to %s: %s in %q", lang, state, who, problem, line)
						}
					}
					if strings.Contains(n.Text, "\n\n\n") || n.Text != strings.TrimSpace(n.Text) || strings.Contains(n.Subject, "\n") {
						t.Errorf("%s %s to %s: loose lines in %q: %q", lang, state, who, n.Subject, n.Text)
					}
				}
			}
		}
	}
}

func TestANoteHoldsWhatItsReaderNeeds(t *testing.T) {
	s := speaker(t, "en")
	for who, want := range map[string][]string{
		NoteBuyer:  {"AcmeCAD Pro", "Acme", "4711", "2 December 2026", "16 December 2026", "What works: ", "By when: ", "help@acme.example"},
		NoteIT:     {"What happened: ", "What works: ", "What to do: ", "By when: ", "4711", "7F3A-2C91", "holdfast doctor"},
		NoteVendor: {"7F3A-2C91", "AcmeCAD Pro", "4711", "State: ending_soon", "2 December 2026", "30 November 2026"},
	} {
		n := s.Note(who, about(terms.StateEndingSoon, true))
		for _, part := range want {
			if !strings.Contains(n.Text, part) {
				t.Errorf("the note to %s has no %q:\n%s", who, part, n.Text)
			}
		}
		if !strings.Contains(n.Subject, "AcmeCAD Pro") {
			t.Errorf("subject to %s: %q", who, n.Subject)
		}
	}
	n := s.Note(NoteCarrier, about(terms.StateActiveOffline, true))
	for _, part := range []string{"check-in_acme_7F3A-2C91.hfreq", "more offline time", "31 January 2027", "help@acme.example", "Acme"} {
		if !strings.Contains(n.Text, part) {
			t.Errorf("the note to who carries the file has no %q:\n%s", part, n.Text)
		}
	}
	if n := s.Note(NoteVendor, about(terms.StateKeychainLocked, false)); n.Subject != "Computer 7F3A-2C91: Keyring is locked." {
		t.Errorf("subject about a computer: %q", n.Subject)
	}
}

func TestAQuestionADecisionAndAWrongClockHaveNotesOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		lang, who string
		state     terms.State
		subject   string
		want      []string
	}{
		{"en", NoteVendor, terms.StateOnHold, "Your question R-118 about license 4711", []string{"The order was sent back", "R-118", "4711", "Our answer: (please"}},
		{"de", NoteVendor, terms.StateOnHold, "Ihre Frage R-118 zur Lizenz 4711", []string{"The order was sent back", "R-118", "Unsere Antwort: (bitte"}},
		{"en", NoteVendor, terms.StateRevoked, "Please look at decision R-118 about license 4711 again", []string{"review the decision", "The order was sent back", "Ask before"}},
		{"de", NoteVendor, terms.StateRevoked, "Bitte um Überprüfung: Vorgang R-118 zur Lizenz 4711", []string{"zu überprüfen", "Anfordern vor dem"}},
		{"en", NoteIT, terms.StateClockWrong, "AcmeCAD Pro: please look at date and time", []string{"1 January 2023", "time server", "holdfast clock show"}},
	} {
		n := speaker(t, c.lang).Note(c.who, about(c.state, true))
		if n.Subject != c.subject {
			t.Errorf("subject %q, want %q", n.Subject, c.subject)
		}
		for _, part := range c.want {
			if !strings.Contains(n.Text, part) {
				t.Errorf("%s %s: no %q in:\n%s", c.lang, c.state, part, n.Text)
			}
		}
	}
}

func TestANoteGoesOnlyToAMailAddress(t *testing.T) {
	s := speaker(t, "en")
	a := about(terms.StateExpired, true)
	for who, want := range map[string]string{NoteBuyer: "kim@corp.example", NoteIT: "", NoteVendor: "help@acme.example"} {
		if got := s.Note(who, a).To; got != want {
			t.Errorf("to %s: %q, want %q", who, got, want)
		}
	}
	for _, contact := range []string{"", "Kim Example", "https://acme.example/help", "+49 30 1234", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"} {
		a.Buyer = contact
		if got := s.Note(NoteBuyer, a).To; got != "" {
			t.Errorf("%q became %q", contact, got)
		}
	}
}

func TestANoteDoesNotSayWhoWasTold(t *testing.T) {
	s := speaker(t, "en")
	a := about(terms.StateEndingSoon, true)
	want := s.Note(NoteIT, a)
	a.Finding.Told, a.Finding.ToldWho = now, NoteBuyer
	if got := s.Note(NoteIT, a); got != want {
		t.Errorf("%q\nwant %q", got.Text, want.Text)
	}
}

func TestTheSentencesOfNotesAreShort(t *testing.T) {
	for id, f := range speaker(t, "en").cat.messages {
		if !strings.HasPrefix(id, "note.") {
			continue
		}
		for _, sentence := range splitSentences(strings.ReplaceAll(f.Other, "\n", " ")) {
			if n := wordCount(sentence); n > 20 {
				t.Errorf("%s: %d words in %q", id, n, sentence)
			}
		}
	}
}

func TestANoteToTheBuyerAboutAnAmountHasItsNumbersAndWhatIsPaused(t *testing.T) {
	for lang, wants := range map[string][]string{
		"en": {"Used: 12.", "Included: 10.", "Counted since: 1 November 2026.", "Starts anew: 1 December 2026.", "Paused until then: Cloud render."},
		"de": {"Verbraucht: 12.", "Enthalten: 10.", "Gezählt seit: 1. November 2026.", "Beginnt neu: 1. Dezember 2026.", "Bis dahin angehalten: Cloud render."},
	} {
		f := terms.Finding{State: terms.StateQuotaUsed, Slots: terms.Slots{
			"used": 12, "included": 10, "meter": terms.Text{"en": "Renders"}, "from": utc("2026-11-01T12:00:00Z"), "reset": utc("2026-12-01T12:00:00Z"),
			"overage_effect": "stop", "paused_parts": []terms.Text{{"en": "Cloud render"}},
		}}
		s := speaker(t, lang)
		note := s.Note(NoteBuyer, NoteAbout{Finding: f, At: utc("2026-11-20T09:00:00Z"), Zone: time.UTC})
		for _, want := range wants {
			if !strings.Contains(note.Text, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, note.Text)
			}
		}
		if works := s.Say(f, utc("2026-11-20T09:00:00Z"), time.UTC).Works; !strings.Contains(works, "Cloud render") {
			t.Errorf("%s: %s", lang, works)
		}
		delete(f.Slots, "paused_parts")
		if text := s.Note(NoteBuyer, NoteAbout{Finding: f, At: utc("2026-11-20T09:00:00Z"), Zone: time.UTC}).Text; strings.Contains(text, "Paused") || strings.Contains(text, "angehalten") {
			t.Errorf("%s: nothing is paused\n%s", lang, text)
		}
	}
}
