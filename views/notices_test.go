package views

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func TestNoticesStandOnAPageThatOverviewHelpAndPlanLeadTo(t *testing.T) {
	e := newFake(policyFacts())
	e.notices = announced()
	for _, from := range []string{secOverview, secHelp, secPlan} {
		b := open(t, e, benchOptions{})
		if from != secOverview {
			b.goTo(from)
		}
		b.clickID("notices.title")
		b.mustSay("In force or to come", "Acme GmbH plans work on 5 December 2026, 12:00, 2 hours.", "More time until 20 December 2026.", "Over", "N-101",
			"holdfast notices")
	}
}

func TestEveryNoticeSaysWhatFromWhenWhatItMeansAndWhatProvesIt(t *testing.T) {
	for _, n := range announced() {
		t.Run(n.Document, func(t *testing.T) {
			e := newFake(offlineFacts("2026-11-02"))
			e.notices = announced()
			e.files = append(e.files, licensing.FileView{Hash: n.Document, Kind: n.Kind, Name: "notice_" + n.Ref + ".hfnot"})
			b := open(t, e, benchOptions{})
			b.w.visit(b.w.noticesPlace())
			b.tabTo("notice " + n.Document)
			b.press(fyne.KeyReturn)
			b.mustSay("What it is", "From", "It concerns", "AcmeCAD Pro", "What it means for you", "What proves it", "Reference", n.Ref, "Signed by", "Acme GmbH",
				"It came in", "notice_"+n.Ref+".hfnot")
			m := b.w.v.notice(b.w.snap, n, nil)
			b.mustSay(m.Banner.Answers.Headline, m.Banner.Answers.Happened, m.Banner.Answers.Works, m.Banner.Answers.Do, m.Banner.Answers.By)
			if n.Over {
				b.mustSay("It is over and changes nothing any more.")
			}
			b.oneMainButton()
			b.press(fyne.KeyEscape)
			b.mustSay("In force or to come")
		})
	}
}

func TestThePlannedWorkLeadsToAFileThatIsFetchedBefore(t *testing.T) {
	e := newFake(offlineFacts("2026-11-02"))
	e.notices = announced()
	b := open(t, e, benchOptions{})
	b.w.showNotice("document 1")
	b.click("Get it before")
	if len(e.requests) != 1 || e.requests[0].Kind != exchange.RequestCheckin || e.requests[0].Vendor != acmeRoot {
		t.Errorf("requests %+v", e.requests)
	}
}

func TestANoticeThatWasReplacedSaysSo(t *testing.T) {
	e := newFake(offlineFacts("2026-11-02"))
	e.notices = announced()
	b := open(t, e, benchOptions{})
	b.w.showNotice("document 1")
	e.notices = e.notices[1:]
	e.revision++
	b.w.reload()
	b.mustSay("This notice is no longer here")
	b.clickID("notices.title")
	b.mustSay("In force or to come")
}

func TestWithoutNoticesThePageSaysWhatWillStandThere(t *testing.T) {
	b := open(t, newFake(quietFacts()), benchOptions{})
	b.w.visit(b.w.noticesPlace())
	b.mustSay("No notices", "once their file came in", "Use a file")
	if b.focused() != "use_file" {
		t.Errorf("the focus is on %q", b.focused())
	}
}

func TestNewRulesSayWhichDatesMoveForYou(t *testing.T) {
	f := policyFacts()
	f.Licenses[0].License.Overlap = &terms.Overlap{Until: endOf("2027-01-31"), Version: 3, Offline: terms.Offline{Window: terms.Days(60)}}
	b := open(t, newFake(f), benchOptions{})
	b.w.showFinding(b.finding(terms.StatePolicyChange))
	b.click("See what changes for you")
	b.mustSay("What changes for you", "Old rule", "30 days offline", "New rule", "20 days offline", "N-208", "Your dates under the new rules",
		"AcmeCAD Pro", "Offline until 2 Dec 2026 (old rules: 1 Jan 2027)")
	b.mustNotSay("AcmeCAM", "none of its dates moves")
	b.oneMainButton()
}

func TestNewRulesThatMoveNoDateSayThat(t *testing.T) {
	b := open(t, newFake(policyFacts()), benchOptions{})
	b.w.seeChanges(b.finding(terms.StatePolicyChange))
	b.mustSay("none of its dates moves", "What was granted to you does not get shorter.")
	f := offlineFacts("2026-11-02")
	b.engine.facts = f
	b.engine.revision++
	b.w.reload()
	b.mustSay("This is over")
}

