package views

import (
	"net"
	"time"
	"unicode"
	"unicode/utf8"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// onDay says which day a time is on, with its time of day: "today, 16:40".
func (v voice) onDay(t, at time.Time) string { return v.dayAs("contacts.day.", t, at) }

// about is onDay for what is planned and may be somewhat later: "today about 16:40".
func (v voice) about(t, at time.Time) string {
	if t.Sub(at) > 10*time.Minute {
		t = t.Round(5 * time.Minute)
	}
	return v.dayAs("contacts.about.", t, at)
}

func (v voice) dayAs(id string, t, at time.Time) string {
	which := "date"
	switch today := startOfDay(at.In(v.zone)); startOfDay(t.In(v.zone)) {
	case today:
		which = "today"
	case today.AddDate(0, 0, 1):
		which = "tomorrow"
	case today.AddDate(0, 0, -1):
		which = "yesterday"
	}
	return v.t(id+which, "time", v.Time(t, v.zone), "date", v.short(t))
}

// capital is a sentence that began as a part of one.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// nextContact says when the next contact is planned and why, or why there is none.
func (v voice) nextContact(p reconcile.Plan, at time.Time) string {
	reason := v.ContactNext(p.Reason)
	var text string
	switch {
	case p.Running:
		return v.t("contacts.next.running", "reason", reason)
	case p.Hold == reconcile.HoldNobody: // the window is open: what a command says of it is not so
		return v.t("contacts.next.nobody")
	case p.Hold != "":
		return v.ContactHold(p.Hold)
	case p.At.IsZero():
		return v.t("contacts.next.none")
	case p.Paused:
		text = v.t("contacts.next.paused", "when", v.about(p.At, at))
	case p.Outside:
		text = v.t("contacts.next.outside", "when", v.about(p.At, at))
	case !p.At.After(at.Add(time.Minute)):
		text = v.t("contacts.next.now", "reason", reason)
	default:
		text = v.t("contacts.next", "when", v.about(p.At, at), "reason", reason)
	}
	if p.Essential {
		text += " " + v.t("contacts.next.essential")
	}
	return capital(text)
}

// contactOf is how contacts with a vendor stand.
func contactOf(s licensing.Snapshot, root string) (licensing.ContactView, bool) {
	for _, c := range s.Contacts {
		if c.Root == root {
			return c, true
		}
	}
	return licensing.ContactView{}, false
}

// reachable says that somebody can be asked over the network: the vendor has a service, and the network may be used.
func reachable(c licensing.ContactView) bool { return c.Host != "" && c.Plan.Hold != reconcile.HoldOff }

// hostPort takes an address apart for people who open a way to it.
func hostPort(address string) (host, port string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, "443"
	}
	return host, port
}

// contactTried is the address that the last contact tried, else that of the vendor's profile.
func contactTried(c licensing.ContactView) (host, port string) {
	if c.Last != nil && c.Last.Host != "" {
		return hostPort(c.Last.Host)
	}
	return hostPort(c.Host)
}

// forIT is what is shown to who opens the way to a vendor: the proxy that is away, else the vendor's address.
func (v voice) forIT(c licensing.ContactView) string {
	if c.Last != nil && c.Last.Cause == reconcile.CauseProxyAway && c.Last.Detail.Proxy != "" {
		return c.Last.Detail.Proxy
	}
	host, port := contactTried(c)
	return v.t("contacts.ask", "host", host, "port", port)
}

// contactFix is what a person can do about why the last contact did not come through, "" for nothing, and whether the settings of the
// network are where they do it.
func (v voice) contactFix(c licensing.ContactView, d contactsFetched) (fix string, settings bool) {
	if c.Last == nil {
		return "", false
	}
	setting := plain.ContactSetting(c.Last.Cause)
	return v.ContactFix(*c.Last, c.ClockDoubt, d.locked[setting]), setting != "" && !d.locked[setting]
}

// contactMatters says that a contact which does not come through is worth a word: a date that it would move is near.
func contactMatters(s licensing.Snapshot, root string) bool {
	const near = 7 * 24 * time.Hour
	soon := func(t time.Time) bool { return !t.IsZero() && t.Sub(s.Verdict.At) <= near }
	for _, p := range s.Verdict.Products {
		if p.Vendor == root && (p.State == terms.StateOfflineEnding || p.Cause == terms.CauseOffline || soon(p.OfflineUntil) || soon(p.LicenseEnds) || soon(p.UsageDue)) {
			return true
		}
	}
	return false
}
