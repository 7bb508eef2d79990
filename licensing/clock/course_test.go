package clock

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

// watched is a computer whose program looks at the clock.
type watched struct {
	*Driven
	t      *testing.T
	bound  Bound
	course Course
}

func watch(t *testing.T) *watched {
	w := &watched{Driven: NewDriven(start), t: t}
	w.bound = Bound{}.Saw(start, w.Read())
	w.look()
	return w
}

func (w *watched) look() {
	r := w.Read()
	w.course, w.bound = w.course.Look(r, w.bound.Lower(r)), w.bound.Moved(r)
}

func (w *watched) decision() time.Time {
	r := w.Read()
	lower := w.bound.Lower(r)
	return Decide(lower, w.course.Believed(r, lower))
}

// wants looks and demands what is believed and what decisions use.
func (w *watched) wants(step string, unsure bool, decision time.Time) {
	w.t.Helper()
	if d := w.decision(); !d.Equal(decision) {
		w.t.Errorf("%s: decides by %v, want %v", step, d, decision)
	}
	if w.look(); w.course.Unsure() != unsure {
		w.t.Errorf("%s: unsure is %v, want %v: %+v", step, !unsure, unsure, w.course)
	}
	if d := w.decision(); !d.Equal(decision) {
		w.t.Errorf("%s: after the look it decides by %v, want %v", step, d, decision)
	}
}

func TestTheFirstLookIsBelieved(t *testing.T) {
	for _, wall := range []time.Time{time.Unix(0, 0), start, start.AddDate(10, 0, 0)} {
		r := NewDriven(wall).Read()
		if c := (Course{}).Look(r, start); c.Unsure() || !c.Line.Equal(wall) {
			t.Errorf("%v: %+v", wall, c)
		}
		if d := Decide(time.Time{}, Course{}.Believed(r, time.Time{})); !d.Equal(wall) {
			t.Errorf("%v: decides by %v", wall, d)
		}
	}
}

func TestAJumpIsFollowedAfterADayOfRunningTime(t *testing.T) {
	w := watch(t)
	w.Advance(time.Hour)
	w.look()
	to := start.AddDate(2, 0, 0)
	w.Set(to)
	w.wants("after the jump", true, start.Add(time.Hour))
	if !w.course.From.Equal(start.Add(time.Hour)) || !w.course.To.Equal(to) || w.course.Left() != JumpWait {
		t.Errorf("the jump is %+v", w.course)
	}
	w.Advance(23 * time.Hour)
	w.wants("a day less an hour later", true, start.Add(day))
	if w.course.Left() != time.Hour {
		t.Errorf("left: %v", w.course.Left())
	}
	w.PowerOff(100 * time.Hour) // off is no running time
	w.wants("after a rest", true, start.Add(day))
	w.Advance(time.Hour)
	w.wants("after a day of running time", false, to.Add(124*time.Hour))
}

func TestAJumpThatIsTakenBackNeverHappened(t *testing.T) {
	w := watch(t)
	before := w.course
	w.Set(start.AddDate(5, 0, 0))
	w.look()
	w.Advance(20 * time.Hour)
	w.look()
	w.Set(start.Add(20 * time.Hour))
	w.wants("right again", false, start.Add(20*time.Hour))
	before.Line, before.At = before.Line.Add(20*time.Hour), 20*time.Hour
	if w.course != before {
		t.Errorf("left behind: %+v", w.course)
	}
}

func TestAnotherJumpStartsAnew(t *testing.T) {
	w := watch(t)
	w.Set(start.AddDate(5, 0, 0))
	w.look()
	w.Advance(20 * time.Hour)
	w.look()
	w.Set(start.AddDate(3, 0, 0))
	w.look()
	w.Advance(20 * time.Hour)
	w.wants("20 hours into the second jump", true, start.Add(40*time.Hour))
	if w.course.Left() != 4*time.Hour {
		t.Errorf("left: %v", w.course.Left())
	}
}

