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
		"grace after the license":      {terms.ProductVerdict{At: day(3), LicenseEnds: day(2), Cause: terms.CauseRenewal, GraceUntil: day(16)}, day(16)},
		"grace after the window":       {terms.ProductVerdict{At: day(3), LicenseEnds: day(20), OfflineUntil: day(2), Cause: terms.CauseOffline, GraceUntil: day(16)}, day(16)},
		"a license that ends in it":    {terms.ProductVerdict{At: day(3), LicenseEnds: day(9), OfflineUntil: day(2), Cause: terms.CauseOffline, GraceUntil: day(16)}, day(9)},
		"a window that ends in grace":  {terms.ProductVerdict{At: day(3), LicenseEnds: day(2), OfflineUntil: day(9), Cause: terms.CauseRenewal, GraceUntil: day(16)}, day(9)},
		"withdrawn":                    {terms.ProductVerdict{LicenseEnds: day(20), Next: next(terms.EventRevoked, 8)}, day(8)},
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
