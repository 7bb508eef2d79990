package plain

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"holdfast/licensing/terms"
)

// bannedGerman are the German words for those of words.md 5.9, the same accusations in other words, and the forms of
// address of friends: Holdfast says "Sie". "Abbrechen" stays possible: it is the name of a button.
var bannedGerman = regexp.MustCompile(`(?i)\b(ungültig|unzulässig|unerlaubt|unbefugt|unberechtigt|illegal|rechtswidrig|verst(oß|öß)|verletz(t|ung)|missbrauch|raubkopi|manipul|betr[uü]g|gefälscht|fälschung|fatal|schwerwiegend|abgebrochen|abbruch|fehlgeschlagen|fehlschlag|schlug fehl|gescheitert|darf nicht|dürfen (sie )?(das )?nicht|verboten|sperrliste|gesperrt worden|korrupt|fingerabdruck|eingefroren|original\b|sie müssen|du\b|dich\b|dir\b|dein|euch\b|euer\b)`)

// machineWords are what stays as it is in every language: slots, commands, options, names of variables and files.
var machineWords = regexp.MustCompile(`\{\{[^}]*\}\}|holdfast(-issuer)? [a-z -]+|--?[a-z-]+|[A-Z_]{2,}|\.[a-z]+|\b[a-z-]+\.[a-z.]+`)

func TestNoGermanTextHoldsABannedWord(t *testing.T) {
	german := speaker(t, "de").cat.messages
	for id, f := range german {
		for _, text := range f.all() {
			if word := bannedGerman.FindString(machineWords.ReplaceAllString(text, "")); word != "" {
				t.Errorf("%s says %q: %s", id, word, text)
			}
		}
	}
}

func TestTheLintFindsGermanBannedWords(t *testing.T) {
	for _, text := range []string{
		"Ungültige Datei", "ein Verstoß gegen die Lizenz", "Die Datei wurde manipuliert", "Import fehlgeschlagen", "Raubkopien", "Der Vorgang wurde abgebrochen",
		"Die Datei darf nicht verändert werden", "Fataler Fehler", "Wähle deine Datei", "Hast du eine Datei?",
	} {
		if !bannedGerman.MatchString(text) {
			t.Errorf("%q passes", text)
		}
	}
	for _, text := range []string{"Abbrechen", "Gültig bis Mai", "Der Bedarf ist gedeckt", "Diese Datei wurde unterwegs verändert.", "unter dieser Nummer", "Das passt nicht."} {
		if word := bannedGerman.FindString(text); word != "" {
			t.Errorf("%q does not pass: %q", text, word)
		}
	}
}

func TestGermanQuotesAndDashesAreGerman(t *testing.T) {
	for id, f := range speaker(t, "de").cat.messages {
		if strings.HasPrefix(id, "cli.example.") || strings.HasPrefix(id, "issuer.detail.") {
			continue // commands for a shell
		}
		for _, text := range f.all() {
			if strings.ContainsAny(text, `"'”`) || strings.Count(text, "„") != strings.Count(text, "“") {
				t.Errorf("%s: %s", id, text)
			}
		}
	}
}

