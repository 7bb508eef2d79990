package views

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// Phases of an errand.
const (
	errandOpen    = iota // it waits to be sent, or for its answer
	errandAsking         // a contact is under way
	errandDone           // the answer is in use
	errandRefused        // the vendor said no
	errandOver           // cancelled, or too old
)

// errandModel is everything that its page shows.
type errandModel struct {
	Phase   int
	Title   string
	Banner  banner
	Facts   [][2]string
	Asking  string // words of the bar; Own: a person may stop it
	Own     bool
	Changes []change
	Refusal findingModel
	Open    openRequestModel
	Check   bool // there is no request: a file has to be made
}

// errand puts how an errand stands into words.
func (v voice) errand(s licensing.Snapshot, e errand, d contactsFetched) errandModel {
	r, there := requestOf(s, e.id())
	if !there {
		r = e.made.Request
	}
	m := errandModel{Title: v.ofKind(e.kind, "row.request", "vendor", vendorName(s, e.root)), Check: e.made.Request.ID == ""}
	if m.Check && e.contact.Cause == reconcile.CauseDeclined && r.State != terms.RequestRefused {
		r = declined(s, e)
	}
	c, _ := contactOf(s, e.root)
	own := d.asks[e.root]
	// One that made itself, after the request was made, and of which no end is known.
	carried := c.Plan.Running && !m.Check && !c.Plan.At.Before(r.Created) && e.contact.At.Before(c.Plan.At)
	switch {
	case r.State == terms.RequestRefused:
		m.Phase, m.Refusal = errandRefused, v.refusal(s, r)
		if m.Refusal.Over {
			m.Phase = errandOver
		}
	case r.State == terms.RequestAnswered, m.Check && e.contact.ID != "" && e.contact.Cause == "":
		m.Phase = errandDone
		m.Banner, m.Changes = v.answered(s, e, r)
	case there && r.State != terms.RequestOpen:
		m.Phase = errandOver
	case own || carried:
		m.Phase, m.Own = errandAsking, own
		m.Banner, m.Facts, m.Asking = v.underWay(s, e, c), v.errandFacts(s, e, c), v.t("contacts.asking", "vendor", c.Vendor)
	default:
		if m.Open = v.openErrand(s, e, c, d); !m.Check && !reachable(c) {
			m.Title = m.Open.Title
		}
	}
	return m
}

// declined is the request whose refusal a contact met: one that it carried, else the refused one of the same kind, which the same answer
// leaves standing. Zero: none is known.
func declined(s licensing.Snapshot, e errand) (r terms.Request) {
	for _, q := range s.Requests {
		if q.State != terms.RequestRefused || q.Vendor != e.root {
			continue
		}
		if carries(e.contact, q.ID) {
			return q
		}
		if q.Kind == e.kind && !q.Created.Before(r.Created) {
			r = q
		}
	}
	return r
}

// refusal is the vendor's answer as the state that it is; over when something newer settled it.
func (v voice) refusal(s licensing.Snapshot, r terms.Request) findingModel {
	for _, f := range append([]terms.Finding{s.Verdict.Main}, s.Verdict.Others...) {
		if slices.ContainsFunc(f.Reasons, func(x terms.Reason) bool { return x.Rule == terms.RuleRefused && strings.Contains(x.Evidence, r.ID) }) {
			return v.finding(s, f)
		}
	}
	return findingModel{Over: true}
}

// underWay is what is said while a vendor is asked.
func (v voice) underWay(s licensing.Snapshot, e errand, c licensing.ContactView) banner {
	b := banner{Tone: terms.ToneNotice, Symbol: "wait"}
	b.Answers.Headline = v.ofKind(e.kind, "errand.title", "vendor", c.Vendor, "date", v.long(e.made.Request.Wanted))
	b.Answers.Happened = v.ofKind(e.kind, "errand.happened", "host", c.Host)
	b.Answers.Works, b.Answers.Do = v.t("errand.works"), v.t("errand.do")
	b.Answers.By = v.t("errand.by")
	if e.made.Request.ID == "" {
		b.Answers.By = v.t("errand.by.check")
	}
	return b
}

