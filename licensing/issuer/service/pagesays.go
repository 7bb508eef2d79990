package service

import (
	"cmp"
	"slices"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// pageLine is one thing that an answer says.
type pageLine struct {
	Icon, Tone string
	Name       string
	Text       string
	More       []string
}

// says reads the parts of an answer that this vendor signed. What does not prove is not shown.
func says(a issuer.Answer, vendor exchange.Profile) (parts []exchange.Part) {
	found, err := exchange.Read(a.Name, a.File)
	if err != nil {
		return nil
	}
	for _, f := range found {
		for _, e := range f.Bundle.Envelopes {
			if _, kind := exchange.PeekHeader(e); kind == exchange.KindProfile {
				continue
			}
			if r, err := exchange.ParseResponse(e, vendor); err == nil {
				parts = append(parts, r.Parts...)
			}
		}
	}
	return parts
}

// lines puts the parts of an answer into words.
func (v visitor) lines(a issuer.Answer, parts []exchange.Part) []pageLine {
	var all []pageLine
	for _, p := range parts {
		switch {
		case p.License != nil:
			all = append(all, v.license(a, *p.License, parts))
		case p.Refusal != nil:
			all = append(all, v.refusal(*p.Refusal))
		case p.Revocation != nil:
			all = append(all, v.revocation(*p.Revocation))
		case p.Hold != nil && !p.Hold.Lifted:
			all = append(all, v.hold(*p.Hold))
		case p.Extension != nil:
			all = append(all, v.extension(*p.Extension, parts))
		case p.Receipt != nil && p.Receipt.Number > 0:
			all = append(all, v.receipt(*p.Receipt))
		case p.Notice != nil && !p.Notice.Withdrawn:
			w := v.words
			all = append(all, pageLine{Icon: "notice", Tone: "notice", Name: w.text("page.says.notice"), Text: w.text("page.own", "text", p.Notice.Text), More: v.some("page.says.ref", "ref", p.Notice.Ref)})
		}
	}
	return all
}

// some is a text when its slot is filled, as a list.
func (v visitor) some(id, slot, value string) []string {
	if value == "" {
		return nil
	}
	return []string{v.words.text(id, slot, value)}
}

func productOf(l terms.License, lang string) string {
	return cmp.Or(l.Policy.Product.Name.In(lang), l.Policy.Product.ID)
}

// productsOf names the products of the licenses in an answer, each once.
func productsOf(parts []exchange.Part, lang string) []string {
	var names []string
	for _, p := range parts {
		if p.License == nil {
			continue
		}
		if n := productOf(*p.License, lang); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

func zoneOf(l terms.License) *time.Location {
	z, err := terms.Zone(l.Policy.Zone)
	if err != nil {
		return time.UTC
	}
	return z
}

func (v visitor) license(a issuer.Answer, l terms.License, parts []exchange.Part) pageLine {
	w, zone := v.words, zoneOf(l)
	line := pageLine{Icon: "plus", Tone: "ok", Name: productOf(l, w.Language()), Text: w.text("page.says.no_end")}
	if !l.Ends.IsZero() {
		line.Text = w.text("page.says.until", "date", w.Until(l.Ends, a.At, zone))
	}
	if until := offlineUntil(l, parts); !until.IsZero() {
		line.More = append(line.More, w.text("page.says.offline", "date", w.Until(until, a.At, zone)))
	}
	return line
}

// offlineUntil is how long a license works without contact, counted from when it was issued; zero without a limit.
func offlineUntil(l terms.License, parts []exchange.Part) time.Time {
	if !l.Policy.Offline.Window.Lasts() {
		return time.Time{}
	}
	until := l.Policy.Offline.Window.After(l.Issued, zoneOf(l))
	for _, p := range parts {
		if x := p.Extension; x != nil && x.What == terms.ExtendOffline && x.Serial == l.Serial && x.Until.After(until) {
			until = x.Until
		}
	}
	if !l.Ends.IsZero() && until.After(l.Ends) {
		return l.Ends
	}
	return until
}

func (v visitor) refusal(r terms.Refusal) pageLine {
	w := v.words
	line := pageLine{Icon: "minus", Tone: "stop", Name: w.text("page.says.refused"), Text: w.text("page.own", "text", r.Reason)}
	if way := r.WayOut.In(w.Language()); way != "" {
		line.More = append(line.More, w.text("page.says.way_out", "way_out", way))
	}
	if len(r.InUse) > 0 {
		var list []string
		for _, p := range r.InUse {
			list = append(list, w.text(named(p.Label, "page.computer"), "code", p.Code, "label", p.Label))
		}
		line.More = append(line.More, w.text("page.says.in_use", "list", list))
	}
	return line.ref(v, r.Ref)
}

// named is the text for a computer that has a label, or for one that has none.
func named(label, id string) string {
	if label == "" {
		return id
	}
	return id + "_named"
}

func (l pageLine) ref(v visitor, ref string) pageLine {
	l.More = append(l.More, v.some("page.says.ref", "ref", ref)...)
	return l
}

func liftedRevocation(p exchange.Part) bool { return p.Revocation != nil && p.Revocation.Lifted }

func (v visitor) revocation(r exchange.Revocation) pageLine {
	w := v.words
	if r.Lifted {
		return pageLine{Icon: "plus", Tone: "ok", Name: w.text("page.says.counts_again"), Text: w.text("page.says.serial", "serial", r.Serial)}.ref(v, r.Ref)
	}
	line := pageLine{Icon: "minus", Tone: "stop", Name: w.text("page.says.withdrawn"), Text: w.text("page.own", "text", r.Reason)}
	line.More = append(line.More, w.text("page.says.withdrawn_from", "serial", r.Serial, "date", w.Date(r.From, nil)))
	if r.Until.After(r.From) {
		line.More = append(line.More, w.text("page.says.works_until", "date", w.Date(r.Until, nil)))
	}
	if !r.ReviewBy.IsZero() {
		line.More = append(line.More, w.text("page.says.review_by", "date", w.Date(r.ReviewBy, nil)))
	}
	return line.ref(v, r.Ref)
}

func (v visitor) hold(h exchange.Hold) pageLine {
	w := v.words
	line := pageLine{Icon: "wait", Tone: "warn", Name: w.text("page.says.hold"), Text: w.text("page.own", "text", h.Reason)}
	if !h.AnswerBy.IsZero() {
		line.More = append(line.More, w.text("page.says.answer_by", "date", w.Date(h.AnswerBy, nil)))
	}
	return line.ref(v, h.Ref)
}

func (v visitor) extension(x exchange.Extension, parts []exchange.Part) pageLine {
	w, zone := v.words, time.UTC
	for _, p := range parts {
		if p.License != nil && (x.Serial == "" || p.License.Serial == x.Serial) {
			zone = zoneOf(*p.License)
		}
	}
	line := pageLine{Icon: "plus", Tone: "ok", Name: w.text("page.says.more." + x.What), Text: w.text("page.says.by", "length", x.By)}
	if !x.Until.IsZero() {
		line.Text = w.text("page.says.until", "date", w.Date(x.Until, zone))
	}
	if why := x.Reason.In(w.Language()); why != "" {
		line.More = append(line.More, w.text("page.own", "text", why))
	}
	return line.ref(v, x.Ref)
}

func (v visitor) receipt(r exchange.Receipt) pageLine {
	w := v.words
	line := pageLine{
		Icon: "seal", Tone: "ok", Name: w.text("page.says.receipt", "number", r.Number),
		Text: w.text("page.says.entries", "n", int64(min(r.Entries, 1<<62))),
	}
	switch from, to := w.Date(r.From, nil), w.Date(r.To, nil); {
	case from == "" || to == "":
	case from == to:
		line.More = append(line.More, w.text("page.says.on_day", "date", from))
	default:
		line.More = append(line.More, w.text("page.says.from_to", "from", from, "to", to))
	}
	return line
}
