package views

import (
	"slices"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
	"holdfast/licensing/usage"
)

// usageForm is what a person chose on the page about usage; it lasts as long as the window.
type usageForm struct {
	root  string    // vendor; "" the first one
	month time.Time // first day of the month that is shown, UTC; zero: the newest with use
	table bool      // numbers instead of charts
	tab   int
}

// Tabs of the page about usage.
const (
	usageTabUsed = iota
	usageTabFiles
	usageTabLog
	usageTabLeaves
)

// usageModel is everything that the page about usage shows.
type usageModel struct {
	Empty    bool // nothing was ever recorded, and no license asks for it
	Root     string
	Vendors  []string // names, where there are several
	Roots    []string
	On       int // of Vendors
	Form     usageForm
	Banner   banner
	Finding  terms.Finding
	Sendable bool   // there is something that has no receipt
	Stands   string // what is confirmed and what is due, where the banner is about something else
	Lines    []line
	Notes    []string
	Month    monthModel
	Bought   []boughtRow
	Level    levelModel
	Waiting  []usageFileRow
	Receipts []receiptRow
	Older    int // receipts that have no row
	Log      []historyRow
	Keep     []string
	Online   usageOnline
	Sending  sendingModel
	Read     bool // receipts and log are here
	Locked   bool // the log cannot be read now
}

// mostReceipts and mostContacts are how many have a row.
const (
	mostReceipts = 24
	mostContacts = 100
)

// usageFetched is what the page needs beside a snapshot.
type usageFetched struct {
	receipts []licensing.ReceiptView
	log      map[string][]licensing.LedgerEntry // by vendor
	contacts contactsFetched
}

// usage puts the ledger of one vendor into words.
func (v voice) usage(s licensing.Snapshot, form usageForm, d usageFetched, read bool, err error) usageModel {
	if len(s.Usage) == 0 {
		return usageModel{Empty: true}
	}
	at := max(0, slices.IndexFunc(s.Usage, func(u licensing.UsageView) bool { return u.Root == form.root }))
	u := s.Usage[at]
	m := usageModel{
		Root: u.Root, On: at, Sendable: u.Unsent > 0 || len(u.Waiting) > 0, Read: read, Locked: err != nil, Level: v.usageLevel(s, u),
		Bought: v.bought(s, u),
	}
	for _, x := range s.Usage {
		m.Vendors, m.Roots = append(m.Vendors, usageVendor(s, x)), append(m.Roots, x.Root)
	}
	m.Month = v.usageMonth(u, form.month, s.Verdict.At)
	if unknown := v.usageUnknown(s, u); unknown != "" {
		for i := range m.Month.Meters {
			m.Month.Meters[i].Chart.Summary = unknown
		}
	}
	m.Form = form
	m.Banner, m.Finding = v.usageBanner(s, u, m.Sendable)
	m.Stands = v.usageStands(s, u, m.Finding.State)
	m.Lines, m.Notes = v.usageNews(s, u), v.usageGaps(s, u)
	for _, f := range u.Waiting {
		m.Waiting = append(m.Waiting, v.usageFileRow(f))
	}
	var own []licensing.ReceiptView
	for _, r := range d.receipts {
		if r.Root == u.Root {
			own = append(own, r)
		}
	}
	for _, r := range own[:min(len(own), mostReceipts)] {
		m.Receipts = append(m.Receipts, v.receiptRow(r))
	}
	m.Older = len(own) - len(m.Receipts)
	for _, e := range d.log[u.Root] {
		if crossed(e.Kind) && len(m.Log) < mostContacts {
			m.Log = append(m.Log, historyRow{v.moment(e.At), v.record(e)})
		}
	}
	m.Keep = v.kept(u, own)
	m.Online = v.usageOnline(s, u, d.contacts, own)
	return m
}

func usageVendor(s licensing.Snapshot, u licensing.UsageView) string {
	if u.Vendor != "" {
		return u.Vendor
	}
	return vendorName(s, u.Root)
}

// usageStates are the states about use, those that need a person most first.
var usageStates = []terms.State{
	terms.StateUsageOverdue, terms.StateUsageMismatch, terms.StateUsageDue, terms.StateQuotaUsed, terms.StateQuotaLow, terms.StateUsageGap,
	terms.StateUsageWaiting, terms.StateUsageConfirmed,
}

// usageRoot is the vendor that a finding about use concerns; "" when only the person can tell.
func usageRoot(s licensing.Snapshot, f terms.Finding) string {
	if p, ok := product(s, f.Product); ok {
		return p.Vendor
	}
	name, _ := f.Slots["vendor"].(string)
	for _, u := range s.Usage {
		if usageVendor(s, u) == name {
			return u.Root
		}
	}
	if len(s.Usage) == 1 {
		return s.Usage[0].Root
	}
	return ""
}

// usageFinding is the finding about the use of a vendor that needs a person most.
func usageFinding(s licensing.Snapshot, root string) (terms.Finding, bool) {
	all := append([]terms.Finding{s.Verdict.Main}, s.Verdict.Others...)
	for _, p := range s.Verdict.Products {
		all = append(all, p.Finding)
	}
	for _, state := range usageStates {
		for _, f := range all {
			if f.State == state && usageRoot(s, f) == root {
				return f, true
			}
		}
	}
	return terms.Finding{}, false
}

