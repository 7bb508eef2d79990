package reconcile

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var monday = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// quiet are facts in which nothing presses: a contact an hour ago, the program up since yesterday.
func quiet() Facts {
	return Facts{
		Now: monday, Awake: monday.AddDate(0, 0, -1), Draw: 0.5,
		Vendor: Vendor{Root: "r", URLs: []string{"https://x.test"}, Licenses: 1, LastOK: monday.Add(-time.Hour), LastTry: monday.Add(-time.Hour)},
	}
}

func TestEachReasonHasItsTime(t *testing.T) {
	ago := func(d time.Duration) time.Time { return monday.Add(-d) }
	nudge := func(r Reason, before time.Duration) func(*Facts) {
		return func(f *Facts) { f.Nudges = []Nudge{{r, ago(before)}} }
	}
	failing := func(f *Facts, c Cause, n int) {
		f.Vendor.Cause, f.Vendor.Failures, f.Vendor.LastTry = c, n, ago(2*time.Minute)
	}
	for _, c := range []struct {
		name   string
		change func(*Facts)
		reason Reason
		in     time.Duration
	}{
		{"nothing presses", func(*Facts) {}, ReasonRegular, 19 * time.Hour},
		{"never contacted, just started", func(f *Facts) {
			f.Vendor.LastOK, f.Vendor.LastTry, f.Awake = time.Time{}, time.Time{}, monday
		}, ReasonRegular, 30 * time.Second},
		{"start, fresh", nudge(ReasonStart, 0), ReasonRegular, 19 * time.Hour},
		{"start, 7 h old", func(f *Facts) { f.Vendor.LastOK = ago(7 * time.Hour); nudge(ReasonStart, 0)(f) }, ReasonStart, 30 * time.Second},
		{"resume, saving, 7 h old", func(f *Facts) {
			f.Vendor.LastOK, f.Settings.Saving = ago(7*time.Hour), true
			nudge(ReasonResume, 0)(f)
		}, ReasonRegular, 13 * time.Hour},
		{"window, 1 h old", nudge(ReasonWindow, 0), ReasonWindow, 0},
		{"window when it was fresh", nudge(ReasonWindow, 30*time.Minute), ReasonRegular, 19 * time.Hour},
		{"a new request", func(f *Facts) { f.Vendor.Requests = 1 }, ReasonRequest, 0},
		{"a request that a person has to decide", func(f *Facts) {
			f.Vendor.Requests, f.Left, f.Vendor.Cause = 1, 1, CauseWaiting
		}, ReasonRequest, 30 * time.Minute},
		{"the same, with a time", func(f *Facts) {
			f.Vendor.Requests, f.Left, f.Vendor.Cause, f.NotBefore = 1, 1, CauseWaiting, monday.Add(5*time.Hour)
		}, ReasonRequest, 5 * time.Hour},
		{"usage", func(f *Facts) { f.Vendor.Usage, f.Vendor.UsageSince = 3, ago(0) }, ReasonUsage, 3 * time.Hour},
		{"much usage", func(f *Facts) { f.Vendor.Usage, f.Vendor.UsageSince = 5000, ago(0) }, ReasonUsage, 0},
		{"much usage, slow way", func(f *Facts) {
			f.Vendor.Usage, f.Vendor.UsageSince, f.Slow, f.Vendor.LastTry = 5000, ago(0), true, ago(0)
		}, ReasonUsage, time.Hour},
		{"usage on battery", func(f *Facts) { f.Settings.Saving, f.Vendor.Usage, f.Vendor.UsageSince = true, 5000, ago(0) }, ReasonRegular, 19 * time.Hour},
		{"much usage whose date was told", func(f *Facts) {
			f.Vendor.Usage, f.Vendor.UsageSince, f.Vendor.UsagePromised = 5000, ago(0), true
		}, ReasonUsage, 3 * time.Hour},
		{"the same on battery", func(f *Facts) {
			f.Settings.Saving, f.Vendor.Usage, f.Vendor.UsageSince, f.Vendor.UsagePromised = true, 3, ago(0), true
		}, ReasonUsage, 3 * time.Hour},
		{"a date in 5 days", func(f *Facts) { f.Vendor.MoveFrom, f.Vendor.NextDate = ago(time.Hour), monday.AddDate(0, 0, 5) }, ReasonDate, 11 * time.Hour},
		{"a date in 2 days", func(f *Facts) { f.Vendor.MoveFrom, f.Vendor.NextDate = ago(time.Hour), monday.AddDate(0, 0, 2) }, ReasonDate, 5 * time.Hour},
		{"a date in 3 hours", func(f *Facts) {
			f.Vendor.MoveFrom, f.Vendor.NextDate, f.Vendor.LastOK = ago(time.Hour), monday.Add(3*time.Hour), ago(20*time.Minute)
		}, ReasonDate, 40 * time.Minute},
		{"a date 8 days ago", func(f *Facts) { f.Vendor.NextDate = ago(8 * 24 * time.Hour) }, ReasonRegular, 19 * time.Hour},
		{"no time for everything", func(f *Facts) { f.More, f.Vendor.LastTry = true, ago(0) }, ReasonMore, 2 * time.Minute},
		{"first failure", func(f *Facts) { failing(f, CauseTimeout, 1) }, ReasonRetry, 0},
		{"seventh failure", func(f *Facts) { failing(f, CauseTimeout, 7) }, ReasonRetry, 29 * time.Minute},
		{"thousandth failure", func(f *Facts) { failing(f, CauseTimeout, 1000) }, ReasonRetry, 29 * time.Minute},
		{"network after failures", func(f *Facts) { failing(f, CauseNoNetwork, 7); nudge(ReasonNetwork, 0)(f) }, ReasonNetwork, 5 * time.Minute},
		{"network while the service is busy", func(f *Facts) { failing(f, CauseBusy, 7); nudge(ReasonNetwork, 0)(f) }, ReasonRetry, 29 * time.Minute},
		{"asked to wait", func(f *Facts) { failing(f, CauseBusy, 1); f.NotBefore = monday.Add(3 * time.Hour) }, ReasonRetry, 3 * time.Hour},
		{"asked to wait for a year", func(f *Facts) { failing(f, CauseBusy, 1); f.NotBefore = monday.AddDate(1, 0, 0) }, ReasonRetry, 24*time.Hour - 2*time.Minute},
		{"a person asks although", func(f *Facts) {
			failing(f, CauseBusy, 1)
			f.NotBefore, f.Settings.Paused = monday.Add(3*time.Hour), monday.AddDate(0, 0, 9)
			nudge(ReasonPerson, 0)(f)
		}, ReasonPerson, 0},
		{"paused", func(f *Facts) { f.Settings.Paused = monday.AddDate(0, 0, 3) }, ReasonRegular, 72 * time.Hour},
		{"the clock was a year ahead", func(f *Facts) { f.Vendor.LastOK, f.Vendor.LastTry = monday.AddDate(1, 0, 0), monday.AddDate(1, 0, 0) }, ReasonRegular, 0},
	} {
		f := quiet()
		c.change(&f)
		if p := Next(f); p.Reason != c.reason || p.At.Sub(monday) != c.in || p.Hold != "" || c.reason == ReasonUsage && p.Essential {
			t.Errorf("%s: %+v (in %s), want %s in %s", c.name, p, p.At.Sub(monday), c.reason, c.in)
		}
	}
}

