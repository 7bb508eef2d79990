package views

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// banner is a state in words.
type banner struct {
	Tone    terms.Tone
	Symbol  string
	Eyebrow string
	Answers plain.Answers
	Online  string // the button that asks over the network for what the other gets by file; "" for none
}

// row is one product.
type row struct {
	Key, Name, Vendor string
	Tone              terms.Tone
	Symbol, Word      string
	DateLabel, Date   string
	Days              string
	Note              string
	NoteTone          terms.Tone
}

// line is a state that is not the banner's.
type line struct {
	Tone    terms.Tone
	Symbol  string
	Title   string
	Sub     string
	Finding terms.Finding
}

// requestRow is one open request.
type requestRow struct {
	ID, Title, File, Words string
	UntilLabel, Until      string
	Unsaved                bool   // nobody has saved it to a file yet, and it has no other way
	Goes                   string // how it gets to the vendor without a file; "" it does not
}

// upcoming is a date that comes.
type upcoming struct{ Day, Month, Title, Sub string }

// overviewModel is everything the Overview shows.
type overviewModel struct {
	FirstRun bool
	Banner   banner
	Main     terms.Finding // what the banner is about
	Rows     []row
	More     int // products that have no row here
	Lines    []line
	Requests []requestRow
	Dates    []upcoming
	Reminder reminder // that the person was told of; without words when there is none
	Offer    bool     // the box about reminders
	Sending  sendingModel
	Window   bool // some product counts time without contact
	Online   bool // some vendor can be asked at once
}

// Limits of the Overview: what is beyond stands on the page of its own.
const (
	overviewRows, overviewLines, overviewRequests, overviewDates = 8, 6, 4, 3
)

// overview turns a snapshot into the words of the Overview. made holds the files of the open requests, by id.
func (v voice) overview(s licensing.Snapshot, made map[string]licensing.Made) overviewModel {
	m := overviewModel{Banner: v.banner(s, s.Verdict.Main), Main: s.Verdict.Main, Dates: v.upcoming(s)}
	if all, ok := v.Everything(s.Verdict, v.zone); ok {
		m.Banner.Answers, m.Banner.Eyebrow = all, ""
	}
	m.Online = slices.ContainsFunc(s.Contacts, reachable)
	m.Window = slices.ContainsFunc(s.Verdict.Products, func(p terms.ProductVerdict) bool { return !p.OfflineUntil.IsZero() })
	for _, p := range mostUrgent(s.Verdict.Products, overviewRows) {
		m.Rows = append(m.Rows, v.row(s, p))
	}
	m.More = len(s.Verdict.Products) - len(m.Rows)
	for _, r := range s.Requests {
		if r.State != terms.RequestOpen || len(m.Requests) == overviewRequests {
			continue
		}
		m.Requests = append(m.Requests, v.requestRow(s, made, r))
	}
	rows := map[[2]string]bool{}
	for _, p := range s.Verdict.Products {
		rows[[2]string{p.ID, string(p.State)}] = true
	}
	for _, f := range s.Verdict.Others {
		if f.State == terms.StateRequestWaiting || rows[[2]string{f.Product, string(f.State)}] {
			continue // its row says it
		}
		if len(m.Lines) == overviewLines {
			break
		}
		a := v.Say(f, s.Verdict.At, v.zone)
		l := line{Tone: f.Tone, Symbol: symbolOf(f.State), Title: a.Headline, Sub: a.Do, Finding: f}
		if f.State == terms.StateUpdated {
			l.Sub = a.Happened
		}
		m.Lines = append(m.Lines, l)
	}
	m.FirstRun = s.Verdict.Main.State == terms.StateNotSetUp && len(m.Requests) == 0 && len(s.Vendors) == 0
	return m
}

// requestRow is a request that waits.
func (v voice) requestRow(s licensing.Snapshot, made map[string]licensing.Made, r terms.Request) requestRow {
	c, _ := contactOf(s, r.Vendor)
	by, label := answerBy(s, r), "row.good_until"
	if by.Before(r.Until) {
		label = "row.answer_by"
	}
	return requestRow{
		ID: r.ID, Title: v.ofKind(r.Kind, "row.request", "vendor", vendorName(s, r.Vendor)), File: r.File,
		Words: made[r.ID].Words, UntilLabel: v.t(label), Until: v.short(by), Unsaved: r.File == "" && !reachable(c), Goes: v.goes(c, s.Verdict.At, app.Source{}),
	}
}

// mostUrgent is the products that a person has to see first: what is not in order, then the nearest end; in the order
// of the verdict when all fit.
func mostUrgent(all []terms.ProductVerdict, n int) []terms.ProductVerdict {
	if len(all) <= n {
		return all
	}
	out := slices.Clone(all)
	slices.SortStableFunc(out, byUrgency)
	return out[:n]
}

var toneRank = map[terms.Tone]int{terms.ToneStop: 0, terms.ToneWarn: 1, terms.ToneNotice: 2, terms.ToneOK: 3}

func byUrgency(a, b terms.ProductVerdict) int {
	return cmp.Or(toneRank[a.Tone]-toneRank[b.Tone], terms.CompareEnds(worksUntil(a), worksUntil(b)))
}

func vendorName(s licensing.Snapshot, root string) string {
	for _, v := range s.Vendors {
		if v.Root == root {
			return v.Name
		}
	}
	return ""
}

