package views

import (
	"slices"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
)

// decided says that a file holds a question or a decision of the vendor about a license: it has words of its own for what ends.
func decided(it licensing.Item) bool {
	return it.Finding.State == terms.StateOnHold || it.Finding.State == terms.StateRevoked
}

// fullUse is the last moment of full use under a question or a decision; zero: there is none.
func fullUse(f terms.Finding) time.Time {
	date := func(slot string) time.Time { t, _ := f.Slots[slot].(time.Time); return t }
	if f.State == terms.StateRevoked {
		return cmpTime(date("date2"), date("date"))
	}
	return date("date")
}

// decision is what a question or a decision says and what follows from it, as label and text.
func (v voice) decision(f terms.Finding) [][2]string {
	in := func(slot string) string { t, _ := f.Slots[slot].(terms.Text); return t.In(v.Language()) }
	plainly := func(slot string) string { s, _ := f.Slots[slot].(string); return s }
	until := fullUse(f)
	reason, follows := "notices.question", "preview.follows.hold"
	switch {
	case f.State == terms.StateRevoked:
		reason, follows = "notices.reason", "preview.follows.revocation"
	case until.IsZero():
		follows = "preview.follows.none"
	}
	all := [][2]string{
		{v.t(reason), in("reason")},
		{v.t("notices.decided_by"), plainly("who")},
		{v.t("notices.reference"), plainly("ref")},
		{v.t("row.full_use_until"), v.exact(until)},
		{v.t("preview.follows"), v.t(follows)},
	}
	if review, _ := f.Slots["deadline"].(time.Time); !review.IsZero() {
		all = append(all, [2]string{v.t("notices.review_by"), v.exact(review)})
	}
	return slices.DeleteFunc(all, func(x [2]string) bool { return x[1] == "" })
}

// decisionBanner answers the four questions as the state itself does. What to do begins with using the file.
func (v voice) decisionBanner(s licensing.Snapshot, it licensing.Item) banner {
	b := v.banner(s, it.Finding)
	b.Answers.Headline, b.Answers.Do = v.t("preview.kind.hold", "vendor", it.Vendor), v.t("preview.do.hold")
	if it.Finding.State == terms.StateRevoked {
		b.Answers.Headline, b.Answers.Do = v.t("preview.kind.revocation", "vendor", it.Vendor), v.t("preview.do.revocation")
	}
	b.Answers.AlsoButton = ""
	return b
}

// lossNote says beside the button what using the files takes away, and from when on.
func (v voice) lossNote(items []licensing.Item) string {
	var now, later []string
	var until time.Time
	question := true // all of it ends only without an answer
	for _, it := range items {
		if !it.NeedsYes {
			continue
		}
		end := fullUse(it.Finding)
		for _, c := range it.Changes {
			switch {
			case c.Sign != '-':
			case decided(it) && !end.IsZero():
				later, until = append(later, v.changeName(c)), earlier(cmpTime(until, end), end)
				question = question && it.Finding.State == terms.StateOnHold
			default:
				now = append(now, v.changeName(c))
			}
		}
	}
	switch {
	case len(now) > 0:
		return v.t("preview.loss_note", "list", append(now, later...))
	case len(later) == 0:
		return ""
	case question:
		return v.t("preview.loss_note.hold", "list", later, "date", v.long(until))
	}
	return v.t("preview.loss_note.until", "list", later, "date", v.long(until))
}

// renewed are the lines of what the answer to a check-in brings beside rights: offline time that begins anew, and full use where it
// was limited.
func (v voice) renewed(s licensing.Snapshot, it licensing.Item) []change {
	f := it.Finding
	until, _ := f.Slots["date"].(time.Time)
	was, here := productFor(s, terms.Finding{Product: f.Product})
	if !it.Usable || it.License == nil || f.State != terms.StateActiveOffline || !here {
		return nil
	}
	var out []change
	if !was.OfflineUntil.IsZero() && until.After(was.OfflineUntil) {
		out = append(out, v.offlineChange(was, until))
	}
	if slices.Contains([]terms.State{terms.StateLimited, terms.StateLimitedParts, terms.StateExpired}, was.State) {
		out = append(out, change{Sign: '+', Name: v.name(was.Name, was.ID), Text: v.t("change.full_again")})
	}
	return out
}

// offlineChange is the line of offline time that begins anew.
func (v voice) offlineChange(was terms.ProductVerdict, until time.Time) change {
	return change{Sign: '+', Name: v.name(was.Name, was.ID), Text: v.t("change.offline_anew", "date", v.long(until)), Was: v.t("change.was", "date", v.short(was.OfflineUntil))}
}