func TestSetBackAndRightAgainIsNoJump(t *testing.T) {
	for name, wall := range map[string]time.Time{
		"flat battery, 1970": time.Unix(0, 0), "flat battery, 2000": time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		"a year back": start.AddDate(-1, 0, 0), "a day back": start.Add(-day),
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t)
			w.bound = Bound{} // nothing signed explains it
			w.Advance(30 * day)
			w.look()
			for range 10 { // every morning
				w.PowerOff(16 * time.Hour)
				right := w.Read().Wall
				w.Set(wall)
				w.look()
				if w.course.Unsure() {
					t.Fatalf("going back is a jump: %+v", w.course)
				}
				w.Advance(time.Minute)
				w.Set(right.Add(time.Minute))
				w.wants("right again", false, right.Add(time.Minute))
				w.Advance(8 * time.Hour)
				w.look()
			}
		})
	}
}

func TestALongTimeBackIsForgotten(t *testing.T) {
	w := watch(t)
	w.bound = Bound{}
	w.Set(start.AddDate(-1, 0, 0))
	w.look()
	w.Advance(25 * time.Hour)
	w.look()
	w.Set(start.Add(25 * time.Hour))
	w.look()
	if !w.course.Unsure() {
		t.Error("a year ahead of a day was believed at once")
	}
	signed := start.Add(20 * time.Hour) // a signed time near the wall settles it
	if c := w.course.Look(w.Read(), signed); c.Unsure() {
		t.Errorf("not settled: %+v", c)
	}
}

func TestSettingItRightEndsWhatWasBefore(t *testing.T) {
	w := watch(t)
	for _, wall := range []time.Time{start.Add(6 * day), start.Add(-100 * day), start} { // the last is right again
		w.Set(wall)
		w.wants("within a week, or back", false, latest(wall, start))
	}
	w.Set(start.Add(12 * day))
	w.wants("a little more than before", true, start)
}

func TestOffForLongIsAJumpAndASleepIsNot(t *testing.T) {
	for name, c := range map[string]struct {
		pass   func(*watched, time.Duration)
		unsure bool
	}{
		"off": {func(w *watched, by time.Duration) { w.PowerOff(by) }, true},
		"on":  {func(w *watched, by time.Duration) { w.Advance(by) }, false}, // asleep is the same to the boot clock
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t)
			c.pass(w, JumpMost)
			w.wants("after a week", false, start.Add(JumpMost))
			c.pass(w, JumpMost+time.Hour)
			if w.look(); w.course.Unsure() != c.unsure {
				t.Errorf("after more than a week: %+v", w.course)
			}
		})
	}
}

func TestTimeZonesChangeNothing(t *testing.T) {
	w := watch(t)
	for _, hours := range []int{-12, 0, 14} {
		r := w.Read()
		r.Wall = r.Wall.In(time.FixedZone("here", hours*3600))
		if c := w.course.Look(r, time.Time{}); c != w.course {
			t.Errorf("%d hours: %+v, want %+v", hours, c, w.course)
		}
	}
}

func TestAProofAgainstTheWallClockIsAJump(t *testing.T) {
	w := watch(t)
	w.Set(start.AddDate(10, 0, 0))
	w.look()
	w.Advance(2 * day)
	w.wants("believed", false, start.AddDate(10, 0, 0).Add(2*day))
	signed := start.Add(day)
	w.course = w.course.Disproved(w.Read(), signed)
	if !w.course.Unsure() || !w.course.Line.Equal(signed) || w.course.Left() != JumpWait {
		t.Errorf("after the proof: %+v", w.course)
	}
	w.Advance(time.Hour)
	w.wants("an hour later", true, start.Add(2*day+time.Hour)) // the bound, which has run on
}

