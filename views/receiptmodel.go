package views

import (
	"slices"
	"strconv"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// receiptMeter compares one meter of a receipt with what is counted here.
type receiptMeter struct {
	Name, Here, There string
	Same              bool
}

// receiptModel is everything the page of a receipt shows.
type receiptModel struct {
	Title    string
	Banner   banner
	Finding  terms.Finding
	Meters   []receiptMeter
	Compared string // whether there is a difference, in a sentence
	Facts    [][2]string
	Command  string
}

// receipt turns a receipt into words.
func (v voice) receipt(s licensing.Snapshot, r licensing.ReceiptView) receiptModel {
	m := receiptModel{Title: v.t("receipt.title", "ref", r.Ref), Command: commandLine("receipt", r.Ref), Compared: v.t("receipt.same")}
	m.Finding = receiptFinding(s, r)
	m.Banner = v.banner(s, m.Finding)
	m.Banner.Eyebrow, m.Banner.Answers.Button = "", ""
	different, fewer := 0, false
	for _, t := range r.Totals {
		kind := meterOf(s, r.Root, t.Product, t.Meter)
		one := receiptMeter{
			Name: v.t("usagefile.product", "product", v.productOf(s, r.Root, t.Product), "what", v.name(kind.Name, t.Meter)),
			Here: v.units(kind.Kind, t.Here), There: v.units(kind.Kind, t.There), Same: t.Here == t.There || r.Matches,
		}
		fewer = fewer || t.Here != t.There
		if !one.Same {
			one.Name = v.t("receipt.different", "meter", one.Name)
			different++
		}
		m.Meters = append(m.Meters, one)
	}
	switch { // whether it matches is the engine's word
	case r.Matches && fewer:
		m.Compared = v.t("receipt.fewer")
	case different > 0:
		m.Compared = v.t("receipt.compare", "n", different)
	case !r.Matches:
		m.Compared = v.t("receipt.differs.text")
	}
	slices.SortStableFunc(m.Meters, func(a, b receiptMeter) int { // what differs comes first
		switch {
		case a.Same == b.Same:
			return 0
		case b.Same:
			return -1
		}
		return 1
	})
	m.Facts = v.receiptFacts(s, r)
	return m
}

// receiptFinding is the state that a receipt stands for.
func receiptFinding(s licensing.Snapshot, r licensing.ReceiptView) terms.Finding {
	if r.Matches {
		return terms.NewProblem(terms.StateUsageConfirmed, terms.Slots{
			"vendor": r.Vendor, "from": r.From, "to": r.To, "ref": r.Ref, "n": int(count(r.Counted)),
		}, nil).Finding
	}
	for _, f := range append([]terms.Finding{s.Verdict.Main}, s.Verdict.Others...) {
		if f.State == terms.StateUsageMismatch && f.Slots["a"] == int(count(r.Sent)) && f.Slots["b"] == int(count(r.Counted)) {
			return f // it knows how long one may ask
		}
	}
	return terms.NewProblem(terms.StateUsageMismatch, terms.Slots{"vendor": r.Vendor, "a": int(count(r.Sent)), "b": int(count(r.Counted))}, nil).Finding
}

// receiptFacts are the other things that a receipt says, as label and value.
func (v voice) receiptFacts(s licensing.Snapshot, r licensing.ReceiptView) [][2]string {
	x := r.Receipt
	facts := [][2]string{
		{v.t("receipt.vendor"), r.Vendor},
		{v.t("receipt.number"), strconv.Itoa(x.Number)},
		{v.t("receipt.issued"), v.exact(r.Issued)},
		{v.t("receipt.taken"), v.exact(r.Taken)},
	}
	if !r.From.IsZero() {
		facts = append(facts, [2]string{v.t("receipt.period"), v.period(r.From, r.To, v.long)})
	}
	facts = append(facts, [2]string{v.t("receipt.sent"), v.Number(count(r.Sent))}, [2]string{v.t("receipt.counted"), v.Number(count(r.Counted))})
	var found []string
	for _, code := range x.Findings {
		found = append(found, v.coded("receipt.finding", code))
	}
	if len(found) > 0 {
		facts = append(facts, [2]string{v.t("receipt.findings"), strings.Join(found, "\n")})
	}
	if len(x.Missing) > 0 {
		facts = append(facts, [2]string{v.t("receipt.missing"), strings.Join(x.Missing, ", ")})
	}
	if x.AllowDays > 0 {
		facts = append(facts, [2]string{v.t("receipt.allow_days"), v.Days(x.AllowDays)})
	}
	if x.AllowUnits > 0 {
		facts = append(facts, [2]string{v.t("receipt.allow_units"), v.Number(x.AllowUnits)})
	}
	return append(facts,
		[2]string{v.t("receipt.last"), v.t("receipt.last.text", "seq", whole(x.Seq), "epoch", whole(x.Epoch))},
		[2]string{v.t("receipt.ledger"), x.Ledger}, [2]string{v.t("receipt.close"), x.Close}, [2]string{v.t("receipt.export"), x.Export}, [2]string{v.t("receipt.document"), r.Document})
}

// receiptText is a receipt to read anywhere.
func (v voice) receiptText(m receiptModel) string {
	var b strings.Builder
	line := func(words ...string) {
		b.WriteString(strings.Join(words, ": "))
		b.WriteByte('\n')
	}
	line(m.Title)
	line(m.Banner.Answers.Headline)
	line("")
	line(m.Compared)
	for _, t := range m.Meters {
		line("- "+t.Name, v.t("receipt.here")+" "+t.Here+", "+v.t("receipt.there")+" "+t.There)
	}
	line("")
	for _, f := range m.Facts {
		line(f[0], f[1])
	}
	line("")
	line(v.t("command"), m.Command)
	return b.String()
}
