package plain

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// resolver fills the slots of one finding's sentences.
type resolver struct {
	s    *Speaker
	f    terms.Finding
	at   time.Time
	zone *time.Location
}

// answer renders one answer, such as "by". When every sentence of it was left out, a sentence that is always true
// stands instead, so that no question goes without an answer.
func (r resolver) answer(prefix, name string) string {
	raw := func(slot string) any {
		v, _ := r.raw(name, slot)
		return v
	}
	text := r.s.say(prefix+"."+name, raw, func(slot string) filled { return r.fill(name, slot) })
	if last, _ := utf8.DecodeLastRuneInString(text); isWord(last) {
		text += "." // a text from a document that is an answer of its own
	}
	if text != "" {
		return text
	}
	if name == "headline" {
		return r.s.Text("answer.headline", map[string]any{"title": r.s.Title(r.f.State)})
	}
	return r.s.Text("answer."+name, nil)
}

// raw returns the value of a slot and its row, after the conversions that sentences need.
func (r resolver) raw(answer, slot string) (any, row) {
	rule, _, _ := rowOf(string(r.f.State), answer, slot)
	v := r.f.Slots[slot]
	switch n := v.(type) {
	case time.Duration: // a wait, in whole seconds
		v = int(n / time.Second)
	case time.Time:
		if n.IsZero() {
			return nil, rule
		}
	}
	if rule.kind == asSeconds && v == 0 {
		return nil, rule
	}
	if rule.kind == asCount && v == nil {
		return 0, rule
	}
	if rule.kind == asDays {
		if end, ok := r.f.Slots[rule.counts].(time.Time); ok && !end.IsZero() {
			return DaysUntil(end, r.at, r.zone), rule
		}
	}
	if l, ok := v.(terms.Length); ok && rule.kind == asDue {
		return r.due(l), rule
	}
	return v, rule
}

// due is the day on which something promised within a length is due, counted from the date it was asked for.
func (r resolver) due(l terms.Length) any {
	from, ok := r.f.Slots["date"].(time.Time)
	if !ok || from.IsZero() || l.IsZero() {
		return nil
	}
	return l.After(from, r.zone)
}

// fill puts the value of a slot into words, or what stands without it.
func (r resolver) fill(answer, slot string) filled {
	v, rule := r.raw(answer, slot)
	_, key, known := rowOf(string(r.f.State), answer, slot)
	if !known {
		return filled{drop: true}
	}
	if f := r.words(rule, slot, v); f.text != "" {
		return f
	}
	switch {
	case slot == "product" && r.f.Product != "":
		return filled{text: clean(r.f.Product)}
	case rule.without == omitSlot:
		return filled{}
	case rule.without == sayInstead && rule.text != "":
		return filled{text: r.text(rule.text), own: true}
	case rule.without == sayInstead:
		return filled{text: r.text("slot." + key), own: true}
	}
	return filled{drop: true}
}

// text is a fallback, which may name the vendor.
func (r resolver) text(id string) string {
	return r.s.say(id, func(string) any { return nil }, func(slot string) filled { return r.fill("", slot) })
}

// words puts a value into words by the kind of its slot. An empty text means that there is no value.
func (r resolver) words(rule row, slot string, v any) filled {
	if v == nil {
		return filled{}
	}
	switch v := v.(type) {
	case time.Time:
		return r.wrap(rule, slot, r.date(rule, slot, v))
	case terms.Kept:
		return filled{text: r.kept(rule.kind, v), own: true}
	case terms.Then:
		return filled{text: r.then(v), own: true}
	case terms.Versions:
		return filled{text: r.s.Versions(v), own: true}
	case terms.Evidence:
		return filled{text: r.s.evidence(v, r.zone)}
	case []terms.PartEnd:
		return filled{text: r.sooner(v), own: true}
	case []reconcile.Change:
		return filled{text: r.changes(v), own: true}
	case []terms.PlaceUse:
		return filled{text: r.s.List(r.places(v))}
	case []terms.Text:
		return r.wrap(rule, slot, r.s.List(r.s.names(v)))
	case []string:
		return r.wrap(rule, slot, r.s.List(r.codes(rule, v)))
	case string:
		if rule.kind == asCode && v != "" && r.s.Has(rule.family+"."+v) {
			return filled{text: r.s.Text(rule.family+"."+v, r.f.Slots), own: true}
		}
	}
	return r.wrap(rule, slot, shorten(r.s.value(v), longest))
}

