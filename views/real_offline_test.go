package views

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing/device"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// offline is a policy with an offline window of 30 days, a long grace for what the vendor causes, and short ones of its own.
func offline(p *terms.Policy) {
	p.Offline = terms.Offline{Window: terms.Days(30), MoreTime: terms.Days(30)}
	p.Grace.Offline, p.Grace.Outage, p.Grace.Maintenance = terms.Days(14), terms.Days(60), terms.Days(10)
	p.Extensions = terms.Extensions{Agent: terms.Days(60)}
}

// vendorCares leaves every grace to the causes: no part has one of its own.
func vendorCares(p *terms.Policy) {
	for id, f := range p.Features {
		f.Grace = terms.Length{}
		p.Features[id] = f
	}
}

// letter takes the file of something that the vendor says.
func (w *world) letter(l issuer.Letter, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.here.take(l.File)
}

func (w *world) announce(n issuer.NewNotice) {
	w.t.Helper()
	w.letter(w.acme.Notice(context.Background(), n))
}

// restored puts the records back to what they were before the newest license came in.
func (w *world) restored() {
	w.t.Helper()
	sold := w.activated(offline)
	old := filepath.Join(w.t.TempDir(), "backup")
	w.here.between(func() {
		if err := os.CopyFS(old, os.DirFS(w.here.home)); err != nil {
			w.t.Fatal(err)
		}
	})
	w.pass(1)
	w.here.take(w.acme.renew(sold.Serial))
	w.here.between(func() {
		if err := errors.Join(os.RemoveAll(w.here.home), os.CopyFS(w.here.home, os.DirFS(old))); err != nil {
			w.t.Fatal(err)
		}
	})
}

// exchanged gives the computer other parts while it is off.
func (w *world) exchanged() {
	w.activated(offline)
	w.here.between(func() {
		w.clock.PowerOff(2 * time.Hour)
		w.here.parts = map[string]string{device.KindSystem: "other board", device.KindDisk: "other disk"}
	})
}

// clockAt sets the clock of the computer and lets the program see it.
func (w *world) clockAt(t time.Time) {
	w.clock.Set(t)
	w.here.Refresh(context.Background())
}

func (w *world) now() time.Time { return w.clock.Read().Wall }

func offlineCauses() []stateCause {
	revoked := func(w *world) {
		sold := w.activated(offline)
		w.letter(w.acme.Revoke(context.Background(), issuer.NewRevocation{
			Serial: sold.Serial, Reason: terms.Plain("The order was cancelled"), By: "Kim Doe", Until: w.now().AddDate(0, 0, 10), ReviewBy: w.now().AddDate(0, 0, 8),
		}))
	}
	held := func(w *world) {
		sold := w.activated(offline)
		w.letter(w.acme.Hold(context.Background(), issuer.NewHold{
			Serial: sold.Serial, Reason: terms.Plain("Is this computer still yours?"), AnswerBy: w.now().AddDate(0, 0, 20),
		}))
	}
	return []stateCause{
		{"in the offline window", terms.StateActiveOffline, func(w *world) { w.activated(offline) }, false},
		{"a quarter is left", terms.StateOfflineEnding, func(w *world) { w.activated(offline); w.pass(24) }, false},
		{"two days are left", terms.StateOfflineEnding, func(w *world) { w.activated(offline); w.pass(28) }, false},
		{"the window is over", terms.StateGraceOffline, func(w *world) { w.activated(offline); w.pass(32) }, false},
		{"one part is over", terms.StateLimitedParts, func(w *world) { w.activated(offline); w.pass(36) }, false},
		{"the grace is over", terms.StateLimited, func(w *world) { w.activated(offline); w.pass(60) }, false},
		{"the license is over too", terms.StateExpired, func(w *world) { w.activated(offline); w.pass(400) }, false},
		{"an outage covers", terms.StateGraceVendor, func(w *world) {
			w.activated(offline, vendorCares)
			w.pass(25)
			w.announce(issuer.NewNotice{Type: terms.NoticeOutage, From: w.now(), Text: terms.Plain("Our data centre is down.")})
			w.pass(10)
		}, false},
		{"an agent gave more time", terms.StateGraceExtended, func(w *world) {
			sold := w.activated(offline)
			w.letter(w.acme.Extend(context.Background(), issuer.NewExtension{
				To: issuer.To{Serial: sold.Serial}, What: terms.ExtendGrace, By: terms.Days(55), Agent: "Kim Doe", Reason: terms.Plain("Trip to sea"),
			}))
			w.pass(48)
		}, false},
		{"work is planned", terms.StateMaintenance, func(w *world) {
			w.activated(offline)
			w.announce(issuer.NewNotice{
				Type: terms.NoticeMaintenance, From: w.now().AddDate(0, 0, 5), Until: w.now().AddDate(0, 0, 5).Add(2 * time.Hour),
				Text: terms.Plain("We move to new servers."),
			})
		}, true},
		{"new rules", terms.StatePolicyChange, func(w *world) {
			w.activated(offline)
			w.announce(issuer.NewNotice{
				Type: terms.NoticePolicy, Product: "acmecad", From: w.now().AddDate(0, 0, 40), Text: terms.Plain("New contract"),
				Old: terms.Plain("30 days offline"), New: terms.Plain("20 days offline"),
			})
		}, true},
		{"withdrawn", terms.StateRevoked, revoked, false},
		{"withdrawn and over", terms.StateRevoked, func(w *world) { revoked(w); w.pass(12) }, false},
		{"on hold", terms.StateOnHold, held, false},
		{"on hold without an answer", terms.StateOnHold, func(w *world) { held(w); w.pass(22) }, false},
		{"clock set back", terms.StateClockWrong, func(w *world) {
			w.activated(offline)
			w.clockAt(w.now().AddDate(-1, 0, 0))
		}, false},
		{"flat battery", terms.StateClockWrong, func(w *world) {
			w.activated(offline)
			w.here.between(func() {
				w.clock.PowerOff(time.Hour)
				w.clock.Set(time.Unix(0, 0).UTC())
			})
		}, false},
		{"clock set ahead", terms.StateClockUnsure, func(w *world) {
			w.activated(offline)
			w.clockAt(w.now().AddDate(0, 3, 0))
		}, false},
		{"other parts", terms.StateComputerChanged, func(w *world) { w.exchanged() }, false},
		{"restored", terms.StateRolledBack, func(w *world) { w.restored() }, false},
	}
}

