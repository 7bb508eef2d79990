package views

import (
	"slices"
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
		all.Over += d.Over
		if all.Units += d.Units; m.Kind == usage.Peak {
			all.Units = max(all.Units-d.Units, d.Units)
		}
		if d.Units > most.Units {
			most = d
		}
	}
	over := all.Over > 0
	if over {
		out.Head = append(out.Head, v.t("usage.table.over"))
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
			out.Rows = append(out.Rows, v.meterRow(m.MeterVerdict, date, d, over))
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
		out.Foot = v.meterRow(m.MeterVerdict, v.t(id), all, over)
	}
	return out
}

func (v voice) meterRow(m terms.MeterVerdict, title string, d usage.Sum, over bool) []string {
	row := []string{title, v.recorded(m, d.Units), v.Number(int64(d.Count))}
	if over {
		row = append(row, v.recorded(m, d.Over))
	}
	return row
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
	steps := (most + step - 1) / step
	for ten := int64(1); ; ten *= 10 {
		i := slices.IndexFunc([]int64{2, 4, 6, 8, 10}, func(n int64) bool { return n*ten >= steps })
		if i >= 0 || ten > 1e15 {
			return []int64{2, 4, 6, 8, 10}[max(i, 0)] * ten * step, step
		}
	}
}

// level is a number at the side of a chart.
func (v voice) level(kind string, units, step int64) string {
	if kind == usage.Duration {
		return v.tenths(units / step)
	}
	return v.Number(units)
}

// tenths writes a number of tenths with one decimal where it has one.
func (v voice) tenths(n int64) string {
	if n%10 == 0 {
		return v.Number(n / 10)
	}
	return v.t("usage.tenths", "n", v.Number(n/10), "d", strconv.FormatInt(n%10, 10))
}

// recorded writes an amount as it stands in the ledger: durations in hours.
func (v voice) recorded(m terms.MeterVerdict, units int64) string {
	if m.Kind != usage.Duration {
		return v.amount(m, units)
	}
	n := (units + tenth/2) / tenth
	if n == 0 && units > 0 {
		return v.t("usage.under_hours", "n", v.tenths(1))
	}
	return v.t("usage.hours", "n", v.tenths(n))
}

// amount writes an amount in the unit of its meter, as licenses count it. Vendors name units of things in the plural, so one of
// them stands without.
func (v voice) amount(m terms.MeterVerdict, n int64) string {
	switch {
	case m.Kind == usage.Duration && m.Unit == "":
		return v.t("usage.hours", "n", v.Number(n))
	case m.Unit == "" || n == 1 && m.Kind != usage.Duration:
		return v.Number(n)
	}
	return v.t("usage.amount", "n", v.Number(n), "unit", m.Unit)
}

// aboutMeter says of which product a meter is and what a bar of it is.
func (v voice) aboutMeter(m licensing.MeterView, product string) string {
	switch {
	case m.Kind == usage.Duration:
		return v.t("usage.per.duration", "product", product)
	case m.Kind == usage.Peak:
		return v.t("usage.per.peak", "product", product)
	case m.Unit == "":
		return v.t("usage.per.number", "product", product)
	}
	return v.t("usage.per.counter", "product", product, "unit", m.Unit)
}