// wrap puts a text that is there into slot.<name>.said for the kinds that need words around it.
func (r resolver) wrap(rule row, slot, text string) filled {
	if text == "" {
		return filled{}
	}
	switch rule.kind {
	case asWrapped, asDue, asAgain:
		return filled{text: r.s.Text("slot."+slot+".said", map[string]any{slot: text}), own: true}
	case asTerm:
		return filled{text: text, own: true}
	}
	return filled{text: text}
}

func (r resolver) date(rule row, slot string, t time.Time) string {
	switch rule.kind {
	case asMoment, asAgain:
		return r.s.DateTime(t, r.zone)
	case asTerm:
		args := map[string]any{"date": r.s.Until(t, r.at, r.zone), "days": DaysUntil(t, r.at, r.zone)}
		if !t.After(r.at) {
			return r.s.Text("slot.date_or_none.past", args)
		}
		return r.s.Text("slot.date_or_none.said", args)
	case asStart:
		return r.s.From(t, r.at, r.zone)
	case asDay:
		if r.sameDay(slot, t) {
			return r.s.DateTime(t, r.zone)
		}
		return r.s.Date(t, r.zone)
	}
	return r.s.Until(t, r.at, r.zone)
}

// sameDay says whether a sentence compares two moments of one day, which dates alone would make look the same.
func (r resolver) sameDay(slot string, t time.Time) bool {
	other, ok := r.f.Slots[map[string]string{"d1": "d2", "d2": "d1", "from": "to", "to": "from"}[slot]].(time.Time)
	return ok && !other.Equal(t) && r.s.Date(other, r.zone) == r.s.Date(t, r.zone)
}

// evidence says what a statement about a vendor rests on: "a signed notice of 3 Nov 2026, M-12". Nothing known gives "".
func (s *Speaker) evidence(e terms.Evidence, zone *time.Location) string {
	id := "evidence." + e.Kind
	if !s.Has(id) {
		return ""
	}
	text := s.Text(id, nil)
	if date := s.ShortDate(e.At, zone); date != "" {
		text = s.Text("evidence.of", map[string]any{"text": text, "date": date})
	}
	if ref := shorten(clean(e.Ref), longest); ref != "" {
		text = s.Text("evidence.ref", map[string]any{"text": text, "ref": ref})
	}
	return text
}

// codes puts those members of a list into words that are codes of the row's family.
func (r resolver) codes(rule row, list []string) []string {
	if rule.kind != asCode {
		return list
	}
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = v
		if id := rule.family + "." + v; r.s.Has(id) {
			all[i] = r.s.Text(id, nil)
		}
	}
	return all
}

// changes says in sentences what changed; above 4 the rest is counted.
func (r resolver) changes(list []reconcile.Change) string {
	const most = 4
	var all []string
	for i, c := range list {
		if i == most && len(list) > most+1 {
			all = append(all, r.s.Text("list.more", map[string]any{"n": len(list) - most})+".")
			break
		}
		text := r.s.ContactChange(c, r.at, r.zone)
		if !strings.HasSuffix(text, ".") {
			text += "."
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// places names computers by code and label.
func (r resolver) places(list []terms.PlaceUse) []string {
	all := make([]string, len(list))
	for i, p := range list {
		all[i] = p.Code
		if p.Label != "" {
			all[i] = r.s.Text("slot.place", map[string]any{"code": p.Code, "label": p.Label})
		}
	}
	return all
}

// Versions puts a version constraint into words: "version 4 to 5", "version 4.2 or newer, before 6". A constraint of
// another form is shown as the policy has it; none gives "".
func (s *Speaker) Versions(v terms.Versions) string {
	args := map[string]any{"from": v.From, "below": v.Below, "up_to": v.UpTo, "constraint": v.Constraint}
	id := "versions.other"
	from, err1 := strconv.Atoi(v.From)
	below, err2 := strconv.Atoi(v.Below)
	switch {
	case v.Constraint == "":
		return ""
	case v.From != "" && v.Below != "" && err1 == nil && err2 == nil && from == below-1:
		id = "versions.one"
	case v.From != "" && v.Below != "" && err1 == nil && err2 == nil && from < below:
		id, args["up_to"] = "versions.from_to", fmt.Sprint(below-1)
	case v.From != "" && v.UpTo != "":
		id = "versions.from_to"
	case v.From != "" && v.Below != "":
		id = "versions.from_below"
	case v.From != "":
		id = "versions.from"
	case v.Below != "":
		id = "versions.below"
	case v.UpTo != "":
		id = "versions.up_to"
	}
	return s.Text(id, args)
}
