package views

import (
	"testing"
	"time"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

func TestTheModeOfTheNetworkIsChosenAndItsTimeWindowsEdited(t *testing.T) {
	d := &testDesk{}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d})
	b.w.showNetwork()
	if b.focused() != "network 0" {
		t.Errorf("the keyboard begins at %q", b.focused())
	}
	b.click("In time windows")
	if d.settings.Network != app.NetworkWindows || d.settings.Times != usualTimes {
		t.Errorf("%q %q", d.settings.Network, d.settings.Times)
	}
	b.mustSay("Monday to Friday, 08:00 to 18:00")
	b.click("Add …")
	for _, day := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"} {
		b.click(day)
	}
	from := look.ByFocusKey(b.root(), "from").(*look.Entry)
	from.SetText("9 o'clock")
	b.click("Keep")
	b.mustSay("Write times like 08:00 and 18:00.")
	from.SetText("9:00")
	look.ByFocusKey(b.root(), "to").(*look.Entry).SetText("12:00")
	b.click("Keep")
	if want := "Mo-Fr 08:00-18:00, Sa 09:00-12:00"; d.settings.Times != want {
		t.Errorf("times %q, want %q", d.settings.Times, want)
	}
	b.mustSay("Saturday, 09:00 to 12:00")
	b.click("Remove") // the first
	if want := "Sa 09:00-12:00"; d.settings.Times != want {
		t.Errorf("times %q, want %q", d.settings.Times, want)
	}
	b.click("Off")
	b.mustSay("Network off")
	b.w.showContacts()
	b.clickPrefix("Network off")
	if b.focused() != "network 3" {
		t.Errorf("the footer leads to %q", b.focused())
	}
}

func TestDaysOfATimeWindowAreNamed(t *testing.T) {
	v := voiceIn(t, "de")
	for text, want := range map[string]string{
		"08:00-18:00": "Jeden Tag, 08:00 bis 18:00 Uhr", "Mo-Fr 08:00-18:00": "Montag bis Freitag, 08:00 bis 18:00 Uhr",
		"So 22:00-06:00": "Sonntag, 22:00 bis 06:00 Uhr", "Sa-So 0:00-24:00": "Samstag bis Sonntag, 00:00 bis 24:00 Uhr",
	} {
		all, err := app.ParseTimes(text)
		if err != nil || len(all) != 1 {
			t.Fatal(text, err)
		}
		if got := v.timeWindow(all[0]); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestAProxyIsKeptOnlyWhenItIsOne(t *testing.T) {
	d := &testDesk{}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d})
	b.w.showNetwork()
	b.click("This address")
	if b.focused() != "proxy.address" {
		t.Fatalf("the keyboard goes to %q", b.focused())
	}
	entry := func() *look.Entry { return look.ByFocusKey(b.root(), "proxy.address").(*look.Entry) }
	entry().SetText("somewhere")
	b.click("Keep")
	b.mustSay("This is not the address of a proxy.")
	if entry().Text != "somewhere" || d.settings.Proxy != "" {
		t.Errorf("%q %q", entry().Text, d.settings.Proxy)
	}
	entry().SetText("http://proxy.example:3128")
	b.click("Keep")
	if d.settings.Proxy != "http://proxy.example:3128" {
		t.Errorf("proxy %q", d.settings.Proxy)
	}
	b.click("None")
	if d.settings.Proxy != app.ProxyNone {
		t.Errorf("proxy %q", d.settings.Proxy)
	}
}