func TestGermanDatesNumbersAndListsHaveTheirForms(t *testing.T) {
	s := speaker(t, "de")
	at := utc("2026-12-02T09:14:05Z")
	for _, c := range []struct{ got, want string }{
		{s.Date(at, berlin), "2. Dezember 2026"},
		{s.ShortDate(at, berlin), "2. Dez. 2026"},
		{s.FullDate(at, berlin), "Mittwoch, 2. Dezember 2026"},
		{s.Time(at, berlin), "10:14"},
		{s.DateTime(at, berlin), "2. Dezember 2026, 10:14 Uhr"},
		{s.Until(utc("2026-12-03T12:00:00Z"), at, berlin), "3. Dezember 2026, 13:00 Uhr"},
		{s.Days(0), "0 Tage"},
		{s.Days(1), "1 Tag"},
		{s.Length(terms.Length{Span: 12 * time.Hour}), "12 Stunden"},
		{s.Number(9999), "9999"},
		{s.Number(-1234567), "-1.234.567"},
		{s.List([]string{"A", "B"}), "A und B"},
		{s.List([]string{"A", "B", "C"}), "A, B und C"},
		{s.Versions(terms.ReadVersions(">=4 <6")), "Version 4 bis 5"},
		{s.Versions(terms.ReadVersions("<6")), "jede Version vor 6"},
		{s.Text("list.two", map[string]any{"a": terms.Text{"en": "Edit", "de": "Bearbeiten"}, "b": at}), "Bearbeiten und 2. Dezember 2026"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	long := strings.Split(strings.Repeat("x", 40), "")
	if got := s.List(long); !strings.HasSuffix(got, "x und 28 weitere") {
		t.Errorf("a long list is %q", got)
	}
	months, days := map[string]bool{}, map[string]bool{}
	for d := utc("2026-01-01T12:00:00Z"); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		words := strings.Fields(s.FullDate(d, time.UTC))
		days[words[0]], months[words[2]] = true, true
	}
	if len(months) != 12 || len(days) != 7 {
		t.Errorf("months %v, weekdays %v", months, days)
	}
}

func TestTheGermanPictureOfTheOverviewIsSpokenLikeThis(t *testing.T) {
	s := speaker(t, "de")
	f := terms.Finding{State: terms.StateGraceOffline, Slots: terms.Slots{
		"date": utc("2026-10-30T22:59:59Z"), "grace": utc("2026-11-20T22:59:59Z"),
		"all_or_all_except": terms.Kept{Full: texts("A")}, "after": terms.Kept{View: texts("A")},
	}}
	a := s.Say(f, now, berlin)
	for _, c := range []struct{ got, want string }{
		{a.Headline, "Kulanzzeit: Sie können bis zum 20. November 2026 weiterarbeiten."},
		{a.Happened, "Die Offline-Zeit endete am 30. Oktober 2026. Die Kulanzzeit begann von selbst."},
		{a.Works, "Alles in Ihrer Lizenz."},
		{a.Do, "Einmal online gehen oder Check-in-Datei erstellen."},
		{a.By, "20. November 2026. Danach: A ist im Ansichtsmodus."},
		{s.Short(terms.StateGraceOffline), "Kulanzzeit"},
		{s.Event(terms.Event{Name: terms.EventGraceEnds}), "Kulanzzeit endet"},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
	f = terms.Finding{State: terms.StateActiveOffline, Slots: terms.Slots{
		"date": utc("2026-11-04T22:59:59Z"), "end": utc("2027-03-14T22:59:59Z"), "vendor": "Acme", "last": utc("2026-11-02T09:14:00Z"),
	}}
	if got, want := s.Say(f, now, berlin).By, "Offline bis 4. November 2026, 23:59 Uhr (1 Tag). Lizenz endet am 14. März 2027."; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// wrongCase finds a fallback that stands behind a word which asks for another case than it has.
var wrongCase = regexp.MustCompile(`\b(an|auf|aus|bei|beim|durch|für|gegen|mit|nach|ohne|seit|um|von|vom|zu|zum|zur) (Ihr Anbieter|der Schlüsselspeicher|der Support|dieser Teil)\b|\b(aus|bei|mit|nach|seit|von|zu) (das|die|eine|ein|Ihre|diese|den) `)

func TestGermanFallbacksStandInTheRightCase(t *testing.T) {
	s := speaker(t, "de")
	for _, state := range terms.States() {
		for _, answer := range s.Say(terms.Finding{State: state}, now, berlin).all() {
			if words := wrongCase.FindString(answer); words != "" {
				t.Errorf("%s: %q in %q", state, words, answer)
			}
		}
	}
	for _, c := range []struct{ got, want string }{
		{s.Say(terms.Finding{State: terms.StateRequestRefused}, now, berlin).Headline, "Ihr Anbieter hat keine Lizenz erteilt."},
		{s.Say(terms.Finding{State: terms.StateExpired}, now, berlin).Do, "Die für Lizenzen zuständige Person informieren. Schon verlängert? Lizenzdatei verwenden."},
		{s.Say(terms.Finding{State: terms.StateKeyMissing}, now, berlin).Do, "Neu einrichten und darum bitten, dass Ihr Anbieter Ihren Platz behält."},
		{s.Say(terms.Finding{State: terms.StateManaged}, now, berlin).Headline, "Festgelegt von Ihrer Organisation."},
		{s.Say(terms.Finding{State: terms.StateFileOtherKind}, now, berlin).Headline, "Das ist eine Datei anderer Art, keine Lizenz."},
		{s.Say(terms.Finding{State: terms.StateMoving}, now, berlin).Headline, "Diese Lizenz zieht um auf den anderen Computer."},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

func TestNoGermanTextIsLeftInEnglish(t *testing.T) {
	english := regexp.MustCompile(`(?i)\b(the|your|this|that|which|there|with|from|until|for|not|license|file|key|computer's|is|are|of|and)\b`)
	for id, f := range speaker(t, "de").cat.messages {
		if strings.HasPrefix(id, "cli.example.") || strings.HasPrefix(id, "issuer.detail.") {
			continue // commands for a shell
		}
		for _, text := range f.all() {
			if word := english.FindString(machineWords.ReplaceAllString(text, "")); word != "" {
				t.Errorf("%s: %q in %q", id, word, text)
			}
		}
	}
}

// germanEase is the reading ease of Flesch in the form for German (Amstad 1978): 180 − words per sentence −
// 58.5 × syllables per word. 60 to 70 is the level of a newspaper for everybody; 30 and less is for scholars.
func germanEase(text string) float64 {
	sentences, words, syllables := 0, 0, 0
	for _, s := range splitSentences(germanDay.ReplaceAllString(text, "$1 ")) {
		before := words
		for _, w := range strings.Fields(s) {
			if strings.ContainsFunc(w, isWord) {
				words++
				syllables += max(1, len(germanVowels.FindAllString(w, -1)))
			}
		}
		if words > before {
			sentences++
		}
	}
	return 180 - float64(words)/float64(sentences) - 58.5*float64(syllables)/float64(words)
}

var (
	germanVowels = regexp.MustCompile(`(?i)äu|au|eu|ei|ai|ie|aa|ee|oo|[aeiouyäöü]`)
	germanDay    = regexp.MustCompile(`(\d)\. `) // "2. Dezember" ends no sentence
)

func TestGermanReadingEaseOfEveryStateIsThatOfPlainText(t *testing.T) {
	s := speaker(t, "de")
	worst, sum, at := 180.0, 0.0, terms.State("")
	for _, state := range terms.States() {
		text := strings.Join(s.Say(sample(state), now, berlin).all(), " ")
		ease := germanEase(text)
		if ease < 50 {
			t.Errorf("%s: reading ease %.0f: %s", state, ease, text)
		}
		if sum += ease; ease < worst {
			worst, at = ease, state
		}
	}
	t.Logf("reading ease %.0f in the mean, worst %.0f, %s", sum/float64(len(terms.States())), worst, at)
}

func TestTheGermanReadingEaseTellsHardTextFromPlain(t *testing.T) {
	plain := germanEase("Der Hund lief zur Tür. Es war warm. Die Katze schlief auf dem Sofa.")
	hard := germanEase("Ungeachtet der vorgenannten Einschränkung bedingt die Autorisierung der entsprechenden Berechtigung eine Abstimmung mit der Verwaltungsinfrastruktur.")
	if plain < 80 || hard > 0 {
		t.Errorf("reading eases are %.0f and %.0f, want at least 80 and at most 0", plain, hard)
	}
}

func TestGermanButtonsAreShort(t *testing.T) {
	s := speaker(t, "de")
	for id, f := range s.cat.messages {
		if strings.HasPrefix(id, "action.") && (utf8.RuneCountInString(f.Other) > 36 || strings.HasSuffix(f.Other, ".")) {
			t.Errorf("%s is no short label: %q", id, f.Other)
		}
	}
}
