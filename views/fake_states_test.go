package views

import (
	"context"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/alarm"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// clockOf is what the engine says of the clock.
func clockOf(f terms.Facts, v terms.Verdict, wall time.Time) licensing.ClockView {
	c := licensing.ClockView{Wall: wall, Decision: v.At, Line: f.Clock}
	for _, x := range append([]terms.Finding{v.Main}, v.Others...) {
		if x.State == terms.StateClockWrong || x.State == terms.StateClockUnsure {
			c.State = x.State
		}
	}
	for _, x := range f.Vendors {
		if at := f.Lower[x.Root]; !at.IsZero() {
			c.Vendors = append(c.Vendors, licensing.VendorClock{
				Root: x.Root, Name: x.Name, Signed: at, Sure: at, Decision: v.At, Contact: f.Contact[x.Root], Behind: max(0, at.Sub(wall)),
			})
		}
	}
	return c
}

func (f *fake) Away(_ terms.Query, until time.Time) []licensing.Cover {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away == nil {
		return nil
	}
	return f.away(until)
}

func (f *fake) Notices() []licensing.NoticeView {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.notices
}

func (f *fake) Grace(context.Context) ([]licensing.GraceEntry, error) { return f.grace, f.fail }

func (f *fake) ConfirmRestore(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.fail
	}
	f.confirms++
	f.facts.Records.Restored = true
	f.revision++
	return nil
}

// reminding is a desk that has an alarm to tell.
type reminding struct {
	testDesk
	due     []alarm.Alarm
	snoozed time.Time
	forgot  int
}

func (d *reminding) ForgetAlarms() error { d.forgot++; return nil }

func (d *reminding) DueAlarm(terms.Verdict) (alarm.Alarm, bool) {
	if len(d.due) == 0 || !d.settings.Remind {
		return alarm.Alarm{}, false
	}
	a := d.due[0]
	d.due = d.due[1:]
	return a, true
}

func (d *reminding) Snooze(until time.Time) error { d.snoozed = until; return d.refuses }

// offlinePolicy has an offline window of 30 days, then 14 days of grace.
func offlinePolicy(h *terms.Held) {
	h.License.Policy.Offline = terms.Offline{Window: terms.Days(30), MoreTime: terms.Days(30)}
	h.License.Policy.Grace.Offline = terms.Days(14)
}

// offlineFacts are products that count offline time since the last contact.
func offlineFacts(contact string) terms.Facts {
	f := acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), offlinePolicy),
		held("acmecam", "AcmeCAM", acmeRoot, endOf("2027-06-30"), offlinePolicy))
	for i := range f.Licenses { // what was bought long ago does not count as contact
		f.Licenses[i].License.Issued, f.Licenses[i].License.Starts = day("2026-03-14"), day("2026-03-14")
	}
	f.Contact = map[string]time.Time{acmeRoot: day(contact)}
	return f
}

func clockWrongFacts() terms.Facts {
	f := offlineFacts("2026-11-02")
	f.Lower[acmeRoot] = day("2026-11-20")
	return f
}

func clockUnsureFacts() terms.Facts {
	f := offlineFacts("2026-11-02")
	f.Clock = terms.Clock{Line: day("2026-11-03"), From: day("2026-11-03"), To: day("2027-02-03"), Left: 20 * time.Hour}
	return f
}

func rolledBackFacts() terms.Facts {
	f := offlineFacts("2026-11-02")
	f.Records = terms.Records{State: terms.StateRolledBack, At: day("2026-10-20"), Until: endOf("2026-11-17")}
	return f
}

func changedFacts() terms.Facts {
	f := offlineFacts("2026-11-02")
	f.Device.Changed = &terms.Changed{Since: day("2026-11-02"), Same: 2, Of: 4, Parts: []string{"disk", "mac"}}
	return f
}

func signed[T any](body T) terms.Signed[T] {
	return terms.Signed[T]{Body: body, Vendor: acmeRoot, Document: "doc-1", KeyID: "k1", Issued: day("2026-11-01"), Taken: day("2026-11-02")}
}

func policyNoticeBody() terms.Notice {
	return terms.Notice{
		ID: "n2", Type: terms.NoticePolicy, Product: "acmecad", From: day("2027-01-01"), Ref: "N-208", Policy: 4, Text: terms.Plain("New contract"),
		Old: terms.Plain("30 days offline"), New: terms.Plain("20 days offline"),
	}
}