func TestCourseIsWrittenAndReadBack(t *testing.T) {
	w := watch(t)
	w.Set(start.AddDate(1, 0, 0))
	w.look()
	w.Advance(time.Second)
	w.look()
	data, err := json.Marshal(w.course)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"line":"2026-11-03T09:00:01Z","boot":"boot-1","at_ns":1000000000,"from":"2026-11-03T09:00:00Z","to":"2027-11-03T09:00:01Z","ran_ns":1000000000}`
	if string(data) != want {
		t.Errorf("wrote %s, want %s", data, want)
	}
	var back Course
	if err := json.Unmarshal(data, &back); err != nil || back != w.course {
		t.Errorf("read %+v, %v; want %+v", back, err, w.course)
	}
	if data, err := json.Marshal(Course{}); err != nil || string(data) != "{}" {
		t.Errorf("nothing is written as %s, %v", data, err)
	}
}

// anyCourse is what some looks, or a damaged record, may leave.
func anyCourse(t *rapid.T) Course {
	at := func(name string) time.Time {
		if !rapid.Bool().Draw(t, name+" known") {
			return time.Time{}
		}
		return start.Add(time.Duration(rapid.Int64Range(-int64(20*365*day), int64(20*365*day)).Draw(t, name)))
	}
	span := func(name string) time.Duration { return time.Duration(rapid.Int64().Draw(t, name)) }
	return Course{
		Line: at("line"), Boot: rapid.SampledFrom([]string{"", "boot-1", "boot-2"}).Draw(t, "boot"), At: span("at"),
		High: at("high"), Back: span("back"), From: at("from"), To: at("to"), Ran: span("ran"),
	}
}

func TestDecisionsLieBetweenTheBoundAndTheLaterOfBoundAndWall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCourse(t)
		r := Reading{
			Wall: start.Add(time.Duration(rapid.Int64Range(-int64(10*365*day), int64(10*365*day)).Draw(t, "wall"))),
			Boot: "boot-1", Running: time.Duration(rapid.Int64Range(0, int64(1000*day)).Draw(t, "running")),
		}
		lower := start.Add(time.Duration(rapid.Int64Range(-int64(365*day), int64(365*day)).Draw(t, "lower")))
		d, next := Decide(lower, c.Believed(r, lower)), c.Look(r, lower)
		if d.Before(lower) || d.After(Decide(lower, r)) {
			t.Fatalf("decides by %v of %v and %v", d, lower, r.Wall)
		}
		if left := next.Left(); next.Unsure() != (left > 0) || left > JumpWait {
			t.Fatalf("%v left of %+v", left, next)
		}
		if again := next.Look(r, lower); again != next {
			t.Fatalf("a second look at the same moment gives %+v after %+v", again, next)
		}
		if !next.Unsure() && !next.Line.Equal(r.Wall) {
			t.Fatalf("believes %v, but its line is %v", r.Wall, next.Line)
		}
	})
}

func TestLooksInBetweenMakeNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := NewDriven(start)
		d.Advance(time.Hour)
		c := anyCourse(t)
		c.Boot, c.At = "boot-1", time.Hour
		c.Ran, c.Back = c.Ran.Abs()%JumpWait, c.Back.Abs()%JumpWait
		r := d.Read()
		c = c.Look(r, time.Time{})
		once := c
		for range rapid.IntRange(1, 20).Draw(t, "looks") {
			d.Advance(time.Duration(rapid.Int64Range(0, int64(5*time.Hour)).Draw(t, "span")))
			c = c.Look(d.Read(), time.Time{})
		}
		if once = once.Look(d.Read(), time.Time{}); once != c {
			t.Fatalf("one look gives %+v, several %+v", once, c)
		}
	})
}

func BenchmarkLook(b *testing.B) {
	r := NewDriven(start).Read()
	c := Course{}.Look(r, start)
	r.Wall = start.AddDate(1, 0, 0)
	b.ReportAllocs()
	for b.Loop() {
		_ = c.Look(r, start)
	}
}
