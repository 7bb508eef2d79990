package terms

import (
	"testing"
	"time"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestALengthInDaysEndsWithTheLastSecondOfItsDay(t *testing.T) {
	tests := []struct{ zone, start, length, end string }{
		{"UTC", "2026-11-03T09:12:00Z", "29d", "2026-12-02T23:59:59Z"},
		{"Europe/Berlin", "2026-11-03T09:12:00Z", "29d", "2026-12-02T22:59:59Z"},
		{"Europe/Berlin", "2026-03-28T09:00:00Z", "1d", "2026-03-29T21:59:59Z"},       // clocks go forward
		{"Europe/Berlin", "2026-10-24T09:00:00Z", "1d", "2026-10-25T22:59:59Z"},       // and back
		{"Pacific/Auckland", "2026-11-03T12:00:00Z", "1d", "2026-11-05T10:59:59Z"},    // the next day there already
		{"America/Los_Angeles", "2026-11-03T03:00:00Z", "1d", "2026-11-04T07:59:59Z"}, // still the day before
		{"Africa/Cairo", "2026-10-28T09:00:00Z", "1d", "2026-10-29T21:59:59Z"},        // 23:59:59 comes twice
		{"Africa/Cairo", "2026-04-23T22:30:00Z", "0", "2026-04-23T22:30:00Z"},
		{"Asia/Beirut", "2026-03-27T21:30:00Z", "1d", "2026-03-28T21:59:59Z"},      // the next midnight does not exist
		{"Asia/Beirut", "2026-03-28T09:00:00Z", "1d", "2026-03-29T20:59:59Z"},      // the day begins at one
		{"America/Santiago", "2026-09-05T12:00:00Z", "1d", "2026-09-07T02:59:59Z"}, // here too
		{"America/Santiago", "2026-04-03T12:00:00Z", "1d", "2026-04-05T03:59:59Z"}, // 23:59:59 comes twice
		{"Asia/Kathmandu", "2028-02-28T09:00:00Z", "1d", "2028-02-29T18:14:59Z"},
		{"UTC", "2026-11-03T09:12:00Z", "12h", "2026-11-03T21:12:00Z"},
		{"Europe/Berlin", "2026-10-24T22:30:00Z", "24h", "2026-10-25T22:30:00Z"},
	}
	for _, tt := range tests {
		zone, err := Zone(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ParseLength(tt.length)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.After(at(t, tt.start), zone); got.Format(time.RFC3339) != tt.end {
			t.Errorf("%s after %s in %s = %s, want %s", tt.length, tt.start, tt.zone, got.Format(time.RFC3339), tt.end)
		}
	}
}

func TestAfterTheLastSecondOfADayTheNextDayBeginsInEveryZone(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "Africa/Cairo", "Asia/Beirut", "Pacific/Auckland", "America/Havana", "Pacific/Apia", "America/Santiago", "America/Asuncion", "Australia/Lord_Howe", "America/St_Johns", "Asia/Tehran", "Atlantic/Azores"} {
		zone, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := range 800 {
			noon := time.Date(2026, 1, 1+d, 12, 0, 0, 0, zone)
			end := EndOfDay(noon, zone)
			if end.In(zone).YearDay() != noon.YearDay() || end.Add(time.Second).In(zone).YearDay() == noon.YearDay() {
				t.Fatalf("%s: the end of %s is %s", name, noon, end.In(zone))
			}
		}
	}
}

func TestALicenseWorksInItsLastSecondAndNotInTheNext(t *testing.T) {
	h := cad(func(h *Held) {
		h.Policy.Zone, h.Policy.Features = "Europe/Berlin", map[string]Feature{"edit": {After: View, Grace: Length{None: true}}}
		h.Ends = at(t, "2027-03-28T21:59:59Z") // the day on which clocks go forward
	})
	h.Policy.Grace.Renewal = Length{None: true}
	for s, want := range map[string]bool{"2027-03-28T21:59:59Z": true, "2027-03-28T22:00:00Z": false} {
		if ok, _ := evaluate(t, home(h), Query{Product: "acmecad", Feature: "edit"}, at(t, s)).Allowed(); ok != want {
			t.Errorf("%s: %v", s, ok)
		}
	}
}

func TestTheWindowOfALicenseFollowsItsPolicy(t *testing.T) {
	issued := at(t, "2026-11-03T09:12:00.5Z")
	tests := []struct {
		name         string
		term         Term
		zone         string
		starts, ends string
	}{
		{"from the issue", Term{Length: Days(365)}, "Europe/Berlin", "2026-11-03T09:12:00Z", "2027-11-03T22:59:59Z"},
		{"from a day", Term{Length: Days(30), Starts: "2027-03-14"}, "Europe/Berlin", "2027-03-13T23:00:00Z", "2027-04-13T21:59:59Z"},
		{"from a moment", Term{Length: Length{Span: 12 * time.Hour}, Starts: "2027-03-14T08:00:00+01:00"}, "", "2027-03-14T07:00:00Z", "2027-03-14T19:00:00Z"},
		{"without end", Term{Perpetual: true}, "", "2026-11-03T09:12:00Z", ""},
	}
	for _, tt := range tests {
		starts, ends, err := Policy{Term: tt.term, Zone: tt.zone}.Window(issued)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if string(written(nil, starts)) != tt.starts || string(written(nil, ends)) != tt.ends {
			t.Errorf("%s: %s to %s", tt.name, string(written(nil, starts)), string(written(nil, ends)))
		}
	}
	for _, p := range []Policy{{}, {Term: Term{Length: Days(1)}, Zone: "Mars/Olympus"}, {Term: Term{Length: Days(1), Starts: "soon"}}, {Term: Term{Length: Days(1)}, Zone: "Local"}} {
		if _, _, err := p.Window(issued); err == nil {
			t.Errorf("%+v has a window", p)
		}
	}
}
