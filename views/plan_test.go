package views

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// count is how many dates the plan lists.
func (v voice) count(s licensing.Snapshot) (n int) {
	for _, m := range v.dates(s).Months {
		n += len(m.Rows)
	}
	return n
}

func TestThePlanFollowsItsDatesAndNotOnlyTheirNumber(t *testing.T) {
	e := newFake(quietFacts())
	b := open(t, e, benchOptions{})
	b.goTo(secPlan)
	b.mustSay("March 2027", "14")
	count := b.w.v.count(b.w.snap)
	e.facts.Licenses[0].License.Ends = endOf("2027-03-21")
	e.revision++
	b.w.reload()
	if got := b.w.v.count(b.w.snap); got != count {
		t.Fatalf("%d dates, then %d: this tests the wrong thing", count, got)
	}
	b.mustSay("March 2027", "21")
	e.facts.Licenses = nil
	e.revision++
	b.w.reload()
	b.mustSay(b.w.v.t("plan.none"))
	e.facts = quietFacts()
	e.revision++
	b.w.reload()
	b.mustSay("March 2027", "14")
	b.mustNotSay(b.w.v.t("plan.none"))
}

func TestAPlanIsTriedAndItsResultSaysWhenAndWhatHelps(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	b.goTo(secPlan)
	b.clickID("plan.what_if")
	b.mustSay(b.w.v.t("plan.copy"))
	b.clickID("plan.try")
	m := b.planned()
	if m.Tone != terms.ToneNotice || len(m.Products) != 3 || len(m.Ways) != 2 {
		t.Fatalf("%+v", m)
	}
	b.mustSay(m.Answers.Headline, m.Answers.Happened, m.Answers.Do, "AcmeCAD Pro", "AcmeCAM", "Nordlicht Studio", m.Products[0].Avoid, m.Command,
		"Grace (offline). Works, Cloud render until 22 Dec", b.w.v.t("plan.assumed", "list", m.Assumptions))
	if got := b.w.snap.Facts; !reflect.DeepEqual(got, planFacts()) {
		t.Error("trying a plan changed the facts")
	}
	b.w.visit(b.w.home())
	b.goTo(secPlan)
	b.mustSay(m.Answers.Headline) // it is still there
}

func TestTheLanesShowTheSameAsTheList(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	tryPlan(b, simulate.Offline)
	m := b.planned()
	got := map[string]string{}
	for _, l := range m.Lanes.Lanes {
		var words []string
		end := float32(0)
		for _, p := range l.Phases {
			if words = append(words, p.Word); p.From-end > 1e-5 || p.To <= p.From {
				t.Errorf("%s: %+v does not follow what ends at %v", l.Name, p, end)
			}
			end = p.To
		}
		if end != 1 {
			t.Errorf("%s ends at %v", l.Name, end)
		}
		got[l.Name] = strings.Join(words, ", ")
	}
	want := map[string]string{
		"AcmeCAD Pro": "Works, Grace, Works", "· Cloud render": "Works, Grace, Paused, Works", "· Edit drawings": "Works, Grace, Works",
		"· Export": "Works", "AcmeCAM": "Works", "Nordlicht Studio": "Works, does not end",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the lanes show %v", got)
	}
	if len(m.Lanes.Ticks) != 3 || m.Lanes.Ticks[0].Word != "3 Nov 2026" || m.Lanes.Ticks[1].Word != "20 Dec" || m.Lanes.Ticks[2].Word != "3 Jan 2027" {
		t.Errorf("the dates above are %+v", m.Lanes.Ticks)
	}
	if r := m.Lanes.Reaches; len(r) != 1 || r[0].Name != "no internet" || r[0].Word != "60 days, to 2 Jan" {
		t.Errorf("below stands %+v", r)
	}
}

func TestEveryConditionCanBeTriedAloneAndAllTogether(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	var all []planCondition
	for _, k := range simulate.Kinds() {
		c := newCondition(k)
		c.version = "7"
		all = append(all, c)
	}
	try := func(never bool, conditions ...planCondition) planModel {
		b.w.plan = planForm{tab: tabWhatIf, never: never, conditions: conditions}
		b.w.visit(b.w.planPlace())
		b.clickID("plan.try")
		m := b.planned()
		b.mustSay(m.Answers.Headline)
		for _, s := range b.texts() {
			if plain.IsMissing(s) {
				t.Errorf("%v: %s", conditions, s)
			}
		}
		for _, p := range m.Products {
			if len(p.Steps) == 0 {
				t.Errorf("%v: nothing is said about %s", conditions, p.Name)
			}
		}
		return m
	}
	for _, c := range all {
		try(false, c)
	}
	if m := try(true, all...); len(m.Conditions) != len(all)+1 || len(m.Lanes.Reaches) != len(all)+1 {
		t.Errorf("%d conditions are told, %d drawn", len(m.Conditions), len(m.Lanes.Reaches))
	}
	b.mustNotSay(b.w.v.t("plan.add"))
	try(true)
}

