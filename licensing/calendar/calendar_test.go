package calendar

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write golden files")

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func sample(t testing.TB) []Date {
	return []Date{
		{ID: "acme/acmecad/license_ends", At: moment(t, "2027-03-14T22:59:59Z"), Title: "AcmeCAD Pro: your license ends", Details: "Grace starts by itself.\nEverything works; nothing is deleted, ever.", Alarm: 14 * 24 * time.Hour},
		{ID: "acme/acmecad/offline_ends", At: moment(t, "2026-12-02T14:30:00Z"), Title: "AcmeCAD Pro: go online once, or make a check-in file", Alarm: 3 * time.Hour},
		{ID: "acme/acmecad/view_mode/edit", At: moment(t, "2027-03-28T21:59:59Z"), Title: "Zeichnungen bearbeiten: danach nur noch ansehen, drucken, größer oder kleiner zeigen und ausführen"},
	}
}

// property is one unfolded content line.
type property struct{ name, params, value string }

// parse reads a calendar as strictly as the standard allows.
func parse(t testing.TB, ics []byte) []property {
	t.Helper()
	s := string(ics)
	if !utf8.ValidString(s) || !strings.HasSuffix(s, "\r\n") {
		t.Fatalf("not text of whole lines: %q", s)
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("a character is cut in two: %q", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			t.Errorf("a control character in %q", line)
		}
		if rest, ok := strings.CutPrefix(line, " "); ok && len(lines) > 0 {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, line)
	}
	var all []property
	for _, line := range lines {
		head, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no value in %q", line)
		}
		name, params, _ := strings.Cut(head, ";")
		all = append(all, property{name, params, value})
	}
	return all
}