func TestWithoutAReasonOrLeaveNoneIsPlanned(t *testing.T) {
	for hold, change := range map[Hold]func(*Facts){
		HoldOff:       func(f *Facts) { f.Settings.Mode = ModeOff; f.Nudges = []Nudge{{ReasonPerson, f.Now}} },
		HoldManual:    func(f *Facts) { f.Settings.Mode = ModeManual },
		HoldNoAddress: func(f *Facts) { f.Vendor.URLs = nil },
		HoldNothing:   func(f *Facts) { f.Vendor.Licenses = 0 },
	} {
		f := quiet()
		change(&f)
		if p := Next(f); p != (Plan{Hold: hold}) {
			t.Errorf("%s: %+v", hold, p)
		}
	}
}

func TestWindowsFollowTheClockOnTheWall(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	night := Window{From: 22 * 60, To: 6 * 60}
	for _, c := range []struct {
		name   string
		w      Window
		now    string
		open   string
		spread bool
	}{
		{"before", night, "2026-11-02 15:00", "2026-11-02 22:00", true},
		{"within, past midnight", night, "2026-11-02 05:59", "2026-11-02 05:59", false},
		{"over", night, "2026-11-02 06:00", "2026-11-02 22:00", true},
		{"Saturdays only, its night", Window{Days: [7]bool{6: true}, From: 22 * 60, To: 6 * 60}, "2026-11-08 03:00", "2026-11-08 03:00", false},
		{"Saturdays only, Friday's night", Window{Days: [7]bool{6: true}, From: 22 * 60, To: 6 * 60}, "2026-11-07 03:00", "2026-11-07 22:00", true},
		{"the hour that is left out in March", Window{From: 2 * 60, To: 3 * 60}, "2026-03-29 01:30", "2026-03-30 02:00", true},
		{"the whole day", Window{}, "2026-11-02 15:00", "2026-11-02 15:00", false},
	} {
		f := quiet()
		f.Now, f.Settings = at(c.now), Settings{Mode: ModeWindows, Windows: []Window{c.w}}
		f.Awake, f.Vendor.LastOK, f.Vendor.LastTry = f.Now.AddDate(0, 0, -3), f.Now.AddDate(0, 0, -2), f.Now.AddDate(0, 0, -2)
		// It was due a day ago, outside; only what is due now counts.
		f.Vendor.Requests, f.Vendor.LastTry = 1, f.Now.Add(-gap)
		want := at(c.open)
		if c.spread {
			want = want.Add(15 * time.Minute)
		}
		if p := Next(f); !p.At.Equal(want) || p.Outside != c.spread {
			t.Errorf("%s: %s %+v, want %s", c.name, p.At, p, want)
		}
	}
}