func TestWhatCannotBeReadIsToldBesideItsFieldAndTheFocusGoesThere(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	b.w.plan = usualPlan()
	b.w.plan.tab, b.w.plan.conditions[0].start = tabWhatIf, startOther
	b.w.visit(b.w.planPlace())
	b.tabTo(fieldKey(0, "start"))
	typeText(b, "1/12/2026")
	b.press(fyne.KeyReturn)
	b.mustSay(b.w.v.t(wrongEither))
	if b.w.canvas().Overlays().Top() != nil {
		t.Error("a dialog came up")
	}
	if got := b.focused(); got != fieldKey(0, "start") {
		t.Errorf("the focus is on %q", got)
	}
	typeText(b, "x")
	b.mustNotSay(b.w.v.t(wrongEither))
	e := b.w.canvas().Focused().(*look.Entry)
	e.SetText("")
	typeText(b, "1 Dec 2026")
	b.press(fyne.KeyReturn)
	b.mustSay(b.planned().Answers.Headline, "--from 2026-12-01")
	if got := b.focused(); got != fieldKey(0, "start") {
		t.Errorf("after the result the focus is on %q", got)
	}
}

func typeText(b *bench, text string) {
	for _, r := range text {
		b.w.canvas().Focused().TypedRune(r)
	}
}

func TestConditionsAreAddedChangedAndRemovedByTheKeyboard(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	b.goTo(secPlan)
	b.tabTo("tab 0")
	b.press(fyne.KeyRight)
	choose := func(key string, option string) {
		t.Helper()
		b.tabTo(key)
		b.press(fyne.KeyReturn)
		b.click(option)
		if got := b.focused(); got != key && key != "add" {
			t.Errorf("after choosing %q in %q the focus is on %q", option, key, got)
		}
	}
	choose("add", b.w.v.t("plan.kind.clock"))
	choose(fieldKey(1, "shift"), "400 days behind")
	choose(fieldKey(0, "length"), "30 days")
	b.tabTo("try")
	b.press(fyne.KeyReturn)
	b.mustSay("holdfast simulate --offline 30d --clock -400d --from 2026-11-04")
	b.tabTo(fieldKey(0, "remove"))
	b.press(fyne.KeyReturn)
	b.mustSay("holdfast simulate --clock -400d --from 2026-11-04") // what is shown follows
	b.mustSay(b.planned().Answers.Headline)
	b.tabTo("never")
	b.press(fyne.KeySpace)
	b.mustSay("--never-online", b.planned().Answers.Headline)
}

func TestAResultFollowsTheEngine(t *testing.T) {
	e := newFake(planFacts())
	b := open(t, e, benchOptions{})
	tryPlan(b, simulate.Offline)
	before := b.planned().Answers.Headline
	e.facts.Licenses = e.facts.Licenses[1:]
	e.revision++
	b.w.reload()
	after := b.planned().Answers.Headline
	if before == after {
		t.Fatal("the facts make no difference: this tests the wrong thing")
	}
	b.mustSay(after)
	b.mustNotSay(before)
}

func TestLeavingGivesThePlanUp(t *testing.T) {
	var work []func()
	b := open(t, newFake(planFacts()), benchOptions{spawn: func(f func()) { work = append(work, f) }})
	run := func() {
		for len(work) > 0 {
			f := work[0]
			work = work[1:]
			f()
		}
	}
	run()
	b.w.plan = usualPlan()
	b.w.plan.tab = tabWhatIf
	b.w.visit(b.w.planPlace())
	b.clickID("plan.try")
	if !b.w.work.busy() {
		t.Fatal("nothing is under way")
	}
	b.w.visit(b.w.home())
	if b.w.work.busy() {
		t.Error("it goes on")
	}
	run()
	b.mustNotSay(b.w.v.t("plan.copy"))
}

func TestAComingDateOpensItsLicense(t *testing.T) {
	b := open(t, newFake(planFacts()), benchOptions{})
	b.goTo(secPlan)
	m := b.w.v.dates(b.w.snap)
	last := m.Months[len(m.Months)-1]
	row := last.Rows[len(last.Rows)-1]
	b.click(row.Day + " " + row.Month + ": " + row.Title + ", " + row.Product)
	if here := b.w.trail.here().name; here != "license "+row.Key {
		t.Errorf("the row leads to %q", here)
	}
}

func TestThousandsOfDatesAreListedUpToALimitAndCounted(t *testing.T) {
	var all []terms.Held
	for i := range 3000 {
		id := "m" + strconv.Itoa(i)
		all = append(all, held(id, "Module "+id, acmeRoot, endOf("2027-01-01").AddDate(0, 0, i%500)))
	}
	v, e := voiceOf(t, "en", time.UTC), newFake(acme(all...))
	snap := e.Snapshot()
	m := v.dates(snap)
	rows, last := 0, ""
	for _, x := range m.Months {
		if rows += len(x.Rows); x.Title == last {
			t.Errorf("%s stands twice", x.Title)
		}
		last = x.Title
	}
	total := 0
	for _, p := range snap.Verdict.Products {
		total += len(moments(p))
	}
	if rows != mostDates || m.More != total-mostDates {
		t.Errorf("%d rows, %d more, of %d", rows, m.More, total)
	}
}

func TestAWayOutOfAPlanLeadsToItsAction(t *testing.T) {
	v, snap := voiceOf(t, "en", time.UTC), newFake(planFacts()).Snapshot()
	sc, _ := v.scenario(usualPlan(), snap.Verdict.At)
	m := v.plan(snap, sc, simulate.Run(snap.Facts, snap.Verdict.At, sc))
	var got []terms.Action
	for _, w := range m.Ways {
		if got = append(got, w.Action); w.Finding.Product != "acmecad" || w.Label != v.Action(w.Action) {
			t.Errorf("%+v", w)
		}
	}
	if !reflect.DeepEqual(got, []terms.Action{terms.ActCheckin, terms.ActMoreTime}) {
		t.Errorf("the ways are %v", got)
	}
}
