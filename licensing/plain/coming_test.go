package plain

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast/licensing/terms"
)

// said compares the answers to a finding with what they should be; "" stands for any.
func said(t *testing.T, lang string, f terms.Finding, want Answers) {
	t.Helper()
	got := speaker(t, lang).Say(f, now, berlin)
	for _, c := range []struct{ part, got, want string }{
		{"headline", got.Headline, want.Headline},
		{"happened", got.Happened, want.Happened},
		{"works", got.Works, want.Works},
		{"do", got.Do, want.Do},
		{"by", got.By, want.By},
		{"button", got.Button, want.Button},
		{"second button", got.AlsoButton, want.AlsoButton},
	} {
		if c.want != "" && c.got != c.want {
			t.Errorf("%s %s, %s\ngot  %q\nwant %q", lang, f.State, c.part, c.got, c.want)
		}
	}
}

func TestAVendorProblemNamesItsNotice(t *testing.T) {
	f := terms.Finding{State: terms.StateGraceVendor, Slots: terms.Slots{
		"vendor": "Acme", "evidence": terms.Evidence{Kind: "notice", Ref: "M-12", At: utc("2026-11-03T08:00:00Z")}, "grace": utc("2026-12-03T22:59:59Z"),
		"status_page": "https://status.acme.example", "all_or_all_except": terms.Kept{Full: texts("A")},
	}}
	said(t, "en", f, Answers{
		Headline: "Acme has a problem. You can keep working.", Happened: "We know from a signed notice of 3 Nov 2026, M-12.",
		Works: "Everything in your license.", Do: "Nothing. News: https://status.acme.example.", By: "You are covered until 3 December 2026.",
	})
	said(t, "de", f, Answers{Happened: "Das wissen wir daher: signierte Mitteilung vom 3. Nov. 2026, M-12.", By: "Sie sind bis zum 3. Dezember 2026 abgesichert."})
	for _, c := range []struct {
		e    terms.Evidence
		want string
	}{
		{terms.Evidence{Kind: "notice", At: now}, "We know from a signed notice of 3 Nov 2026."},
		{terms.Evidence{Kind: "notice", Ref: "M-12"}, "We know from a signed notice, M-12."},
		{terms.Evidence{Kind: "rumor", Ref: "M-12"}, "We know no more about it."},
		{terms.Evidence{}, "We know no more about it."},
	} {
		f.Slots["evidence"] = c.e
		said(t, "en", f, Answers{Happened: c.want})
	}
}

func TestMoreTimeSaysHowMuchWhenItIsWholeDays(t *testing.T) {
	slots := func(days int, what string) terms.Finding {
		return terms.Finding{State: terms.StateGraceExtended, Slots: terms.Slots{
			"agent": "Robin", "vendor": "Acme", "days": days, "what": what, "reason": text("A long voyage"), "date": utc("2026-12-20T22:59:59Z"),
		}}
	}
	for _, c := range []struct {
		f      terms.Finding
		en, de string
	}{
		{slots(14, "offline"), "Robin at Acme added 14 days of offline time. Reason: A long voyage.", "Robin (Acme) hat 14 Tage Offline-Zeit gewährt. Grund: A long voyage."},
		{slots(1, "grace"), "Robin at Acme added 1 day of grace time. Reason: A long voyage.", "Robin (Acme) hat 1 Tag Kulanzzeit gewährt. Grund: A long voyage."},
		{slots(0, "license"), "Robin at Acme added license time. Reason: A long voyage.", "Robin (Acme) hat mehr Lizenzzeit gewährt. Grund: A long voyage."},
		{terms.Finding{State: terms.StateGraceExtended}, "An agent at your vendor added time.", "Der Support (Ihr Anbieter) hat mehr Zeit gewährt."},
	} {
		said(t, "en", c.f, Answers{Happened: c.en})
		said(t, "de", c.f, Answers{Happened: c.de})
	}
	// A line of a list has no room for more than what to do: it names the time.
	said(t, "en", slots(14, "offline"), Answers{Do: "Nothing. 14 days more of offline time count by themselves."})
	said(t, "en", slots(0, "license"), Answers{Do: "Nothing. More license time counts by itself."})
	said(t, "de", slots(1, "grace"), Answers{Do: "Nichts. 1 Tag mehr Kulanzzeit zählt von selbst."})
}

