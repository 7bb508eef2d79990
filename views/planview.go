package views

import (
	"strconv"

	"fyne.io/fyne/v2"

	"holdfast/licensing/simulate"
	"holdfast/views/look"
)

// fieldKey names a field of a condition.
func fieldKey(condition int, field string) string { return field + " " + strconv.Itoa(condition) }

// whatIf asks what goes wrong, and shows below what follows.
func (p *planPage) whatIf() []fyne.CanvasObject {
	now := wallOf(p.w.snap)
	p.main = look.NewButton(look.PrimaryButton, p.v.t("plan.try"), p.try)
	p.main.Key = "try"
	card := look.Column(look.Gap12, look.Row(look.Gap12,
		look.Cell{Object: look.NewPara(p.v.t("plan.if"), look.Heading), Width: look.Stretch}, look.Cell{Object: p.main}))
	options := planOptions{starts: p.v.startOptions(now), lengths: p.v.lengthOptions(), shifts: p.v.shiftOptions(), products: p.products()}
	for i := range p.form.conditions {
		card.Add(p.condition(i, options))
	}
	if offered := p.form.offered(); len(offered) > 0 {
		card.Add(look.Wrapped(0, p.adding(offered)))
	}
	never := look.NewSwitch("never", p.v.t("plan.never"), p.form.never, func(on bool) { p.change(func(f *planForm) { f.never = on }) })
	never.Key = "never"
	out := []fyne.CanvasObject{look.Card(look.Column(0, look.Inset(look.Gap16, look.Gap16, look.Gap16, look.Gap16, card), look.NewRule(),
		look.SettingRow(p.v.t("plan.never"), p.v.t("plan.never.sub"), never)))}
	if p.result == nil {
		return append(out, look.NewPara(p.v.t("plan.copy"), look.Caption))
	}
	return append(out, p.w.planResult(*p.result)...)
}

// adding lets a person choose one more thing that goes wrong at the same time.
func (p *planPage) adding(offered []simulate.Kind) fyne.CanvasObject {
	names := make([]string, 0, len(offered))
	for _, k := range offered {
		names = append(names, p.v.t("plan.kind."+string(k)))
	}
	return look.NewChooser("add", p.w.canvas(), p.v.t("plan.add"), names, -1, func(i int) {
		p.change(func(f *planForm) { f.conditions = append(f.conditions, newCondition(offered[i])) })
	})
}

// planOptions are the words of the choices, the same for every condition.
type planOptions struct {
	starts, lengths, shifts []string
	products                [][2]string // key and name; nil when there are too many for a list
}

// mostProductOptions is how many products a list offers.
const mostProductOptions = 20

func (p *planPage) products() [][2]string {
	all := p.w.snap.Verdict.Products
	if len(all) < 2 || len(all) > mostProductOptions {
		return nil
	}
	out := [][2]string{{"", p.v.t("plan.all_products")}}
	for _, x := range all {
		out = append(out, [2]string{productKey(x), p.v.name(x.Name, x.ID)})
	}
	return out
}

// condition is one line: what, from when, for how long. What cannot be read is told below it.
func (p *planPage) condition(i int, o planOptions) fyne.CanvasObject {
	c := p.form.conditions[i]
	line := look.Wrapped(look.Gap8)
	word := func(id string) { line.Add(look.NewLine(p.v.t(id), look.Body)) }
	choose := func(field, label string, options []string, on int, set func(c *planCondition, to int)) {
		line.Add(look.NewChooser(fieldKey(i, field), p.w.canvas(), p.v.t(label), options, on, func(to int) {
			p.change(func(f *planForm) { set(&f.conditions[i], to) })
		}))
	}
	kinds, names := []simulate.Kind{c.kind}, []string{p.v.t("plan.kind." + string(c.kind))}
	for _, k := range p.form.offered() {
		kinds, names = append(kinds, k), append(names, p.v.t("plan.kind."+string(k)))
	}
	choose("kind", "plan.kind", names, 0, func(c *planCondition, to int) { *c = newCondition(kinds[to]) })
	complaint := p.complaint(i)
	typed := func(field, hint, text string, set func(c *planCondition, text string)) {
		line.Add(p.typed(i, field, hint, text, complaint, set))
	}
	switch c.kind {
	case simulate.Clock:
		word("plan.word.by")
		choose("shift", "plan.kind.clock", o.shifts, c.by, func(c *planCondition, to int) { c.by = to })
		if c.by == len(planShifts) {
			typed("by", "plan.hint.by", c.byText, func(c *planCondition, s string) { c.byText = s })
		}
	case simulate.Version:
		typed("version", "plan.hint.version", c.version, func(c *planCondition, s string) { c.version = s })
	}
	if ofProduct(c.kind) && len(o.products) > 0 {
		var names []string
		on := 0
		for n, x := range o.products {
			if names = append(names, x[1]); x[0] == c.product {
				on = n
			}
		}
		word("plan.word.of")
		choose("product", "plan.word.of", names, on, func(c *planCondition, to int) { c.product = o.products[to][0] })
	}
	word("plan.word.from")
	choose("from", "plan.word.from", o.starts, c.start, func(c *planCondition, to int) { c.start = to })
	if c.start == startOther {
		typed("start", "plan.hint.date", c.startText, func(c *planCondition, s string) { c.startText = s })
	}
	if lasts(c.kind) {
		word("plan.word.for")
		choose("length", "plan.word.for", o.lengths, c.long, func(c *planCondition, to int) { c.long = to })
		if c.long > len(planLengths) {
			typed("long", "plan.hint.length", c.longText, func(c *planCondition, s string) { c.longText = s })
		}
	}
	if len(p.form.conditions) > 1 || p.form.never {
		remove := look.NewButton(look.LinkButton, p.v.t("plan.remove"), func() {
			p.change(func(f *planForm) { f.conditions = append(f.conditions[:i:i], f.conditions[i+1:]...) })
		})
		remove.Key, remove.Small, remove.Spoken = fieldKey(i, "remove"), true, p.v.t("plan.remove")+": "+names[0]
		line.Add(remove)
	}
	return look.Column(look.Gap4, line, complaint)
}

