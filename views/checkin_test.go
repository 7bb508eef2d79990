package views

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// pressAction presses the button of the banner that does an action.
func (b *bench) pressAction(a terms.Action) {
	b.t.Helper()
	f := b.w.snap.Verdict.Main
	said := b.say(f)
	switch a {
	case said.Action:
		b.click(said.Button)
	case said.Also:
		b.click(said.AlsoButton)
	default:
		b.t.Fatalf("%s offers %q and %q, not %q", f.State, said.Action, said.Also, a)
	}
}

func (b *bench) mainIs(s terms.State) {
	b.t.Helper()
	if got := b.w.snap.Verdict.Main.State; got != s {
		b.t.Fatalf("the state is %s, not %s", got, s)
	}
}

func TestACheckInFileIsOnTheStickAfterThreeClicks(t *testing.T) {
	stick := t.TempDir()
	for _, facts := range []struct {
		state terms.State
		wall  string
		facts func() terms.Facts
	}{
		{terms.StateOfflineEnding, "2026-11-28", func() terms.Facts { return offlineFacts("2026-11-02") }},
		{terms.StateGraceOffline, "2026-12-05", func() terms.Facts { return offlineFacts("2026-11-02") }},
		{terms.StateComputerChanged, "2026-11-03", changedFacts},
		{terms.StateClockWrong, "2026-11-03", clockWrongFacts},
	} {
		t.Run(string(facts.state), func(t *testing.T) {
			e := newFake(facts.facts())
			e.wall = day(facts.wall)
			b := open(t, e, benchOptions{sticks: []string{stick}})
			b.mainIs(facts.state)
			action := terms.ActCheckin
			if facts.state == terms.StateComputerChanged {
				action = terms.ActConfirmComputer
			}
			b.pressAction(action)
			if len(e.requests) != 1 || e.requests[0].Kind != exchange.RequestCheckin || e.requests[0].Vendor != acmeRoot {
				t.Fatalf("requests %+v", e.requests)
			}
			b.mustSay("Check-in file for Acme GmbH", "Your check-in file is ready.", "It asks Acme GmbH for a fresh answer for this computer.",
				"What the answer brings", "Your offline time begins anew.", "Copy as text")
			if facts.state == terms.StateComputerChanged {
				b.mustSay("2 of 4 parts still match.", "The answer confirms this computer as it is now.")
			}
			if facts.state == terms.StateClockWrong {
				b.mustSay("It settles the date")
			}
			b.clickPrefix("Save to USB")
			b.mustSay("Your check-in file is saved.")
			if b.clicks > 3 {
				t.Errorf("%d clicks", b.clicks)
			}
			b.oneMainButton()
		})
	}
}

func TestACheckInCanBeCopiedOrMailed(t *testing.T) {
	e, d := newFake(offlineFacts("2026-11-02")), &testDesk{}
	e.wall = day("2026-11-28")
	b := open(t, e, benchOptions{desk: d})
	b.pressAction(terms.ActCheckin)
	b.clickID("open_request.text")
	if got := b.w.app.Clipboard().Content(); got != "file" {
		t.Errorf("copied %q", got)
	}
	b.clickID("open_request.mail")
	b.clickID("save.save")
	if len(d.mails) != 1 || !strings.Contains(d.mails[0], "Check-in%20for%20Acme%20GmbH") {
		t.Errorf("mails %q", d.mails)
	}
}

func TestSeveralVendorsAreAskedOneByOne(t *testing.T) {
	f := rolledBackFacts()
	f.Licenses = append(f.Licenses, held("studio", "Nordlicht Studio", northRoot, endOf("2027-06-30")))
	f.Records.Restored = true
	e := newFake(f)
	b := open(t, e, benchOptions{})
	b.mainIs(terms.StateRolledBack)
	b.pressAction(terms.ActCheckin)
	b.mustSay("Choose which one shall answer.", "Acme GmbH", "Nordlicht Audio")
	if b.focused() == "" {
		t.Error("nothing has the focus")
	}
	b.click("Nordlicht Audio")
	if len(e.requests) != 1 || e.requests[0].Vendor != northRoot {
		t.Errorf("requests %+v", e.requests)
	}
	b.mustSay("Check-in file for Nordlicht Audio", "Your records count as the newest again.")
}

