package issuer

import (
	"context"
	"regexp"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// NewNotice describes something to announce. The same ID again is the next version of that notice: what is left open stays as it
// was said before.
type NewNotice struct {
	To              // zero: everybody
	ID       string // "" makes a new one
	Type     string // one of the terms.Notice types
	Product  string // id; "" for all products
	From     time.Time
	Until    time.Time
	Text     terms.Text
	Impact   terms.Text
	Prepare  terms.Text
	Old, New terms.Text // of a policy change
	Withdraw bool       // takes the notice back
	Order    string
}

var noticeID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Notice announces planned work, an outage, a change of the rules or a move of the vendor's service, changes what was announced, or
// takes it back. Later answers bring it too, as long as it counts. Planned work needs From and Until; an outage and a move start now
// unless From is given, and go on until a later version has Until. Errors: CodeValue, CodeNobody, CodeNoticeUnknown, CodeNoticeKind.
func (is *Issuer) Notice(ctx context.Context, n NewNotice) (Letter, error) {
	switch {
	case n.Serial != "":
		return Letter{}, say(CodeValue, nil, "flag", "SERIAL", "value", n.Serial) // notices are never about one license
	case n.ID != "" && !noticeID.MatchString(n.ID):
		return Letter{}, say(CodeValue, nil, "flag", "--id", "value", n.ID)
	case n.Withdraw && n.ID == "":
		return Letter{}, say(CodeValue, nil, "flag", "--id", "value", "")
	}
	n.From, n.Until = n.From.UTC().Truncate(time.Second), n.Until.UTC().Truncate(time.Second)
	return is.write(ctx, "notice", n.Order, n, func(t tx, now time.Time) (letter, error) { return is.notice(t, n, now) })
}

func (is *Issuer) notice(t tx, n NewNotice, now time.Time) (letter, error) {
	var s statementRecord
	had := false
	if n.ID != "" {
		var err error
		if s, had, err = statement(t, exchange.KindNotice, n.ID); err != nil {
			return letter{}, err
		}
	}
	if n.Withdraw && !had {
		return letter{}, say(CodeNoticeUnknown, nil, "id", n.ID)
	}
	body := terms.Notice{ID: n.ID, Type: n.Type}
	if had {
		body = *s.Part.Notice
		if body.Type != n.Type {
			return letter{}, say(CodeNoticeKind, nil, "id", n.ID, "type", body.Type)
		}
	} else {
		id, ref, err := is.newRef("N")
		if err != nil {
			return letter{}, err
		}
		body.Ref = ref
		if body.ID == "" {
			body.ID = "n-" + id[:16]
		}
		s.Audience = n.audience()
	}
	if n.To != (To{}) {
		s.Audience = n.audience()
	}
	fill(&body, n)
	if body.From.IsZero() && (n.Type == terms.NoticeOutage || n.Type == terms.NoticeMigration) {
		body.From = now
	}
	if err := complete(body); err != nil {
		return letter{}, err
	}
	to := toOf(*s.Audience)
	list, err := reached(t, to, body.Product)
	if err != nil && (to != To{} || body.Product != "") {
		return letter{}, err
	}
	s.At, s.Part, s.Over = now, exchange.Part{Kind: exchange.KindNotice, Notice: &body}, over(body, list)
	part, err := state(t, body.ID, s)
	return is.announce(part, s.Audience, list, noticeZone(body, list)), err
}

// noticeZone is where the days of a notice are counted: those of a published policy as the policy does, of others in UTC, as they
// are given.
func noticeZone(n terms.Notice, list []licenseRecord) *time.Location {
	if n.Policy > 0 && len(list) > 0 {
		return zoneOf(list[0].Policy)
	}
	return time.UTC
}

// announce makes the letter with a notice. Its days are those of zone.
func (is *Issuer) announce(part exchange.Part, a *exchange.Audience, list []licenseRecord, zone *time.Location) letter {
	n := part.Notice
	who := "all"
	if n.Product != "" {
		who = about(list)
	}
	name := map[string]string{
		terms.NoticeMaintenance: "planned-work", terms.NoticeOutage: "outage", terms.NoticePolicy: "policy-change", terms.NoticeMigration: "migration",
	}[n.Type] + "_" + who + "_from-" + n.From.In(zone).Format(time.DateOnly)
	if n.Withdrawn {
		name = "taken-back_" + name
	}
	return letter{
		parts: []exchange.Part{part}, audience: a, name: name, ref: n.Ref, version: part.Version, until: n.Until,
		slots: map[string]any{"text": quiet(n.Text.In("en")), "date": n.From.In(zone)},
	}
}

// fill puts what is given now over what was said before.
func fill(body *terms.Notice, n NewNotice) {
	for _, p := range []struct {
		to   *terms.Text
		from terms.Text
	}{{&body.Text, n.Text}, {&body.Impact, n.Impact}, {&body.Prepare, n.Prepare}, {&body.Old, n.Old}, {&body.New, n.New}} {
		if len(p.from) > 0 {
			*p.to = p.from
		}
	}
	if !n.From.IsZero() {
		body.From = n.From
	}
	if !n.Until.IsZero() {
		body.Until = n.Until
	}
	if n.Product != "" {
		body.Product = n.Product
	}
	body.Withdrawn = n.Withdraw
}

// complete says what a notice lacks.
func complete(n terms.Notice) error {
	lacks := func(flag string) error { return say(CodeValue, nil, "flag", flag, "value", "") }
	switch {
	case len(n.Text) == 0:
		return lacks("--text")
	case n.From.IsZero():
		return lacks("--from")
	case n.Type == terms.NoticeMaintenance && n.Until.IsZero():
		return lacks("--until")
	case !n.Until.IsZero() && !n.Until.After(n.From):
		return say(CodeValue, nil, "flag", "--until", "value", n.Until.Format(time.RFC3339))
	case n.Type == terms.NoticePolicy && len(n.Old) == 0:
		return lacks("--old")
	case n.Type == terms.NoticePolicy && len(n.New) == 0:
		return lacks("--new")
	}
	switch n.Type {
	case terms.NoticeMaintenance, terms.NoticeOutage, terms.NoticePolicy, terms.NoticeMigration:
		return nil
	}
	return say(CodeValue, nil, "flag", "TYPE", "value", n.Type)
}

func toOf(a exchange.Audience) To {
	switch a.Scope {
	case scopeLicense:
		return To{Serial: a.ID}
	case scopeCustomer:
		return To{Customer: a.ID}
	case scopeSite:
		return To{Site: a.ID}
	}
	return To{}
}