// anyFacts draws facts that a Runner can have.
func anyFacts(t *rapid.T) Facts {
	now := monday.Add(time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "now")) * time.Second)
	past := func(name string) time.Time {
		if rapid.Bool().Draw(t, name+"?") {
			return now.Add(-time.Duration(rapid.Int64Range(0, 40*24*3600).Draw(t, name)) * time.Second)
		}
		return time.Time{}
	}
	zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"}).Draw(t, "zone")
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	f := Facts{
		Now: now.In(loc), Awake: now.Add(-time.Duration(rapid.IntRange(0, 1e6).Draw(t, "awake")) * time.Second), Draw: rapid.Float64Range(0, 0.999).Draw(t, "draw"),
		Left: rapid.IntRange(0, 2).Draw(t, "left"), More: rapid.Bool().Draw(t, "more"), Slow: rapid.Bool().Draw(t, "slow"),
		Settings: Settings{Mode: rapid.SampledFrom([]Mode{ModeAuto, ModeWindows}).Draw(t, "mode"), Saving: rapid.Bool().Draw(t, "saving")},
		Vendor: Vendor{
			URLs: []string{"https://x.test"}, LastOK: past("ok"), LastTry: past("try"), Licenses: rapid.IntRange(0, 2).Draw(t, "licenses"),
			Cause:    rapid.SampledFrom(append([]Cause{"", "", ""}, causes...)).Draw(t, "cause"),
			Failures: rapid.IntRange(0, 40).Draw(t, "failures"), Requests: rapid.IntRange(0, 2).Draw(t, "requests"),
			Usage: rapid.SampledFrom([]uint64{0, 1, 999, 1000, 1 << 40}).Draw(t, "usage"), UsageSince: past("since"),
			UsagePromised: rapid.Bool().Draw(t, "promised"),
		},
	}
	if rapid.Bool().Draw(t, "date?") {
		f.Vendor.NextDate = now.Add(time.Duration(rapid.IntRange(-20, 40).Draw(t, "date")) * 24 * time.Hour)
		f.Vendor.MoveFrom = f.Vendor.NextDate.Add(-time.Duration(rapid.IntRange(0, 30).Draw(t, "from")) * 24 * time.Hour)
	}
	if rapid.Bool().Draw(t, "retry?") {
		f.NotBefore = now.Add(time.Duration(rapid.Int64Range(-100, 100*3600).Draw(t, "retry")) * time.Second)
	}
	if rapid.Bool().Draw(t, "paused?") {
		f.Settings.Paused = now.Add(time.Duration(rapid.IntRange(-100, 500).Draw(t, "paused")) * time.Hour)
	}
	for range rapid.IntRange(0, 3).Draw(t, "nudges") {
		r := rapid.SampledFrom([]Reason{ReasonStart, ReasonNetwork, ReasonResume, ReasonWindow, ReasonUsage, ReasonRequest}).Draw(t, "nudge")
		f.Nudges = append(f.Nudges, Nudge{r, now.Add(-time.Duration(rapid.IntRange(0, 1e5).Draw(t, "ago")) * time.Second)})
	}
	for range rapid.IntRange(0, 3).Draw(t, "windows") {
		w := Window{From: rapid.IntRange(-5, 1500).Draw(t, "from"), To: rapid.IntRange(-5, 1500).Draw(t, "to")}
		for i := range w.Days {
			w.Days[i] = rapid.Bool().Draw(t, "day")
		}
		f.Settings.Windows = append(f.Settings.Windows, w)
	}
	if rapid.Bool().Draw(t, "busy day?") {
		for i := range rapid.IntRange(daily-2, daily+5).Draw(t, "recent") {
			f.Recent = append(f.Recent, now.Add(-24*time.Hour+time.Duration(i)*time.Minute))
		}
	}
	return f
}

