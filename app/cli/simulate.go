package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

type simulateCmd struct {
	reads
	Offline     string `help:"cli.flag.if_offline" placeholder:"60d"`
	Outage      string `help:"cli.flag.if_outage" placeholder:"10d"`
	Maintenance string `help:"cli.flag.if_maintenance" placeholder:"2d"`
	Clock       string `help:"cli.flag.if_clock" placeholder:"+400d|-400d"`
	Replaced    bool   `help:"cli.flag.if_replaced"`
	Revoked     bool   `help:"cli.flag.if_revoked"`
	NewVersion  string `help:"cli.flag.if_version" placeholder:"V"`
	Silent      bool   `help:"cli.flag.if_silent"`
	NeverOnline bool   `help:"cli.flag.never_online"`
	From        string `help:"cli.flag.if_from" placeholder:"DATE"`
	Until       string `help:"cli.flag.if_until" placeholder:"DATE"`
	Product     string `help:"cli.flag.product" placeholder:"P"`
	Scenario    string `help:"cli.flag.scenario" placeholder:"FILE"`
	Out         string `help:"cli.flag.out_text" placeholder:"FILE.txt"`
	Force       bool   `help:"cli.flag.force"`
}

type simulateJSON struct {
	From        time.Time        `json:"from"`
	Until       time.Time        `json:"until"`
	Conditions  []conditionJSON  `json:"conditions"`
	Products    []laneJSON       `json:"products"`
	Assumptions []assumptionJSON `json:"assumptions"`
	File        string           `json:"file,omitempty"`
}

// conditionJSON is one thing that goes wrong.
type conditionJSON struct {
	Kind    simulate.Kind `json:"kind"`
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to,omitzero"` // none: for good
	By      int64         `json:"by_seconds,omitempty"`
	Version string        `json:"version,omitempty"`
	Text    string        `json:"text"`
}

// assumptionJSON is something that a result takes for granted.
type assumptionJSON struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// run tries a plan before it is lived. Nothing here changes, whatever comes out.
func (c *simulateCmd) run(_ context.Context, s *session) (result, error) {
	scenario, err := c.scenario(s)
	if err != nil {
		return result{}, err
	}
	snap := s.engine.Snapshot()
	wall := snap.Clock.Wall
	if wall.IsZero() {
		wall = snap.Verdict.At
	}
	res := simulate.Run(snap.Facts, wall, scenario)
	found, err := s.lanes(res.Products, c.Product)
	if err != nil {
		return result{}, err
	}
	at := snap.Verdict.At
	j := simulateJSON{From: utc(res.From), Until: utc(res.Until), Conditions: []conditionJSON{}, Products: []laneJSON{}, Assumptions: []assumptionJSON{}}
	var p page
	p.add(s.text("cli.simulate.head", map[string]any{"from": s.say.Date(res.From, s.zone), "until": s.say.Date(res.Until, s.zone)}))
	for _, x := range scenario.Conditions {
		line := s.condition(x, scenario.From, at)
		j.Conditions = append(j.Conditions, line)
		p.indent("- " + line.Text)
	}
	if len(scenario.Conditions) == 0 {
		p.indent(s.text("cli.simulate.nothing", nil))
	}
	for _, l := range found {
		lane, lines := s.lane(l, at)
		j.Products = append(j.Products, lane)
		p.gap()
		p.add(lane.Text)
		p.spanTable(lines)
		p.add(s.say.Avoid(s.ways(l.Avoid), at, s.zone))
	}
	if len(found) == 0 {
		a := s.tell(snap.Verdict.Main, at)
		p.gap()
		p.add(a.Headline, a.Do)
	}
	if len(res.Assumptions) > 0 {
		p.gap()
		p.add(s.text("cli.simulate.assumed", nil))
	}
	for _, code := range res.Assumptions {
		text := s.say.Assumption(code)
		j.Assumptions = append(j.Assumptions, assumptionJSON{code, text})
		p.indent("- " + text)
	}
	p.add(s.text("cli.simulate.only", nil))
	r := result{page: p, json: j}
	if c.Out == "" {
		return r, nil
	}
	if err := s.savePlain(c.Out, []byte(strings.Join(p, "\n")+"\n"), c.Force); err != nil {
		return result{}, err
	}
	j.File = c.Out
	r.json = j
	r.note.add(s.text("cli.simulate.saved", map[string]any{"file": c.Out}))
	return r, nil
}

