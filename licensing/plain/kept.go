package plain

import (
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// kept says what works. The empty text means that no license says anything.
func (r resolver) kept(k kind, v terms.Kept) string {
	switch {
	case v.Unread:
		return r.s.Text("slot.unread", nil)
	case v.None():
		return ""
	case k == asAllBut && v.All():
		return r.s.Text("works.all", nil)
	case k == asAllBut:
		gone := append(append([]terms.Text{}, v.Paused...), v.View...)
		return r.sentences(r.list("works.all_but", gone), r.view(v, nil))
	case k == asAfter && v.All():
		return r.s.Text("works.goes_on", nil)
	}
	if _, one := r.f.Slots["product"]; k == asNow && !one { // the names are products
		return r.sentences(r.list("works.full", v.Full), r.list("works.partly", v.View), r.list("works.paused", v.Paused))
	}
	return r.sentences(r.list("works.full", v.Full), r.view(v, v.View), r.list("works.paused", v.Paused))
}

// view says what view mode allows, in the policy's words when it has some, else which features are in it.
func (r resolver) view(v terms.Kept, named []terms.Text) string {
	if len(v.View) > 0 && len(v.ViewText) > 0 {
		return r.list("works.view_text", v.ViewText)
	}
	return r.list("works.view", named)
}

// list puts names into a sentence whose form follows their number.
func (r resolver) list(id string, names []terms.Text) string {
	list := r.s.List(r.s.names(names))
	if list == "" {
		return ""
	}
	return r.s.Text(id, map[string]any{"n": len(names), "list": list})
}

// sentences joins those that are there.
func (r resolver) sentences(all ...string) string {
	var kept []string
	for _, s := range all {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " ")
}

// then says what follows a license end.
func (r resolver) then(v terms.Then) string {
	after := strings.TrimSuffix(r.kept(asAfter, v.After), ".")
	if v.Grace.IsZero() && after == "" {
		return ""
	}
	args := map[string]any{"after": after, "grace": r.until(v.Grace)}
	switch {
	case v.Grace.IsZero():
		return r.s.Text("slot.then.after", args)
	case after == "":
		return r.s.Text("slot.then.grace", args)
	}
	return r.s.Text("slot.then.both", args)
}

// sooner says until when parts work that stop before the rest: "Cloud render until 3 Jan". Those of one moment stand together.
func (r resolver) sooner(ends []terms.PartEnd) string {
	var all []string
	for i := 0; i < len(ends); {
		date := r.s.upTo(ends[i].Until, r.at, r.zone)
		var names []terms.Text
		for ; i < len(ends) && r.s.upTo(ends[i].Until, r.at, r.zone) == date; i++ {
			names = append(names, ends[i].Name)
		}
		if list := r.s.List(r.s.names(names)); list != "" && date != "" {
			all = append(all, r.s.Text("plan.until", map[string]any{"list": list, "date": date}))
		}
	}
	return r.s.List(all)
}

func (r resolver) until(t time.Time) string { return r.s.Until(t, r.at, r.zone) }
