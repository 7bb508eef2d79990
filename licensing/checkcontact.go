package licensing

import (
	"holdfast/licensing/clock"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// checkContact tells of the vendor that the last contact did not reach, or that said itself that it has a problem, else of the newest contact
// that came through, else of the first vendor that can be asked but was not yet, else of one that has no service.
func (e *Engine) checkContact(f terms.Facts, r clock.Reading) Check {
	c := line("contact", "", map[string]any{"fresh": true})
	v := e.judging.Evaluate(f, r.Wall)
	var newest, unasked ContactView
	for _, view := range e.contactViews(&v, r) {
		if view.Finding.State != "" {
			c := line("contact", view.Finding.State, view.Finding.Slots)
			c.Level = terms.ToneNotice
			return c
		}
		if view.Last != nil && view.Last.Cause == reconcile.CauseOutage {
			c := line("contact", "", map[string]any{"vendor": view.Vendor, "time": view.Last.At})
			c.Level = terms.ToneNotice
			return c
		}
		if view.OK.After(newest.OK) {
			newest = view
		}
		if unasked.Root == "" || unasked.Host == "" && view.Host != "" {
			unasked = view
		}
	}
	switch {
	case !newest.OK.IsZero():
		c.Args = map[string]any{"vendor": newest.Vendor, "time": newest.OK}
	case unasked.Host != "":
		c.Args = map[string]any{"vendor": unasked.Vendor, "case": "not_yet"}
	case unasked.Root != "":
		c.Args = map[string]any{"vendor": unasked.Vendor, "case": "no_address"}
	}
	return c
}
