package plain

import (
	"strings"
	"testing"

	"holdfast/licensing/terms"
)

// about is what a note tells of in a state, with a product or without.
func about(state terms.State, product bool) NoteAbout {
	a := NoteAbout{Finding: sample(state), Code: "7F3A-2C91", At: now, Zone: berlin}
	if product {
		a.Buyer, a.Vendor, a.Contact = "Kim <kim@corp.example>", "Acme", "help@acme.example"
		a.Product = &terms.ProductVerdict{
			ID: "acmecad", Name: text("AcmeCAD Pro"), Finding: a.Finding, License: "4711",
			LicenseEnds: utc("2026-12-02T22:59:59Z"), GraceEnds: utc("2026-12-16T22:59:59Z"), OfflineUntil: utc("2026-11-30T22:59:59Z"),
		}
	}
	return a
}

func TestEveryStateGivesATidyNoteToEverybody(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, state := range terms.States() {
			for _, who := range []string{NoteBuyer, NoteIT, NoteVendor} {
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
	if n := s.Note(NoteVendor, about(terms.StateKeychainLocked, false)); n.Subject != "Computer 7F3A-2C91: Keyring is locked." {
		t.Errorf("subject about a computer: %q", n.Subject)
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
		for _, sentence := range splitSentences(f.Other) {
			if n := wordCount(sentence); n > 20 {
				t.Errorf("%s: %d words in %q", id, n, sentence)
			}
		}
	}
}
