package views

import (
	"slices"
	"strings"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// planModel is what a plan leads to, in words and as lanes.
type planModel struct {
	Tone        terms.Tone
	Answers     plain.Answers
	Ways        []planWay // buttons, the least effort first
	Lanes       look.LanesModel
	Products    []planProduct
	More        int // products that have no line
	Conditions  []string
	Assumptions string
	Command     string
	Scenario    simulate.Scenario // what was tried
	File        string            // suggested name of a file that holds it
}

// planWay is one way not to lose anything.
type planWay struct {
	Label   string
	Action  terms.Action
	Finding terms.Finding
}

// planProduct is what happens to one product.
type planProduct struct {
	Name  string
	Steps []look.Step
	Avoid string
}

// Limits of a result: what is beyond works on longer than what is shown.
const mostPlanProducts, mostPlanLanes, mostTicks = 8, 14, 6

// plan puts the result of a scenario into words. The product that loses something first is what its answers are about.
func (v voice) plan(s licensing.Snapshot, sc simulate.Scenario, r simulate.Result) planModel {
	lanes := slices.Clone(r.Products)
	slices.SortStableFunc(lanes, func(a, b simulate.Lane) int { return terms.CompareEnds(a.Lost, b.Lost) })
	m := planModel{
		Tone: terms.ToneOK, Command: v.planCommand(sc), More: max(0, len(lanes)-mostPlanProducts), Scenario: sc,
		File: planName(r.From.In(v.zone), ".json"),
	}
	lanes = lanes[:len(lanes)-m.More]
	for _, code := range r.Assumptions {
		m.Assumptions = strings.TrimSpace(m.Assumptions + " " + v.Assumption(code))
	}
	for _, c := range sc.Conditions {
		m.Conditions = append(m.Conditions, v.Condition(string(c.Kind), c.From, lastMoment(conditionEnd(c)), c.By, c.Version, r.From, v.zone))
	}
	if sc.NeverOnline {
		m.Conditions = append(m.Conditions, v.t("plan.never"))
	}
	for i, l := range lanes {
		p, _ := productOf(s, l.Vendor+"/"+l.Product)
		spans := make([]plain.Span, len(l.Spans))
		for j, x := range l.Spans {
			spans[j] = v.planSpan(p, x)
		}
		ways := waysOf(l)
		x := planProduct{Name: v.name(l.Name, l.Product), Avoid: v.Avoid(ways, r.From, v.zone)}
		for _, line := range v.Spans(spans, r.From, v.zone) {
			x.Steps = append(x.Steps, look.Step{Date: line.When, Text: line.Text})
		}
		m.Products = append(m.Products, x)
		if i > 0 {
			continue
		}
		if m.Answers = v.Plan(x.Name, spans, ways, r.From, v.zone); !l.Lost.IsZero() || !l.Spans[0].Mode.Full() {
			m.Tone, m.Ways = terms.ToneNotice, v.ways(p, l)
		} else if len(r.Products) > 1 {
			m.Answers.Headline = v.t("plan.all_on")
		}
	}
	if planChangesNothing(s, sc, r) {
		v.asUsual(&m, sc, r, lanes[0])
	}
	m.Lanes = v.lanes(s, sc, r, lanes)
	return m
}

func waysOf(l simulate.Lane) []plain.Way {
	var out []plain.Way
	for _, a := range l.Avoid {
		out = append(out, plain.Way{Kind: string(a.Kind), By: a.By, More: a.More, Until: a.Until})
	}
	return out
}

// ways are the buttons of what avoids it.
func (v voice) ways(p terms.ProductVerdict, l simulate.Lane) []planWay {
	actions := map[simulate.Way]terms.Action{
		simulate.ByCheckin: terms.ActCheckin, simulate.ByMoreTime: terms.ActMoreTime, simulate.ByRenewal: terms.ActTellBuyer,
	}
	var out []planWay
	for _, w := range l.Avoid {
		if a := actions[w.Kind]; a != "" {
			out = append(out, planWay{v.Action(a), a, p.Finding})
		}
	}
	return out
}
