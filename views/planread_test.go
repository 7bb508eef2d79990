package views

import (
	"testing"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

func voiceOf(t testing.TB, lang string, zone *time.Location) voice {
	t.Helper()
	words, err := plain.New(lang)
	if err != nil {
		t.Fatal(err)
	}
	return voice{words, zone}
}

func TestADateIsUnderstoodAsPeopleWriteIt(t *testing.T) {
	now := day("2026-11-22")
	for _, c := range []struct{ lang, text, want, wrong string }{
		{"en", "2026-12-01", "2026-12-01", ""},
		{"en", " 2026-12-1 ", "2026-12-01", ""},
		{"en", "1 Dec 2026", "2026-12-01", ""},
		{"en", "1 december 2026", "2026-12-01", ""},
		{"en", "December 1, 2026", "2026-12-01", ""},
		{"en", "Dec 1", "2026-12-01", ""},
		{"en", "1 January", "2027-01-01", ""},
		{"en", "22 Nov", "2026-11-22", ""},
		{"en", "13/12/2026", "2026-12-13", ""},
		{"en", "12/13/2026", "2026-12-13", ""},
		{"en", "12/12/2026", "2026-12-12", ""},
		{"en", "1/12/2026", "", wrongEither},
		{"de", "1. Dezember 2026", "2026-12-01", ""},
		{"de", "1. Dez. 2026", "2026-12-01", ""},
		{"de", "1.12.2026", "2026-12-01", ""},
		{"de", "01. 12. 2026", "2026-12-01", ""},
		{"de", "1.3.", "2027-03-01", ""},
		{"de", "3. März", "2027-03-03", ""},
		{"en", "29 Feb 2028", "2028-02-29", ""},
		{"en", "30 Feb 2027", "", wrongDate},
		{"en", "2026-13-01", "", wrongDate},
		{"en", "1 Ju 2027", "", wrongDate},
		{"en", "soon", "", wrongDate},
		{"en", "", "", wrongDate},
		{"en", "2026-11-21", "", wrongPast},
		{"en", "2099-01-01", "", wrongFar},
	} {
		got, wrong := voiceOf(t, c.lang, time.UTC).readDate(c.text, now)
		text := ""
		if wrong == "" {
			text = got.Format(time.DateOnly)
		}
		if text != c.want || wrong != c.wrong {
			t.Errorf("%s %q: %q %q, want %q %q", c.lang, c.text, text, wrong, c.want, c.wrong)
		}
	}
}

func TestTodayBeginsNowAndAnyOtherDayAtItsStartWhereThePersonIs(t *testing.T) {
	zone := time.FixedZone("UTC+9", 9*3600)
	v := voiceOf(t, "en", zone)
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC) // the 23rd there
	if got, wrong := v.readDate("23 Nov 2026", now); wrong != "" || !got.Equal(now) {
		t.Errorf("today is %v %q", got, wrong)
	}
	if got, wrong := v.readDate("24 Nov 2026", now); wrong != "" || !got.Equal(time.Date(2026, 11, 24, 0, 0, 0, 0, zone)) {
		t.Errorf("tomorrow is %v %q", got, wrong)
	}
	if _, wrong := v.readDate("22 Nov 2026", now); wrong != wrongPast {
		t.Errorf("yesterday: %q", wrong)
	}
}

func TestEveryDateThatTheWindowShowsIsUnderstood(t *testing.T) {
	now := day("2026-01-01")
	for _, lang := range []string{"en", "de"} {
		v := voiceOf(t, lang, time.UTC)
		for d := range 366 {
			want := startOfDay(now).AddDate(0, 0, d+1)
			for _, text := range []string{v.short(want), v.long(want), want.Format(time.DateOnly)} {
				if got, wrong := v.readDate(text, now); wrong != "" || !got.Equal(want) {
					t.Fatalf("%s %q: %v %q", lang, text, got, wrong)
				}
			}
		}
	}
}

func FuzzADateIsReadOrRefusedAndNeverBeforeToday(f *testing.F) {
	for _, s := range []string{"2026-12-01", "1/12/2026", "1. Dez.", "Feb 30", "99.99.9999"} {
		f.Add(s)
	}
	words, err := plain.New("en")
	if err != nil {
		f.Fatal(err)
	}
	v, now := voice{words, time.UTC}, day("2026-11-22")
	f.Fuzz(func(t *testing.T, text string) {
		got, wrong := v.readDate(text, now)
		if (wrong == "") == got.IsZero() || wrong == "" && got.Before(startOfDay(now)) {
			t.Errorf("%q: %v %q", text, got, wrong)
		}
		if l, wrong := v.readLength(text); (wrong == "") != l.Lasts() {
			t.Errorf("%q: %v %q", text, l, wrong)
		}
	})
}

