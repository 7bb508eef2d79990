package views

import (
	"time"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// windowed gives a license an offline window with its grace.
func windowed(window, grace int) func(*terms.Held) {
	return func(h *terms.Held) {
		h.Policy.Offline.Window, h.Policy.Offline.MoreTime = terms.Days(window), terms.Days(60)
		h.Policy.Grace.Offline = terms.Days(grace)
		h.Policy.Features["edit"] = feature(h, "edit", terms.Length{})
	}
}

// feature is a feature with another grace; the zero one follows its cause.
func feature(h *terms.Held, id string, grace terms.Length) terms.Feature {
	f := h.Policy.Features[id]
	f.Grace = grace
	return f
}

// planFacts is a computer with three licenses: with a window and tiers, with a window, and without an end.
func planFacts() terms.Facts {
	f := acme(held("acmecad", "AcmeCAD Pro", acmeRoot, endOf("2027-03-14"), windowed(45, 14)),
		held("acmecam", "AcmeCAM", acmeRoot, endOf("2027-06-30"), windowed(90, 30)),
		held("studio", "Nordlicht Studio", northRoot, time.Time{}))
	f.Contact = map[string]time.Time{acmeRoot: day("2026-11-02")}
	return f
}

// detailFacts has in one license everything that moves its dates: more time, rules before, a running grace.
func detailFacts() terms.Facts {
	f := planFacts()
	l := &f.Licenses[0]
	l.Overlap = &terms.Overlap{Until: endOf("2026-12-31"), Version: 2, Offline: terms.Offline{Window: terms.Days(60)}}
	f.Contact[acmeRoot] = day("2026-07-20")
	f.Extensions = []terms.Signed[terms.Extension]{{
		Vendor: acmeRoot, Document: "5f1d6c7e8a9b0c1d", KeyID: "k1", Issued: day("2026-10-01"),
		Body: terms.Extension{Serial: "4711-acmecad", What: terms.ExtendGrace, By: terms.Days(20), Until: endOf("2026-11-20"), Agent: "Kim", Reason: terms.Plain("Field trip")},
	}}
	return f
}

// tryPlan goes to "what if" and tries conditions.
func tryPlan(b *bench, kinds ...simulate.Kind) {
	b.w.plan = planForm{tab: tabWhatIf}
	for _, k := range kinds {
		b.w.plan.conditions = append(b.w.plan.conditions, newCondition(k))
	}
	b.w.visit(b.w.planPlace())
	b.clickID("plan.try")
}

// scrollTo brings into view what has that focus key.
func (b *bench) scrollTo(key string) {
	if f := look.ByFocusKey(b.w.now.body, key); f != nil {
		b.w.canvas().Focus(f)
		b.w.canvas().Unfocus()
	}
}

// planScenes are the screens of Plan ahead and of a license with many dates.
func planScenes() []scene {
	return []scene{
		{"plan-01-dates", planFacts, func(b *bench) { b.w.visit(b.w.planPlace()) }},
		{"plan-02-what-if", planFacts, func(b *bench) { b.w.plan = planForm{tab: tabWhatIf}; b.w.visit(b.w.planPlace()) }},
		{"plan-03-three-lanes", planFacts, func(b *bench) { tryPlan(b, simulate.Offline) }},
		{"plan-04-result", planFacts, func(b *bench) { tryPlan(b, simulate.Offline); b.scrollTo("save_text") }},
		{"plan-05-several", planFacts, func(b *bench) {
			tryPlan(b, simulate.Offline, simulate.Clock, simulate.Revoked, simulate.Version)
		}},
		{"plan-06-wrong", planFacts, func(b *bench) {
			b.w.plan = usualPlan()
			b.w.plan.tab = tabWhatIf
			b.w.plan.conditions[0].start, b.w.plan.conditions[0].startText = startOther, "1/12/2026"
			b.w.visit(b.w.planPlace())
			b.clickID("plan.try")
		}},
		{"plan-07-endless", func() terms.Facts { return acme(held("studio", "Nordlicht Studio", northRoot, time.Time{})) }, func(b *bench) { b.w.visit(b.w.planPlace()) }},
		{"plan-08-all-on", func() terms.Facts { return acme(held("studio", "Nordlicht Studio", northRoot, time.Time{})) }, func(b *bench) { tryPlan(b, simulate.Offline) }},
		{"plan-09-license", planFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecad") }},
		{"plan-10-license-grace", detailFacts, func(b *bench) { b.w.showLicense(acmeRoot + "/acmecad") }},
		{"plan-11-why", detailFacts, func(b *bench) {
			b.w.showLicense(acmeRoot + "/acmecad")
			b.clickID("why.title")
			b.scrollTo("copy.command")
		}},
	}
}

// planned is what the form of the window leads to.
func (b *bench) planned() planModel {
	b.t.Helper()
	wall := wallOf(b.w.snap)
	sc, wrong := b.w.v.scenario(b.w.plan, wall)
	if wrong != nil {
		b.t.Fatalf("the form cannot be read: %+v", wrong)
	}
	return b.w.v.plan(b.w.snap, sc, simulate.Run(b.w.snap.Facts, wall, sc))
}
