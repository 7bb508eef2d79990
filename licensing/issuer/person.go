package issuer

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Decision is what a person says to the requests that need one: Agent grants, within the limits of the policy alone and above
// them with Second, or Refuse says no. The zero Decision leaves such requests open.
type Decision struct {
	Agent  string
	Second string
	Reason string
	Refuse string // what the customer reads

	packed bool // see AnswerPacked
}

// Ask is a request that needs a person. It is the cause of an Error with CodeNeedsPerson.
type Ask struct {
	Kind     string     `json:"kind"` // exchange.RequestRenew or RequestMoreTime
	Request  string     `json:"request"`
	Computer string     `json:"computer"` // code
	Label    string     `json:"label,omitempty"`
	Serial   string     `json:"serial"`
	Customer string     `json:"customer,omitempty"`
	Product  terms.Text `json:"product"`
	Ends     time.Time  `json:"ends,omitzero"`   // of the license
	Wanted   time.Time  `json:"wanted,omitzero"` // more time: until when
	Most     time.Time  `json:"most,omitzero"`   // what the policy gives at once
}

// Error says what is asked for.
func (a *Ask) Error() string { return fmt.Sprintf("%s of license %s", a.Kind, a.Serial) }

// judge settles what a renewal or more time is asked for: at once within the policy, else by the decision. Without one the error is
// CodeNeedsPerson. It changes the records that it is given.
func (v *visit) judge(mine []licenseRecord) error {
	for i := range mine {
		rec := &mine[i]
		if v.r.Product != "" && !strings.EqualFold(v.r.Product, rec.Policy.Product.ID) {
			continue
		}
		var err error
		switch v.r.Kind {
		case exchange.RequestRenew:
			err = v.judgeRenewal(rec)
		case exchange.RequestMoreTime:
			err = v.judgeMoreTime(rec)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// needed says that a person must decide, and whether one granted it.
func (v *visit) needed(rec *licenseRecord, most time.Time) (granted bool, err error) {
	zone := zoneOf(rec.Policy)
	switch {
	case v.by.Refuse != "":
		v.decided = true
		return false, nil
	case v.by.Agent == "":
		ask := &Ask{
			Kind: v.r.Kind, Request: v.r.ID, Computer: v.d.code, Label: v.d.label, Serial: rec.Serial, Customer: rec.Customer,
			Product: rec.Policy.Product.Name, Ends: inZone(rec.Ends, zone), Wanted: inZone(v.r.Wanted, zone), Most: inZone(most, zone),
		}
		return false, say(CodeNeedsPerson, ask, "code", v.d.code)
	case strings.TrimSpace(v.by.Reason) == "":
		return false, say(CodeValue, nil, "flag", "--reason", "value", "")
	}
	v.decided = true
	return true, nil
}

func inZone(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}

// judgeRenewal: a license that was renewed since, or whose end is far off, is simply given again. Otherwise a person must say that it
// is renewed; it is then, by its policy's length.
func (v *visit) judgeRenewal(rec *licenseRecord) error {
	if rec.Ends.IsZero() || rec.held > 0 && rec.held < rec.Renewed || v.now.Before(reminder(*rec)) {
		return nil
	}
	granted, err := v.needed(rec, time.Time{})
	if err != nil || !granted {
		return err
	}
	if err := mayGrant(rec.Policy, terms.Length{}, v.by.Agent, v.by.Second); err != nil {
		return err
	}
	rec.renew(v.now)
	_, err = v.grant(rec, Grant{What: GrantRenewal, By: rec.Policy.Term.Length, Until: rec.Ends, Agent: v.by.Agent, Second: v.by.Second, Reason: v.by.Reason})
	return err
}

// grant keeps what was granted to the request for the audit.
func (v *visit) grant(rec *licenseRecord, g Grant) (*grantRecord, error) {
	var err error
	g.ID, g.Ref, err = v.is.newRef("E")
	g.At, g.Audience, g.Serials, g.Request = v.now, *To{Serial: rec.Serial}.audience(), []string{rec.Serial}, v.r.ID
	v.grants = append(v.grants, grantRecord{Grant: g})
	return &v.grants[len(v.grants)-1], err
}

// reminder is when people are told of a license end; a trial is never renewed before it ends.
func reminder(rec licenseRecord) time.Time {
	from := rec.Policy.Renewal.RemindFrom
	if !from.Lasts() {
		return rec.Ends
	}
	return from.Before(rec.Ends, zoneOf(rec.Policy))
}

// judgeMoreTime grants what is asked for as far as the policy goes: offline.more_time on top of an ordinary window from now on, and
// never beyond the license end. What a person adds on top of that has the agent's limits.
func (v *visit) judgeMoreTime(rec *licenseRecord) error {
	o, zone := rec.Policy.Offline, zoneOf(rec.Policy)
	if !o.Window.Lasts() || v.r.Wanted.IsZero() {
		return nil // nothing limits it, or a plain check-in
	}
	ordinary, want := o.Window.After(v.now, zone), v.r.Wanted.UTC().Truncate(time.Second)
	if !rec.Ends.IsZero() && want.After(rec.Ends) {
		want, v.capped = rec.Ends, true
	}
	had, err := grantsOf(v.t, *rec, v.now)
	if err != nil {
		return err
	}
	for _, p := range had {
		if p.Extension.What == terms.ExtendOffline && p.Extension.Until.After(ordinary) {
			ordinary = p.Extension.Until
		}
	}
	if !want.After(ordinary) {
		return nil // covered by what there is, once this answer is there
	}
	ordinary = o.Window.After(v.now, zone)
	most := ordinary
	if o.MoreTime.Lasts() {
		most = o.MoreTime.After(ordinary, zone)
	}
	agent, second := "", ""
	if want.After(most) {
		granted, err := v.needed(rec, most)
		if err != nil || !granted {
			return err
		}
		if err := cmp.Or(writable("moretime", between(ordinary, want, zone), want), mayGrant(rec.Policy, between(most, want, zone), v.by.Agent, v.by.Second)); err != nil {
			return err
		}
		agent, second = v.by.Agent, v.by.Second
	}
	return v.add(rec, ordinary, want, agent, second)
}

// add grants more time until want and keeps it for the audit.
func (v *visit) add(rec *licenseRecord, ordinary, want time.Time, agent, second string) error {
	reason := terms.Plain(v.by.Reason)
	if agent == "" {
		code := "asked"
		if v.capped {
			code = "asked_to_end"
		}
		var err error
		if reason, err = text("issuer.grant."+code, map[string]any{"date": inZone(v.r.Wanted, zoneOf(rec.Policy))}); err != nil {
			return err
		}
	}
	g, err := v.grant(rec, Grant{
		What: terms.ExtendOffline, By: between(ordinary, want, zoneOf(rec.Policy)), Until: want, Agent: agent, Second: second, Reason: reason.In("en"),
	})
	if err != nil {
		return err
	}
	g.Parts = []exchange.Part{{Kind: exchange.KindExtension, ID: g.ID, Extension: &exchange.Extension{
		Serial: rec.Serial, What: g.What, By: g.By, Until: want, Agent: agent, Second: second, Reason: reason, Ref: g.Ref,
	}}}
	v.added = append(v.added, g.Parts...)
	if v.until.IsZero() || want.Before(v.until) {
		v.until = want
	}
	return nil
}
