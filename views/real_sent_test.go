package views

import "testing"

func TestRealBatchesThatLeftCanBeReadAfterwards(t *testing.T) {
	w := newWorld(t)
	w.acme = newOffice(t, w.clock, "https://licenses.acme.example")
	w.activated(counts)
	for range 3 {
		w.here.record("starts", 1)
	}
	d := &courier{w: w}
	b := windowWith(w.here, benchOptions{desk: d})
	b.w.showContacts()
	b.click("Check now")
	log, err := w.here.ContactLog(t.Context(), "", 0)
	if err != nil || len(log) != 1 || len(log[0].Sent) != 2 {
		t.Fatalf("%+v %v", log, err)
	}
	id := log[0].Sent[1].ID
	b.w.opened[log[0].ID] = true
	b.w.reshow()
	b.tabTo("batch " + id)
	b.press("Return")
	b.mustSay("This is everything in the file about this computer and its use:", "Starts 3", "Sent")
	b.goTo(secUsage)
	b.mustSay("Sent when you asked: today, 12:00", "Receipt R-1")
	b.clickID("usage.tab.files")
	b.click("See it")
	b.mustSay("Starts 3")
}