func TestTheWayOutOfAWrongClockIsOneClickOnceTheDateIsSet(t *testing.T) {
	e := newFake(clockWrongFacts())
	b := open(t, e, benchOptions{})
	b.mainIs(terms.StateClockWrong)
	b.mustSay("Clock looks wrong")
	b.pressAction(terms.ActCheckAgain)
	b.mustSay("That still looks wrong.")
	e.refresh = func(f *fake) { f.wall = day("2026-11-20") }
	b.clicks = 0
	b.pressAction(terms.ActCheckAgain)
	b.mustSay("This computer says 20 November 2026, 12:00. The date is in order.", "Clock OK")
	if b.clicks > 3 || b.w.snap.Verdict.Main.State == terms.StateClockWrong {
		t.Errorf("%d clicks, state %s", b.clicks, b.w.snap.Verdict.Main.State)
	}
}

func TestTheWayOutOfAnUnsureClockTakesThreeClicks(t *testing.T) {
	stick := t.TempDir()
	e := newFake(clockUnsureFacts())
	e.wall = day("2027-02-03")
	b := open(t, e, benchOptions{sticks: []string{stick}})
	b.mustSay("Clock not sure")
	b.click("Clock not sure")
	b.mustSay("Date and clock", "This computer shows", "3 February 2027, 12:00", "Holdfast decides with", "3 November 2026, 12:00", "It jumped", "after 20 more hours of running")
	b.click("Make a time check file")
	b.clickPrefix("Save to USB")
	b.mustSay("Your check-in file is saved.")
	if b.clicks > 3 {
		t.Errorf("%d clicks", b.clicks)
	}
}

func TestARestoreIsConfirmedAndThenCheckedInWithThreeClicks(t *testing.T) {
	e := newFake(rolledBackFacts())
	b := open(t, e, benchOptions{sticks: []string{t.TempDir()}})
	b.mainIs(terms.StateRolledBack)
	b.pressAction(terms.ActConfirmRestore)
	if e.confirms != 1 {
		t.Fatalf("confirmed %d times", e.confirms)
	}
	b.mustSay("Noted. Now check in once")
	b.pressAction(terms.ActCheckin)
	b.clickPrefix("Save to USB")
	b.mustSay("Your check-in file is saved.")
	if b.clicks > 3 {
		t.Errorf("%d clicks", b.clicks)
	}
}

func TestACheckInAndMoreTimeAreReachableWhereTimeWithoutContactCounts(t *testing.T) {
	b := open(t, newFake(offlineFacts("2026-11-02")), benchOptions{})
	b.tabTo(string(terms.ActCheckin))
	b.press(fyne.KeyReturn)
	b.mustSay("Check-in file for Acme GmbH")
	b.w.showHome()
	b.tabTo(string(terms.ActMoreTime))
	b.press(fyne.KeyReturn)
	b.mustSay("I am away until …")
	quiet := open(t, newFake(quietFacts()), benchOptions{})
	quiet.mustNotSay("Get more time", "Make a check-in file")
}

func TestTheKeyboardAloneMakesACheckInFile(t *testing.T) {
	e := newFake(offlineFacts("2026-11-02"))
	e.wall = day("2026-12-05")
	b := open(t, e, benchOptions{})
	if b.focused() != "banner" {
		t.Fatalf("the focus is on %q", b.focused())
	}
	b.press(fyne.KeyReturn)
	if len(e.requests) != 1 {
		t.Fatalf("requests %+v", e.requests)
	}
	if b.focused() != "save" {
		t.Errorf("then the focus is on %q", b.focused())
	}
	b.press(fyne.KeyEscape)
	if here := b.w.trail.here().name; here != secOverview {
		t.Errorf("Esc leads to %q", here)
	}
}

func TestASecondWayIsALighterButtonThatTheKeyboardReaches(t *testing.T) {
	b := open(t, newFake(clockWrongFacts()), benchOptions{})
	visit := func() {
		t.Helper()
		found := 0
		walkAll(b.root(), func(o fyne.CanvasObject) {
			if v, ok := o.(*look.Button); ok && v.Key == "banner.also" {
				found++
				if v.Kind != look.TextButton {
					t.Errorf("%q has kind %v", v.Label, v.Kind)
				}
			}
		})
		if found == 0 {
			t.Fatal("there is no second way")
		}
		b.oneMainButton()
		b.tabTo("banner.also")
	}
	visit()
	b.w.showFinding(b.w.snap.Verdict.Main)
	visit()
}

