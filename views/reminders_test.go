package views

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"holdfast/licensing/alarm"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// graceAlarm is about the grace that ends, as the program would say it.
func graceAlarm(e *fake, os bool) alarm.Alarm {
	p := e.Snapshot().Verdict.Products[1]
	return alarm.Alarm{
		Key: "k", Step: alarm.StepDays, OS: os, Vendor: acmeRoot, Product: p.ID, Name: p.Name, Finding: p.Finding, Event: terms.EventOfflineGraceEnds,
		At: e.wall, Date: endOf("2026-12-16"), Snooze: endOf("2026-12-15"),
	}
}

func remindingBench(t *testing.T, on, os bool) (*fake, *reminding, *bench) {
	t.Helper()
	e, d := newFake(offlineFacts("2026-11-02")), &reminding{}
	e.wall = day("2026-12-05")
	d.due = []alarm.Alarm{graceAlarm(e, os)}
	d.settings.Remind = on
	return e, d, open(t, e, benchOptions{desk: d})
}

func TestADateThatIsDueIsOneNoticeOfTheSystemAndALineThatCanBePutOff(t *testing.T) {
	e, d, b := remindingBench(t, true, true)
	title, text := graceAlarm(e, true).Words(b.w.v.Speaker, b.w.v.zone)
	d.due = []alarm.Alarm{graceAlarm(e, true)}
	test.AssertNotificationSent(t, fyne.NewNotification(title, text), func() { e.revision++; b.w.reload() })
	test.AssertNotificationSent(t, nil, func() { e.revision++; b.w.reload() })
	b.mustSay("AcmeCAM: Grace ends", "Remind me again on 15 December 2026")
	b.tabTo("snooze")
	b.press(fyne.KeyReturn)
	if !d.snoozed.Equal(endOf("2026-12-15")) {
		t.Errorf("put off until %v", d.snoozed)
	}
	b.mustSay("We stay quiet until 15 December 2026.")
	b.mustNotSay("Remind me again")
}

func TestADateForTheWindowAloneIsNoNoticeOfTheSystem(t *testing.T) {
	e, d, b := remindingBench(t, true, false)
	d.due = []alarm.Alarm{graceAlarm(e, false)}
	test.AssertNotificationSent(t, nil, func() { e.revision++; b.w.reload() })
	b.mustSay("AcmeCAM: Grace ends")
	if len(d.due) != 0 {
		t.Error("the alarm was not taken")
	}
}

func TestALineAboutADateGoesWhenItIsNoLongerSo(t *testing.T) {
	e, _, b := remindingBench(t, true, false)
	b.mustSay("Remind me again")
	e.facts.Contact[acmeRoot] = e.wall
	e.revision++
	b.w.reload()
	b.mustNotSay("Remind me again")
}

func TestNobodyIsRemindedWhoDidNotAsk(t *testing.T) {
	_, d, b := remindingBench(t, false, true)
	if len(d.due) != 1 {
		t.Error("an alarm was taken")
	}
	b.mustNotSay("Remind me again")
	b.goTo(secSettings)
	b.mustSay("Notices and start", "Remind me before dates matter", "At most one notice a day")
	b.tabTo("remind")
	b.press(fyne.KeySpace)
	if !d.settings.Remind || len(d.due) != 0 {
		t.Errorf("on %v, %d alarms left", d.settings.Remind, len(d.due))
	}
	b.press(fyne.KeySpace)
	if d.settings.Remind {
		t.Error("the switch does not go back")
	}
}

func TestDeletingEverythingForgetsTheReminders(t *testing.T) {
	e, d, b := remindingBench(t, true, false)
	b.mustSay("Remind me again")
	b.w.erase()
	if d.forgot != 1 || e.erased != 1 {
		t.Errorf("forgotten %d times, deleted %d times", d.forgot, e.erased)
	}
	b.mustNotSay("Remind me again")
}

func TestTheBoxAboutRemindersStandsOnceAfterTheFirstLicense(t *testing.T) {
	e, d := newFake(acme()), &testDesk{}
	e.report = licenseReport()
	after := quietFacts()
	e.after = &after
	b := open(t, e, benchOptions{desk: d})
	b.w.Open([]string{"license.hflic"})
	b.click("Use this license")
	b.mustSay("Remind me before dates matter", "at most one a day")
	b.w.Open([]string{"license.hflic"})
	b.click("Use this license")
	b.mustSay("Remind me before dates matter") // it was not answered yet
	if b.primaries() > 1 {
		t.Error("the box has a button that stands out")
	}
	b.click("Remind me")
	if !d.settings.Remind {
		t.Error("it was not switched on")
	}
	b.mustNotSay("Remind me before dates matter")
	b.w.Open([]string{"license.hflic"})
	b.click("Use this license")
	b.mustNotSay("Remind me before dates matter")
}

func TestTheBoxAboutRemindersGoesWithoutBeingAskedAgain(t *testing.T) {
	e, d := newFake(acme()), &testDesk{}
	e.report = licenseReport()
	after := quietFacts()
	e.after = &after
	b := open(t, e, benchOptions{desk: d})
	b.w.Open([]string{"license.hflic"})
	b.click("Use this license")
	if look.ByFocusKey(b.root(), "remind.no") == nil {
		t.Fatal("there is no way to say no")
	}
	b.tabTo("remind.no")
	b.press(fyne.KeyReturn)
	b.goTo(secHelp)
	b.goTo(secOverview)
	b.mustNotSay("Remind me before dates matter")
	if d.settings.Remind {
		t.Error("it was switched on")
	}
}
