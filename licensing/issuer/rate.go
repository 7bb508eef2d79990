package issuer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"holdfast/licensing/usage"
)

// A day is out of line when it is far from what the same meter of the same computer did before: measured with median and median
// deviation, which a few odd days do not move. Days without use are left out of both: weekends and holidays say nothing about a busy day.
const (
	rateHistory = 14 // days before anything can be said
	rateTimes   = 5  // times the busy day in the middle
	rateSpread  = 10 // median deviations beyond it
	rateDrop    = 10 // a fortnight below a tenth of those before is a drop
	rateQuiet   = 14
)

// outOfLine looks at the days of each meter of a ledger.
func outOfLine(t tx, ledger ledgerKey) ([]usage.Finding, error) {
	meters := map[string]map[time.Time]int64{}
	err := each(t, bucketDays, ledger.String()+"/", func(_ string, d dayRecord) error {
		if d.Day.IsZero() {
			return nil
		}
		key := usage.MeterKey(d.Product, d.Meter)
		if meters[key] == nil {
			meters[key] = map[time.Time]int64{}
		}
		meters[key][midnight(d.Day)] += d.Units
		return nil
	})
	if err != nil {
		return nil, err
	}
	var last time.Time
	for _, days := range meters {
		last = slices.MaxFunc(append(slices.Collect(maps.Keys(days)), last), time.Time.Compare)
	}
	var all []usage.Finding
	for _, key := range slices.Sorted(maps.Keys(meters)) {
		for _, f := range oddDays(meters[key], last) {
			f.Ledger, f.Evidence["meter"] = ledger.id, key
			all = append(all, f)
		}
	}
	return all, nil
}

// oddDays finds runs of days far above what was before, and a fall to next to nothing at the end. last is the last day that the
// computer reported anything of.
func oddDays(days map[time.Time]int64, last time.Time) []usage.Finding {
	first := slices.MinFunc(slices.Collect(maps.Keys(days)), time.Time.Compare)
	var line []int64 // a value a day, from first to last
	for day := first; !day.After(last) && len(line) < 3660; day = day.AddDate(0, 0, 1) {
		line = append(line, days[day])
	}
	var all []usage.Finding
	var usual []int64 // days in line so far, without those of no use
	run := -1         // index in all of the run that goes on
	for i, n := range line {
		middle, spread := middleOf(usual)
		if i >= rateHistory && len(usual) > 0 && n > middle*rateTimes && n > middle+rateSpread*spread {
			if run < 0 {
				all = append(all, usage.Finding{Code: findingRate, At: first.AddDate(0, 0, i), Evidence: map[string]string{
					"expected": fmt.Sprint(middle), "found": fmt.Sprint(n), "direction": "up",
				}})
				run = len(all) - 1
			}
			all[run].Evidence["until"] = first.AddDate(0, 0, i).Format(time.DateOnly)
			continue
		}
		run = -1
		if n > 0 {
			usual = append(usual, n)
		}
	}
	if f, ok := fallOff(line, first); ok {
		all = append(all, f)
	}
	return all
}

// fallOff says whether the last fortnight is next to nothing against the fortnights before it.
func fallOff(line []int64, first time.Time) (usage.Finding, bool) {
	var sums []int64 // of fortnights, newest first
	for end := len(line); end >= rateQuiet; end -= rateQuiet {
		var sum int64
		for _, n := range line[end-rateQuiet : end] {
			sum += n
		}
		sums = append(sums, sum)
	}
	if len(sums) < 3 {
		return usage.Finding{}, false
	}
	middle, _ := middleOf(sums[1:])
	if middle == 0 || sums[0]*rateDrop >= middle {
		return usage.Finding{}, false
	}
	return usage.Finding{Code: findingRate, At: first.AddDate(0, 0, len(line)-rateQuiet), Evidence: map[string]string{
		"expected": fmt.Sprint(middle), "found": fmt.Sprint(sums[0]), "direction": "down", "until": first.AddDate(0, 0, len(line)-1).Format(time.DateOnly),
	}}, true
}

// middleOf is the median of values and the median of their distances from it.
func middleOf(values []int64) (middle, spread int64) {
	if len(values) == 0 {
		return 0, 0
	}
	middle = median(values)
	away := make([]int64, len(values))
	for i, v := range values {
		away[i] = max(v-middle, middle-v)
	}
	return middle, median(away)
}

func median(values []int64) int64 {
	sorted := slices.SortedFunc(slices.Values(values), cmp.Compare[int64])
	return sorted[len(sorted)/2]
}