func TestAStateThatCannotMakeAFileSaysWhyAndWhatHelps(t *testing.T) {
	e := newFake(offlineFacts("2026-11-02"))
	e.wall = day("2026-12-05")
	e.fail = terms.NewProblem(terms.StateKeychainLocked, terms.Slots{"keychain": "Keyring"}, nil)
	b := open(t, e, benchOptions{})
	b.pressAction(terms.ActCheckin)
	b.mustSay("Keyring is locked.", "Unlock")
}

func TestAQuestionOfTheVendorLeadsToAReadyNote(t *testing.T) {
	f := offlineFacts("2026-11-02")
	f.Holds = []terms.Signed[terms.Hold]{signed(terms.Hold{
		Serial: "4711-acmecad", Reason: terms.Plain("Is this computer still yours?"), Ref: "H-1", AnswerBy: endOf("2026-11-30"),
	})}
	b := open(t, newFake(f), benchOptions{})
	b.mainIs(terms.StateOnHold)
	b.pressAction(terms.ActAskVendor)
	b.mustSay("A question of the vendor", "Acme GmbH asks: “Is this computer still yours?”", "Our answer")
	b.mustNotSay("A note that is ready to send")
}

func TestTheNumberOfWaitingFilesHasItsRoomWhenARequestIsMade(t *testing.T) {
	b := open(t, newFake(changedFacts()), benchOptions{})
	b.pressAction(terms.ActConfirmComputer)
	walkAll(b.root(), func(o fyne.CanvasObject) {
		if s := o.Size(); s.Width < 0 || s.Height < 0 {
			t.Errorf("%T is %v large", o, s)
		}
	})
}

func TestAnAnswerIsNeededBeforeTheTimeThatItMovesOnIsOver(t *testing.T) {
	firstUse := func() terms.Facts {
		f := acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), func(h *terms.Held) {
			h.License.Policy.Devices.FirstUse = terms.Days(14)
			h.License.Binding, h.License.Device = terms.BoundToFirstUse, nil
			h.FirstUsed = day("2026-11-01")
		}))
		return f
	}
	offline := func() terms.Facts { return offlineFacts("2026-11-02") }
	for _, c := range []struct {
		name, kind, wall string
		facts            func() terms.Facts
		by               string // "" for that of the request itself
	}{
		{"the first license", exchange.RequestActivate, "2026-11-03", waitingFacts, ""},
		{"an unconfirmed computer", exchange.RequestActivate, "2026-11-03", firstUse, "15 November 2026"},
		{"a check-in", exchange.RequestCheckin, "2026-11-28", offline, "2 December 2026"},
		{"a check-in in the days after", exchange.RequestCheckin, "2026-12-05", offline, "16 December 2026"},
		{"a changed computer", exchange.RequestCheckin, "2026-11-03", changedFacts, "9 November 2026"},
		{"a check-in for a license that ends", exchange.RequestCheckin, "2026-11-03", graceFacts, ""},
		{"a renewal in the days after", exchange.RequestRenew, "2026-11-03", graceFacts, "13 November 2026"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newFake(c.facts())
			e.wall = day(c.wall)
			b := open(t, e, benchOptions{})
			r := openRequestOf("r1")
			r.Kind = c.kind
			m := b.w.v.openRequest(b.w.snap, licensing.Made{Request: r}, "")
			const own = "31 December 2026"
			if got := m.Facts[2][1]; !strings.Contains(got, own) {
				t.Errorf("the request is good until %q", got)
			}
			by, works := own, "Nothing changes while you wait."
			if c.by != "" {
				by, works = c.by, "Nothing changes until "+c.by+"."
			}
			if a := m.Banner.Answers; !strings.Contains(a.By, by) || a.Works != works {
				t.Errorf("by %q, works %q; not %s", a.By, a.Works, by)
			}
		})
	}
}
