package views

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

func awayBench(t *testing.T, o benchOptions) (*fake, *bench) {
	t.Helper()
	e := newFake(offlineFacts("2026-11-02"))
	e.away = coverOf
	b := open(t, e, o)
	b.pressAction(terms.ActMoreTime)
	return e, b
}

func TestMoreTimeIsOnTheStickAfterThreeClicks(t *testing.T) {
	e, b := awayBench(t, benchOptions{sticks: []string{t.TempDir()}})
	b.mustSay("I am away until …", "One request covers you until 3 December 2026.", "Acme GmbH gives this time at once.",
		"Nordlicht Studio", "Covered")
	b.clickID("away.ask")
	want := endOf("2026-12-03")
	if len(e.requests) != 1 || e.requests[0].Kind != exchange.RequestMoreTime || !e.requests[0].Until.Equal(want) || e.requests[0].Vendor != acmeRoot {
		t.Fatalf("requests %+v", e.requests)
	}
	b.mustSay("Request for more time to Acme GmbH", "It asks Acme GmbH for offline time until 3 December 2026.", "What the answer brings")
	b.clickPrefix("Save to USB")
	if b.clicks > 3 {
		t.Errorf("%d clicks", b.clicks)
	}
	b.mustSay("Your request file is saved.")
}

func TestMoreTimeIsSavedInThreeClicksWithoutAStickToo(t *testing.T) {
	_, b := awayBench(t, benchOptions{})
	b.clickID("away.ask")
	b.clickID("save.save")
	if b.clicks > 3 {
		t.Errorf("%d clicks", b.clicks)
	}
	b.mustSay("Your request file is saved.")
}

func TestEachTimeAwayIsAnsweredAtOnce(t *testing.T) {
	e, b := awayBench(t, benchOptions{})
	for _, c := range []struct{ typed, title, note string }{
		{"2026-11-30", "You are covered until 30 November 2026.", "There is nothing to do."},
		{"30.11.2026", "You are covered until 30 November 2026.", "There is nothing to do."},
		{"20 Dec 2026", "One request covers you until 20 December 2026.", "Without it, grace runs until 16 December 2026."},
		{"1 February 2027", "Until 1 February 2027 is more than comes at once.", "At once until 2 January 2027."},
		{"2027-04-01", "A license ends before 1 April 2027.", "The license itself ends first."},
		{"2026-10-01", "This day has passed.", "Choose a day that is still to come."},
		{"soon", "We cannot read this date yet.", "A date such as"},
	} {
		b.typeDate(c.typed)
		b.mustSay(c.title, c.note)
		if b.focused() != "date" {
			t.Fatalf("typing %q moved the focus to %q", c.typed, b.focused())
		}
		b.oneMainButton()
	}
	if len(e.requests) != 0 {
		t.Errorf("requests %+v", e.requests)
	}
}

func TestWhatIsCoveredAsksForNothing(t *testing.T) {
	_, b := awayBench(t, benchOptions{})
	b.clickID("away.two_weeks")
	b.mustSay("You are covered until 17 November 2026.")
	if e, ok := look.ByFocusKey(b.root(), "date").(*look.Entry); !ok || e.Text != "17 Nov 2026" {
		t.Errorf("the field says %+v", e)
	}
	if b.hasButton(b.w.v.t("away.ask")) {
		t.Error("there is a request for time that is covered")
	}
	b.clickID("done")
	if here := b.w.trail.here().name; here != secOverview {
		t.Errorf("done leads to %q", here)
	}
}

func TestALicenseThatEndsBeforeLeadsToTheBuyer(t *testing.T) {
	_, b := awayBench(t, benchOptions{})
	b.typeDate("2027-04-01")
	b.click("Tell the buyer")
	b.mustSay("A note that is ready to send")
}

func TestTheKeyboardAloneAsksForMoreTime(t *testing.T) {
	e, b := awayBench(t, benchOptions{})
	if b.focused() != "ask "+acmeRoot {
		t.Fatalf("the focus is on %q", b.focused())
	}
	b.tabTo("away 2")
	b.press(fyne.KeyReturn)
	b.mustSay("Until 3 January 2027 is more than comes at once.")
	b.tabTo("ask " + acmeRoot)
	b.press(fyne.KeySpace)
	if len(e.requests) != 1 || !e.requests[0].Until.Equal(endOf("2027-01-03")) {
		t.Errorf("requests %+v", e.requests)
	}
}

