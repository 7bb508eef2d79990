package reconcile

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// fleet is 10,000 devices that follow Next, and a service that counts who comes when.
type fleet struct {
	facts   []Facts
	queue   visits
	rand    *rand.Rand
	up      func(time.Time) bool
	cause   Cause // while it is not up
	arrived map[int64]int
	served  []time.Time // when each device was served last
}

const devices = 10_000

// visits is a heap of what is planned.
type (
	visits  []planned
	planned struct {
		at     time.Time
		device int
	}
)

func (v visits) Len() int           { return len(v) }
func (v visits) Less(i, j int) bool { return v[i].at.Before(v[j].at) }
func (v visits) Swap(i, j int)      { v[i], v[j] = v[j], v[i] }
func (v *visits) Push(x any)        { *v = append(*v, x.(planned)) }
func (v *visits) Pop() any {
	old := *v
	last := old[len(old)-1]
	*v = old[:len(old)-1]
	return last
}

func newFleet(each func(i int, r *rand.Rand) Facts) *fleet {
	f := &fleet{
		rand: rand.New(rand.NewPCG(1, 2)), up: func(time.Time) bool { return true }, cause: CauseServer,
		arrived: map[int64]int{}, served: make([]time.Time, devices),
	}
	for i := range devices {
		d := each(i, f.rand)
		d.Draw = f.rand.Float64()
		f.facts = append(f.facts, d)
		f.plan(i)
	}
	return f
}

func (f *fleet) plan(i int) {
	heap.Push(&f.queue, planned{Next(f.facts[i]).At, i})
}

// run lets time pass until end.
func (f *fleet) run(end time.Time) {
	for f.queue[0].at.Before(end) {
		v := f.queue[0]
		heap.Pop(&f.queue)
		d := &f.facts[v.device]
		f.arrived[v.at.Unix()/60]++
		d.Vendor.LastTry, d.Nudges, d.Draw = v.at, nil, f.rand.Float64()
		if f.up(v.at) {
			d.Vendor.LastOK, d.Vendor.Cause, d.Vendor.Failures = v.at, "", 0
			f.served[v.device] = v.at
		} else {
			d.Vendor.Cause = f.cause
			d.Vendor.Failures++
		}
		d.Now = v.at
		f.plan(v.device)
	}
}

// nudge tells all devices something at the same moment.
func (f *fleet) nudge(r Reason, at time.Time) {
	f.queue = f.queue[:0]
	for i := range f.facts {
		f.facts[i].Now = at
		f.facts[i].Nudges = append(f.facts[i].Nudges, Nudge{r, at})
		f.plan(i)
	}
}

// wave counts the arrivals by the minute from from on, until 99 of 100 of the devices that pick picks have been served since then.
func (f *fleet) wave(from time.Time, pick func(i int) bool) (peak int, mean float64, minutes int) {
	var at []time.Time
	for i, s := range f.served {
		if pick(i) && !s.Before(from) {
			at = append(at, s)
		}
	}
	if len(at) == 0 {
		return 0, 0, 0
	}
	slices.SortFunc(at, time.Time.Compare)
	minutes = int(at[len(at)*99/100].Sub(from)/time.Minute) + 1
	sum := 0
	for m := range minutes {
		n := f.arrived[from.Unix()/60+int64(m)]
		sum += n
		peak = max(peak, n)
	}
	return peak, float64(sum) / float64(minutes), minutes
}

// always is a device that is on all day and was contacted some time within the last one.
func always(_ int, r *rand.Rand) Facts {
	f := quiet()
	f.Now = monday
	f.Vendor.LastOK = monday.Add(-time.Duration(r.Float64() * float64(20*time.Hour)))
	f.Vendor.LastTry = f.Vendor.LastOK
	return f
}

// morning is a device that is switched on between 08:00 and 08:30, after an evening off.
func morning(_ int, r *rand.Rand) Facts {
	f := quiet()
	f.Awake = monday.Add(-time.Hour + time.Duration(r.Float64()*float64(30*time.Minute)))
	f.Now, f.Nudges = f.Awake, []Nudge{{ReasonStart, f.Awake}}
	f.Vendor.LastOK = monday.Add(-15 * time.Hour)
	f.Vendor.LastTry = f.Vendor.LastOK
	return f
}