func maintenanceBody() terms.Notice {
	return terms.Notice{
		ID: "n1", Type: terms.NoticeMaintenance, From: day("2026-12-05"), Until: day("2026-12-05").Add(2 * time.Hour), Ref: "N-207",
		Text: terms.Plain("We move to new servers."), Prepare: terms.Plain("Files that you need that day"),
	}
}

func policyFacts() terms.Facts {
	f := offlineFacts("2026-11-02")
	f.Notices = []terms.Signed[terms.Notice]{signed(policyNoticeBody())}
	return f
}

// announced are one of each kind, as the engine lists them.
func announced() []licensing.NoticeView {
	work, rules := maintenanceBody(), policyNoticeBody()
	old := work
	old.ID, old.Ref, old.From, old.Until = "n0", "N-101", day("2026-05-01"), day("2026-05-01").Add(time.Hour)
	view := func(doc, ref string, kind exchange.Kind) licensing.NoticeView {
		return licensing.NoticeView{
			Kind: kind, Root: acmeRoot, Vendor: "Acme GmbH", Ref: ref, Document: doc, Issued: day("2026-11-01"), Taken: day("2026-11-02"),
			Products: []string{"acmecad"},
		}
	}
	a, b, c, d, e, f := view("document 1", "N-207", exchange.KindNotice), view("document 2", "N-208", exchange.KindNotice), view("document 3", "X-1", exchange.KindExtension),
		view("document 4", "H-1", exchange.KindHold), view("document 5", "R-1", exchange.KindRevocation), view("document 6", "N-101", exchange.KindNotice)
	a.Notice, b.Notice, f.Notice = &work, &rules, &old
	a.Finding = terms.Finding{State: terms.StateMaintenance, Tone: terms.ToneNotice, Slots: terms.Slots{
		"vendor": "Acme GmbH", "date": work.From, "hours": 2, "ref": "N-207",
	}, Action: terms.ActCheckin}
	c.Extension = &terms.Extension{What: terms.ExtendOffline, By: terms.Days(14), Until: endOf("2026-12-20"), Agent: "Kim Doe", Reason: terms.Plain("Trip to sea")}
	d.Hold = &terms.Hold{Serial: "4711-acmecad", Reason: terms.Plain("Is this computer still yours?"), Ref: "H-1", AnswerBy: endOf("2026-11-30")}
	e.Revocation = &terms.Revocation{
		Serial: "4711-acmecad", Reason: terms.Plain("Order was cancelled"), Ref: "R-1", DecidedBy: "Kim Doe", From: day("2026-11-20"),
		Until: endOf("2026-12-20"), ReviewBy: endOf("2026-12-01"),
	}
	f.Over = true
	return []licensing.NoticeView{a, b, c, d, e, f}
}

func graceEntries() []licensing.GraceEntry {
	e := licensing.GraceEntry{Seq: 7, At: day("2026-10-01"), Event: "started", Cause: terms.CauseOffline, Vendor: acmeRoot, Product: "acmecad", Started: day("2026-09-29"), Ends: endOf("2026-10-15"), Remaining: 14 * 86400}
	moved, back := e, e
	moved.At, moved.Event, moved.Ends = day("2026-10-03"), "changed", endOf("2026-10-22")
	back.At, back.Event = day("2026-10-05"), "recovered"
	over := e
	over.At, over.Event, over.Cause, over.Product = day("2026-10-20"), "ended", terms.CauseRenewal, "acmecam"
	return []licensing.GraceEntry{e, moved, back, over}
}

// coverOf answers as an engine with an offline window of 30 days and 30 more at once would.
func coverOf(until time.Time) []licensing.Cover {
	c := licensing.Cover{Vendor: acmeRoot, Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-12-02"), Grace: endOf("2026-12-16"), Most: endOf("2027-01-02")}
	c.Covered, c.Granted = !until.After(c.Until), until.After(c.Until) && !until.After(c.Most)
	d := licensing.Cover{Vendor: northRoot, Product: "studio", Name: terms.Plain("Nordlicht Studio"), Covered: true}
	if end := endOf("2027-03-14"); until.After(end) {
		c.Granted, c.LicenseEnds = false, end
	}
	return []licensing.Cover{c, d}
}
