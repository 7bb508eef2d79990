package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

type statusCmd struct {
	reads
	Product string `help:"cli.flag.product" placeholder:"P"`
}

func (c *statusCmd) run(_ context.Context, s *session) (result, error) {
	snap := s.engine.Snapshot()
	v := snap.Verdict
	if c.Product != "" {
		v = s.engine.Evaluate(terms.Query{Product: c.Product})
	}
	r := result{code: v.ExitCode(s.Strict), json: s.statusJSON(snap, v)}
	a := s.verdict(v)
	r.page.add(string(v.Main.State), a.Headline)
	r.page.add(s.four(a.Happened, a.Works, a.Do, a.By)...)
	r.page.add(s.commands(v, v.Main)...)
	r.page.add(s.passphraseHint(v.Main.State))
	r.page.add(s.waiting(snap)...)
	r.page.gap()
	var rows [][]string
	for _, p := range v.Products {
		rows = append(rows, []string{s.productName(p, v.Products), string(p.State), s.tell(p.Finding, v.At).Headline})
	}
	r.page.table(rows)
	r.page.add(s.meterLines(v)...)
	for _, f := range v.Others {
		if !hasLine(v, f) {
			r.page.add(s.text("cli.status.also", map[string]any{"text": s.tell(f, v.At).Headline}))
		}
	}
	if len(r.page) > 0 && r.page[len(r.page)-1] == "" {
		r.page = r.page[:len(r.page)-1]
	}
	return r, nil
}

// hasLine says that a product's own line says a finding already.
func hasLine(v terms.Verdict, f terms.Finding) bool {
	return slices.ContainsFunc(v.Products, func(p terms.ProductVerdict) bool { return p.ID == f.Product && p.State == f.State })
}

// verdict is the first line as the window says it too: one sentence over all products where it can be said.
func (s *session) verdict(v terms.Verdict) plain.Answers {
	if a, ok := s.say.Everything(v, s.zone); ok {
		return a
	}
	return s.tell(v.Main, v.At)
}

// productName is a product's id, with its vendor when another vendor has a product of that id.
func (s *session) productName(p terms.ProductVerdict, all []terms.ProductVerdict) string {
	for _, other := range all {
		if other.Vendor != p.Vendor && strings.EqualFold(other.ID, p.ID) {
			return s.text("cli.status.product", map[string]any{"id": p.ID, "vendor": s.vendorName(p.Vendor), "root": p.Vendor[:min(8, len(p.Vendor))]})
		}
	}
	return p.ID
}

// requestOptions are the options that a new request needs here: the vendor, after a refusal the one that refused, and a
// key unless one is kept.
func (s *session) requestOptions(state terms.State) string {
	snap := s.engine.Snapshot()
	root := ""
	for _, q := range snap.Requests { // newest first
		if state == terms.StateRequestRefused && q.State == terms.RequestRefused {
			root = q.Vendor
			break
		}
	}
	for _, v := range snap.Vendors {
		if v.Root != root && len(snap.Vendors) > 1 {
			continue
		}
		name := v.ID
		if slices.ContainsFunc(snap.Vendors, func(o licensing.VendorView) bool { return o.Root != v.Root && strings.EqualFold(o.ID, v.ID) }) {
			name += "@" + v.Root[:min(8, len(v.Root))]
		}
		if v.HasKey {
			return " --vendor " + name
		}
		return " --vendor " + name + " --key-file FILE"
	}
	return ""
}

// four labels the four answers.
func (s *session) four(happened, works, do, by string) []string {
	var out []string
	for _, l := range []struct{ id, text string }{
		{"cli.label.happened", happened},
		{"cli.label.works", works},
		{"cli.label.do", do},
		{"cli.label.by", by},
	} {
		if l.text != "" {
			out = append(out, s.text(l.id, nil)+" "+l.text)
		}
	}
	return out
}

// now is the decision time of the engine, for sentences; without an engine the computer's, and the zero time without a home.
func (s *session) now() time.Time {
	switch {
	case s.engine == nil && s.home == nil:
		return time.Time{}
	case s.engine == nil:
		return s.home.Now()
	}
	return s.engine.Snapshot().Verdict.At
}

type statusJSON struct {
	GeneratedAt time.Time     `json:"generated_at"`
	Verdict     jsonVerdict   `json:"verdict"`
	Others      []jsonVerdict `json:"others,omitempty"`
	Products    []jsonProduct `json:"products"`
	Device      struct {
		Code  string `json:"code,omitempty"`
		Label string `json:"label,omitempty"`
	} `json:"device"`
	KeyStore string `json:"keystore"`
	Records  struct {
		OK    bool        `json:"ok"`
		Seq   uint64      `json:"seq"`
		State terms.State `json:"state,omitempty"`
	} `json:"records"`
	Clock   clockJSON    `json:"clock"`
	Notices []noticeJSON `json:"notices"` // those that are not over
	Usage   usageJSON    `json:"usage"`
	// Contacts are how contacts stand, one a vendor.
	Contacts []vendorContactJSON `json:"contacts"`
	// Requests are those that wait for an answer, newest first.
	Requests []requestJSON `json:"requests"`
}

