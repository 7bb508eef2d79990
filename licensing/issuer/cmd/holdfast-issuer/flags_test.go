package main

import (
	"testing"
	"time"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

func TestADayEndsWithItsLastSecondAndBeginsWithItsFirst(t *testing.T) {
	berlin, err := terms.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value string
		end   bool
		want  string
	}{
		{"2026-12-05", true, "2026-12-05T22:59:59Z"},
		{"2026-12-05", false, "2026-12-04T23:00:00Z"},
		{"2026-12-05T10:00:00+01:00", true, "2026-12-05T09:00:00Z"},
		{"2026-03-29", true, "2026-03-29T21:59:59Z"}, // clocks go forward
	} {
		if got, err := moment("--until", c.value, berlin, c.end); err != nil || got.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %s, %v, want %s", c.value, got.Format(time.RFC3339), err, c.want)
		}
	}
	for _, s := range []string{"tomorrow", "2026-13-01", "05.12.2026", "2026-12-05T10:00"} {
		if _, err := moment("--until", s, time.UTC, true); issuer.ExitCode(err) != 2 {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzTexts(f *testing.F) {
	f.Add("At sea", "de=Auf See")
	f.Add("en=", "x=y")
	f.Fuzz(func(t *testing.T, a, b string) {
		all, err := texts("--reason", []string{a, b})
		if err != nil {
			if issuer.ExitCode(err) != 2 {
				t.Fatalf("an error without a situation: %v", err)
			}
			return
		}
		if len(all) != 2 {
			t.Fatalf("two texts became %d: %q", len(all), all)
		}
		for lang, text := range all {
			if len(lang) > 3 || text == "" || len([]rune(text)) > maxText {
				t.Fatalf("%q: %q", lang, text)
			}
		}
	})
}

func FuzzMoment(f *testing.F) {
	f.Add("2026-12-05", true)
	f.Add("2026-12-05T10:00:00Z", false)
	f.Fuzz(func(t *testing.T, s string, end bool) {
		got, err := moment("--until", s, time.UTC, end)
		if err == nil && s != "" && got.IsZero() && s[:4] != "0001" {
			t.Fatalf("%q is no time", s)
		}
		if err != nil && issuer.ExitCode(err) != 2 {
			t.Fatalf("an error without a situation: %v", err)
		}
	})
}