func TestAPlanKeepsEveryLimitAndDoesNotMove(t *testing.T) {
	for range 50 { // each draws anew
		rapid.Check(t, planIsSound)
	}
}

func planIsSound(t *rapid.T) {
	f := anyFacts(t)
	p := Next(f)
	if p.Hold != "" {
		if f.Vendor.Licenses+f.Vendor.Requests > 0 || f.Vendor.Usage > 0 {
			t.Fatalf("there is a reason, and the plan is %+v", p)
		}
		return
	}
	v := f.Vendor
	switch {
	case p.At.Before(f.Now):
		t.Fatalf("planned for the past: %+v", p)
	case p.Reason == "":
		t.Fatalf("no reason: %+v", p)
	case p.At.Before(f.Settings.Paused):
		t.Fatalf("within the pause: %+v", p)
	case !v.LastTry.IsZero() && p.At.Before(v.LastTry.Add(gap)):
		t.Fatalf("too soon after the last: %+v", p)
	case !v.LastTry.IsZero() && v.Cause != CauseWaiting && p.At.Before(f.NotBefore) && p.At.Before(v.LastTry.Add(LongestRetryAfter)):
		t.Fatalf("before what the service asked for: %+v", p)
	case f.Settings.Mode == ModeWindows && len(f.Settings.Windows) > 0 && !f.within(p.At.In(f.Now.Location())):
		t.Fatalf("outside the windows: %+v", p)
	}
	after := 0
	for _, at := range f.Recent {
		if at.After(p.At.Add(-24 * time.Hour)) {
			after++
		}
	}
	if after >= daily {
		t.Fatalf("contact %d within a day: %+v", after+1, p)
	}
	// Never silent: at the latest a week after a limit ended, which is when a window opens.
	limit := later(later(f.Settings.Paused, f.Now), f.Now.Add(24*time.Hour))
	if p.At.After(limit.AddDate(0, 0, 16)) {
		t.Fatalf("in %s only: %+v", p.At.Sub(f.Now), p)
	}
	// The same facts later: the same plan, until it is due.
	g := f
	g.Now = f.Now.Add(time.Duration(rapid.Float64Range(0, 1).Draw(t, "later") * float64(p.At.Sub(f.Now))))
	if q := Next(g); !q.At.Equal(p.At) || q.Reason != p.Reason {
		t.Fatalf("%s later the plan %+v is %+v", g.Now.Sub(f.Now), p, q)
	}
	// What is due stays due.
	g.Now = p.At
	if q := Next(g); !q.At.Equal(p.At) || q.Paused || q.Outside {
		t.Fatalf("due, and then %+v", q)
	}
}

func TestANudgeOnlyBringsAContactForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		p := Next(f)
		f.Nudges = append(f.Nudges, Nudge{rapid.SampledFrom([]Reason{ReasonStart, ReasonNetwork, ReasonWindow}).Draw(t, "nudge"), f.Now})
		late := time.Duration(0)
		if f.Settings.Mode == ModeWindows {
			late = windowWide // what is due before a window opens is spread over its beginning
		}
		if q := Next(f); q.Hold != p.Hold || q.At.After(p.At.Add(late)) {
			t.Fatalf("%+v became %+v", p, q)
		}
	})
}