// What is measured: requests that arrive at the service, by the minute, from the end of the outage until 99 of 100 of the devices that it
// turned away are served; the highest minute over the mean of these minutes.
func TestTenThousandDevicesSpreadOutAfterAnOutage(t *testing.T) {
	eight := monday.Add(-time.Hour)
	for _, c := range []struct {
		name  string
		each  func(int, *rand.Rand) Facts
		from  time.Time
		long  time.Duration
		cause Cause
		nudge Reason
	}{
		{"10 min in the morning", morning, eight.Add(10 * time.Minute), 10 * time.Minute, CauseServer, ""},
		{"6 h", always, monday.Add(time.Hour), 6 * time.Hour, CauseServer, ""},
		{"3 days", always, monday.Add(time.Hour), 72 * time.Hour, CauseServer, ""},
		{"6 h without the network, back in one moment", morning, eight.Add(-time.Minute), 6 * time.Hour, CauseNoNetwork, ReasonNetwork},
	} {
		if c.long > 24*time.Hour && testing.Short() {
			continue
		}
		f := newFleet(c.each)
		over := c.from.Add(c.long)
		f.cause = c.cause
		f.up = func(at time.Time) bool { return at.Before(c.from) || !at.Before(over) }
		f.run(over)
		missed := make([]bool, devices)
		n := 0
		for i, d := range f.facts {
			missed[i] = d.Vendor.Failures > 0
			if missed[i] {
				n++
			}
		}
		if c.nudge != "" {
			f.nudge(c.nudge, over)
		}
		f.run(over.Add(3 * time.Hour))
		peak, mean, minutes := f.wave(over, func(i int) bool { return missed[i] })
		t.Logf("%s: %d turned away, back within %d min, peak %d/min, mean %.1f/min, ratio %.2f", c.name, n, minutes, peak, mean, float64(peak)/mean)
		if n < 1000 || minutes < 5 || minutes > 90 || float64(peak) > 3*mean {
			t.Errorf("%s: %d turned away, peak %d, mean %.1f over %d minutes", c.name, n, peak, mean, minutes)
		}
		for i, s := range f.served {
			if missed[i] && s.Before(over) {
				t.Fatalf("%s: device %d was not served in 3 h", c.name, i)
			}
		}
	}
}

// What is measured: from 08:00, when the first of them starts, until 99 of 100 have been contacted; and, for devices that stay on, all
// minutes of the days 11 to 15.
func TestTenThousandDevicesInTheirSteadyState(t *testing.T) {
	f := newFleet(morning)
	eight := monday.Add(-time.Hour)
	f.run(eight.Add(2 * time.Hour))
	peak, mean, minutes := f.wave(eight, func(int) bool { return true })
	t.Logf("start between 08:00 and 08:30: contacted within %d min, peak %d/min, mean %.1f/min, ratio %.2f", minutes, peak, mean, float64(peak)/mean)
	if minutes < 25 || float64(peak) > 3*mean {
		t.Errorf("peak %d, mean %.1f over %d minutes", peak, mean, minutes)
	}
	end := eight.AddDate(0, 0, 15)
	f.run(end)
	sum, hours := 0, map[int64]int{}
	peak = 0
	from := eight.AddDate(0, 0, 10).Unix() / 60
	for m := from; m < end.Unix()/60; m++ {
		sum += f.arrived[m]
		hours[m/60] += f.arrived[m]
		peak = max(peak, f.arrived[m])
	}
	mean = float64(sum) / float64(end.Unix()/60-from)
	busiest := 0
	for _, n := range hours {
		busiest = max(busiest, n)
	}
	t.Logf("left on, days 11 to 15: %.2f contacts a device and day, peak %d/min, mean %.2f/min, ratio %.2f, busiest hour %.2f", float64(sum)/devices/5, peak, mean, float64(peak)/mean, float64(busiest)/60/mean)
	if float64(peak) > 3*mean {
		t.Errorf("peak %d, mean %.2f", peak, mean)
	}
}