// plain undoes the escaping of a text.
func plain(t testing.TB, s string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ';', ',':
			t.Errorf("%q is not escaped in %q", c, s)
		case '\\':
			i++
			if i == len(s) || !strings.ContainsRune(`\;,n`, rune(s[i])) {
				t.Fatalf("a lone backslash in %q", s)
			}
			if s[i] == 'n' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// entries are the properties of each VEVENT; those of its alarm have "alarm " before their name.
func entries(t testing.TB, all []property) []map[string]property {
	t.Helper()
	var found []map[string]property
	var open []string
	for _, p := range all {
		switch p.name {
		case "BEGIN":
			open = append(open, p.value)
			if p.value == "VEVENT" {
				found = append(found, map[string]property{})
			}
		case "END":
			if len(open) == 0 || open[len(open)-1] != p.value {
				t.Fatalf("END:%s ends nothing", p.value)
			}
			open = open[:len(open)-1]
		default:
			name := p.name
			switch len(open) {
			case 0:
				t.Fatalf("%s stands outside", p.name)
			case 1:
				continue
			case 3:
				name = "alarm " + name
			}
			e := found[len(found)-1]
			if _, twice := e[name]; twice {
				t.Errorf("%s stands twice in one entry", name)
			}
			e[name] = p
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v is never ended", open)
	}
	return found
}

func TestACalendarLooksTheSameForEver(t *testing.T) {
	got := ICS(sample(t), Options{Now: moment(t, "2026-11-03T09:12:00Z"), Zone: zone(t, "Europe/Berlin"), Name: "Acme GmbH, licenses"})
	const name = "testdata/dates.ics"
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	parse(t, got)
}

func TestWhatEndsWithADayIsAnEntryForThatDay(t *testing.T) {
	for _, tt := range []struct{ at, zone, start, end string }{
		{"2027-03-14T22:59:59Z", "Europe/Berlin", "20270314", "20270315"},
		{"2026-12-31T22:59:59Z", "Europe/Berlin", "20261231", "20270101"},
		{"2026-03-28T22:59:59Z", "Europe/Berlin", "20260328", "20260329"}, // the day before clocks change
		{"2026-03-29T21:59:59Z", "Europe/Berlin", "20260329", "20260330"},
		{"2026-12-01T00:00:00Z", "UTC", "20261201", "20261202"}, // begins with it
		{"2026-12-02T14:30:00Z", "UTC", "20261202T143000Z", ""},
		{"2027-03-14T22:59:59Z", "Asia/Tokyo", "20270314T225959Z", ""}, // in the morning there
	} {
		ics := ICS([]Date{{ID: "a", At: moment(t, tt.at), Title: "x"}}, Options{Zone: zone(t, tt.zone)})
		e := entries(t, parse(t, ics))[0]
		if e["DTSTART"].value != tt.start || e["DTEND"].value != tt.end || (e["DTSTART"].params == "VALUE=DATE") != (tt.end != "") {
			t.Errorf("%s in %s: %v to %v", tt.at, tt.zone, e["DTSTART"], e["DTEND"])
		}
	}
}

func TestAnAlarmComesInTheMorningOfItsDayOrSoLongBeforeAMoment(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		at    string
		alarm time.Duration
		want  string
	}{
		{"2026-12-02T23:59:59Z", 2 * day, "-P1DT15H"}, // 9:00, two days before
		{"2026-12-02T23:59:59Z", time.Hour, "PT8H"},   // less than the morning: in the morning, an hour early
		{"2026-12-02T23:59:59Z", 9 * time.Hour, "-PT0S"},
		{"2026-12-02T14:30:00Z", 2 * day, "-P2D"},
		{"2026-12-02T14:30:00Z", 90 * time.Minute, "-PT1H30M"},
		{"2026-12-02T14:30:00Z", time.Hour + time.Second, "-PT1H0M1S"},
		{"2026-12-02T14:30:00Z", 45 * time.Second, "-PT45S"},
		{"2026-12-02T14:30:00Z", 0, ""},
	} {
		e := entries(t, parse(t, ICS([]Date{{ID: "a", At: moment(t, tt.at), Title: "x", Alarm: tt.alarm}}, Options{})))[0]
		if got := e["alarm TRIGGER"].value; got != tt.want {
			t.Errorf("%s, %s before: %q, not %q", tt.at, tt.alarm, got, tt.want)
		}
	}
}

func TestAnEntryKeepsItsNameWhenItsDateMoves(t *testing.T) {
	names := func(at string) string {
		dates := []Date{{ID: "acme/acmecad/license_ends", At: moment(t, at), Title: "x"}, {ID: "acme/acmecad/license_ends", At: moment(t, "2030-01-01T00:00:00Z")}}
		all := entries(t, parse(t, ICS(dates, Options{})))
		if len(all) != 1 {
			t.Fatalf("%d entries of one name", len(all))
		}
		return all[0]["UID"].value
	}
	if a, b := names("2027-03-14T22:59:59Z"), names("2028-03-14T22:59:59Z"); a != b || !strings.HasSuffix(a, "@holdfast") {
		t.Errorf("%q became %q", a, b)
	}
}

func TestTheOrderOfDatesDoesNotMatter(t *testing.T) {
	d := sample(t)
	a := ICS(d, Options{})
	d[0], d[2] = d[2], d[0]
	if !bytes.Equal(a, ICS(d, Options{})) {
		t.Error("the same dates make another file")
	}
}

func FuzzICS(f *testing.F) {
	f.Add("id", "AcmeCAD, Pro; \\n", "line\r\nline\x00\xff", "ü\u2028", int64(1_800_000_000), int64(3600))
	f.Add("", strings.Repeat("ä", 200), strings.Repeat("\n", 80), "", int64(-5), int64(1))
	f.Fuzz(func(t *testing.T, id, title, details, name string, at, alarm int64) {
		if at < 0 || at > 4_000_000_000 {
			at = 0
		}
		d := Date{ID: id, At: time.Unix(at, 0), Title: title, Details: details, Alarm: time.Duration(alarm % 100_000_000 * int64(time.Second))}
		all := entries(t, parse(t, ICS([]Date{d}, Options{Now: time.Unix(at, 0), Name: name})))
		if len(all) != 1 {
			t.Fatalf("%d entries", len(all))
		}
		if got := plain(t, all[0]["SUMMARY"].value); got != title && utf8.ValidString(title) && !strings.ContainsFunc(title, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q became %q", title, got)
		}
		plain(t, all[0]["DESCRIPTION"].value)
	})
}