func TestAFailedTryOfAPersonsMovesThePlanNoLater(t *testing.T) {
	for range 20 {
		rapid.Check(t, func(t *rapid.T) {
			f := anyFacts(t)
			p := Next(f)
			if p.Hold != "" {
				return
			}
			// What a Runner remembers of such a try.
			f.Planned, f.Vendor.LastTry, f.Nudges, f.Left, f.NotBefore = p.At, f.Now, nil, f.Vendor.Requests, time.Time{}
			f.Vendor.Cause = rapid.SampledFrom([]Cause{CauseRefused, CauseBusy, CauseStopped, CauseCaptive}).Draw(t, "ended")
			f.Vendor.Failures = max(f.Vendor.Failures, 1)
			f.Draw = rapid.Float64Range(0, 0.999).Draw(t, "new draw")
			after := Next(f)
			most := later(p.At, f.Now.Add(gap))
			if f.Settings.Mode == ModeWindows && most.After(p.At) { // the minute may be the last one of a window
				most = f.opening(most)
			}
			if after.At.After(most) {
				t.Fatalf("%+v became %+v", p, after)
			}
			g := f
			g.Now = f.Now.Add(time.Duration(rapid.Float64Range(0, 1).Draw(t, "later") * float64(after.At.Sub(f.Now))))
			if q := Next(g); !q.At.Equal(after.At) {
				t.Fatalf("%s later the plan %+v is %+v", g.Now.Sub(f.Now), after, q)
			}
		})
	}
}

// A contact that is due, or will be before the window is over, or soon after it, is made in the window that is open.
func TestInAnOpenWindowADueContactIsPlannedWithinIt(t *testing.T) {
	met := 0
	for range 20 {
		rapid.Check(t, func(t *rapid.T) {
			f := anyFacts(t)
			y, m, d := f.Now.Date()
			length := rapid.IntRange(3, 600).Draw(t, "length")
			from := f.Now.Hour()*60 + f.Now.Minute() - rapid.IntRange(0, length-3).Draw(t, "open since")
			if from < 0 || from+length >= day {
				return
			}
			w := Window{From: from, To: from + length}
			w.Days[f.Now.Weekday()] = true
			end := time.Date(y, m, d, 0, from+length, 0, 0, f.Now.Location())
			if !w.holds(f.Now) || end.Sub(f.Now) < 2*time.Minute || !w.holds(end.Add(-Budget)) {
				return
			}
			// No limit but the window, and nothing was tried for a while.
			opened := time.Date(y, m, d, 0, from, 0, 0, f.Now.Location())
			f.Recent, f.NotBefore, f.Settings.Paused, f.Settings.Saving = nil, time.Time{}, time.Time{}, false
			if before := opened.Add(-2 * time.Hour); f.Vendor.LastTry.After(before) {
				f.Vendor.LastTry = before
			}
			if f.Vendor.LastOK.After(f.Vendor.LastTry) {
				f.Vendor.LastOK = f.Vendor.LastTry
			}
			f.Settings.Mode = ModeAuto
			auto := Next(f)
			f.Settings.Mode, f.Settings.Windows = ModeWindows, []Window{w}
			p := Next(f)
			if auto.Hold != "" || auto.At.After(f.Now) && auto.Reason == ReasonRegular || auto.At.After(end.Add(time.Hour)) {
				return // nothing presses yet
			}
			if auto.Reason == ReasonRetry && f.Vendor.Cause.vendors() && !auto.At.Before(end) {
				return // the vendor has the trouble
			}
			met++
			if !p.At.Before(end) {
				t.Fatalf("due %s, the window is open until %s, planned %+v", auto.At, end, p)
			}
		})
	}
	if met < 50 {
		t.Errorf("only %d cases", met)
	}
}

// Times that were written down are in UTC, the windows in the zone of Now.
func TestTheZoneOfAnotherTimeMovesNoWindow(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 4, 10, 0, 0, 0, loc)
		w := Window{From: 10*60 - 1, To: 10*60 + 17}
		w.Days[time.Wednesday] = true
		p := Next(Facts{
			Now: now, Awake: now.UTC(), Draw: 0.125, Settings: Settings{Mode: ModeWindows, Windows: []Window{w}},
			Vendor: Vendor{URLs: []string{"https://x.test"}, Usage: 1, UsageSince: now.Add(-58 * time.Minute).UTC(), LastOK: now.Add(-2 * time.Hour).UTC(), LastTry: now.Add(-2 * time.Hour).UTC()},
		})
		if p.At.Sub(now) >= 17*time.Minute {
			t.Errorf("%s: %+v", zone, p)
		}
	}
}