func TestWhatTheOrganizationDecidedIsShownWithItsFileAndCannotBeChanged(t *testing.T) {
	for _, setting := range []string{"network", "times", "proxy", "ca", "hold_usage"} {
		d := &testDesk{locks: []string{setting}}
		d.settings = Settings{Network: app.NetworkWindows, Times: "Mo-Fr 08:00-18:00", CA: "/etc/ssl/corp.pem", HoldUsage: true}
		b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d})
		b.w.showNetwork()
		b.mustSay("Set by Example Corp. /etc/holdfast/policy.json")
		control := map[string]string{"network": "network 0", "times": "add_times", "proxy": "proxy 0", "ca": "ca", "hold_usage": "send"}[setting]
		if look.ByFocusKey(b.root(), control) != nil {
			t.Errorf("%s can be changed", setting)
		}
	}
	bare := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: &testDesk{locks: []string{"ca", "proxy"}}})
	bare.w.showNetwork()
	bare.mustSay("None")
	broken := &testDesk{}
	broken.policy.Findings = []policy.Finding{{File: "/etc/holdfast/policy.json", Code: policy.Syntax, Line: 3}}
	bad := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: broken})
	bad.w.showNetwork()
	bad.mustSay("Your organization's policy does not count as written.")
	bad.w.visit(bad.w.helpPlace())
	bad.mustSay("A part does not count, in /etc/holdfast/policy.json. policy.json is not JSON. Until it is, contacts wait for a person. See line 3.")
	broken.policy.Findings[0].Line = 7
	bad.goTo(secOverview)
	bad.w.visit(bad.w.helpPlace())
	bad.mustSay("See line 7.")
	// Decided while the page was open: what counts is shown again.
	d := &testDesk{}
	b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: &lockedDesk{d}})
	b.w.showNetwork()
	b.click("Off")
	if b.w.settings.Network != "" {
		t.Errorf("shows %q", b.w.settings.Network)
	}
	b.mustSay(`Example Corp decided on "Contact vendors" for this computer. Ask whoever looks after /etc/holdfast/policy.json.`)
	// The same for what is no matter of the network.
	for setting, control := range map[string]string{"language": "language", "remind": "remind", "tray": "tray"} {
		d := &testDesk{locks: []string{setting}}
		b := open(t, contacted(quietFacts(), acmeContact()), benchOptions{desk: d})
		b.w.visit(b.w.settingsPlace())
		b.mustSay("Set by Example Corp. /etc/holdfast/policy.json")
		if look.ByFocusKey(b.root(), control) != nil {
			t.Errorf("%s can be changed", setting)
		}
	}
}

// lockedDesk refuses every change, since the organization decided.
type lockedDesk struct{ *testDesk }

func (lockedDesk) ChangeSettings(func(*Settings)) error {
	return &app.Locked{Name: "network", Key: "network.mode", Source: app.Source{From: app.FromLocked, Org: "Example Corp", File: "/etc/holdfast/policy.json"}}
}

func TestUsageThatLeavesByItselfIsToldFirstAndCanBeReadAfterwards(t *testing.T) {
	d := &testDesk{}
	e := usageFake()
	e.contacts.views, e.contacts.log = []licensing.ContactView{acmeContact()}, acmeLog()
	e.metered.receipts[0].Receipt.Export = draftID
	e.metered.usage[0].Oldest = day("2026-11-01")
	b := open(t, e, benchOptions{desk: d})
	b.mustSay("Usage can leave by itself", "Acme GmbH takes it over the network")
	b.goTo(secUsage)
	b.mustSay("Usage waits for your answer.")
	b.mustNotSay("Next: Today")
	b.goTo(secOverview)
	b.click("All right")
	b.mustNotSay("Usage can leave by itself")
	b.goTo(secUsage)
	b.mustSay("Sent by itself: yesterday, 10:14, 1204 entries, Receipt R-118.", "Next: Today about 16:40, because a date comes nearer.")
	b.clickID("usage.tab.files")
	b.mustSay("Sent over the network")
	b.click("See it")
	b.mustSay("This is everything in the file about this computer and its use:", "Sent")
	if b.hasButton("Save usage file") {
		t.Error("what left can be handed on again")
	}
	b.press("Escape")
	b.w.change(func(s *Settings) { s.HoldUsage = true })
	b.mustSay("Usage does not leave by itself.")
	b.mustNotSay("Next: ")

	for _, answer := range []string{"All right", "Not by itself"} {
		d = &testDesk{}
		b = open(t, e, benchOptions{desk: d})
		b.click("See everything that would be sent")
		b.mustSay("Usage can leave by itself", "This is everything in the file about this computer and its use:")
		b.click(answer)
		b.mustNotSay("Usage can leave by itself")
		b.mustSay("This is everything in the file about this computer and its use:")
		if !d.settings.ToldSending || d.settings.HoldUsage != (answer == "Not by itself") {
			t.Errorf("%s: %+v", answer, d.settings)
		}
	}
	asked := Settings{Network: app.NetworkManual}
	if m := sending(b.w.v, b.w.snap, asked, app.Source{}); !m.Manual {
		t.Errorf("when only asked for: %+v", m)
	}

	d = &testDesk{}
	b = open(t, e, benchOptions{desk: d})
	b.click("Not by itself")
	if !d.settings.HoldUsage || !d.settings.ToldSending {
		t.Errorf("%+v", d.settings)
	}
	b.mustNotSay("Usage can leave by itself")
}