func TestPlannedWorkIsToldBeforeAndWhileItLasts(t *testing.T) {
	f := terms.Finding{State: terms.StateMaintenance, Slots: terms.Slots{
		"vendor": "Acme", "date": utc("2026-12-05T07:00:00Z"), "hours": 2, "ref": "M-13", "impact_or_all": text("Everything but Cloud render"),
	}, Action: terms.ActCheckin}
	said(t, "en", f, Answers{
		Headline: "Acme plans work on 5 December 2026, 08:00, 2 hours.", Happened: "This is planned. Notice M-13.", Works: "Everything but Cloud render.",
		Do: "Need something from Acme that day? Get it before.", By: "Before 5 December 2026, 08:00.", Button: "Get it before",
	})
	said(t, "de", f, Answers{Headline: "Acme plant Arbeiten am 5. Dezember 2026, 08:00 Uhr, 2 Stunden.", Button: "Vorher holen"})
	f.Slots["hours"], f.Slots["impact_or_all"] = 0, terms.Text(nil)
	said(t, "en", f, Answers{Headline: "Acme plans work on 5 December 2026, 08:00.", Works: "Everything."})
	f.Slots["date"], f.Slots["hours"] = now.Add(-time.Hour), 3
	said(t, "en", f, Answers{Headline: "Acme is at work since 3 November 2026, 3 hours in all.", By: "No date.", Button: "Make a check-in file"})
	said(t, "de", f, Answers{Headline: "Acme arbeitet seit dem 3. November 2026 am Dienst, insgesamt 3 Stunden.", By: "Keine Frist."})
}

func TestNewRulesShowOldAndNew(t *testing.T) {
	f := terms.Finding{State: terms.StatePolicyChange, Slots: terms.Slots{
		"date": utc("2027-01-01T00:00:00Z"), "old": text("14 days offline"), "new": text("30 days offline"), "reason": text("Longer voyages"),
	}}
	said(t, "en", f, Answers{
		Headline: "The rules for offline use change for you on 1 January 2027, 01:00.", Happened: "Old: 14 days offline. New: 30 days offline. Reason: Longer voyages.",
		Button: "See what changes for you",
	})
	said(t, "de", f, Answers{Happened: "Bisher: 14 days offline. Neu: 30 days offline. Grund: Longer voyages.", Button: "Ansehen, was sich für Sie ändert"})
	f.Slots["date"] = utc("2026-12-31T23:00:00Z") // the day begins in Berlin, and is the last hour of the year before in UTC
	said(t, "en", f, Answers{Headline: "The rules for offline use change for you on 1 January 2027.", By: "1 January 2027."})
	if got, want := speaker(t, "en").Say(f, now, time.UTC).By, "31 December 2026, 23:00."; got != want {
		t.Errorf("in UTC %q, want %q", got, want)
	}
	f.Slots["old"], f.Slots["reason"] = terms.Text(nil), terms.Text(nil)
	said(t, "en", f, Answers{Happened: "New: 30 days offline."})
}

func TestAWithdrawnLicenseSaysWhatWorksUntilWhen(t *testing.T) {
	f := terms.Finding{State: terms.StateRevoked, Slots: terms.Slots{
		"issuer": "Acme", "date": utc("2026-11-03T08:00:00Z"), "reason": text("The order was sent back"), "who": "Robin", "ref": "R-118",
		"date2": utc("2026-12-31T22:59:59Z"), "until_then": terms.Kept{Full: texts("A", "B")}, "deadline": utc("2026-12-15T22:59:59Z"), "review_effect": "",
	}}
	said(t, "en", f, Answers{
		Headline: "Acme withdrew this license on 3 November 2026.",
		Happened: `Reason given: "The order was sent back". Decided by Robin. Reference R-118.`,
		Works:    "Until 31 December 2026: A and B work as before. After that: view and export your own work.",
		Do:       "A mistake? Ask for a review.", By: "Ask before 15 December 2026.", Button: "Ask for a review",
	})
	said(t, "de", f, Answers{
		Happened: "Angegebener Grund: „The order was sent back“. Entscheidung: Robin. Vorgang R-118.",
		Works:    "Bis zum 31. Dezember 2026: A und B funktionieren wie bisher. Danach: eigene Arbeiten ansehen und exportieren.",
	})
	for _, end := range []time.Time{{}, now.Add(-time.Hour)} {
		f.Slots["date2"] = end
		said(t, "en", f, Answers{Works: "View and export your own work."})
		said(t, "de", f, Answers{Works: "Eigene Arbeiten ansehen und exportieren."})
	}
}

