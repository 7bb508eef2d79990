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

// whys explains every coming date of a product, and before them what is so now. Nothing is said twice.
func (v voice) whys(p terms.ProductVerdict, steps []step) []why {
	all := slices.Clone(p.Reasons)
	for _, id := range slices.Sorted(maps.Keys(p.Features)) {
		all = append(all, p.Features[id].Reasons...)
	}
	said := map[string]bool{}
	take := func(about func(terms.Reason) bool) (w why) {
		var basis []string
		for _, r := range all {
			text := v.Reason(r, v.zone)
			if text == "" || said[text] || !about(r) {
				continue
			}
			said[text] = true
			w.Lines = append(w.Lines, text)
			b := v.basis(r)
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
