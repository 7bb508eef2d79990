package main

import (
	"time"

	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

// Run adds time by a signed file.
func (c *extendCommand) Run(p *program) error {
	if err := p.letterReady(c.letterFlags); err != nil {
		return err
	}
	if (c.Serial == "") == (c.Customer == "" && c.Site == "") {
		return p.missing("SERIAL, --customer, --site")
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	n := issuer.NewExtension{
		To:   issuer.To{Serial: c.Serial, Customer: c.Customer, Site: c.Site},
		What: c.What, By: c.By, Agent: c.Agent, Second: c.Second, Order: c.ExternalID,
	}
	zone, err := is.Zone(n.To)
	if err != nil {
		return err
	}
	if n.Until, err = moment("--until", c.Until, zone, true); err != nil {
		return err
	}
	if n.Reason, err = texts("--reason", c.Reason); err != nil {
		return err
	}
	l, err := is.Extend(p.ctx, n)
	if err != nil {
		return err
	}
	return p.send(c.Out, c.ExternalID, l, "issuer.say.extend."+c.What, map[string]any{
		"until": l.Until.In(zone), "n": len(l.Serials), "agent": c.Agent,
	}, l.Parts)
}

// Run announces something, changes it or takes it back.
func (c *noticeCommand) Run(p *program) error {
	if err := p.letterReady(c.letterFlags); err != nil {
		return err
	}
	n := issuer.NewNotice{
		To: issuer.To{Customer: c.Customer, Site: c.Site}, ID: c.ID, Type: c.Type, Product: c.Product, Withdraw: c.Withdraw, Order: c.ExternalID,
	}
	var err error
	for _, f := range []struct {
		flag string
		from []string
		to   *terms.Text
	}{
		{"--text", c.Text, &n.Text},
		{"--impact", c.Impact, &n.Impact},
		{"--prepare", c.Prepare, &n.Prepare},
		{"--old", c.Old, &n.Old},
		{"--new", c.New, &n.New},
	} {
		t, err := texts(f.flag, f.from)
		if err != nil {
			return err
		}
		*f.to = t
	}
	if n.From, err = moment("--from", c.From, time.UTC, false); err != nil {
		return err
	}
	if n.Until, err = moment("--until", c.Until, time.UTC, true); err != nil {
		return err
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	l, err := is.Notice(p.ctx, n)
	if err != nil {
		return err
	}
	id := "issuer.say.notice.done"
	if c.Withdraw {
		id = "issuer.say.notice.taken_back"
	}
	return p.send(c.Out, c.ExternalID, l, id, map[string]any{"id": l.Parts[0].Notice.ID}, l.Parts)
}

// Run puts a license on hold or lifts the hold.
func (c *holdCommand) Run(p *program) error {
	if err := p.letterReady(c.letterFlags); err != nil {
		return err
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	n := issuer.NewHold{Serial: c.Serial, Lift: c.Lift, Order: c.ExternalID}
	zone, err := is.Zone(issuer.To{Serial: c.Serial})
	if err != nil {
		return err
	}
	if n.Reason, err = texts("--reason", c.Reason); err != nil {
		return err
	}
	if n.Works, err = texts("--works", c.Works); err != nil {
		return err
	}
	if n.AnswerBy, err = moment("--answer-by", c.AnswerBy, zone, true); err != nil {
		return err
	}
	l, err := is.Hold(p.ctx, n)
	if err != nil {
		return err
	}
	id := "issuer.say.hold.done"
	if c.Lift {
		id = "issuer.say.hold.lifted"
	}
	return p.send(c.Out, c.ExternalID, l, id, map[string]any{"serial": l.Serials[0]}, l.Parts)
}

// Run withdraws a license or gives it back.
func (c *revokeCommand) Run(p *program) error {
	if err := p.letterReady(c.letterFlags); err != nil {
		return err
	}
	is, err := p.openToSign(c.Dir)
	if err != nil {
		return err
	}
	defer is.Close()
	n := issuer.NewRevocation{Serial: c.Serial, By: c.By, Lift: c.Lift, Order: c.ExternalID}
	zone, err := is.Zone(issuer.To{Serial: c.Serial})
	if err != nil {
		return err
	}
	if n.Reason, err = texts("--reason", c.Reason); err != nil {
		return err
	}
	if n.Until, err = moment("--until", c.Until, zone, true); err != nil {
		return err
	}
	if n.ReviewBy, err = moment("--review-by", c.ReviewBy, zone, true); err != nil {
		return err
	}
	l, err := is.Revoke(p.ctx, n)
	if err != nil {
		return err
	}
	id := "issuer.say.revoke.done"
	if c.Lift {
		id = "issuer.say.revoke.lifted"
	}
	return p.send(c.Out, c.ExternalID, l, id, map[string]any{"serial": l.Serials[0]}, l.Parts)
}

// Run lists what was granted.
func (c *extensionsListCommand) Run(p *program) error {
	is, err := p.open(c.Dir, "")
	if err != nil {
		return err
	}
	defer is.Close()
	all, err := is.Extensions(c.Serial)
	if err != nil {
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			Extensions []issuer.Grant `json:"extensions"`
		}{head{SchemaVersion: 1}, all})
		return nil
	}
	if len(all) == 0 {
		p.note("issuer.say.extensions.none", nil)
		return nil
	}
	t := p.table("ref", "when", "what", "by", "until", "for", "agent", "second", "reason")
	for _, g := range all {
		whom := g.Audience.Scope + " " + g.Audience.ID
		if len(g.Serials) == 1 {
			whom = g.Serials[0]
		}
		agent := g.Agent
		if agent == "" {
			agent = p.say.Text("issuer.say.extensions.policy", nil)
		}
		t.row(g.Ref, p.say.ShortDate(g.At, nil), p.say.Text("issuer.say.extensions."+g.What, nil), g.By.String(), p.say.ShortDate(g.Until, nil),
			whom, agent, g.Second, g.Reason)
	}
	return t.Flush()
}
