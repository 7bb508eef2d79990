package views

import (
	"testing"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

func lookAtDecision(t *testing.T, kind exchange.Kind, f terms.Finding, c licensing.Change) *bench {
	t.Helper()
	e := newFake(offlineFacts("2026-11-02"))
	e.report = partReport(kind, f, c)
	e.report.Items[0].NeedsYes = c.Sign == '-'
	b := open(t, e, benchOptions{})
	b.w.Open([]string{"decision.hfnot"})
	return b
}

func TestAQuestionIsShownBeforeItIsUsedWithWhatWorksUntilWhenAndNothingIsSaidToBeTaken(t *testing.T) {
	b := lookAtDecision(t, exchange.KindHold, terms.NewProblem(terms.StateOnHold, terms.Slots{
		"issuer": "Acme GmbH", "date": endOf("2026-11-30"), "reason": terms.Plain("Is this computer still yours?"), "ref": "H-1", "what_works": terms.Kept{},
	}, nil).Finding, licensing.Change{Sign: '-', Code: "hold", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-11-30")})
	b.mustSay("This file brings a question from Acme GmbH.", "Is this computer still yours?", "H-1", "30 November 2026",
		"Without an answer you can then view and export your own work.", "Full use until 30 November 2026, and longer with an answer: AcmeCAD Pro.")
	b.mustNotSay("This file takes something away.", "Using it takes away")
	b.oneMainButton()
	b.click("Use this file")
	if len(b.engine.imports) != 1 || !b.engine.imports[0].AcceptLoss {
		t.Errorf("imports %+v", b.engine.imports)
	}
}

func TestAWithdrawalIsShownBeforeItIsUsedWithItsReasonWhoDecidedAndUntilWhen(t *testing.T) {
	b := lookAtDecision(t, exchange.KindRevocation, terms.NewProblem(terms.StateRevoked, terms.Slots{
		"issuer": "Acme GmbH", "date": day("2026-11-20"), "date2": endOf("2026-12-20"), "deadline": endOf("2026-12-10"),
		"reason": terms.Plain("Order was cancelled"), "who": "Kim Doe", "ref": "R-1", "until_then": terms.Kept{}, "review_effect": "",
	}, nil).Finding, licensing.Change{Sign: '-', Code: "revocation", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2026-12-20")})
	b.mustSay("With this file Acme GmbH withdraws a license.", "Order was cancelled", "Decided by", "Kim Doe", "R-1", "Full use until", "20 December 2026",
		"What follows", "After it you can view and export your own work.", "Ask for a review by", "Full use ends on 20 December 2026: AcmeCAD Pro.")
	b.mustNotSay("Using it takes away")
	b.oneMainButton()
}

func TestTheAnswerToACheckInSaysWhatItBrings(t *testing.T) {
	for wall, want := range map[string]struct{ says, not string }{
		"2026-11-28": {"offline time begins anew, until 28 December 2026", "full use is back"},
		"2027-01-20": {"full use is back", "\x00"},
	} {
		e := newFake(offlineFacts("2026-11-02"))
		e.wall = day(wall)
		f := terms.Finding{State: terms.StateActiveOffline, Tone: terms.ToneOK, Product: "acmecad", Slots: terms.Slots{"date": endOf("2026-12-28"), "end": endOf("2027-03-14")}}
		e.report = partReport(exchange.KindLicense, f, licensing.Change{
			Sign: '=', Code: "product", Product: "acmecad", Name: terms.Plain("AcmeCAD Pro"), Until: endOf("2027-03-14"), Was: endOf("2027-03-14"),
		})
		e.report.Items[0].License = &e.facts.Licenses[0].License
		b := open(t, e, benchOptions{})
		b.w.Open([]string{"answer.hflic"})
		b.mustSay(want.says)
		b.mustNotSay(want.not)
	}
}