// usageBanner is the finding about use, else the quiet word that nothing is due.
func (v voice) usageBanner(s licensing.Snapshot, u licensing.UsageView, sendable bool) (banner, terms.Finding) {
	if f, ok := usageFinding(s, u.Root); ok {
		b := v.banner(s, f)
		if f.State == terms.StateUsageConfirmed && !u.Due.IsZero() {
			b.Answers.By = v.t("usage.stand.due", "date", v.long(u.Due))
		}
		return b, f
	}
	a := plain.Answers{
		Headline: v.t("usage.calm"), Happened: v.t("usage.calm.unused"), Works: v.t("usage.calm.works"), Do: v.t("usage.calm.nothing"), By: v.t("usage.calm.no_date"),
	}
	if !u.Due.IsZero() {
		a.Headline = v.t("usage.calm.due", "date", v.long(u.Due))
		a.By = v.t("usage.calm.by", "date", v.long(u.Due))
	}
	switch {
	case u.Unsent > 0:
		a.Happened = v.t("usage.stand.unsent")
	case v.usageUnknown(s, u) != "":
		a.Happened = v.t("usage.calm.unknown")
	case counted(u):
		a.Happened = v.t("usage.stand.sent", "vendor", usageVendor(s, u))
	}
	f := terms.Finding{Tone: terms.ToneOK}
	if sendable {
		a.Do = v.t("usage.calm.do")
		a.Button, a.Action = v.Action(terms.ActExportUsage), terms.ActExportUsage
		f.Action = terms.ActExportUsage
	}
	return banner{Tone: terms.ToneOK, Answers: a}, f
}

// counted says whether some meter counted something here.
func counted(u licensing.UsageView) bool {
	return slices.ContainsFunc(u.Meters, func(m licensing.MeterView) bool { return m.Used > 0 || len(m.Days) > 0 })
}

// usageUnknown says why nobody knows how much was used; "" where the numbers are there.
func (v voice) usageUnknown(s licensing.Snapshot, u licensing.UsageView) string {
	locked := s.KeyStore.State == terms.StateKeychainLocked || u.Problem == terms.StateKeychainLocked
	switch {
	case counted(u) || u.Problem == "" && (!locked || u.Entries == 0):
		return ""
	case locked:
		return v.t("usage.unknown.locked")
	}
	return v.t("usage.unknown")
}

// usageStands says beside a finding what is confirmed, and when the next file is due; each only where the banner has not said it.
func (v voice) usageStands(s licensing.Snapshot, u licensing.UsageView, state terms.State) string {
	var out []string
	switch state {
	case "", terms.StateUsageDue, terms.StateUsageOverdue:
		return ""
	case terms.StateUsageMismatch:
	default:
		switch {
		case u.Unsent > 0:
			out = append(out, v.t("usage.stand.unsent"))
		case counted(u):
			out = append(out, v.t("usage.stand.sent", "vendor", usageVendor(s, u)))
		}
	}
	if !u.Due.IsZero() && state != terms.StateUsageConfirmed {
		out = append(out, v.t("usage.stand.due", "date", v.long(u.Due)))
	}
	return strings.Join(out, " ")
}

// usageNews are states beside the one in the banner that concern the records of use: they open. What is used up and what waits
// stands on the page itself.
func (v voice) usageNews(s licensing.Snapshot, u licensing.UsageView) []line {
	var out []line
	for _, f := range append([]terms.Finding{s.Verdict.Main}, s.Verdict.Others...) {
		if f.State == "" || f.State != s.KeyStore.State && f.State != u.Problem {
			continue
		}
		a := v.Say(f, s.Verdict.At, v.zone)
		l := line{Tone: f.Tone, Symbol: symbolOf(f.State), Title: a.Headline, Sub: a.Do, Finding: f}
		if f.State == s.KeyStore.State {
			l.Sub = v.t("usage.locked", "vendor", usageVendor(s, u))
		}
		out = append(out, l)
	}
	return out
}

// usageGaps say openly what is not in the records, or cannot be read here.
func (v voice) usageGaps(s licensing.Snapshot, u licensing.UsageView) []string {
	var out []string
	if u.Unread > 0 {
		out = append(out, v.t("usage.unread", "n", int(u.Unread), "vendor", usageVendor(s, u)))
	}
	for _, g := range u.Gaps {
		f := terms.Finding{State: terms.StateUsageGap, Slots: terms.Slots{"from": g.From, "to": g.To, "cause": g.Cause}}
		a := v.Say(f, s.Verdict.At, v.zone)
		out = append(out, a.Headline+" "+a.Happened)
	}
	return out
}

// levels are the levels of detail, the least first.
var levels = []string{usage.LevelContract, usage.LevelComputer, usage.LevelFull}

// levelModel is what leaves, and what a person may choose.
type levelModel struct {
	Options []string // levels that the contract allows
	On      int
	Locked  bool   // somebody sets the most, and there is no more than this to choose
	By      string // who that is: the organization; "" the contract
}

// usageLevel is what the vendor's licenses allow: the most of them, and whatever is less.
func (v voice) usageLevel(s licensing.Snapshot, u licensing.UsageView) levelModel {
	most := 0
	for _, h := range s.Facts.Licenses {
		if h.Vendor == u.Root && len(h.License.Policy.Meters) > 0 {
			most = max(most, slices.Index(levels, h.License.Policy.WithDefaults().Usage.Level))
		}
	}
	on := max(0, slices.Index(levels, u.Level))
	if u.LevelSet {
		by := v.Text("settings.locked.unnamed", nil)
		switch {
		case u.LevelBy == licensing.UsageByNobody:
			by = v.Text("settings.locked.meanwhile", nil)
		case u.LevelOrg != "":
			by = v.Text("settings.locked", map[string]any{"org": u.LevelOrg})
		}
		return levelModel{Options: levels[on : on+1], Locked: true, By: by}
	}
	most = max(most, on)
	return levelModel{Options: levels[:most+1], On: on, Locked: most < len(levels)-1 || u.LevelBy == "contract"}
}
