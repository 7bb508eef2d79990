package plain

import (
	"time"

	"holdfast/licensing/reconcile"
)

// ContactLine says in a sentence when a contact was, with whom, and how it ended.
func (s *Speaker) ContactLine(vendor string, c reconcile.Contact, zone *time.Location) string {
	id := "contact.line.ok"
	switch {
	case c.Cause == reconcile.CauseDeclined, c.Cause == reconcile.CauseWaiting, c.Cause == reconcile.CauseOutage:
		id = "contact.line.answered"
	case c.Cause != "":
		id = "contact.line.cause"
	case len(c.Changes) > 0:
		id = "contact.line.changed"
	case c.ConfirmedUsage():
		id = "contact.line.confirmed"
	}
	return s.Text(id, map[string]any{
		"vendor": vendor, "time": s.DateTime(c.At, zone), "cause": s.ContactCause(c), "n": len(c.Changes),
	})
}

// ContactWhy says in a sentence why a contact was made.
func (s *Speaker) ContactWhy(c reconcile.Contact) string {
	return s.Text("contact.why", map[string]any{"reason": s.ContactReason(c.Reason)})
}

// ContactSent says in a sentence what left with a contact.
func (s *Speaker) ContactSent(p reconcile.Piece) string {
	if p.Entries > 0 {
		return s.Text("contact.sent.entries", map[string]any{"what": s.contactWhat(p.What), "size": s.bytes(p), "n": p.Entries})
	}
	return s.Text("contact.sent", map[string]any{"what": s.contactWhat(p.What), "size": s.bytes(p)})
}

// ContactCame says in a sentence what came back.
func (s *Speaker) ContactCame(p reconcile.Piece) string {
	return s.Text("contact.came", map[string]any{"what": s.contactWhat(p.What), "size": s.bytes(p)})
}

func (s *Speaker) contactWhat(what string) string { return s.coded("contact.what."+what, what) }

// bytes is how much went over the network.
func (s *Speaker) bytes(p reconcile.Piece) string {
	n := p.Wire
	if n == 0 {
		n = p.Bytes
	}
	return s.Text("contact.bytes", map[string]any{"n": n})
}

// ContactChange says in a line what a contact changed.
func (s *Speaker) ContactChange(c reconcile.Change, at time.Time, zone *time.Location) string {
	name := c.Name.In(s.Language())
	if name == "" {
		name = c.Product
	}
	return s.Change(c.Code, name, c.Until, c.Was, c.New, at, zone)
}

// Change says in a line what a file or an answer changes. A zero time is no end.
func (s *Speaker) Change(code, name string, until, was time.Time, isNew bool, at time.Time, zone *time.Location) string {
	id := "cli.change." + code
	if code == "product" || code == "until" {
		switch {
		case until.IsZero():
			id = "cli.change.product_no_end"
		case !isNew && was.IsZero():
			id = "cli.change.product_was_no_end"
		case !isNew && !was.Equal(until):
			id = "cli.change.product_was"
		default:
			id = "cli.change.product"
		}
	}
	if open := id + ".open"; until.IsZero() && s.Has(open) {
		id = open
	}
	return s.Text(id, map[string]any{"name": name, "until": s.Until(until, at, zone), "was": s.Until(was, at, zone)})
}

// ContactPlan says in a sentence when the next contact is planned and why, or why none is.
func (s *Speaker) ContactPlan(vendor string, p reconcile.Plan, at time.Time, zone *time.Location) string {
	args := map[string]any{"vendor": vendor, "time": s.DateTime(p.At, zone), "reason": s.ContactNext(p.Reason)}
	switch {
	case p.Running:
		return s.Text("contact.plan.running", args)
	case p.Paused && p.Hold != "":
		return s.Text("contact.plan.paused.nobody", args)
	case p.Hold != "":
		return s.ContactHold(p.Hold)
	case p.At.IsZero():
		return s.Text("contact.plan.none", args)
	case p.Paused:
		return s.Text("contact.plan.paused", args)
	case p.Outside:
		return s.Text("contact.plan.outside", args)
	case !p.At.After(at):
		return s.Text("contact.plan.now", args)
	}
	return s.Text("contact.plan", args)
}