func TestTheGraceLedgerSaysWhyHowLongAndHowItEnded(t *testing.T) {
	e := newFake(offlineFacts("2026-11-02"))
	e.wall = day("2026-12-05")
	e.grace = graceEntries()
	b := open(t, e, benchOptions{})
	b.goTo(secHelp)
	b.clickID("grace.title")
	b.mustSay("Running now", "The offline time ended before a new contact came.", "Grace ends", "16 Dec 2026",
		"AcmeCAD Pro: Grace started", "It runs until 15 October 2026", "It began on 29 Sep 2026, 12:00.", "It runs until 22 October 2026 now.",
		"AcmeCAD Pro: Full use is back", "A newer file from Acme GmbH came in.", "AcmeCAM: Grace ended", "holdfast grace show")
	all := strings.Join(b.texts(), "\n")
	if strings.Index(all, "Grace ended") > strings.Index(all, "Grace started") {
		t.Error("the newest entry is not the first")
	}
	e.grace, e.fail = nil, terms.NewProblem(terms.StateKeychainLocked, nil, nil)
	b.w.reshow()
	b.mustSay("The records are sealed.")
	e.fail = nil
	b.w.reshow()
	b.mustSay("No grace has ever run on this computer.")
}

func TestTheClockPageSaysWhatIsSureAndByWhichFile(t *testing.T) {
	f := offlineFacts("2026-11-02")
	e := newFake(f)
	b := open(t, e, benchOptions{})
	b.click("Clock OK")
	b.mustSay("The clock of this computer is in order.", "This computer shows", "3 November 2026, 12:00", "Newest signed date", "2 Nov 2026, 12:00",
		"license_AcmeCAD_7F3A-2C91_valid-to-2027-03-14.hflic", "Offline time counts from", "holdfast clock show")
	b.click("How Holdfast decides about the date")
	b.mustSay("Time zones and daylight saving change nothing.")
	e.facts = clockWrongFacts()
	e.revision++
	b.w.reload()
	b.mustSay("The date on this computer looks wrong.", "The clock is behind by", "17 days", "Check again", "Make a time check file")
	b.oneMainButton()
	e.facts = noLicense()
	e.revision++
	b.w.reload()
	b.mustSay("There is no signed date to compare with yet.")
	b.mustNotSay("Make a time check file")
}

func TestAFileWithANoticeIsToldInWordsBeforeItIsUsed(t *testing.T) {
	for kind, want := range map[exchange.Kind][]string{
		exchange.KindNotice:     {"This file is a notice from Acme GmbH.", "We move to new servers.", "planned or going on, until 5 Dec 2026"},
		exchange.KindExtension:  {"This file gives you more time.", "AcmeCAD Pro", "more offline time, until 20 Dec 2026 (was 2 Dec 2026)"},
		exchange.KindHold:       {"This file brings a question from Acme GmbH.", "on hold, nothing stops"},
		exchange.KindRevocation: {"With this file Acme GmbH withdraws a license.", "withdrawn, full use until 20 Dec 2026"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			change := map[exchange.Kind]licensing.Change{
				exchange.KindNotice:     {Sign: '=', Code: "notice", Name: terms.Plain("We move to new servers."), Until: day("2026-12-05")},
				exchange.KindExtension:  {Sign: '+', Code: "extension_offline", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-12-20"), Was: endOf("2026-12-02")},
				exchange.KindHold:       {Sign: '=', Code: "hold", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro")},
				exchange.KindRevocation: {Sign: '-', Code: "revocation", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-12-20")},
			}[kind]
			e := newFake(offlineFacts("2026-11-02"))
			e.report = partReport(kind, e.Snapshot().Verdict.Main, change)
			b := open(t, e, benchOptions{})
			b.w.Open([]string{"notice.hfnot"})
			b.mustSay(append(want, "Seal OK", "Use this file")...)
			b.oneMainButton()
		})
	}
}

func TestALineOfTheOverviewLeadsToThePageOfItsNotice(t *testing.T) {
	f := offlineFacts("2026-11-02")
	f.Notices = []terms.Signed[terms.Notice]{signed(maintenanceBody()), signed(policyNoticeBody())}
	e := newFake(f)
	e.notices = announced()
	for _, s := range []terms.State{terms.StateMaintenance, terms.StatePolicyChange} {
		b := open(t, e, benchOptions{})
		f := b.finding(s)
		i := slices.IndexFunc(e.notices, func(n licensing.NoticeView) bool {
			return n.Notice != nil && (n.Notice.Type == terms.NoticePolicy) == (s == terms.StatePolicyChange)
		})
		e.notices[i].Finding, e.notices[i].Over = f, false
		b.click(b.say(f).Headline)
		if here := b.w.trail.here().name; here != "notice "+e.notices[i].Document {
			t.Errorf("%s leads to %q", s, here)
		}
		b.mustSay("What proves it", e.notices[i].Notice.Text.In("en"))
	}
}