func product(s licensing.Snapshot, id string) (terms.ProductVerdict, bool) {
	for _, p := range s.Verdict.Products {
		if p.ID == id {
			return p, true
		}
	}
	return terms.ProductVerdict{}, false
}

// banner puts one finding into words. The eyebrow says what it is about when the headline does not.
func (v voice) banner(s licensing.Snapshot, f terms.Finding) banner {
	b := banner{Tone: f.Tone, Symbol: symbolOf(f.State), Answers: v.Say(f, s.Verdict.At, v.zone)}
	if b.Tone == "" {
		b.Tone = f.State.Tone()
	}
	switch b.Answers.Action {
	case terms.ActCheckin, terms.ActConfirmComputer, terms.ActSendRequest:
		if len(online(s, f)) > 0 {
			b.Online = v.t("errand.ask")
		}
	}
	if roots := online(s, f); f.State == terms.StateRequestWaiting && len(roots) > 0 {
		c, _ := contactOf(s, roots[0])
		made, _ := f.Slots["date"].(time.Time)
		b.Online, b.Answers.Headline = v.t("errand.now"), v.t("errand.waiting", "date", v.long(made))
		b.Answers.Happened, b.Answers.Do = v.goes(c, s.Verdict.At, app.Source{}), v.t("errand.waiting.do")
		if l := c.Last; l != nil && !l.Cause.Reached() {
			b.Answers.By = b.Answers.Happened
			b.Answers.Happened = v.t("contacts.try") + ": " + v.t("contacts.try.text", "when", v.onDay(l.At, s.Verdict.At), "cause", v.ContactCause(*l))
		}
	}
	if p, ok := product(s, f.Product); ok {
		if name := v.name(p.Name, p.ID); !strings.Contains(b.Answers.Headline, name) {
			b.Eyebrow = name
		}
	} else if b.Symbol == "lock" || f.State == terms.StateRecordsDamaged || f.State == terms.StateDiskFull {
		b.Eyebrow = v.t("this_computer")
	}
	return b
}

func (v voice) row(s licensing.Snapshot, p terms.ProductVerdict) row {
	r := row{
		Key: p.Vendor + "/" + p.ID, Name: v.name(p.Name, p.ID), Vendor: vendorName(s, p.Vendor),
		Tone: p.Tone, Symbol: symbolOf(p.State), Word: v.Short(p.State),
	}
	if r.Tone == "" {
		r.Tone = p.State.Tone()
	}
	end := v.rowDate(s, p, &r)
	if at := s.Verdict.At; end.After(at) {
		r.Days = v.Days(plain.DaysUntil(end, at, v.zone))
	}
	main := s.Verdict.Main
	if (r.Tone == terms.ToneWarn || r.Tone == terms.ToneStop) && (main.State != p.State || main.Product != p.ID) {
		r.Note, r.NoteTone = v.Say(p.Finding, s.Verdict.At, v.zone).Headline, r.Tone
	}
	return r
}

// rowDate picks the one date of a row and its name: never one date that hides another kind.
func (v voice) rowDate(s licensing.Snapshot, p terms.ProductVerdict, r *row) time.Time {
	label, end := "row.license_ends", p.LicenseEnds
	slot := func(name string) time.Time { t, _ := p.Slots[name].(time.Time); return t }
	switch p.State {
	case terms.StateNotStarted:
		label, end = "row.starts", cmpTime(slot("date"), end)
	case terms.StateTrial:
		label = "row.trial_ends"
	case terms.StateFirstUse, terms.StateComputerChanged:
		label, end = "row.confirm_by", cmpTime(slot("date"), end)
	case terms.StateRevoked:
		label, end = "row.full_use_until", slot("date2")
		if end.IsZero() {
			label, end = "row.withdrawn", slot("date")
		}
	case terms.StateOnHold:
		label, end = "row.answer_by", slot("date")
	case terms.StateOtherComputer:
		return time.Time{} // nothing runs by it here
	default:
		label, end = usualRowDate(s, p)
	}
	if end.IsZero() {
		r.DateLabel, r.Date = v.t("row.license"), v.t("row.no_end")
		return end
	}
	r.DateLabel, r.Date = v.t(label), v.short(end)
	return end
}

// usualRowDate is the end of the grace that runs, else that of the offline time or of the license, whichever comes first.
func usualRowDate(s licensing.Snapshot, p terms.ProductVerdict) (label string, end time.Time) {
	offline := !p.OfflineUntil.IsZero() && (p.LicenseEnds.IsZero() || p.OfflineUntil.Before(p.LicenseEnds))
	switch {
	case p.Cause != "" && !p.GraceUntil.IsZero():
		return "row.grace_ends", p.GraceUntil
	case offline && p.State != terms.StateExpired && p.OfflineUntil.Before(s.Verdict.At):
		if p.OfflineGrace.After(p.OfflineUntil) {
			return "row.grace_ended", p.OfflineGrace
		}
		return "row.offline_ended", p.OfflineUntil
	case offline && p.State != terms.StateExpired:
		return "row.offline_until", p.OfflineUntil
	case !p.LicenseEnds.IsZero() && !p.LicenseEnds.After(s.Verdict.At):
		return "row.license_ended", p.LicenseEnds
	}
	return "row.license_ends", p.LicenseEnds
}