func TestWhatWouldMissTheWindowOfTheWeekIsDoneInIt(t *testing.T) {
	sunday := Window{Days: [7]bool{0: true}, From: 18 * 60, To: 22 * 60}
	now := time.Date(2026, 11, 8, 18, 53, 0, 0, time.UTC)
	for name, change := range map[string]func(*Facts){
		"regular, tomorrow":    func(f *Facts) { f.Vendor.LastOK = now.Add(-9 * time.Hour) },
		"usage, after the end": func(f *Facts) { f.Vendor.Usage, f.Vendor.UsageSince = 3, now.Add(-time.Minute); f.Draw = 0.9 },
		"retry, after the end": func(f *Facts) {
			f.Vendor.Cause, f.Vendor.Failures, f.Draw, f.Now = CauseRefused, 9, 0.9, now.Add(3*time.Hour)
		},
		"a person has to decide": func(f *Facts) {
			f.Vendor.Requests, f.Left, f.Vendor.Cause, f.Now = 1, 1, CauseWaiting, now.Add(2*time.Hour)
		},
	} {
		f := quiet()
		f.Now = now
		change(&f)
		f.Settings = Settings{Mode: ModeWindows, Windows: []Window{sunday}}
		f.Awake, f.Vendor.LastTry = now.AddDate(0, 0, -1), later(f.Now.Add(-2*time.Minute), f.Vendor.LastOK)
		if p := Next(f); p.At.Day() != 8 || !sunday.holds(p.At) || p.Outside {
			t.Errorf("%s: %+v", name, p)
		}
	}
	// A vendor that answered in this window is not asked again for nothing.
	f := quiet()
	f.Now, f.Awake, f.Settings = now, now.AddDate(0, 0, -1), Settings{Mode: ModeWindows, Windows: []Window{sunday}}
	f.Vendor.LastOK, f.Vendor.LastTry = now.Add(-10*time.Minute), now.Add(-10*time.Minute)
	if p := Next(f); p.At.Day() != 15 || !p.Outside {
		t.Errorf("answered just now: %+v", p)
	}
}

// Computers whose date is the same, and whose last contact is too old once that matters more, do not come in one minute, and come in time.
func TestOneDateForManyBringsThemNotAllAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		left, more time.Duration // at the beginning, of the date and of the stage
		ago        time.Duration // the last contact
	}{
		"from MoveFrom on":       {14 * 24 * time.Hour, 11 * 24 * time.Hour, 13 * time.Hour},
		"just before the next":   {73 * time.Hour, time.Hour, 13 * time.Hour},
		"a report in three days": {72 * time.Hour, 48 * time.Hour, 13 * time.Hour},
		"the last day":           {24 * time.Hour, 24 * time.Hour, 5 * time.Hour},
	} {
		minutes, most := map[int]int{}, 0
		for k := range 1000 {
			f := quiet()
			f.Draw, f.Vendor.LastOK = float64(k)/1000, monday.Add(-c.ago)
			f.Vendor.NextDate, f.Vendor.MoveFrom = monday.Add(c.left), monday
			if c.left < 72*time.Hour {
				f.Vendor.MoveFrom = monday.AddDate(0, 0, -9)
			}
			at, ok := f.dated()
			if !ok || at.Before(monday) || !at.Before(monday.Add(c.more)) {
				t.Fatalf("%s: %s", name, at)
			}
			m := int(at.Sub(monday) / time.Minute)
			minutes[m]++
			most = max(most, minutes[m])
		}
		if most > 100 {
			t.Errorf("%s: %d of 1000 in one minute", name, most)
		}
	}
}

// A vendor in trouble is asked no sooner because a window closes.
func TestATimeWindowShortensNoBackOffOfAVendorInTrouble(t *testing.T) {
	evening := Settings{Mode: ModeWindows, Windows: []Window{{From: 22 * 60, To: 23 * 60}}}
	for _, cause := range []Cause{CauseBusy, CauseServer, CauseOutage} {
		outside := 0
		for k := range 100 {
			f := quiet()
			f.Now, f.Draw = monday.Add(13*time.Hour+20*time.Minute), float64(k)/100
			f.Vendor.LastTry, f.Vendor.Cause, f.Vendor.Failures = f.Now, cause, 6
			free := Next(f)
			f.Settings = evening
			if p := Next(f); p.At.Before(free.At) || p.Reason != ReasonRetry {
				t.Fatalf("%s: %+v, without windows %+v", cause, p, free)
			} else if p.Outside {
				outside++
			}
		}
		if outside < 20 || outside > 60 { // a third of two half hours from 22:21 on is after 23:00
			t.Errorf("%s: %d of 100 wait for the next window", cause, outside)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	f := quiet()
	f.Nudges = []Nudge{{ReasonStart, monday}}
	for b.Loop() {
		Next(f)
	}
}
