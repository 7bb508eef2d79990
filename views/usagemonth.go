package views

import (
	"math"
	"strconv"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

// monthModel is the use of one month. Days are those of the ledger, which counts them in UTC.
type monthModel struct {
	Title   string
	First   time.Time // its first day
	Earlier time.Time // the month before; zero: nothing was recorded before
	Later   time.Time // the month after; zero: it has not begun
	Meters  []meterMonth
	Used    bool // something was recorded in it
}

// meterMonth is one meter in one month, as a chart and as a table of the same numbers.
type meterMonth struct {
	Key, Name, About string
	Chart            look.ChartModel
	Head             []string
	Rows             [][]string
	Foot             []string
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// usageMonth is the month that a person chose, else the newest in which something was recorded.
func (v voice) usageMonth(u licensing.UsageView, chosen, at time.Time) monthModel {
	first, last, used := monthOf(at), monthOf(at), time.Time{}
	for _, m := range u.Meters {
		for _, d := range m.Days {
			month := monthOf(d.Day)
			if month.Before(first) {
				first = month
			}
			if month.After(last) { // the clock went back since
				last = month
			}
			if month.After(used) {
				used = month
			}
		}
	}
	switch {
	case !chosen.IsZero():
	case !used.IsZero():
		chosen = used
	default:
		chosen = last
	}
	if chosen.Before(first) {
		chosen = first
	}
	if chosen.After(last) {
		chosen = last
	}
	m := monthModel{First: chosen, Title: v.t("plan.month", "month", v.Text("date.month."+strconv.Itoa(int(chosen.Month())), nil), "year", strconv.Itoa(chosen.Year()))}
	if chosen.After(first) {
		m.Earlier = chosen.AddDate(0, -1, 0)
	}
	if chosen.Before(last) {
		m.Later = chosen.AddDate(0, 1, 0)
	}
	for i, x := range u.Meters {
		mm := v.meterMonth(x, chosen)
		mm.Chart.Ink = chartInks[i%len(chartInks)]
		m.Used = m.Used || len(mm.Rows) > 0
		m.Meters = append(m.Meters, mm)
	}
	return m
}

// meterMonth draws one meter in one month.
func (v voice) meterMonth(m licensing.MeterView, month time.Time) meterMonth {
	name, product := v.name(m.Name, m.ID), v.name(m.ProductName, m.Product)
	out := meterMonth{Key: usage.MeterKey(m.Product, m.ID), Name: name, About: v.aboutMeter(m, product)}
	out.Head = []string{v.t("usage.table.day"), v.t("usage.table.used"), v.t("usage.table.entries")}
	if m.Kind == usage.Peak {
		out.Head[1] = v.t("usage.table.peak")
	}
	next := month.AddDate(0, 1, 0)
	days := make([]usage.Sum, next.AddDate(0, 0, -1).Day())
	var all, most usage.Sum
	used := 0
	for _, d := range m.Days {
		if d.Day.Before(month) || !d.Day.Before(next) || d.Units <= 0 {
			continue
		}
		days[d.Day.UTC().Day()-1] = d
		used++
		all.Count += d.Count
		if m.Kind == usage.Peak {
			all.Units = max(all.Units, d.Units)
		} else {
			all.Units = plus(all.Units, d.Units)
		}
		if d.Units > most.Units {
			most = d
		}
	}
	top, step := chartTop(m.Kind, most.Units)
	for i, d := range days {
		at := month.AddDate(0, 0, i)
		date := v.ShortDate(at, time.UTC)
		bar := look.Bar{Share: float32(d.Units) / float32(top), Word: v.t("usage.day.none", "date", date)}
		if i%7 == 0 {
			bar.Tick = strconv.Itoa(i + 1)
		}
		if d.Units > 0 {
			amount := v.recorded(m.MeterVerdict, d.Units)
			bar.Word = v.t("usage.day", "date", date, "amount", amount)
			out.Rows = append(out.Rows, v.meterRow(m.MeterVerdict, date, d))
		}
		out.Chart.Bars = append(out.Chart.Bars, bar)
	}
	out.Chart.Key, out.Chart.Name = "chart "+out.Key, v.t("usage.chart", "meter", name, "about", out.About)
	for _, share := range []int64{0, 1, 2} {
		out.Chart.Levels = append(out.Chart.Levels, look.Level{At: float32(share) / 2, Word: v.level(m.Kind, top/2*share, step)})
	}
	switch {
	case used == 0:
		out.Chart.Levels = out.Chart.Levels[:1]
		out.Chart.Summary = v.t("usage.month.none")
	case m.Kind == usage.Peak:
		out.Chart.Summary = v.t("usage.month.peak", "amount", v.recorded(m.MeterVerdict, most.Units), "date", v.ShortDate(most.Day, time.UTC))
	default:
		out.Chart.Summary = v.t("usage.month.sum", "amount", v.recorded(m.MeterVerdict, all.Units), "n", used) + " " +
			v.t("usage.month.most", "amount", v.recorded(m.MeterVerdict, most.Units), "date", v.ShortDate(most.Day, time.UTC))
	}
	if used > 0 {
		id := "usage.table.all"
		if m.Kind == usage.Peak {
			id = "usage.table.most"
		}
		out.Foot = v.meterRow(m.MeterVerdict, v.t(id), all)
	}
	return out
}

func (v voice) meterRow(m terms.MeterVerdict, title string, d usage.Sum) []string {
	return []string{title, v.recorded(m, d.Units), v.Number(count(d.Count))}
}

// plus adds amounts; what is too large for a number stays the largest one.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// tenth is a tenth of an hour, in the seconds that durations are recorded in.
const tenth = 360

// chartTop is the number at the top of a chart and what one step of it is in recorded units: 2, 4, 6, 8 or 10 times a power of
// ten, so that half of it is a whole number too. Durations are drawn in tenths of an hour.
func chartTop(kind string, most int64) (top, step int64) {
	step = 1
	if kind == usage.Duration {
		step = tenth
	}
	for ten := step; ten <= math.MaxInt64/10; ten *= 10 {
		for _, n := range []int64{2, 4, 6, 8, 10} {
			if n*ten >= most {
				return n * ten, step
			}
		}
	}
	return math.MaxInt64, step // no round number is above it
}

// level is a number at the side of a chart.
func (v voice) level(kind string, units, step int64) string {
	if kind == usage.Duration {
		return v.tenths(units / step)
	}
	return v.large(units)
}

// large is a number as it stands at the side of a chart, where there is little room.
func (v voice) large(n int64) string {
	switch {
	case n >= 1e12:
		return v.t("usage.trillions", "n", v.Number(n/1e12))
	case n >= 1e9:
		return v.t("usage.billions", "n", v.Number(n/1e9))
	case n >= 1e6:
		return v.t("usage.millions", "n", v.Number(n/1e6))
	}
	return v.Number(n)
}

// tenths writes a number of tenths with one decimal where it has one.
func (v voice) tenths(n int64) string {
	if n%10 == 0 || n >= 1e7 { // a tenth of a million hours says nothing
		return v.large(n / 10)
	}
	return v.t("usage.tenths", "n", v.Number(n/10), "d", strconv.FormatInt(n%10, 10))
}

// recorded writes an amount as it stands in the ledger, durations in hours and minutes.
func (v voice) recorded(m terms.MeterVerdict, units int64) string {
	if m.Kind != usage.Duration {
		return v.Number(units)
	}
	minutes := units/60 + units%60/30
	switch {
	case minutes == 0 && units > 0:
		return v.t("usage.under_minutes")
	case minutes == 0:
		return v.t("usage.hours", "n", "0")
	}
	return v.duration(minutes * 60)
}

// amount writes an amount as licenses count it. Things are told by the name of their meter, which stands beside it.
func (v voice) amount(m terms.MeterVerdict, n int64) string {
	if m.Kind != usage.Duration {
		return v.Number(n)
	}
	if n == 0 {
		return v.t("usage.hours", "n", "0")
	}
	return v.duration(seconds(m.Unit, n))
}

// seconds are an amount of a duration meter in the unit that its license counts in.
func seconds(unit string, n int64) int64 {
	one := int64(3600)
	switch unit {
	case "s", "second", "seconds":
		one = 1
	case "min", "minute", "minutes":
		one = 60
	case "day", "days":
		one = 86_400
	}
	return min(n, math.MaxInt64/one) * one
}

// aboutMeter says of which product a meter is and what a bar of it is.
func (v voice) aboutMeter(m licensing.MeterView, product string) string {
	switch {
	case m.Kind == usage.Duration:
		return v.t("usage.per.duration", "product", product)
	case m.Kind == usage.Peak:
		return v.t("usage.per.peak", "product", product)
	}
	return v.t("usage.per.number", "product", product)
}