// opens is what a button of these states shows next.
func (b *bench) opens(a terms.Action) string {
	v := b.w.v
	switch a {
	case terms.ActCheckin, terms.ActConfirmComputer:
		return v.t("open_request.title.checkin", "vendor", "Acme GmbH")
	case terms.ActMoreTime:
		return v.t("away.lead")
	case terms.ActSeeChanges:
		return v.t("rules.for_you")
	case terms.ActAskVendor, terms.ActTellBuyer:
		return v.t("tell.lead")
	case terms.ActUseFile:
		return v.t("open.title")
	case terms.ActConfirmRestore:
		return v.t("restore.done")
	}
	return ""
}

func TestRealStatesOfTimeShowTheirFourAnswersInEveryLanguageAndTheirWaysOn(t *testing.T) {
	for _, c := range offlineCauses() {
		t.Run(string(c.state)+"/"+c.name, func(t *testing.T) {
			w := newWorld(t)
			c.cause(w)
			for _, lang := range []string{"en", "de"} {
				b := windowWith(w.here, benchOptions{lang: lang})
				f := b.w.snap.Verdict.Main
				if c.line {
					i := slices.IndexFunc(b.w.snap.Verdict.Others, func(f terms.Finding) bool { return f.State == c.state })
					if i < 0 {
						t.Fatalf("state is %s, with %v", f.State, b.w.snap.Verdict.Others)
					}
					f = b.w.snap.Verdict.Others[i]
					b.oneMainButton()
					b.click(b.say(f).Headline)
				}
				if f.State != c.state {
					t.Fatalf("state is %s", f.State)
				}
				a := b.say(f)
				b.mustShow(a)
				for _, x := range []struct {
					label string
					act   terms.Action
				}{{a.AlsoButton, a.Also}, {a.Button, a.Action}} {
					if x.label == "" {
						continue
					}
					b.click(x.label)
					if x.act == terms.ActAskVendor && f.State == terms.StateOnHold {
						b.mustSay(b.w.v.t("tell.title.question"), "Is this computer still yours?")
					} else if opens := b.opens(x.act); opens != "" {
						b.mustSay(opens)
					} else if x.act == terms.ActCheckAgain {
						if on := strings.Join(b.texts(), "\n"); !strings.Contains(on, b.w.v.DateTime(b.w.snap.Clock.Wall, b.w.v.zone)) {
							t.Errorf("what the clock shows now is not said:\n%s", on)
						}
					} else {
						t.Errorf("nothing is known to open by %s", x.act)
					}
					if x.act != terms.ActConfirmRestore {
						b.press(fyne.KeyEscape)
						b.mustShow(a)
					}
				}
			}
			window(w.here).mustReach()
		})
	}
}