func TestALicenseOnHoldShowsTheQuestion(t *testing.T) {
	f := terms.Finding{State: terms.StateOnHold, Slots: terms.Slots{
		"issuer": "Acme", "reason": text("Is this computer yours?"), "ref": "H-7", "what_works": terms.Kept{Full: texts("A")}, "date": utc("2026-12-01T22:59:59Z"),
	}}
	said(t, "en", f, Answers{Happened: `Acme is checking: "Is this computer yours?". Reference H-7.`, Works: "A works as before.", By: "Answer by 1 December 2026.", Button: "See the question"})
	f.Slots["what_works"] = text("View and export your own work")
	said(t, "en", f, Answers{Works: "View and export your own work."})
	f.Slots["date"] = now.Add(-time.Hour)
	said(t, "en", f, Answers{By: "Your answer was due on 3 November 2026. It still helps."})
	f.Slots["date"] = time.Time{}
	said(t, "en", f, Answers{By: "No date."})
}

func TestAWrongClockNeverClaimsThatEverythingWorksWhenItDoesNot(t *testing.T) {
	f := terms.Finding{State: terms.StateClockWrong, Slots: terms.Slots{
		"local": utc("1970-01-01T00:05:00Z"), "sure": utc("2026-11-02T09:14:00Z"), "date_or_none": utc("2026-12-02T22:59:59Z"),
	}, Action: terms.ActCheckAgain, Also: terms.ActCheckin}
	said(t, "en", f, Answers{
		Happened: "It says 1 January 1970, 01:05. A signed file already showed 2 November 2026, 10:14. A flat battery or a restored disk can do this.",
		Works:    "Everything in your license, for now.", By: "2 December 2026 (29 days).", Button: "Check again", AlsoButton: "Make a time check file",
	})
	said(t, "de", f, Answers{Button: "Erneut prüfen", AlsoButton: "Zeitprüfdatei erstellen"})
	for _, state := range []terms.State{terms.StateClockWrong, terms.StateClockUnsure, terms.StateComputerChanged} {
		f := terms.Finding{State: state, Slots: terms.Slots{"works_now": terms.Kept{Full: texts("A"), Paused: texts("B")}, "product": text("C")}}
		said(t, "en", f, Answers{Works: "A works as before. B is paused."})
		said(t, "de", f, Answers{Works: "A funktioniert wie bisher. B pausiert."})
	}
}

func TestChangedPartsHaveTheirNames(t *testing.T) {
	f := terms.Finding{State: terms.StateComputerChanged, Slots: terms.Slots{
		"n": 1, "m": 5, "parts": []string{"disk", "mac", "system"}, "date": utc("2026-11-10T22:59:59Z"), "days": 7,
	}}
	said(t, "en", f, Answers{Happened: "1 of 5 parts still matches. New: disk, network card and mainboard.", By: "10 November 2026 (7 days).", Button: "Confirm this computer"})
	said(t, "de", f, Answers{Happened: "1 von 5 Teilen passt noch. Neu: Laufwerk, Netzwerkkarte und Hauptplatine."})
	f.Slots["date"] = now.Add(-24 * time.Hour)
	said(t, "en", f, Answers{By: "Since 2 November 2026."})
}

func TestARestoreIsConfirmedFirstAndThenChecksIn(t *testing.T) {
	f := sample(terms.StateRolledBack)
	f.Slots["until"] = utc("2026-11-10T22:59:59Z")
	f.Action = terms.ActConfirmRestore
	said(t, "en", f, Answers{Do: "Yes, this was a restore. Then check in once.", By: "10 November 2026 (7 days).", Button: "Yes, this was a restore"})
	f.Action = terms.ActCheckin
	said(t, "en", f, Answers{Do: "Check in once: Make a check-in file, or go online.", Button: "Make a check-in file"})
	said(t, "de", f, Answers{Button: "Check-in-Datei erstellen"})
	f.Slots["until"] = now.Add(-time.Hour)
	said(t, "en", f, Answers{By: "Since 3 November 2026."})
}