// errandFacts are what a person may want to know while it is under way.
func (v voice) errandFacts(s licensing.Snapshot, e errand, c licensing.ContactView) [][2]string {
	facts := [][2]string{{v.t("contacts.to"), v.t("contacts.to.host", "vendor", c.Vendor, "host", c.Host)}, {v.t("open_request.code"), s.Device.Code}}
	if e.made.Words != "" {
		facts = append(facts, [2]string{v.t("open_request.words"), e.made.Words})
	}
	return facts
}

// concerned are the products that an answer is about, the one that needs most first.
func concerned(s licensing.Snapshot, e errand, r terms.Request) []terms.ProductVerdict {
	var ids []string
	for _, h := range s.Facts.Licenses {
		if h.Vendor == e.root && (e.kind != exchange.RequestActivate || h.License.KeyHash == r.KeyHash) {
			ids = append(ids, h.License.Policy.Product.ID)
		}
	}
	var all []terms.ProductVerdict
	for _, p := range s.Verdict.Products {
		if p.Vendor == e.root && slices.Contains(ids, p.ID) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, byUrgency)
	return all
}

// answered is what came of an errand: until when one can work now, and what changed.
func (v voice) answered(s licensing.Snapshot, e errand, r terms.Request) (banner, []change) {
	b, all := banner{Tone: terms.ToneOK}, concerned(s, e, r)
	if len(all) > 0 {
		b = v.banner(s, all[0].Finding)
	}
	b.Online, b.Eyebrow = "", ""
	a := &b.Answers
	a.Button, a.AlsoButton = "", ""
	said := a.Headline
	switch until := offlineEnd(all); {
	case e.kind == exchange.RequestMoreTime && !until.IsZero() && v.sameDayOrBefore(r.Wanted, until):
		a.Headline = v.t("errand.moretime", "date", v.long(until))
	case len(all) > 0 && v.worksWords(all) != "":
		a.Headline = v.worksWords(all)
	case len(all) == 0:
		a.Headline, a.Works = v.t("errand.taken"), v.t("open_request.works")
	}
	if said != a.Headline || len(all) == 0 {
		a.Happened = v.t("errand.answered", "vendor", vendorName(s, e.root))
		if at := e.contact.At; !at.IsZero() && e.contact.Cause.Reached() {
			a.Happened = v.t("errand.answered.at", "vendor", vendorName(s, e.root), "when", v.onDay(at, s.Verdict.At))
		}
		if b.Tone == terms.ToneOK {
			a.Do = v.t("done.quiet")
		}
	}
	var changes []change
	for _, c := range e.contact.Changes {
		changes = append(changes, v.contactChange(c))
	}
	return b, append(changes, v.offlineAnew(e.before, all)...)
}

// offlineEnd is the first end of the offline time of products; zero: none of them counts any.
func offlineEnd(all []terms.ProductVerdict) (until time.Time) {
	for _, p := range all {
		until = earlier(until, p.OfflineUntil)
	}
	return until
}

// offlineAnew are the lines of offline time that is longer than it was.
func (v voice) offlineAnew(before licensing.Snapshot, all []terms.ProductVerdict) []change {
	var out []change
	for _, p := range all {
		for _, old := range before.Verdict.Products {
			if old.Vendor == p.Vendor && old.ID == p.ID && !old.OfflineUntil.IsZero() && p.OfflineUntil.After(old.OfflineUntil) {
				out = append(out, v.offlineChange(old, p.OfflineUntil))
			}
		}
	}
	return out
}

// openErrand is a request that waits, or a check-in that did not come through, with how it goes on.
func (v voice) openErrand(s licensing.Snapshot, e errand, c licensing.ContactView, d contactsFetched) openRequestModel {
	m := openRequestModel{}
	if e.made.Request.ID != "" {
		m = v.openRequest(s, e.made, e.path)
		m.Stick, m.StickName = e.stick, e.stickName
	}
	m.Goes, m.Settings = v.goes(c, s.Verdict.At, d.source), c.Host != "" && c.Plan.Hold == reconcile.HoldOff && !d.source.Locked()
	if reachable(c) {
		m.Send = v.t("errand.now")
		if e.path == "" && !m.Saved {
			m.Banner.Answers.Do = v.ofKind(e.kind, "open_request.do_online", "vendor", c.Vendor)
		}
	}
	if e.err != nil {
		m.Banner = banner{Tone: terms.ToneNotice, Answers: v.Problem(e.err, s.Verdict.At, v.zone)}
		m.Banner.Answers.Button = ""
		return m
	}
	x, stopped := e.contact, e.contact.ID == "" || e.contact.Cause == reconcile.CauseStopped
	switch {
	case e.path != "" || stopped && m.File != "":
	case x.Cause == reconcile.CauseWaiting:
		v.decidedLater(&m, s, c, x)
	case stopped || !x.Cause.Reached() || x.Cause == reconcile.CauseDeclined && m.File == "":
		c.Last = &x
		v.notAsked(&m, s, c, d)
	}
	return m
}

