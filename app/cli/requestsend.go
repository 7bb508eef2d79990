package cli

import (
	"context"
	"slices"
	"strings"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// way is how a request gets to its vendor.
type way string

const (
	wayAuto   way = "auto"   // by itself while Holdfast runs
	wayManual way = "manual" // when a person asks for a contact
	wayFile   way = "file"   // a person carries the file
)

// wayOf is how requests get to a vendor, by its address and the settings.
func (s *session) wayOf(root string) way {
	all := s.engine.Snapshot().Contacts
	i := slices.IndexFunc(all, func(v licensing.ContactView) bool { return v.Root == root })
	if i < 0 || all[i].Host == "" {
		return wayFile
	}
	switch s.home.Settings().Network {
	case app.NetworkOff:
		return wayFile
	case app.NetworkManual:
		return wayManual
	}
	return wayAuto
}

// goes says how a request gets to a vendor without a file, or how the answer to one that is there comes back; "" when it does not.
func (s *session) goes(root string, there bool) string {
	args := map[string]any{"vendor": s.vendorName(root), "command": "holdfast sync"}
	if len(s.engine.Snapshot().Contacts) > 1 {
		args["command"] = "holdfast sync --vendor " + s.vendorOption(root)
	}
	switch way := s.wayOf(root); {
	case way == wayFile:
		return ""
	case way == wayAuto && there:
		return s.text("cli.request.sent.auto", args)
	case there:
		return s.text("cli.request.sent.manual", args)
	case way == wayAuto:
		return s.text("cli.request.way.auto", args)
	}
	return s.text("cli.request.way.manual", args)
}

// sentJSON is a request that left at once, with the contact that was made for it.
type sentJSON struct {
	Request madeJSON     `json:"request"`
	Contact *contactJSON `json:"contact,omitempty"`
	*jsonError
}

// sendNow contacts the vendor of the request q, which was just made, and adds to r what came of it. What keeps it from the vendor
// takes nothing away: the request waits. The code is 0 only when the answer is here.
func (s *session) sendNow(ctx context.Context, r *result, q terms.Request) {
	made, _ := r.json.(madeJSON)
	j := sentJSON{Request: made}
	to := &r.page
	if r.raw != nil { // standard output is the file's
		to = &r.note
	}
	done, err := s.answered(ctx, q)
	switch {
	case noAddress(err):
		r.code = codeNothing
		to.add(s.text("cli.sync.no_address", map[string]any{"vendor": s.vendorName(q.Vendor)}))
	case err != nil:
		failed := s.failed(ctx, err, nil)
		if why, ok := failed.json.(jsonError); ok {
			j.jsonError = &why
		}
		r.code, r.problem = failed.code, failed.page
	default:
		c := s.endedJSON(s.vendorName(q.Vendor), done)
		j.Contact = &c
		r.code = s.contacted(to, s.vendorName(q.Vendor), done)
	}
	now := s.request(q)
	j.Request.State, j.Request.Refusal, j.Request.Way = now.State, now.Refusal, ""
	switch now.State {
	case terms.RequestOpen:
		j.Request.Way = s.wayOf(q.Vendor)
		to.add(s.waits(made, carried(done, q) && done.Cause.Reached())...)
		if r.code == codeOK { // the vendor was reached, and decides later
			r.code = codeLater
		}
	case terms.RequestRefused:
		r.code = codeRefused
	case terms.RequestAnswered: // whatever else the contact was about
		r.code = codeOK
		to.add(s.verdict(s.engine.Snapshot().Verdict).Headline)
	}
	r.json = j
}

// answered makes the contact that takes q along, and no usage that waits for a word: nobody asked for that. One that was under way already may have begun without it, and is followed by another;
// one that only found q answered gives way to the contact that brought the answer.
func (s *session) answered(ctx context.Context, q terms.Request) (reconcile.Contact, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, reconcile.Budget, errTimeout)
	defer cancel()
	done, err := s.reach(ctx, s.contacts.CheckNow, q.Vendor)
	if err == nil && done.Cause == "" && !carried(done, q) && s.request(q).State == terms.RequestOpen {
		done, err = s.reach(ctx, s.contacts.CheckNow, q.Vendor)
	}
	if err != nil || done.Cause != "" || carried(done, q) {
		return done, err
	}
	if log, err := s.engine.ContactLog(ctx, q.Vendor, 5); err == nil {
		if i := slices.IndexFunc(log, func(c reconcile.Contact) bool { return carried(c, q) }); i >= 0 {
			return log[i], nil
		}
	}
	return done, nil
}

// carried says whether a contact took a request along.
func carried(c reconcile.Contact, q terms.Request) bool {
	return slices.ContainsFunc(c.Sent, func(p reconcile.Piece) bool { return p.ID == q.ID })
}

// request is how a request stands now.
func (s *session) request(q terms.Request) terms.Request {
	all := s.engine.Snapshot().Requests
	if i := slices.IndexFunc(all, func(o terms.Request) bool { return o.ID == q.ID }); i >= 0 {
		return all[i]
	}
	return q
}

// waits says that a request is kept, how it leaves yet or its answer comes (there), and where its file is.
func (s *session) waits(m madeJSON, there bool) []string {
	lines := []string{s.text("cli.request.waits", nil), s.goes(m.Vendor, there)}
	if m.File != "" {
		return append(lines, s.text("cli.request.file", map[string]any{"file": m.File}))
	}
	return append(lines, s.text("cli.files.save", map[string]any{"id": short(m.ID)}))
}

// waiting says for each vendor with an open request how that leaves without a file, and when the next contact is planned.
func (s *session) waiting(snap licensing.Snapshot) []string {
	var lines []string
	for _, v := range snap.Contacts {
		text := s.goes(v.Root, false)
		if text == "" || !slices.ContainsFunc(snap.Requests, func(q terms.Request) bool { return q.Vendor == v.Root && q.State == terms.RequestOpen }) {
			continue
		}
		lines = append(lines, text)
		if j := s.standing(v); j.Next != nil && j.Next.Hold == "" {
			lines = append(lines, j.Text)
		}
	}
	return lines
}

// goesBy lets the answers about a waiting request agree with the way that it takes: nobody has to send its file where a contact carries it.
func (s *session) goesBy(f terms.Finding, a *plain.Answers) {
	all := s.engine.Snapshot().Requests
	i := slices.IndexFunc(all, func(q terms.Request) bool {
		return q.State == terms.RequestOpen && len(f.Reasons) > 0 && strings.Contains(f.Reasons[0].Evidence, q.ID)
	})
	if i < 0 {
		return
	}
	switch s.wayOf(all[i].Vendor) {
	case wayAuto:
		a.Do = s.text("cli.request.do.auto", nil)
	case wayManual:
		a.Do = s.text("cli.request.do.manual", nil)
	default:
		return
	}
	a.Headline = s.text("cli.request.waiting", map[string]any{"date": s.say.Date(all[i].Created, s.zone)})
	if all[i].File == "" {
		a.Happened = s.text("cli.request.kept", nil)
	}
}
