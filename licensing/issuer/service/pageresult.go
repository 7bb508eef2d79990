package service

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// pageItem is one request, usage file or fault as the page shows it: the four answers, what was brought, what the vendor says.
type pageItem struct {
	Tone, Icon string
	Eyebrow    string
	Headline   string
	Rows       []pageRow
	Button     string // what to do first, when that is a link
	Link       string
	Download   bool
	Facts      []pageRow
	Lines      []pageLine
	Words      string // check words of the answer
	File, Size string
	Steps      []string
	Code       string // for support
	Problem    bool
}

// pageRow is a label and what it says; Mono is for codes and names.
type pageRow struct {
	Label, Text string
	Mono        bool
}

// results shows what became of everything that was brought.
func (v visitor) results(all []brought) {
	here := "/"
	if len(all) == 1 && all[0].id != "" {
		here = "/exchange/" + all[0].id
	}
	f := v.frameOf(v.p.profile(), here)
	var items []pageItem
	var outcomes []outcome
	for _, b := range all {
		o, err := outcomeOf(b)
		v.noted(err)
		outcomes = append(outcomes, o)
		items = append(items, v.item(f, b, o, len(all) > 1))
		if b.answer != nil {
			f.IDs = append(f.IDs, b.id)
		}
	}
	status := statusOf(outcomes)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(pageRetry/time.Second)))
	}
	v.show(status, f, items)
}

func (v visitor) show(status int, f pageFrame, items []pageItem) {
	f.Items, f.Single = items, len(items) == 1
	problems := 0
	for _, i := range items {
		if i.Problem {
			problems++
		}
	}
	f.Problems, f.Alert = problems > 0, problems == len(items)
	f.Title = items[0].Headline
	if !f.Single {
		f.Title = v.words.text("page.several.headline", "n", len(items))
	}
	if f.Answered = len(f.IDs); f.Answered < 2 {
		f.IDs = nil
	}
	v.render(status, "result", f)
}

var toneIcons = map[terms.Tone]string{terms.ToneOK: "ok", terms.ToneNotice: "notice", terms.ToneWarn: "warn", terms.ToneStop: "stop"}

// item puts one into words. Of several, each is called by the name of its file.
func (v visitor) item(f pageFrame, b brought, o outcome, several bool) pageItem {
	w := v.words
	if f.Vendor.Name == "" && o.variant == "" {
		o.variant = nobody
	}
	slots := append([]any{"vendor", f.Name, "file", b.name, "wait", w.wait(o.retry)}, o.slots...)
	i := pageItem{Tone: string(o.tone), Icon: toneIcons[o.tone], Eyebrow: w.text("page.own", "text", b.name), Problem: o.problem}
	if until, ok := i.until(b); ok {
		slots = append(slots, "by", w.Date(until, nil))
	}
	if a := b.asked; a != nil {
		i.Facts = v.facts(b, *a)
		slots = append(slots, "code", a.code)
	}
	if b.answer != nil {
		v.answer(&i, f, b, several)
		slots = append(slots, "code", b.answer.Code, "date", w.Date(b.answer.At, nil), "until", w.Date(b.answer.Until, nil))
	} else if o.problem {
		i.Code = o.code
		if o.variant != "" && o.variant != nobody && w.Has("page.out."+o.code+"."+o.variant+".headline") {
			i.Code += "." + o.variant
		}
	}
	if o.code == "needs_person" {
		i.Icon = "wait"
		i.Button, i.Link = w.text("page.look_again"), v.link("/exchange/"+b.id)
		slots = append(slots, "promise", f.Vendor.Promises.Answer)
	}
	i.Headline = v.own(o, "headline", slots)
	for _, part := range []string{"happened", "works", "do", "by"} {
		i.Rows = append(i.Rows, pageRow{Label: w.text("page.row." + part), Text: v.part(o, part, slots)})
	}
	if b.answer != nil && b.answer.Again {
		i.Rows[0].Text += " " + w.text("page.again")
	}
	return i
}

// until is when an answer is not taken any more.
func (i *pageItem) until(b brought) (time.Time, bool) {
	if b.answer == nil || b.asked == nil || b.asked.until.IsZero() {
		return time.Time{}, false
	}
	return b.asked.until, true
}

// part is one of the answers to an outcome: its own, or what is usual.
func (v visitor) part(o outcome, part string, slots []any) string {
	if text := v.own(o, part, slots); text != "" {
		return text
	}
	if part == "by" && takesUntil[o.code] && hasSlot(slots, "by") {
		return v.words.text("page.usual.by_date", slots...)
	}
	return v.words.text("page.usual."+part, slots...)
}

// own is a text of an outcome: that of its variant, or its own; "" when it has none.
func (v visitor) own(o outcome, part string, slots []any) string {
	for _, id := range []string{"page.out." + o.code + "." + o.variant + "." + part, "page.out." + o.code + "." + part} {
		if v.words.Has(id) {
			return v.words.text(id, slots...)
		}
	}
	return ""
}

// takesUntil are the outcomes that come too late some day: a computer takes no license for a request that is over.
var takesUntil = map[string]bool{"license": true, "partly": true, "standing": true}

func hasSlot(slots []any, name string) bool {
	for i := 0; i < len(slots); i += 2 {
		if slots[i] == name {
			return true
		}
	}
	return false
}

// facts are what a file says of itself, after its seal was proven.
func (v visitor) facts(b brought, a asked) []pageRow {
	w := v.words
	kind := "page.kind." + a.kind
	if !w.Has(kind) {
		kind = "page.kind.other"
	}
	rows := []pageRow{
		{Label: w.text("page.fact.kind"), Text: w.text(kind)},
		{Label: w.text("page.fact.computer"), Text: w.text(named(a.label, "page.computer"), "code", a.code, "label", a.label)},
		{Label: w.text("page.fact.made"), Text: w.text("page.made", "date", w.Date(a.made, nil))},
	}
	if !a.wanted.IsZero() {
		rows = append(rows, pageRow{Label: w.text("page.fact.wanted"), Text: w.Date(a.wanted, nil)})
	}
	return append(rows, pageRow{Label: w.text("page.fact.words"), Text: b.words, Mono: true})
}

// answer adds what the vendor answered. One alone is called by its products.
func (v visitor) answer(i *pageItem, f pageFrame, b brought, several bool) {
	w, a := v.words, *b.answer
	parts := says(a, f.Vendor)
	if b.asked != nil && b.asked.kind == exchange.RequestActivate {
		parts = slices.DeleteFunc(parts, liftedRevocation) // who activates knows of no withdrawal
	}
	i.Lines = v.lines(a, parts)
	if names := productsOf(parts, w.Language()); len(names) > 0 && !several {
		i.Eyebrow = w.List(names)
	}
	i.Words, i.File, i.Download = a.Words, a.Name, true
	i.Size = w.text("page.size", "n", max(1, (len(a.File)+512)/1024))
	i.Button, i.Link = w.text("page.download"), "/answer/"+b.id
	for _, step := range []string{"save", "carry", "open", "compare"} {
		i.Steps = append(i.Steps, w.text("page.step."+step, "code", a.Code, "file", a.Name, "words", a.Words))
	}
	if b.asked == nil {
		i.Facts = []pageRow{{Label: w.text("page.fact.computer"), Text: a.Code}}
	}
}