// carried makes the file that the button of the state offers, carries it to the vendor and brings the answer, and counts the clicks up
// to the saved file and from the answer on.
func (w *world) carried(b *bench, stick string, press func()) (out, back int) {
	w.t.Helper()
	b.clicks = 0
	press()
	b.clickPrefix(strings.TrimSuffix(b.w.v.t("open_request.stick", "name", "X"), "X"))
	out = b.clicks
	names, err := filepath.Glob(filepath.Join(stick, "*.hfreq"))
	if err != nil || len(names) != 1 {
		w.t.Fatalf("%q, %v", names, err)
	}
	request, err := os.ReadFile(names[0])
	if err != nil {
		w.t.Fatal(err)
	}
	file := b.put("answer.hflic", w.acme.answer(request))
	b.clicks = 0
	b.w.Open([]string{file})
	b.w.now.enter().Tapped(nil)
	return out, b.clicks + 2
}

func TestAnAnswerToACheckInPutsEveryStateOfTimeInOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		state terms.State
		cause func(w *world)
		press func(b *bench)
	}{
		{"offline time ends", terms.StateOfflineEnding, func(w *world) { w.activated(offline); w.pass(26) }, nil},
		{"grace", terms.StateGraceOffline, func(w *world) { w.activated(offline); w.pass(32) }, nil},
		{"limited", terms.StateLimited, func(w *world) { w.activated(offline); w.pass(60) }, nil},
		{"clock set back, date right", terms.StateClockWrong, func(w *world) {
			w.activated(offline)
			w.clockAt(w.now().AddDate(0, -6, 0))
		}, func(b *bench) { b.pressAction(terms.ActCheckin) }},
		{"clock set ahead", terms.StateClockUnsure, func(w *world) {
			w.activated(offline)
			w.clockAt(w.now().AddDate(0, 3, 0))
		}, func(b *bench) { b.pressAction(terms.ActCheckin) }},
		{"other parts", terms.StateComputerChanged, func(w *world) { w.exchanged() }, nil},
		{"restored", terms.StateRolledBack, func(w *world) { w.restored() }, func(b *bench) {
			b.pressAction(terms.ActConfirmRestore)
			b.pressAction(terms.ActCheckin)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.cause(w)
			stick := t.TempDir()
			b := windowWith(w.here, benchOptions{sticks: []string{stick}})
			b.mainIs(c.state)
			press := func() {
				if c.press != nil {
					c.press(b)
					return
				}
				b.click(b.say(b.w.snap.Verdict.Main).Button)
			}
			if c.name == "clock set back, date right" {
				w.clock.Set(w.now().AddDate(0, 6, 0)) // the vendor's own clock is right; the issuer reads this one
				b.w.snap.Clock.State = terms.StateClockWrong
			}
			out, back := w.carried(b, stick, press)
			if out > 3 || back > 3 {
				t.Errorf("%d clicks out, %d back", out, back)
			}
			if got := b.w.snap.Verdict.Main.State; got != terms.StateActiveOffline {
				t.Errorf("the state is %s then", got)
			}
			if b.w.snap.Clock.State != "" {
				t.Errorf("the clock is %s", b.w.snap.Clock.State)
			}
		})
	}
}

func TestMoreTimeIsGrantedByFileAndThenCovered(t *testing.T) {
	w := newWorld(t)
	w.activated(offline)
	stick := t.TempDir()
	b := windowWith(w.here, benchOptions{sticks: []string{stick}})
	b.pressAction(terms.ActMoreTime)
	b.typeDate("2026-12-20")
	b.mustSay(b.w.v.t("away.granted"))
	out, back := w.carried(b, stick, func() { b.clickID("away.ask") })
	if out > 3 || back > 3 {
		t.Errorf("%d clicks out, %d back", out, back)
	}
	b.w.showHome()
	b.w.moreTime()
	b.typeDate("2026-12-20")
	b.mustSay(b.w.v.t("away.covered"), b.w.v.t("away.covered.text"))
	if b.hasButton(b.w.v.t("away.ask")) {
		t.Error("more time is offered for what is covered")
	}
	b.goTo(secHelp)
	b.clickID("notices.title")
	b.mustSay(b.w.v.t("notices.kind.extension"))
}