func TestSendingIsOnlyToldWhereItCanBe(t *testing.T) {
	v := voiceIn(t, "en")
	e := usageFake()
	e.contacts.views = []licensing.ContactView{acmeContact()}
	lock := app.Source{From: app.FromLocked, Org: "Example Corp"}
	if m := sending(v, e.Snapshot(), Settings{}, lock); m.Root != acmeRoot || m.Lock != "Set by Example Corp." {
		t.Errorf("%+v", m)
	}
	for name, s := range map[string]Settings{
		"told": {ToldSending: true}, "held": {HoldUsage: true}, "off": {Network: app.NetworkOff},
	} {
		if m := sending(v, e.Snapshot(), s, app.Source{}); m.Root != "" {
			t.Errorf("%s: %+v", name, m)
		}
	}
	e.contacts.views = []licensing.ContactView{{Root: acmeRoot, Plan: reconcile.Plan{Hold: reconcile.HoldNoAddress}}}
	if m := sending(v, e.Snapshot(), Settings{}, app.Source{}); m.Root != "" {
		t.Errorf("no service: %+v", m)
	}
}

func TestTheBoxNamesTheDateFromWhichUsageLeaves(t *testing.T) {
	v := voiceIn(t, "en")
	e := usageFake()
	e.contacts.views = []licensing.ContactView{acmeContact()}
	at := e.Snapshot().Verdict.At
	for name, c := range map[string]struct {
		settings Settings
		entries  uint64 // beside the two that wait
		waiting  []terms.UsageFile
		sent     []reconcile.Piece // by the last contact
		age      time.Duration
		want     string
	}{
		"nothing left":        {age: 24 * time.Hour, want: "Nothing has left yet. From 9 Nov 2026 it leaves by itself unless you say otherwise."},
		"files left":          {entries: 5, age: 24 * time.Hour, want: "From 9 Nov 2026 it leaves by itself unless you say otherwise."},
		"a file is under way": {waiting: []terms.UsageFile{{ID: "u1", Entries: 2}}, age: 24 * time.Hour, want: "From 9 Nov 2026 it leaves by itself unless you say otherwise."},
		"no receipt came":     {sent: []reconcile.Piece{{What: "checkin"}, {What: "usage", Entries: 2}}, age: 24 * time.Hour, want: "From 9 Nov 2026 it leaves by itself unless you say otherwise."},
		"a check-in left":     {sent: []reconcile.Piece{{What: "checkin"}}, age: 24 * time.Hour, want: "Nothing has left yet. From 9 Nov 2026 it leaves by itself unless you say otherwise."},
		"asked for":           {settings: Settings{Network: app.NetworkManual}, age: 24 * time.Hour, want: "Nothing has left yet. From 9 Nov 2026 it leaves with contacts that you ask for, unless you say otherwise."},
		"the time is up":      {age: 8 * 24 * time.Hour},
		"left by itself":      {settings: Settings{SendsSince: at}, age: time.Hour},
	} {
		s := e.Snapshot()
		s.Usage = []licensing.UsageView{{Root: acmeRoot, Vendor: "Acme GmbH", Entries: 2 + c.entries, Unsent: 2, Oldest: at.Add(-c.age), Waiting: c.waiting}}
		s.Contacts[0].Last = &reconcile.Contact{Sent: c.sent}
		if m := sending(v, s, c.settings, app.Source{}); m.Root != acmeRoot || m.When != c.want {
			t.Errorf("%s: %+v", name, m)
		}
	}
	s := e.Snapshot()
	s.Usage = []licensing.UsageView{{Root: acmeRoot, Vendor: "Acme GmbH"}}
	if m := sending(v, s, Settings{}, app.Source{}); m.When != "Nothing waits yet. The first use waits up to 7 days for your answer." {
		t.Errorf("before the first use: %+v", m)
	}
	if m := sending(v, s, Settings{Network: app.NetworkManual}, app.Source{}); m.Root != "" {
		t.Errorf("nothing waits, and nobody is asked: %+v", m)
	}
}

func TestALockedKeyStoreLeavesTheWayToCheckNow(t *testing.T) {
	e := contacted(lockedFacts(), acmeContact())
	e.contacts.fail = terms.NewProblem(terms.StateKeychainLocked, nil, nil)
	b := open(t, e, benchOptions{desk: &testDesk{}})
	b.w.showContacts()
	b.mustSay("The list opens when your key store is unlocked.", "Check now")
	e.contacts.fail = nil
	b.click("Unlock")
	b.mustSay("Yesterday, 10:14")
}