// notAsked says that the vendor could not be asked by the last contact of c, why, and how it goes on.
func (v voice) notAsked(m *openRequestModel, s licensing.Snapshot, c licensing.ContactView, d contactsFetched) {
	at, x := s.Verdict.At, *c.Last
	headline, do, by := v.t("errand.none", "vendor", c.Vendor), v.t("errand.none.do"), m.Goes
	if m.File == "" {
		headline, do, by = v.t("errand.none.check", "vendor", c.Vendor), v.t("errand.none.check.do"), v.nextContact(c.Plan, at)
	}
	m.Send, m.Goes = v.t("errand.again"), ""
	m.Banner = banner{Tone: terms.ToneNotice, Symbol: "wait"}
	a := &m.Banner.Answers
	a.Headline, a.Works, a.Do, a.By = headline, v.t("open_request.works"), do, by
	if x.ID == "" || x.Cause == reconcile.CauseStopped {
		a.Headline, m.Send = v.t("contacts.stopped"), v.t("errand.ask")
		return
	}
	if x.Cause == reconcile.CauseDeclined {
		a.Headline = v.t("errand.declined", "vendor", c.Vendor)
	}
	a.Happened = capital(v.t("contacts.try.text", "when", v.onDay(x.At, at), "cause", v.ContactCause(x)))
	if !x.RetryAt.IsZero() {
		a.Happened += " " + v.t("contacts.retry", "when", v.onDay(x.RetryAt, at))
	}
	if x.Cause.Blocked() {
		m.Banner.Symbol, m.Ask = "", v.forIT(c)
	}
	fix, settings := v.contactFix(c, d)
	a.Do, m.Settings = cmp.Or(fix, a.Do), m.Settings || settings
}

// decidedLater says that a person at the vendor decides first.
func (v voice) decidedLater(m *openRequestModel, s licensing.Snapshot, c licensing.ContactView, x reconcile.Contact) {
	m.Send, m.Decided = v.t("errand.ask_again"), true
	m.Banner = banner{Tone: terms.ToneNotice, Symbol: "wait"}
	a := &m.Banner.Answers
	a.Headline = v.t("errand.person", "vendor", c.Vendor)
	a.Happened = v.t("errand.person.happened", "when", v.onDay(x.At, s.Verdict.At))
	a.Works, a.By = v.t("open_request.works"), m.Goes
	a.Do = v.t("errand.person.do")
	switch c.Plan.Hold {
	case reconcile.HoldManual:
		a.Do = v.t("errand.person.manual")
	case reconcile.HoldNobody:
		a.Do = v.t("errand.person.nobody")
	}
	m.Goes = ""
}

// goes says how a request gets to its vendor: by itself and when, when a person sends it, or not at all. "" without a service.
func (v voice) goes(c licensing.ContactView, at time.Time, source app.Source) string {
	p, id, by := c.Plan, "goes", ""
	if source.Locked() && (p.Hold == reconcile.HoldOff || p.Hold == reconcile.HoldManual || p.Outside) {
		by = " " + v.setBy(source)
	}
	switch {
	case c.Host == "":
		return ""
	case p.Hold == reconcile.HoldOff:
		return v.t("goes.off") + by
	case p.Hold == reconcile.HoldManual:
		id = "goes.manual"
	case p.Hold == reconcile.HoldNobody:
		id = "goes.nobody"
	case p.At.IsZero() || p.Running:
		id = "goes.next"
	case p.Paused:
		id = "goes.paused"
	case p.Outside:
		id = "goes.outside"
	case !p.At.After(at.Add(time.Minute)):
		id = "goes.soon"
	}
	return v.t(id, "host", c.Host, "when", v.about(p.At, at)) + by
}
