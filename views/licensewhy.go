package views

import (
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// why is what lies behind one date: sentences, and what each of them rests on.
type why struct {
	Title string // the date with what happens then
	Lines []string
	Basis string // rule, license, policy version, who issued them, and the document
}

// explained is a reason in words, with the parts that it is about; none: the product.
type explained struct {
	terms.Reason
	text  string
	parts []string
}

// explain lists the reasons of a product, and those that only some of its parts have, each once.
func (v voice) explain(p terms.ProductVerdict) []*explained {
	var all []*explained
	at := map[string]*explained{}
	add := func(r terms.Reason, part string) {
		text := v.Reason(r, v.zone)
		if text == "" {
			return
		}
		e := at[text]
		if e == nil {
			e = &explained{Reason: r, text: text}
			at[text], all = e, append(all, e)
		} else if len(e.parts) == 0 {
			return
		}
		if part != "" && !slices.Contains(e.parts, part) {
			e.parts = append(e.parts, part)
		}
	}
	for _, r := range p.Reasons {
		add(r, "")
	}
	for _, id := range slices.Sorted(maps.Keys(p.Features)) {
		f := p.Features[id]
		for _, r := range f.Reasons {
			add(r, v.name(f.Name, id))
		}
	}
	for _, e := range all {
		if len(e.parts) > 0 {
			e.text = v.t("why.part", "parts", strings.Join(e.parts, ", "), "text", e.text)
		}
	}
	return all
}

// whys explains every coming date of a product, and before them what is so now. Nothing is said twice.
func (v voice) whys(p terms.ProductVerdict, steps []step) []why {
	all := v.explain(p)
	said := map[string]bool{}
	take := func(about func(terms.Reason) bool) (w why) {
		var basis []string
		for _, r := range all {
			if said[r.text] || !about(r.Reason) {
				continue
			}
			said[r.text] = true
			w.Lines = append(w.Lines, r.text)
			b := v.basis(r.Reason)
			basis = slices.DeleteFunc(basis, func(said string) bool { return strings.HasPrefix(b, said) }) // b says it too
			if !slices.ContainsFunc(basis, func(said string) bool { return strings.HasPrefix(said, b) }) {
				basis = append(basis, b)
			}
		}
		w.Basis = strings.Join(basis, "\n")
		return w
	}
	var out []why
	for _, x := range steps {
		if x.At.IsZero() {
			continue
		}
		if w := take(func(r terms.Reason) bool { return sameSecond(r.At, x.At) }); len(w.Lines) > 0 {
			w.Title = v.t("why.date", "date", x.Date, "what", x.Title)
			out = append(out, w)
		}
	}
	if now := take(func(terms.Reason) bool { return true }); len(now.Lines) > 0 {
		now.Title = v.t("why.now")
		out = append([]why{now}, out...)
	}
	return out
}

func sameSecond(a, b time.Time) bool {
	return !a.IsZero() && a.Truncate(time.Second).Equal(b.Truncate(time.Second))
}

// basis is what one reason rests on: the stable name of the rule, who issued what, and the document that says so.
func (v voice) basis(r terms.Reason) string {
	parts := []string{v.t("why.rule", "rule", r.Rule)}
	if s := v.Source(r); s != "" {
		parts = append(parts, s)
	}
	for _, word := range strings.Fields(r.Evidence) {
		if hash, ok := strings.CutPrefix(word, "document="); ok && hash != "" {
			parts = append(parts, v.t("why.document", "sum", hash[:min(len(hash), 12)]))
		}
	}
	return strings.Join(parts, " ")
}

// reasons says each step of "why" once.
func (v voice) reasons(rs []terms.Reason) []string {
	var out []string
	for _, r := range rs {
		text := v.Reason(r, v.zone)
		if text == "" || slices.Contains(out, text) {
			continue
		}
		out = append(out, text)
	}
	return out
}
