package views

import (
	"slices"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// contactRow is one contact of the log.
type contactRow struct {
	ID, Title, Sub string
	Chip           chipModel
	Facts          [][2]string
	Changes        []change
	Notes          []string
	Batches        []batch
}

// batch is usage that a contact sent, to be read again.
type batch struct{ ID, Label string }

// contactRow puts one contact into words: when, why, with whom, what left, what came back and what changed.
func (v voice) contactRow(vendor string, c reconcile.Contact, at time.Time, reads, licensed bool) contactRow {
	r := contactRow{ID: c.ID, Title: capital(v.onDay(c.At, at)), Chip: v.contactOutcome(c)}
	r.Sub = v.t("contacts.row", "vendor", vendor, "what", v.ContactReason(c.Reason))
	if c.Cause != "" {
		r.Sub = v.t("contacts.row", "vendor", vendor, "what", v.ContactCause(c))
	}
	fact := func(id, text string) {
		if text != "" {
			r.Facts = append(r.Facts, [2]string{v.t(id), text})
		}
	}
	fact("contacts.why", capital(v.ContactReason(c.Reason)))
	to := vendor
	if c.Host != "" {
		to = v.t("contacts.to.host", "vendor", vendor, "host", c.Host)
	}
	fact("contacts.to", to)
	if c.Cause.Reached() { // otherwise the cause says more
		fact("contacts.class", v.contactLine(c))
	}
	fact("contacts.sent", v.pieces(c.Sent, "contacts.sent.none"))
	if c.Cause == "" || len(c.Came) > 0 {
		fact("contacts.came", v.pieces(c.Came, "contacts.came.none"))
	}
	if c.Cause != "" {
		fact("contacts.result", capital(v.ContactCause(c)))
	}
	fact("contacts.trace", traces(c))
	for _, x := range c.Changes {
		r.Changes = append(r.Changes, v.contactChange(x))
	}
	r.Notes = v.contactNotes(vendor, c, at, licensed)
	for _, p := range c.Sent {
		if reads && p.What == string(exchange.KindUsage) && p.ID != "" {
			r.Batches = append(r.Batches, batch{p.ID, v.t("contacts.read", "n", count(p.Entries))})
		}
	}
	return r
}

// contactChange is a line of what a contact changed, as the preview of a file has it.
func (v voice) contactChange(c reconcile.Change) change {
	sign := byte('=')
	if c.Sign != "" {
		sign = c.Sign[0]
	}
	return v.change(licensing.Change{Sign: sign, Code: c.Code, Product: c.Product, Name: c.Name, Until: c.Until, Was: c.Was, New: c.New})
}

// contactOutcome is in a word how a contact ended.
func (v voice) contactOutcome(c reconcile.Contact) chipModel {
	if n := len(c.Changes); n > 0 {
		chip := chipModel{Tone: terms.ToneOK, Word: v.t("contacts.chip.changes", "n", n)}
		if reconcile.TakesAway(c.Changes) {
			chip.Tone = terms.ToneNotice
		}
		return chip
	}
	switch cause := c.Cause; {
	case cause == "" && c.CarriedUsage():
		return chipModel{Tone: terms.ToneOK, Word: v.t("contacts.chip.usage")}
	case cause == "":
		return chipModel{Tone: terms.ToneOK, Word: v.t("contacts.chip.same")}
	case cause == reconcile.CauseStopped:
		return chipModel{Quiet: true, Symbol: "minus", Word: v.t("contacts.chip.stopped")}
	case cause == reconcile.CauseDeclined:
		return chipModel{Tone: terms.ToneNotice, Word: v.t("contacts.chip.declined")}
	case cause == reconcile.CauseWaiting:
		return chipModel{Tone: terms.ToneNotice, Symbol: "wait", Word: v.t("contacts.chip.waiting")}
	case cause.Blocked():
		return chipModel{Tone: terms.ToneNotice, Word: v.t("contacts.chip.blocked")}
	}
	return chipModel{Quiet: true, Symbol: "wait", Word: v.t("contacts.chip.none")}
}

// contactLine is how good the way was, and how long everything took.
func (v voice) contactLine(c reconcile.Contact) string {
	var took string
	switch {
	case c.Took <= 0:
	case c.Took < time.Second:
		took = v.t("contacts.took.ms", "n", v.Number(c.Took.Milliseconds()))
	default:
		took = v.t("contacts.took.s", "n", v.Number(int64(c.Took.Round(time.Second)/time.Second)))
	}
	parts := []string{v.ContactClass(c.Class), took}
	return capital(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", "))
}

// pieces are files that left or came, one a line.
func (v voice) pieces(all []reconcile.Piece, none string) string {
	if len(all) == 0 {
		return v.t(none)
	}
	var lines []string
	for _, p := range all {
		parts := []string{v.coded("contacts.what", p.What)}
		if p.Entries > 0 {
			parts = append(parts, v.t("contacts.entries", "n", count(p.Entries)))
		}
		size := v.size(int(p.Bytes))
		if p.Wire > 0 && p.Wire != p.Bytes {
			size = v.t("contacts.wire", "size", size, "wire", v.size(int(p.Wire)))
		}
		lines = append(lines, strings.Join(append(parts, size), " · "))
	}
	return strings.Join(lines, "\n")
}

// traces are what the vendor's records call these files, for who helps.
func traces(c reconcile.Contact) string {
	var all []string
	for _, p := range slices.Concat(c.Sent, c.Came) {
		if p.Trace != "" && !slices.Contains(all, p.Trace) {
			all = append(all, p.Trace)
		}
	}
	return strings.Join(all, "\n")
}

// contactNotes are what else a person should know of a contact.
func (v voice) contactNotes(vendor string, c reconcile.Contact, at time.Time, licensed bool) []string {
	var all []string
	for _, d := range c.Drift {
		all = append(all, v.ContactDrift(vendor, d))
	}
	if c.Essential {
		all = append(all, v.t("contacts.essential"))
	}
	if c.Before > 0 {
		all = append(all, v.t("contacts.before", "n", c.Before))
	}
	if !c.RetryAt.IsZero() {
		all = append(all, v.t("contacts.retry", "when", v.onDay(c.RetryAt, at)))
	}
	if len(c.Changes) == 0 {
		calm := v.t("contacts.nothing")
		if c.Cause != "" {
			calm = v.calm(licensed)
		}
		all = append(all, calm)
	}
	return all
}

// calm says that a contact which did not come through takes nothing away.
func (v voice) calm(licensed bool) string {
	if !licensed {
		return v.Text("state.no_contact.unlicensed.works", nil)
	}
	return v.t("contacts.calm")
}
