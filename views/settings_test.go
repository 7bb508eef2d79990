package views

import (
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// scrolledTo is how far the page is scrolled: where the first object of its content stands.
func scrolledTo(b *bench) float32 {
	page := b.w.now.body.(*look.Page)
	d := fyne.CurrentApp().Driver()
	return d.AbsolutePositionForObject(page).Y - d.AbsolutePositionForObject(page.Content()).Y
}

func TestASettingIsRenewedInItsPlace(t *testing.T) {
	d := &testDesk{starts: true}
	b := open(t, newFake(quietFacts()), benchOptions{desk: d, size: fyne.NewSize(760, 520)})
	b.goTo(secSettings)
	page := b.w.now.body.(*look.Page)
	b.tabTo("delete") // at the end of the page
	if scrolledTo(b) <= 0 {
		t.Fatal("the page fits: nothing to scroll")
	}
	at, content := scrolledTo(b), page.Content()
	b.w.settings.Appearance = "dark"
	b.w.now.renew()
	if b.w.now.body != page || page.Content() == content {
		t.Fatal("the page is another, or shows what it showed")
	}
	if got := scrolledTo(b); got != at {
		t.Errorf("scrolled to %v, was %v", got, at)
	}
	if b.focused() != "delete" {
		t.Errorf("the keyboard went to %q", b.focused())
	}
	content = page.Content()
	b.w.now.renew()
	if page.Content() != content {
		t.Error("what did not change was made anew")
	}
}

func switchOf(b *bench, key string) bool {
	b.t.Helper()
	sw, ok := look.ByFocusKey(b.w.now.body, key).(interface{ On() bool })
	if !ok {
		b.t.Fatalf("there is no switch %q", key)
	}
	return sw.On()
}

func TestASwitchShowsWhatIsSoAfterAnythingElseChanged(t *testing.T) {
	d := &testDesk{starts: true}
	b := open(t, newFake(quietFacts()), benchOptions{desk: d})
	b.goTo(secSettings)
	if !switchOf(b, "start") {
		t.Fatal("the start is not shown")
	}
	b.click("Dark")
	if !switchOf(b, "start") {
		t.Error("the start looks off after another change")
	}
	b.click("Start with the computer")
	b.click("Light")
	if switchOf(b, "start") || d.starts {
		t.Error("the start looks on")
	}
	b.click("Stay in the tray when closed")
	if switchOf(b, "tray") {
		t.Error("the tray looks on, but there is none")
	}
	d.refuses = terms.NewProblem(terms.StateDiskFull, nil, nil)
	b.click("Start with the computer")
	if switchOf(b, "start") {
		t.Error("the start looks on, but could not be set")
	}
}