func TestWhatWasTypedSurvivesAnotherLanguage(t *testing.T) {
	_, b := awayBench(t, benchOptions{desk: &testDesk{}})
	b.typeDate("20 Dec 2026")
	b.w.change(func(s *Settings) { s.Language = "de" })
	e, ok := look.ByFocusKey(b.root(), "date").(*look.Entry)
	if !ok || e.Text != "20 Dec 2026" {
		t.Errorf("the field says %+v", e)
	}
}

func TestADayIsReadTheWayPeopleWriteIt(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for lang, texts := range map[string][]string{
		"en": {"24 December", "Dec 24, 2026", "24.12.", "2026-12-24", "24 Dec 2026", "24 December 2026", "24.12.2026", "24/12/2026", "December 24th", "24 dec 2026", "24th December, 2026"},
		"de": {"24. Dezember", "24.12.", "2026-12-24", "24. Dez. 2026", "24. Dezember 2026", "24.12.2026", "24 dez 2026"},
	} {
		words, err := plain.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		v, now := voice{words, zone}, day("2026-01-01")
		want := time.Date(2026, 12, 24, 23, 59, 59, 0, zone)
		for _, s := range texts {
			if got, wrong := v.lastOf(s, now); wrong != "" || !got.Truncate(time.Second).Equal(want) {
				t.Errorf("%s: %q is %v, %q", lang, s, got, wrong)
			}
		}
		for _, s := range []string{"", "24", "31.04.2026", "2026-13-01", "24 Ju 2026", "24.12.26", "aa.bb.cccc", "0.1.2026"} {
			if got, wrong := v.lastOf(s, now); wrong == "" {
				t.Errorf("%s: %q was read as %v", lang, s, got)
			}
		}
		for d := day("2026-01-01"); d.Year() == 2026; d = d.AddDate(0, 0, 9) { // what we write ourselves is read back
			for _, s := range []string{v.short(d), v.long(d)} {
				if got, wrong := v.lastOf(s, now); wrong != "" || !got.Equal(terms.EndOfDay(d.In(zone), zone)) {
					t.Errorf("%s: %q is %v, %q", lang, s, got, wrong)
				}
			}
		}
	}
}

func FuzzADayOfAnyTextIsADayOrNone(f *testing.F) {
	for _, s := range []string{"2026-12-24", "24. Dez. 2026", "\x00..", "999999999999999999999-1-1"} {
		f.Add(s)
	}
	words, err := plain.New("de")
	if err != nil {
		f.Fatal(err)
	}
	v, now := voice{words, time.UTC}, day("2026-11-22")
	f.Fuzz(func(t *testing.T, s string) {
		if got, wrong := v.lastOf(s, now); wrong == "" {
			if again, wrong := v.lastOf(got.Format(time.DateOnly), now); wrong != "" || !again.Equal(got) {
				t.Errorf("%q is %v, which reads as %v", s, got, again)
			}
		}
	})
}

func TestADayThatIsTheLastOneGrantedIsGrantedWhereverItsHoursEnd(t *testing.T) {
	zone := time.FixedZone("UTC-8", -8*3600) // the license's last day ends there in the afternoon
	v := voiceOf(t, "en", zone)
	s := newFake(offlineFacts("2026-11-02")).Snapshot()
	most := endOf("2027-01-02")
	until, wrong := v.until(awayForm{Quick: -1, Text: "2 January"}, s.Verdict.At)
	if wrong != "" || !until.After(most) {
		t.Fatalf("%v %q", until, wrong)
	}
	m := v.away(s, awayForm{Quick: -1}, until, "", coverOf(until))
	if m.Title != "One request covers you until 2 January 2027." || len(m.Ask) != 1 || !m.Ask[0].Until.Equal(most) {
		t.Errorf("%q asks %+v", m.Title, m.Ask)
	}
}

func TestCoverByGraceIsCalledGrace(t *testing.T) {
	v := voiceOf(t, "en", time.UTC)
	s := newFake(offlineFacts("2026-11-02")).Snapshot()
	until := endOf("2026-12-10")
	covers := coverOf(until)
	covers[0].Covered, covers[0].Granted = true, false
	m := v.away(s, awayForm{Quick: -1}, until, "", covers)
	if m.Text != v.t("away.covered.grace") || m.Rows[0].Note+m.Rows[1].Note != "Until 2 December 2026 without a contact, then grace until 16 December 2026." {
		t.Errorf("%q, %+v", m.Text, m.Rows)
	}
	covers = coverOf(endOf("2027-04-01"))
	for _, r := range v.away(s, awayForm{Quick: -1}, endOf("2027-04-01"), "", covers).Rows {
		if strings.Contains(r.Note, "grace runs") {
			t.Errorf("beside the end of a license stands %q", r.Note)
		}
	}
}
