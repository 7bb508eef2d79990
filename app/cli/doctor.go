package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"holdfast/app"
	"holdfast/app/policy"
	"holdfast/licensing"
	"holdfast/licensing/terms"
)

type doctorCmd struct{ reads }

type checkJSON struct {
	ID    string      `json:"id"`
	Level terms.Tone  `json:"level"`
	State terms.State `json:"state,omitempty"`
	Text  string      `json:"text"`
	Do    string      `json:"do,omitempty"`
	code  int         // of a state that is not one of a license
}

// statePolicy is the state of a machine policy in which something does not count.
const statePolicy terms.State = "policy_errors"

// run shows one line a check: a word for how it stands, its name and a sentence. The code is that of the worst line.
func (c *doctorCmd) run(ctx context.Context, s *session) (result, error) {
	snap := s.engine.Snapshot()
	checks := []checkJSON{{ID: "home", Level: terms.ToneOK, Text: s.text("doctor.home.ok", map[string]any{"path": snap.Home})}}
	for _, k := range s.engine.Checks(ctx) {
		if k.ID == "contact" { // the settings have their part in it
			checks = append(checks, s.contactChecks(snap)...)
			continue
		}
		j := s.check(k, snap.Verdict.At)
		if k.ID == "records" && k.State == "" {
			s.pastDamage(ctx, &j)
		}
		checks = append(checks, j)
	}
	checks = append(checks, s.policyCheck())
	r := result{}
	worst := terms.ToneOK
	var rows [][]string
	for _, k := range checks {
		rows = append(rows, []string{s.text("doctor.level."+string(k.Level), nil), s.text("doctor."+k.ID+".name", nil), k.Text})
		code := k.code
		if code == codeOK && k.State != "" && k.ID != "contact" { // that nobody was reached takes nothing away
			code = k.State.ExitCode(s.Strict)
		}
		switch {
		case rank(k.Level) > rank(worst):
			worst, r.code = k.Level, code
		case k.Level == worst && r.code == codeOK:
			r.code = code
		}
	}
	if s.Strict && r.code == codeOK && worst != terms.ToneOK {
		r.code = codeAct
	}
	r.page.table(rows)
	for _, k := range checks {
		if k.Do != "" {
			for line := range strings.SplitSeq(k.Do, "\n") {
				r.page.add(s.text("doctor.do", map[string]any{"name": s.text("doctor."+k.ID+".name", nil), "text": line}))
			}
		}
	}
	s.unlicensed(&r.page, snap.Verdict, worst)
	r.json = map[string]any{"level": worst, "verdict": s.verdictJSON(snap.Verdict.Main, snap.Verdict.At), "checks": checks}
	return r, nil
}

// unlicensed says what the checks do not: that there is no license, and what to do next.
func (s *session) unlicensed(p *page, v terms.Verdict, worst terms.Tone) {
	if len(v.Products) > 0 {
		return
	}
	a := s.tell(v.Main, v.At)
	text := a.Headline
	if worst == terms.ToneOK {
		text = s.text("doctor.works", map[string]any{"text": text})
	}
	p.gap()
	p.add(text)
	p.add(s.four("", "", a.Do, "")...)
	p.add(s.commands(v, v.Main)...)
	p.add(s.waiting(s.engine.Snapshot())...)
}

// pastDamage lets the line of records that are in order tell of damage that they went through.
func (s *session) pastDamage(ctx context.Context, j *checkJSON) {
	rep, err := s.engine.VerifyLedger(ctx)
	if err != nil || ledgerState(rep) != terms.StateRecordsRepaired {
		return
	}
	j.Level, j.State = terms.ToneNotice, terms.StateRecordsRepaired
	j.Text = s.text("doctor.records.notice", map[string]any{"n": len(rep.Findings)})
	j.Do = s.text("doctor.records.do", nil)
}

// check puts one check into words: the state's own when it has one, else doctor.<id>.<ok|notice|…>.
func (s *session) check(k licensing.Check, at time.Time) checkJSON {
	j := checkJSON{ID: k.ID, Level: k.Level, State: k.State}
	if k.State != "" {
		a := s.tell(terms.Finding{State: k.State, Tone: k.State.Tone(), Slots: k.Args}, at)
		j.Text, j.Do = a.Headline, a.Do
		if k.ID == "clock" {
			j.Text = a.Happened // the dates
		}
		return j
	}
	j.Text = s.say.Check(k.ID, k.Level, k.Args, s.zone)
	return j
}

// policyCheck is the line of the machine policy: what does not count is told with the way to put it right.
func (s *session) policyCheck() checkJSON {
	p := s.home.Policy()
	j := s.check(app.PolicyCheck(p), s.now())
	if p.Broken() {
		j.State, j.code = statePolicy, codePolicy
	}
	var all []string
	found := slices.Clone(p.Findings)
	for i, f := range found {
		if f.Code != policy.Owner && f.Code != policy.Writable { // what puts those right names the way
			found[i].File = filepath.Base(f.File)
		}
	}
	for _, f := range s.findings(found) {
		all = append(all, f.Text)
	}
	j.Do = strings.Join(all, "\n")
	return j
}

func rank(t terms.Tone) int {
	switch t {
	case terms.ToneNotice:
		return 1
	case terms.ToneWarn:
		return 2
	case terms.ToneStop:
		return 3
	}
	return 0
}
