package views

import (
	"cmp"
	"path/filepath"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// noticesOver is how many of those that are over are listed.
const noticesOver = 30

// noticeRow is one of them in the list.
type noticeRow struct {
	Document, Title, Sub string
	Sign                 string // symbol of its kind
	Tone                 terms.Tone
	Symbol, Word         string // of the chip
	DateLabel, Date      string
}

// noticesModel is the list: what is in force or to come, and what is over.
type noticesModel struct {
	Now, Over []noticeRow
	More      int // those over that have no row
	Read      bool
}

// noticeModel is one of them. What is what it says and means here, Proof where it comes from.
type noticeModel struct {
	Gone        bool
	Banner      banner
	Finding     terms.Finding
	What, Proof [][2]string
}

func (v voice) notices(s licensing.Snapshot, all []licensing.NoticeView, read bool) noticesModel {
	m := noticesModel{Read: read}
	for _, n := range all {
		switch r := v.noticeRow(s, n); {
		case !n.Over:
			m.Now = append(m.Now, r)
		case len(m.Over) == noticesOver:
			m.More++
		default:
			m.Over = append(m.Over, r)
		}
	}
	return m
}

// noticeKind is the stable name of what it is: maintenance, outage, policy, migration, extension, hold or revocation.
func noticeKind(n licensing.NoticeView) string {
	switch {
	case n.Notice != nil:
		return n.Notice.Type
	case n.Extension != nil:
		return "extension"
	case n.Hold != nil:
		return "hold"
	case n.Revocation != nil:
		return "revocation"
	}
	return string(n.Kind)
}

func (v voice) noticeRow(s licensing.Snapshot, n licensing.NoticeView) noticeRow {
	r := noticeRow{
		Document: n.Document, Sub: n.Vendor, Sign: "notice", Tone: terms.ToneNotice, Word: v.noticeWord(n), Title: v.noticeTitle(s, n),
		DateLabel: v.t("notices.came"), Date: v.short(n.Taken),
	}
	if n.Ref != "" {
		r.Sub = v.t("notices.ref", "vendor", n.Vendor, "ref", n.Ref)
	}
	if n.Kind == exchange.KindExtension {
		r.Sign = "plus"
	}
	switch from, until := noticeDates(n); {
	case from.After(s.Verdict.At):
		r.DateLabel, r.Date = v.t("notices.from"), v.short(from)
	case until.After(s.Verdict.At):
		r.DateLabel, r.Date = v.t("notices.until"), v.short(until)
	}
	switch {
	case n.Over:
		r.Tone, r.Symbol, r.Word = terms.ToneOK, "", v.t("notices.is_over")
	case n.Finding.Tone != "":
		r.Tone, r.Symbol = n.Finding.Tone, symbolOf(n.Finding.State)
	}
	return r
}

// noticeWord is the word of its chip.
func (v voice) noticeWord(n licensing.NoticeView) string {
	if id := "notices.kind." + noticeKind(n); v.Has("ui." + id) {
		return v.t(id)
	}
	return v.t("kind.notice")
}

// noticeTitle is what it says in one sentence: of its state here, else of its kind.
func (v voice) noticeTitle(s licensing.Snapshot, n licensing.NoticeView) string {
	if n.Finding.State != "" {
		return v.headline(n.Finding, s.Verdict.At)
	}
	id := "notices.title." + noticeKind(n)
	if !v.Has("ui." + id) {
		return v.noticeWord(n)
	}
	from, until := noticeDates(n)
	return v.t(id, "vendor", n.Vendor, "date", v.long(from), "until", v.long(cmpTime(until, from)))
}

// cmpTime is a, or b where a is zero.
func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// noticeDates are from when and until when it counts; zero where it does not say.
func noticeDates(n licensing.NoticeView) (from, until time.Time) {
	switch {
	case n.Notice != nil:
		return n.Notice.From, n.Notice.Until
	case n.Extension != nil:
		until = n.Extension.Until
		if until.IsZero() {
			until = n.Extension.By.After(n.Issued, time.UTC)
		}
		return n.Issued, until
	case n.Hold != nil:
		return n.Issued, n.Hold.AnswerBy
	case n.Revocation != nil:
		return n.Revocation.From, n.Revocation.Until
	}
	return n.Issued, time.Time{}
}

// notice is one of them with everything that it says.
func (v voice) notice(s licensing.Snapshot, n licensing.NoticeView, files []licensing.FileView) noticeModel {
	m := noticeModel{Finding: n.Finding}
	if n.Finding.State != "" {
		m.Banner = v.banner(s, n.Finding)
	} else {
		m.Banner = banner{Tone: terms.ToneOK, Answers: plain.Answers{
			Headline: v.noticeTitle(s, n), Happened: v.t("notices.quiet.happened", "vendor", n.Vendor, "date", v.long(n.Issued)),
			Works: v.t("notices.quiet.works"), Do: v.t("notices.quiet.do"), By: v.t("notices.quiet.by"),
		}}
	}
	add := func(id, text string) {
		if text != "" {
			m.What = append(m.What, [2]string{v.t(id), text})
		}
	}
	from, until := noticeDates(n)
	in := func(t terms.Text) string { return t.In(v.Language()) }
	add("notices.what", v.noticeWord(n))
	switch {
	case n.Notice != nil:
		add("notices.text", in(n.Notice.Text))
		add("notices.old", in(n.Notice.Old))
		add("notices.new", in(n.Notice.New))
	case n.Extension != nil:
		add("notices.agent", joinNonEmpty(n.Extension.Agent, n.Extension.Second))
		add("notices.reason", in(n.Extension.Reason))
	case n.Hold != nil:
		add("notices.question", in(n.Hold.Reason))
	case n.Revocation != nil:
		add("notices.reason", in(n.Revocation.Reason))
		add("notices.decided_by", n.Revocation.DecidedBy)
	}
	add("notices.from", v.exact(from))
	add("notices.until", v.exact(until))
	if n.Revocation != nil {
		add("notices.review_by", v.exact(n.Revocation.ReviewBy))
	}
	add("notices.concerns", v.concerned(s, n.Products))
	add("notices.means", v.means(n, in))
	if n.Notice != nil {
		add("notices.prepare", in(n.Notice.Prepare))
	}
	m.Proof = [][2]string{
		{v.t("notices.reference"), n.Ref},
		{v.t("notices.signed_by"), n.Vendor},
		{v.t("notices.file"), fileOf(files, n.Document)},
		{v.t("open_request.created"), v.exact(n.Issued)},
		{v.t("files.used_on"), v.exact(n.Taken)},
		{v.t("files.sum"), n.Document},
	}
	return m
}

func joinNonEmpty(a, b string) string {
	if a == "" || b == "" {
		return cmp.Or(a, b)
	}
	return a + ", " + b
}

// fileOf is the name of the file that a document came in; "" when it is not known.
func fileOf(files []licensing.FileView, document string) string {
	for _, f := range files {
		if f.Hash == document {
			return filepath.Base(f.Name)
		}
	}
	return ""
}

// exact is a date with its time; "" for none.
func (v voice) exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.moment(t)
}

// concerned names the products here that it is about.
func (v voice) concerned(s licensing.Snapshot, ids []string) string {
	var names []string
	for _, id := range ids {
		if p, ok := product(s, id); ok {
			names = append(names, v.name(p.Name, id))
		}
	}
	if len(names) == 0 {
		return v.t("notices.concerns.none")
	}
	return v.List(names)
}

// means says what it does here, in its own words where it has any.
func (v voice) means(n licensing.NoticeView, in func(terms.Text) string) string {
	own := ""
	switch {
	case n.Notice != nil:
		own = in(n.Notice.Impact)
	case n.Hold != nil:
		own = in(n.Hold.Works)
	}
	id := "notices.means." + noticeKind(n)
	switch {
	case n.Over:
		return v.t("notices.means.over")
	case own != "":
		return own
	case v.Has("ui." + id):
		return v.t(id)
	}
	return ""
}
