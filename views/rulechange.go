package views

import (
	"slices"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// changedDate is a date of a product that is another one under the new rules.
type changedDate struct{ Name, Old, New string }

// changedProduct is a product that a change of the rules concerns; Dates is empty when none of its dates moves.
type changedProduct struct {
	Name, Vendor string
	Dates        []changedDate
}

// rulesModel is a change of the rules: what is told, and what it does here.
type rulesModel struct {
	Over     bool
	Banner   banner
	Finding  terms.Finding
	Rules    [][2]string
	Products []changedProduct
	From     string
}

// seeChanges goes to what a change of the rules changes here.
func (w *Window) seeChanges(f terms.Finding) {
	w.visit(place{section: secPlan, name: "rules " + f.Product, build: func() *screen { return w.rulesScreen(f) }})
}

// policyNotice is the notice behind a finding about new rules.
func policyNotice(facts terms.Facts, f terms.Finding) (terms.Signed[terms.Notice], bool) {
	from, _ := f.Slots["date"].(time.Time)
	i := slices.IndexFunc(facts.Notices, func(n terms.Signed[terms.Notice]) bool {
		return n.Body.Type == terms.NoticePolicy && !n.Body.Withdrawn && n.Body.From.Equal(from) && (n.Body.Product == "" || n.Body.Product == f.Product || f.Product == "")
	})
	if i < 0 {
		return terms.Signed[terms.Notice]{}, false
	}
	return facts.Notices[i], true
}

// withoutOldRules are facts as they are once nothing of the rules before counts any more: without the overlap that keeps
// what was granted.
func withoutOldRules(facts terms.Facts, root string) terms.Facts {
	facts.Licenses = slices.Clone(facts.Licenses)
	for i := range facts.Licenses {
		if facts.Licenses[i].Vendor == root {
			facts.Licenses[i].License.Overlap = nil
		}
	}
	return facts
}

func (v voice) rules(s licensing.Snapshot, f terms.Finding) rulesModel {
	n, ok := policyNotice(s.Facts, f)
	if !ok {
		return rulesModel{Over: true}
	}
	in := func(t terms.Text) string { return t.In(v.Language()) }
	m := rulesModel{Banner: v.banner(s, f), Finding: f, From: v.long(n.Body.From), Rules: [][2]string{
		{v.t("notices.old"), in(n.Body.Old)},
		{v.t("notices.new"), in(n.Body.New)},
		{v.t("notices.from"), v.exact(n.Body.From)},
		{v.t("notices.reason"), in(n.Body.Text)},
		{v.t("notices.reference"), n.Body.Ref},
		{v.t("notices.signed_by"), vendorName(s, n.Vendor)},
	}}
	m.Banner.Answers.Button, m.Banner.Answers.AlsoButton = "", ""
	after := terms.Evaluate(withoutOldRules(s.Facts, n.Vendor), terms.Query{}, s.Verdict.At)
	for _, p := range s.Verdict.Products {
		if p.Vendor != n.Vendor || n.Body.Product != "" && n.Body.Product != p.ID {
			continue
		}
		c := changedProduct{Name: v.name(p.Name, p.ID), Vendor: vendorName(s, p.Vendor)}
		for _, q := range after.Products {
			if q.Vendor == p.Vendor && q.ID == p.ID {
				c.Dates = v.changedDates(p, q)
			}
		}
		m.Products = append(m.Products, c)
	}
	return m
}

// changedDates are the dates of a product that differ between the rules until now and the new ones.
func (v voice) changedDates(old, now terms.ProductVerdict) []changedDate {
	var out []changedDate
	for _, d := range []struct {
		id       string
		old, now time.Time
	}{
		{"row.offline_until", old.OfflineUntil, now.OfflineUntil},
		{"rules.offline_grace", old.OfflineGrace, now.OfflineGrace},
		{"row.license_ends", old.LicenseEnds, now.LicenseEnds},
		{"row.grace_ends", old.GraceEnds, now.GraceEnds},
	} {
		if !d.old.Equal(d.now) {
			out = append(out, changedDate{v.t(d.id), v.endOrNone(d.old), v.endOrNone(d.now)})
		}
	}
	return out
}

func (v voice) endOrNone(t time.Time) string {
	if t.IsZero() {
		return v.t("detail.no_end")
	}
	return v.short(t)
}

func (w *Window) rulesScreen(f terms.Finding) *screen {
	p := &rulesPage{v: w.v, page: look.NewPage(nil), home: w.showHome, copy: w.copy}
	s := w.sub(w.v.t("rules.title"), p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.renew = live(w, func() rulesModel {
		now, there := sameFinding(w.snap.Verdict, f)
		if !there {
			return rulesModel{Over: true}
		}
		return w.v.rules(w.snap, now)
	}, p.Set)
	return s
}

// rulesPage shows old and new rules, and which dates of this computer move.
type rulesPage struct {
	v    voice
	page *look.Page
	home func()
	copy func(string)
	main *look.Button
}

// Set shows m.
func (p *rulesPage) Set(m rulesModel) {
	p.main = nil
	if m.Over {
		p.main = look.NewButton(look.SecondaryButton, p.v.t("rail.overview"), p.home)
		p.main.Key = "overview"
		p.page.Set(sheet(look.EmptyState("ok", p.v.t("finding.over"), p.v.t("finding.over.text"), p.main)))
		return
	}
	view, _ := p.v.bannerView(m.Banner, m.Finding, true, nil)
	you := look.Column(look.Gap12, look.NewPara(p.v.t("rules.for_you"), look.Heading))
	if len(m.Products) == 0 {
		you.Add(look.NewPara(p.v.t("rules.nothing_here"), look.Body))
	}
	for _, c := range m.Products {
		if len(c.Dates) == 0 {
			you.Add(look.NewChange('=', c.Name, p.v.t("rules.same"), ""))
		}
		for _, d := range c.Dates {
			you.Add(look.NewChange('=', c.Name, p.v.t("rules.date", "name", d.Name, "date", d.New), p.v.t("rules.was", "date", d.Old)))
		}
	}
	you.Add(look.NewPara(p.v.t("rules.kept"), look.Body))
	command := commandLine("notices")
	p.page.Set(sheet(view, look.PaddedCard(look.Facts(m.Rules...)), look.PaddedCard(you),
		look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) })))
}