type jsonVerdict struct {
	State   terms.State `json:"state"`
	Tone    terms.Tone  `json:"tone"`
	Product string      `json:"product,omitempty"`
	jsonAnswers
}

type jsonProduct struct {
	ID           string      `json:"id"`
	Name         string      `json:"name,omitempty"`
	Vendor       string      `json:"vendor,omitempty"` // root
	VendorName   string      `json:"vendor_name,omitempty"`
	State        terms.State `json:"state"`
	Text         string      `json:"text"`
	License      string      `json:"license,omitempty"`
	Works        []string    `json:"works"`
	View         []string    `json:"view"`
	Paused       []string    `json:"paused"`
	LicenseEnds  time.Time   `json:"license_ends,omitzero"`
	OfflineUntil time.Time   `json:"offline_until,omitzero"`
	LastContact  time.Time   `json:"last_contact,omitzero"`
	Grace        *jsonGrace  `json:"grace,omitempty"`
	Next         []jsonEvent `json:"next"`
	Actions      []string    `json:"actions"`
}

// jsonGrace is the grace after the license end, and the one that runs now.
type jsonGrace struct {
	Active  bool        `json:"active"`
	Ends    time.Time   `json:"ends,omitzero"` // of the one that runs, else of the one to come after the license end
	Cause   terms.Cause `json:"cause,omitempty"`
	Started time.Time   `json:"started,omitzero"`
	// Offline is when the grace after the offline window ends or would end.
	Offline time.Time `json:"offline,omitzero"`
}

// jsonEvent has the date (in UTC) for people and monitors, and the moment for those that need it.
type jsonEvent struct {
	At      string    `json:"at"`
	Time    time.Time `json:"time"`
	Event   string    `json:"event"`
	Feature string    `json:"feature,omitempty"`
}

func (s *session) statusJSON(snap licensing.Snapshot, v terms.Verdict) statusJSON {
	j := statusJSON{GeneratedAt: v.At.UTC().Truncate(time.Second), Verdict: s.verdictJSON(v.Main, v.At), Products: []jsonProduct{}, KeyStore: "ok"}
	for _, f := range v.Others {
		j.Others = append(j.Others, s.verdictJSON(f, v.At))
	}
	for _, p := range v.Products {
		j.Products = append(j.Products, s.productJSON(p, v.At))
	}
	j.Device.Code, j.Device.Label = snap.Device.Code, snap.Device.Label
	if snap.KeyStore.State != "" {
		j.KeyStore = string(snap.KeyStore.State)
	}
	j.Records.OK, j.Records.Seq, j.Records.State = snap.Records.State == "", snap.Records.Seq, snap.Records.State
	j.Clock, j.Notices, j.Usage, j.Contacts = clockOf(snap.Clock), []noticeJSON{}, s.usageOf(snap), []vendorContactJSON{}
	for _, c := range snap.Contacts {
		j.Contacts = append(j.Contacts, s.standing(c))
	}
	j.Requests = []requestJSON{}
	for _, q := range snap.Requests {
		if q.State == terms.RequestOpen {
			j.Requests = append(j.Requests, s.requestJSON(q))
		}
	}
	for _, n := range s.engine.Notices() {
		if !n.Over {
			j.Notices = append(j.Notices, s.noticeJSON(n, v.At))
		}
	}
	return j
}

func (s *session) verdictJSON(f terms.Finding, at time.Time) jsonVerdict {
	return jsonVerdict{State: f.State, Tone: f.Tone, Product: f.Product, jsonAnswers: answersJSON(s.tell(f, at))}
}

func (s *session) productJSON(p terms.ProductVerdict, at time.Time) jsonProduct {
	j := jsonProduct{
		ID: p.ID, Name: p.Name.In(s.say.Language()), Vendor: p.Vendor, VendorName: s.vendorName(p.Vendor), State: p.State, Text: s.tell(p.Finding, at).Headline,
		License: p.License, Works: list(p.Works), View: list(p.View), Paused: list(p.Paused),
		LicenseEnds: p.LicenseEnds.UTC(), OfflineUntil: p.OfflineUntil.UTC(), LastContact: p.LastContact.UTC(), Next: []jsonEvent{}, Actions: s.actions(p.Finding),
	}
	if p.GraceActive || !p.GraceEnds.IsZero() || !p.OfflineGrace.IsZero() {
		j.Grace = &jsonGrace{Active: p.GraceActive, Ends: p.GraceEnds.UTC(), Cause: p.Cause, Started: p.GraceStarted.UTC(), Offline: p.OfflineGrace.UTC()}
		if !p.GraceUntil.IsZero() {
			j.Grace.Ends = p.GraceUntil.UTC()
		}
	}
	for _, e := range p.Next {
		at := e.At.UTC()
		j.Next = append(j.Next, jsonEvent{At: at.Format(time.DateOnly), Time: at, Event: e.Name, Feature: e.Feature})
	}
	return j
}

// list is never null in JSON.
func list(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