func TestASecondButtonOffersMoreTime(t *testing.T) {
	f := sample(terms.StateActiveOffline)
	f.Also = terms.ActMoreTime
	said(t, "en", f, Answers{AlsoButton: "Get more time"})
	said(t, "de", f, Answers{AlsoButton: "Mehr Zeit holen"})
	if a := speaker(t, "en").Say(f, now, berlin); a.Button != "" || a.Also != terms.ActMoreTime {
		t.Errorf("%+v", a)
	}
}

func TestAnEndWithinTwoMinutesShowsItsSeconds(t *testing.T) {
	f := terms.Finding{State: terms.StateActiveOffline, Slots: terms.Slots{"date": now.Add(3 * time.Second)}}
	said(t, "en", f, Answers{Headline: "Ready. You can work offline until 3 November 2026, 10:12:03."})
	said(t, "de", f, Answers{Headline: "Bereit. Sie können bis zum 3. November 2026, 10:12:03 Uhr offline arbeiten."})
}

// Findings as they come when a fact is there and says nothing: every slot has the zero value of its kind.
func TestZeroValuesOfEveryKindLeaveTidySentencesThatClaimNoNumber(t *testing.T) {
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, state := range terms.States() {
			f := sample(state)
			for slot, v := range f.Slots {
				f.Slots[slot] = reflect.Zero(reflect.TypeOf(v)).Interface()
			}
			for i, answer := range s.Say(f, now, berlin).all() {
				if problem := untidy(answer); problem != "" {
					t.Errorf("%s %s, answer %d: %s in %q", lang, state, i, problem, answer)
				}
			}
		}
	}
}

func TestEveryOwnWordingOfTheseStatesIsWholeInEveryLanguage(t *testing.T) {
	limited := terms.Kept{Full: texts("A"), View: texts("B")}
	for _, lang := range append(Languages(), Pseudo) {
		s := speaker(t, lang)
		for _, state := range []terms.State{
			terms.StateMaintenance, terms.StateRevoked, terms.StateOnHold, terms.StateComputerChanged, terms.StateRolledBack, terms.StateClockWrong, terms.StateClockUnsure,
		} {
			f := sample(state)
			f.Slots["date"], f.Slots["date2"], f.Slots["until"], f.Slots["works_now"] = now, now, now, limited
			f.Action, f.Also = terms.ActCheckin, terms.ActCheckin
			for i, answer := range append(s.Say(f, now, berlin).all(), s.Say(f, now, berlin).AlsoButton) {
				if problem := untidy(answer); problem != "" || strings.Contains(answer, "( ") {
					t.Errorf("%s %s, answer %d: %s in %q", lang, state, i, problem, answer)
				}
			}
		}
	}
}

func TestAGraceNamesThePartsThatEndBeforeIt(t *testing.T) {
	render, cam, sim := utc("2027-01-03T22:59:59Z"), utc("2027-01-05T22:59:59Z"), utc("2026-11-04T11:30:00Z")
	end := func(name string, at time.Time) terms.PartEnd { return terms.PartEnd{Name: text(name), Until: at} }
	for _, state := range []terms.State{terms.StateGraceOffline, terms.StateGraceRenewal, terms.StateGraceVendor, terms.StateGraceExtended} {
		f := terms.Finding{State: state, Slots: terms.Slots{"all_or_all_except": terms.Kept{Full: texts("A")}, "sooner": []terms.PartEnd(nil)}}
		said(t, "en", f, Answers{Works: "Everything in your license."})
		f.Slots["sooner"] = []terms.PartEnd{end("Cloud render", render)}
		said(t, "en", f, Answers{Works: "Everything in your license. Cloud render until 3 Jan."})
		said(t, "de", f, Answers{Works: "Alles in Ihrer Lizenz. Cloud render bis 3. Jan."})
		f.Slots["sooner"] = []terms.PartEnd{end("Sim", sim), end("Cloud render", render), end("Scan", render), end("CAM", cam)}
		said(t, "en", f, Answers{Works: "Everything in your license. Sim until 4 Nov, 12:30, Cloud render and Scan until 3 Jan and CAM until 5 Jan."})
		delete(f.Slots, "all_or_all_except")
		f.Slots["sooner"] = []terms.PartEnd{end("Cloud render", render)}
		said(t, "en", f, Answers{Works: "Everything in your license. Cloud render until 3 Jan."})
	}
}
