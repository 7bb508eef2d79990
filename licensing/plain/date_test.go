package plain

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func TestDatesHaveTheFormsOfWordsMd(t *testing.T) {
	s := speaker(t, "en")
	at := utc("2026-12-02T09:14:05Z")
	for _, c := range []struct{ got, want string }{
		{s.Date(at, berlin), "2 December 2026"},
		{s.ShortDate(at, berlin), "2 Dec 2026"},
		{s.FullDate(at, berlin), "Wednesday, 2 December 2026"},
		{s.Time(at, berlin), "10:14"},
		{s.DateTime(at, berlin), "2 December 2026, 10:14"},
		{s.Date(at, nil), "2 December 2026"},
		{s.Time(at, nil), "09:14"},
		{s.Date(time.Time{}, berlin), ""},
		{s.DateTime(time.Time{}, berlin), ""},
		{s.Until(time.Time{}, at, berlin), ""},
		{s.Time(utc("2026-12-02T23:04:00Z"), berlin), "00:04"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestEveryMonthAndWeekdayHasItsName(t *testing.T) {
	s := speaker(t, "en")
	for d := utc("2026-01-01T12:00:00Z"); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		if got, want := s.FullDate(d, time.UTC), d.Format("Monday, 2 January 2006"); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if got, want := s.ShortDate(d, time.UTC), d.Format("2 Jan 2006"); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestAnEndShowsItsTimeWithin48HoursAndWhenItIsBefore23OClock(t *testing.T) {
	s := speaker(t, "en")
	at := utc("2026-11-03T09:00:00Z")
	newYork := time.FixedZone("EST", -5*3600)
	for _, c := range []struct {
		name, end, want string
		zone            *time.Location
	}{
		{"far away, last second of the day", "2026-12-02T22:59:59Z", "2 December 2026", berlin},
		{"far away, at 23:00", "2026-12-02T22:00:00Z", "2 December 2026", berlin},
		{"far away, before 23:00", "2026-12-02T21:59:59Z", "2 December 2026, 22:59", berlin},
		{"far away, in the afternoon of an earlier zone", "2026-12-02T23:59:59Z", "2 December 2026, 18:59", newYork},
		{"just within 48 hours", "2026-11-05T08:59:59Z", "5 November 2026, 09:59", berlin},
		{"last second of a day within 48 hours", "2026-11-04T22:59:59Z", "4 November 2026, 23:59", berlin},
		{"exactly 48 hours, late in the day", "2026-11-05T22:59:59Z", "5 November 2026", berlin},
		{"past", "2026-11-02T10:00:00Z", "2 November 2026", berlin},
	} {
		if got := s.Until(utc(c.end), at, c.zone); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := s.ShortUntil(utc("2026-12-02T21:59:59Z"), at, berlin); got != "2 Dec 2026, 22:59" {
		t.Errorf("short form is %q", got)
	}
}

func TestDaysAreCalendarDaysInTheGivenZone(t *testing.T) {
	at := utc("2026-11-03T09:12:00Z")
	west := time.FixedZone("", -10*3600)
	for _, c := range []struct {
		end  string
		zone *time.Location
		want int
	}{
		{"2026-12-02T22:59:59Z", berlin, 29},
		{"2026-11-03T22:59:59Z", berlin, 0},
		{"2026-11-03T23:00:00Z", berlin, 1},
		{"2026-11-03T23:00:00Z", west, 1}, // 23:12 on the 2nd there, and 13:00 on the 3rd
		{"2026-11-01T00:00:00Z", berlin, 0},
		{"2027-11-03T09:12:00Z", nil, 365},
	} {
		if got := DaysUntil(utc(c.end), at, c.zone); got != c.want {
			t.Errorf("%s: %d days, want %d", c.end, got, c.want)
		}
	}
}

func TestDaysCountRightOverAChangeOfSummerTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone data here")
	}
	at := time.Date(2026, 10, 24, 12, 0, 0, 0, zone)
	if got := DaysUntil(time.Date(2026, 10, 26, 0, 0, 0, 0, zone), at, zone); got != 2 {
		t.Errorf("%d days, want 2", got)
	}
}

func TestLengthsAreWordsWithTheRightNumber(t *testing.T) {
	s := speaker(t, "en")
	for in, want := range map[string]string{
		"1d": "1 day", "30d": "30 days", "12h": "12 hours", "1h": "1 hour", "90m": "90 minutes", "1m": "1 minute", "45s": "45 seconds", "1s": "1 second", "0": "",
	} {
		l, err := terms.ParseLength(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Length(l); got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
	if got := s.Days(0); got != "0 days" {
		t.Errorf("no days are %q", got)
	}
}
