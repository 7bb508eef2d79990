package cli

import (
	"testing"
	"time"

	"holdfast/licensing/terms"
)

func TestUntilNamesTheSoonestEnd(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 23, 59, 59, 0, time.UTC) }
	next := func(name string, n int) []terms.Event { return []terms.Event{{Name: name, At: day(n)}} }
	tests := map[string]struct {
		p    terms.ProductVerdict
		want time.Time
	}{
		"license":                      {terms.ProductVerdict{LicenseEnds: day(20)}, day(20)},
		"no end":                       {terms.ProductVerdict{}, time.Time{}},
		"offline window":               {terms.ProductVerdict{LicenseEnds: day(20), OfflineUntil: day(10)}, day(10)},
		"keys not read":                {terms.ProductVerdict{LicenseEnds: day(20), Next: next(terms.EventUnprovenEnds, 7)}, day(7)},
		"first use":                    {terms.ProductVerdict{Next: next(terms.EventFirstUseEnds, 8)}, day(8)},
		"a reminder is no end":         {terms.ProductVerdict{LicenseEnds: day(20), Next: next(terms.EventReminder, 5)}, day(20)},
		"grace that runs":              {terms.ProductVerdict{LicenseEnds: day(2), GraceActive: true, GraceEnds: day(16)}, day(16)},
		"keys not read, later than it": {terms.ProductVerdict{LicenseEnds: day(6), Next: next(terms.EventUnprovenEnds, 7)}, day(6)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := offlineEnd(tt.p); !got.Equal(tt.want) {
				t.Errorf("until %v, want %v", got, tt.want)
			}
		})
	}
}
