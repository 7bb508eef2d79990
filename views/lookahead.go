package views

import (
	"time"

	"holdfast/licensing"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// moment is a coming time with everything that happens then.
type moment struct {
	At     time.Time
	Events []terms.Event
}

// names are the events that concern the product as a whole.
func (m moment) names() []terms.Event {
	var out []terms.Event
	for _, e := range m.Events {
		if e.Feature == "" {
			out = append(out, e)
		}
	}
	return out
}

// moments are the coming dates of a product, each once.
func moments(p terms.ProductVerdict) []moment {
	var out []moment
	for _, e := range p.Next {
		if n := len(out); n > 0 && out[n-1].At.Equal(e.At) {
			out[n-1].Events = append(out[n-1].Events, e)
			continue
		}
		out = append(out, moment{e.At, []terms.Event{e}})
	}
	return out
}

// wallOf is what the computer's clock shows in a snapshot.
func wallOf(s licensing.Snapshot) time.Time {
	if !s.Clock.Wall.IsZero() {
		return s.Clock.Wall
	}
	return s.Verdict.At
}

// onlyOf leaves in the facts the licenses of one product, so that looking ahead for it takes no longer among thousands.
func onlyOf(f terms.Facts, p terms.ProductVerdict) terms.Facts {
	var held []terms.Held
	for i := range f.Licenses {
		if h := &f.Licenses[i]; h.Vendor == p.Vendor && h.License.Policy.Product.ID == p.ID {
			held = append(held, *h)
		}
	}
	f.Licenses, f.Requests = held, nil
	return f
}

// ahead is what happens to one product by time alone, up to its last date.
func ahead(s licensing.Snapshot, p terms.ProductVerdict) []simulate.Span {
	if len(p.Next) == 0 {
		return nil
	}
	until := p.Next[len(p.Next)-1].At.AddDate(0, 0, 1)
	for _, l := range simulate.Timeline(onlyOf(s.Facts, p), wallOf(s), until).Products {
		if l.Vendor == p.Vendor && l.Product == p.ID {
			return l.Spans
		}
	}
	return nil
}

// aheadOfAll is what happens to every product by time alone, by its key: one look for all of them.
func aheadOfAll(s licensing.Snapshot) map[string][]simulate.Span {
	var last time.Time
	for _, p := range s.Verdict.Products {
		if n := len(p.Next); n > 0 && p.Next[n-1].At.After(last) {
			last = p.Next[n-1].At
		}
	}
	out := map[string][]simulate.Span{}
	if !last.IsZero() {
		for _, l := range simulate.Timeline(s.Facts, wallOf(s), last.AddDate(0, 0, 1)).Products {
			out[l.Vendor+"/"+l.Product] = l.Spans
		}
	}
	return out
}

// after is the span that holds right after a moment.
func after(spans []simulate.Span, at time.Time) (simulate.Span, bool) {
	for _, x := range spans {
		if x.To.IsZero() || x.To.After(at) {
			return x, true
		}
	}
	return simulate.Span{}, false
}