// typed is a field within a line. What was wrong about it goes when the person begins to put it right.
func (p *planPage) typed(i int, field, hint, text string, complaint *fyne.Container, set func(c *planCondition, text string)) fyne.CanvasObject {
	e := look.NewEntry(fieldKey(i, field), p.v.t(hint))
	e.SetText(text)
	e.CursorColumn = len([]rune(text))
	e.OnChanged = func(s string) {
		set(&p.form.conditions[i], s)
		complaint.Hide()
	}
	e.OnSubmitted = func(string) { p.try() }
	return look.Row(0, look.Cell{Object: look.NewBareField(e), Width: 150})
}

// complaint says what has to be put right in a condition; hidden when nothing has.
func (p *planPage) complaint(i int) *fyne.Container {
	words := ""
	if p.wrong != nil && p.wrong.condition == i {
		words = p.v.t(p.wrong.id)
	}
	c := look.Row(look.Gap8, look.Cell{Object: look.NewIcon("stop", look.Stop, look.IconRow), Align: look.Top},
		look.Cell{Object: look.NewPara(words, look.BodyBold.In(look.Stop)), Width: look.Stretch})
	if words == "" {
		c.Hide()
	}
	return c
}

// planResult shows what a plan leads to: the verdict, lanes, the same as lists, and ways to keep it.
func (w *Window) planResult(m planModel) []fyne.CanvasObject {
	banner := look.BannerModel{
		Tone: m.Tone, Symbol: "plan", Headline: m.Answers.Headline, Answers: w.v.planAnswers(m), Columns: true, ButtonAt: doing,
	}
	button := func(kind look.Kind, x planWay) *look.Button {
		b := look.NewButton(kind, x.Label, func() { w.act(x.Action, x.Finding) })
		b.Key = "way " + string(x.Action)
		return b
	}
	if len(m.Ways) > 0 {
		banner.Button = button(look.PrimaryButton, m.Ways[0])
	}
	if len(m.Ways) > 1 {
		banner.Also = button(look.TextButton, m.Ways[1])
	}
	return append([]fyne.CanvasObject{look.NewBanner(banner), w.v.planCard(m)}, w.planSaving(m))
}

// planAnswers are the four answers about what has not happened yet.
func (v voice) planAnswers(m planModel) []look.Answer {
	four := v.four(m.Answers)
	four[0].Label = v.t("plan.happens")
	return four
}

// planCard is the result itself, as it is on the page and in a picture.
func (v voice) planCard(m planModel) fyne.CanvasObject {
	card := look.Column(look.Gap12,
		look.NewRuns([]look.Run{{Text: v.t("plan.result"), Bold: true}, {Text: " " + v.t("plan.copy"), Color: look.Secondary}}, look.Body),
		look.NewLanes(m.Lanes))
	for _, x := range m.Products {
		part := look.Column(look.Gap4, look.NewRule(), look.Inset(look.Gap4, 0, 0, 0, look.NewPara(x.Name, look.BodyBold)), look.NewSteps(x.Steps))
		if x.Avoid != "" {
			part.Add(look.NewPara(x.Avoid, look.Body))
		}
		card.Add(part)
	}
	if m.More > 0 {
		card.Add(look.NewPara(v.t("plan.more", "n", m.More), look.Caption))
	}
	if m.Assumptions != "" {
		card.Add(look.NewPara(v.t("plan.assumed", "list", m.Assumptions), look.Caption))
	}
	return look.PaddedCard(card)
}

// planSaving keeps a plan as text, as a picture, or as what the command line can try again.
func (w *Window) planSaving(m planModel) fyne.CanvasObject {
	text := look.NewButton(look.SecondaryButton, w.v.t("plan.save_text"), func() { w.savePlanText(m) })
	text.Key = "save_text"
	picture := look.NewButton(look.SecondaryButton, w.v.t("plan.save_picture"), func() { w.savePlanPicture(m) })
	picture.Key = "save_picture"
	scenario := look.NewButton(look.SecondaryButton, w.v.t("plan.save_scenario"), func() { w.savePlanScenario(m) })
	scenario.Key = "save_scenario"
	return look.Wrapped(look.Gap12, text, picture, scenario)
}