func TestALengthIsUnderstoodAsPeopleWriteIt(t *testing.T) {
	for _, c := range []struct{ lang, text, want, wrong string }{
		{"en", "60", "60d", ""},
		{"en", "60 days", "60d", ""},
		{"en", "1 Day", "1d", ""},
		{"en", "60d", "60d", ""},
		{"en", "8 weeks", "56d", ""},
		{"en", "12 hours", "12h", ""},
		{"en", "3s", "3s", ""},
		{"de", "60 Tage", "60d", ""},
		{"de", "2 Wochen", "14d", ""},
		{"en", "0", "", wrongLength},
		{"en", "-3 days", "", wrongLength},
		{"en", "a while", "", wrongLength},
		{"en", "9999 weeks", "", wrongLength},
		{"en", "30000 days", "", wrongFar},
	} {
		got, wrong := voiceOf(t, c.lang, time.UTC).readLength(c.text)
		if got.String() != c.want || wrong != c.wrong {
			t.Errorf("%s %q: %q %q, want %q %q", c.lang, c.text, got, wrong, c.want, c.wrong)
		}
	}
	v := voiceOf(t, "en", time.UTC)
	for text, want := range map[string]time.Duration{"90 days": 2160 * time.Hour, "-1d": -24 * time.Hour, "−2 weeks": -336 * time.Hour, "+6h": 6 * time.Hour} {
		if got, wrong := v.readShift(text); got != want || wrong != "" {
			t.Errorf("%q: %v %q", text, got, wrong)
		}
	}
	if _, wrong := v.readShift("wrong"); wrong != wrongClock {
		t.Errorf("told %q", wrong)
	}
}

func TestAFormBecomesTheScenarioThatItShows(t *testing.T) {
	v, now := voiceOf(t, "en", time.UTC), day("2026-11-22")
	f := planForm{never: true}
	for _, k := range simulate.Kinds() {
		f.conditions = append(f.conditions, newCondition(k))
	}
	if len(f.offered()) != 0 {
		t.Errorf("still offered: %v", f.offered())
	}
	if _, wrong := v.scenario(f, now); wrong == nil || wrong.id != wrongVersion || wrong.field != "version" || wrong.condition != 6 {
		t.Fatalf("a version that is not there: %+v", wrong)
	}
	f.conditions[6].version, f.conditions[6].product = "7.1", "root-acme/acmecad"
	f.conditions[0].start, f.conditions[1].start, f.conditions[1].startText = startToday, startOther, "1 Dec 2026"
	f.conditions[2].start = startMonth
	f.conditions[1].long, f.conditions[1].longText = len(planLengths)+1, "6 weeks"
	f.conditions[3].by, f.conditions[3].byText = len(planShifts), "-90 days"
	s, wrong := v.scenario(f, now)
	if wrong != nil {
		t.Fatal(*wrong)
	}
	if !s.NeverOnline || !s.From.Equal(now) || len(s.Conditions) != 8 {
		t.Fatalf("%+v", s)
	}
	tomorrow, first := startOfDay(now).AddDate(0, 0, 1), startOfDay(day("2026-12-01"))
	for i, want := range []simulate.Condition{
		{Kind: simulate.Offline, From: now, For: terms.Days(60)},
		{Kind: simulate.Outage, From: first, For: terms.Days(42)},
		{Kind: simulate.Maintenance, From: first, For: terms.Days(2)},
		{Kind: simulate.Clock, From: tomorrow, By: -2160 * time.Hour},
		{Kind: simulate.Replaced, From: tomorrow},
		{Kind: simulate.Revoked, From: tomorrow},
		{Kind: simulate.Version, From: tomorrow, Vendor: "root-acme", Product: "acmecad", Version: "7.1"},
		{Kind: simulate.Silent, From: tomorrow},
	} {
		if got := s.Conditions[i]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestThePlanShowsTheCommandThatTriesTheSame(t *testing.T) {
	v, now := voiceOf(t, "en", time.UTC), day("2026-11-22")
	try := func(never bool, change func(c []planCondition), kinds ...simulate.Kind) string {
		f := planForm{never: never}
		for _, k := range kinds {
			f.conditions = append(f.conditions, newCondition(k))
		}
		if change != nil {
			change(f.conditions)
		}
		s, wrong := v.scenario(f, now)
		if wrong != nil {
			t.Fatal(*wrong)
		}
		return v.planCommand(s)
	}
	today := func(c []planCondition) { c[0].start = startToday }
	for got, want := range map[string]string{
		try(false, today, simulate.Offline):                                                    "holdfast simulate --offline 60d",
		try(false, nil, simulate.Offline):                                                      "holdfast simulate --offline 60d --from 2026-11-23",
		try(true, today, simulate.Offline):                                                     "holdfast simulate --offline 60d --never-online",
		try(true, nil):                                                                         "holdfast simulate --never-online",
		try(false, nil, simulate.Outage, simulate.Maintenance):                                 "holdfast simulate --outage 10d --maintenance 2d --from 2026-11-23",
		try(false, nil, simulate.Clock):                                                        "holdfast simulate --clock +400d --from 2026-11-23",
		try(false, nil, simulate.Replaced, simulate.Revoked):                                   "holdfast simulate --replaced --revoked --from 2026-11-23",
		try(false, nil, simulate.Silent):                                                       "holdfast simulate --silent --from 2026-11-23",
		try(false, today, simulate.Offline, simulate.Outage):                                   "holdfast simulate --scenario plan_2026-11-22.json",
		try(false, func(c []planCondition) { c[0].long = len(planLengths) }, simulate.Offline): "holdfast simulate --scenario plan_2026-11-22.json",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