// condition puts one thing that goes wrong into words.
func (s *session) condition(x simulate.Condition, from, at time.Time) conditionJSON {
	if x.From.IsZero() {
		x.From = from
	}
	var to time.Time
	if x.For.Lasts() {
		to = x.From.AddDate(0, 0, x.For.Days).Add(x.For.Span)
	}
	return conditionJSON{
		Kind: x.Kind, From: utc(x.From), To: utc(to), By: int64(x.By / time.Second), Version: x.Version,
		Text: s.say.Condition(string(x.Kind), x.From, to, x.By, x.Version, at, s.zone),
	}
}

// scenario is that of the file, if one is named, with what the options add.
func (c *simulateCmd) scenario(s *session) (simulate.Scenario, error) {
	var out simulate.Scenario
	var err error
	if c.Scenario != "" {
		if out, err = s.readScenario(c.Scenario); err != nil {
			return out, err
		}
	}
	if c.From != "" {
		if out.From, err = s.firstMoment(c.From); err != nil {
			return out, err
		}
	}
	if out.From.IsZero() {
		out.From = s.now()
	}
	if c.Until != "" {
		if out.Until, err = s.lastMoment(c.Until); err != nil {
			return out, err
		}
		if !out.Until.After(out.From) {
			return out, mistake("date_order", map[string]any{"from": c.From, "until": c.Until})
		}
	}
	out.NeverOnline = out.NeverOnline || c.NeverOnline
	for _, x := range []struct {
		kind simulate.Kind
		text string
	}{{simulate.Offline, c.Offline}, {simulate.Outage, c.Outage}, {simulate.Maintenance, c.Maintenance}} {
		if x.text == "" {
			continue
		}
		l, err := length(x.text)
		if err != nil {
			return out, err
		}
		out.Conditions = append(out.Conditions, simulate.Condition{Kind: x.kind, For: l})
	}
	if c.Clock != "" {
		by, err := shift(c.Clock)
		if err != nil {
			return out, err
		}
		out.Conditions = append(out.Conditions, simulate.Condition{Kind: simulate.Clock, By: by})
	}
	for _, x := range []struct {
		kind simulate.Kind
		on   bool
	}{{simulate.Replaced, c.Replaced}, {simulate.Revoked, c.Revoked}, {simulate.Silent, c.Silent}} {
		if x.on {
			out.Conditions = append(out.Conditions, simulate.Condition{Kind: x.kind})
		}
	}
	if c.NewVersion != "" {
		if err := terms.CheckVersion(c.NewVersion); err != nil {
			return out, mistake("version_unreadable", map[string]any{"v": c.NewVersion})
		}
		out.Conditions = append(out.Conditions, simulate.Condition{Kind: simulate.Version, Product: c.Product, Version: c.NewVersion})
	}
	return out, nil
}

// readScenario reads a plan that was written down.
func (s *session) readScenario(name string) (simulate.Scenario, error) {
	b, err := exchange.ReadSource(s.resolve(name))
	if err != nil {
		return simulate.Scenario{}, &fileError{name, err}
	}
	out, err := simulate.ParseScenario(b, s.zone)
	var wrong *simulate.FileError
	if errors.As(err, &wrong) {
		code, args := wrong.Spoken()
		args["file"] = name
		return out, mistake(code, args)
	}
	return out, err
}

// savePlain writes a text that can be made again at any time.
func (s *session) savePlain(out string, data []byte, force bool) error {
	old, err := s.present(out)
	if err != nil {
		return err
	}
	if old != nil && string(old) != string(data) && !force {
		return mistake("file_exists", map[string]any{"file": out})
	}
	return s.write(out, data, 0o600)
}
