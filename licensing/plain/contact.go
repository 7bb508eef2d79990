package plain

import "holdfast/licensing/reconcile"

// ContactCause says why a contact did not succeed, as part of a sentence.
func (s *Speaker) ContactCause(c reconcile.Contact) string {
	id := "contact.cause." + string(c.Cause)
	if c.Cause == reconcile.CauseStopped && c.Detail.Person {
		id = "contact.stopped.person"
	}
	if !s.Has(id) {
		return clean(string(c.Cause))
	}
	return s.Text(id, c.Detail.Slots())
}

// ContactSetting names the setting that the way to a vendor failed for; "" when it was none.
func ContactSetting(c reconcile.Cause) string {
	switch c {
	case reconcile.CauseProxy, reconcile.CauseProxyAway:
		return "proxy"
	case reconcile.CauseIntercepted, reconcile.CauseCAFile:
		return "ca"
	}
	return ""
}

// ContactFix says in sentences what a person can do about the cause, with the command that does it; "" when there is nothing but to wait.
// doubt says that the clock of this computer may be wrong, locked that the organization decides on the ContactSetting of the cause.
func (s *Speaker) ContactFix(c reconcile.Contact, doubt, locked bool) string {
	id := "contact.fix." + string(c.Cause)
	switch {
	case locked && ContactSetting(c.Cause) != "":
		id = "contact.fix.locked"
	case c.Cause == reconcile.CauseProxyAway && c.Detail.System:
		id += ".system"
	case c.Cause == reconcile.CauseExpired && doubt:
		id += ".clock"
	}
	if !s.Has(id) {
		return ""
	}
	return s.Text(id, c.Detail.Slots())
}

// ContactReason says why a contact was made, as part of a sentence.
func (s *Speaker) ContactReason(r reconcile.Reason) string {
	return s.coded("contact.reason."+string(r), string(r))
}

// ContactNext says why the next contact is planned, as part of a sentence.
func (s *Speaker) ContactNext(r reconcile.Reason) string {
	switch r {
	case reconcile.ReasonRegular:
		return s.Text("contact.next.regular", nil)
	case reconcile.ReasonRetry:
		return s.Text("contact.next.retry", nil)
	}
	return s.ContactReason(r)
}

// ContactClass names how good the way to the vendor was; "" when it is not known.
func (s *Speaker) ContactClass(c reconcile.Class) string {
	if c == reconcile.ClassUnknown {
		return ""
	}
	return s.coded("contact.class."+string(c), string(c))
}

// ContactHold says in a sentence why no contact is planned.
func (s *Speaker) ContactHold(h reconcile.Hold) string {
	return s.coded("contact.hold."+string(h), string(h))
}

// ContactDrift says in sentences what the vendor believed otherwise.
func (s *Speaker) ContactDrift(vendor string, d reconcile.Drift) string {
	text := s.Text("contact.drift."+d.Code, map[string]any{"vendor": vendor, "subject": d.Subject, "here": d.Here, "there": d.There})
	if d.Corrected {
		text += " " + s.Text("contact.drift.corrected", nil)
	}
	return text
}
