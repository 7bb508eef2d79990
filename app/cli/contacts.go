package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

type contactsListCmd struct {
	reads
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
	Limit  int    `help:"cli.flag.limit" placeholder:"N" default:"20"`
}

// contactJSON is a contact with its sentence.
type contactJSON struct {
	ID         string            `json:"id,omitempty"`
	At         time.Time         `json:"at"`
	Seconds    float64           `json:"seconds"`
	Reason     reconcile.Reason  `json:"reason"`
	Vendor     string            `json:"vendor"` // root
	VendorName string            `json:"vendor_name"`
	Host       string            `json:"host,omitempty"`
	Class      reconcile.Class   `json:"class,omitempty"`
	OK         bool              `json:"ok"`
	Cause      reconcile.Cause   `json:"cause,omitempty"`
	Detail     reconcile.Detail  `json:"detail,omitzero"`
	RetryAt    time.Time         `json:"retry_at,omitzero"`
	Essential  bool              `json:"essential,omitempty"`
	Sent       []reconcile.Piece `json:"sent"`
	Came       []reconcile.Piece `json:"came"`
	Changes    []contactChange   `json:"changes"`
	Drift      []contactDrift    `json:"drift"`
	Before     int               `json:"before,omitempty"`
	Text       string            `json:"text"`
	// Of one that just ended: what is planned next, and what to know and do when it did not come through.
	Next  *reconcile.Plan `json:"next,omitempty"`
	Works string          `json:"works,omitempty"`
	Do    string          `json:"do,omitempty"`
	By    string          `json:"by,omitempty"`
}

type contactChange struct {
	reconcile.Change
	Text string `json:"text"`
}

type contactDrift struct {
	reconcile.Drift
	Text string `json:"text"`
}

// run shows the newest contacts, newest first, each with what left, what came back and what changed.
func (c *contactsListCmd) run(ctx context.Context, s *session) (result, error) {
	if c.Limit < 0 {
		return result{}, mistake("limit_negative", nil)
	}
	root := ""
	if c.Vendor != "" {
		views := s.contactViews(c.Vendor)
		if len(views) == 0 {
			return result{}, mistake("vendor_unknown", map[string]any{"vendor": c.Vendor})
		}
		root = views[0].Root
	}
	all, err := s.engine.ContactLog(ctx, root, c.Limit)
	if err != nil {
		return result{}, err
	}
	list := []contactJSON{}
	r := result{}
	for _, x := range all {
		name := s.vendorName(x.Root)
		list = append(list, s.contactJSON(name, x))
		r.page.gap()
		r.page = append(r.page, s.contactLines(name, x)...)
	}
	if len(all) == 0 {
		r.page.add(s.text("cli.contacts.none", nil))
	}
	r.json = map[string]any{"contacts": list}
	return r, nil
}

func (s *session) contactJSON(vendor string, c reconcile.Contact) contactJSON {
	j := contactJSON{
		ID: c.ID, At: utc(c.At), Seconds: c.Took.Round(time.Millisecond).Seconds(), Reason: c.Reason, Vendor: c.Root, VendorName: vendor, Host: c.Host, Class: c.Class,
		OK: c.Cause == "", Cause: c.Cause, Detail: c.Detail, RetryAt: utc(c.RetryAt), Essential: c.Essential, Sent: pieces(c.Sent), Came: pieces(c.Came),
		Changes: []contactChange{}, Drift: []contactDrift{}, Before: c.Before, Text: s.say.ContactLine(vendor, c, s.zone),
	}
	for _, x := range c.Changes {
		j.Changes = append(j.Changes, contactChange{x, s.say.ContactChange(x, c.At, s.zone)})
	}
	for _, x := range c.Drift {
		j.Drift = append(j.Drift, contactDrift{x, s.say.ContactDrift(vendor, x)})
	}
	return j
}

// pieces is never null in JSON.
func pieces(all []reconcile.Piece) []reconcile.Piece {
	if all == nil {
		return []reconcile.Piece{}
	}
	return all
}

// contactLines say all of a contact: how it ended, why it was made, what left, what came, what changed and what differed.
func (s *session) contactLines(vendor string, c reconcile.Contact) page {
	var p page
	p.add(s.say.ContactLine(vendor, c, s.zone))
	p.indent(s.say.ContactWhy(c))
	class := s.say.ContactClass(c.Class)
	if !c.Cause.Reached() { // the cause says more
		class = ""
	}
	if c.Host != "" {
		p.indent(s.text("cli.contacts.host", map[string]any{"host": c.Host, "class": class}))
	}
	for _, x := range c.Sent {
		p.indent(s.say.ContactSent(x))
	}
	if c.Essential {
		p.indent(s.text("cli.contacts.essential", nil))
	}
	for _, x := range c.Came {
		p.indent(s.say.ContactCame(x))
	}
	for _, x := range c.Changes {
		p.indent(x.Sign + " " + s.say.ContactChange(x, c.At, s.zone))
	}
	for _, x := range c.Drift {
		p.indent(s.say.ContactDrift(vendor, x))
	}
	if c.Before > 0 {
		p.indent(s.text("cli.contacts.before", map[string]any{"n": c.Before}))
	}
	if !c.RetryAt.IsZero() {
		p.indent(s.text("cli.contacts.retry", map[string]any{"time": s.say.DateTime(c.RetryAt, s.zone)}))
	}
	return p
}

type contactsNextCmd struct {
	reads
	Vendor string `help:"cli.flag.vendor" placeholder:"ID"`
}

// vendorContactJSON is how contacts with a vendor stand.
type vendorContactJSON struct {
	Vendor     string          `json:"vendor"` // root
	VendorName string          `json:"vendor_name"`
	Host       string          `json:"host,omitempty"`
	LastOK     time.Time       `json:"last_ok,omitzero"`
	LastTry    time.Time       `json:"last_try,omitzero"`
	Cause      reconcile.Cause `json:"cause,omitempty"`
	Next       *reconcile.Plan `json:"next,omitempty"` // none while nobody makes contacts
	Text       string          `json:"text"`           // about the next one
}

// run says when each vendor is contacted next, and why, or why not.
func (c *contactsNextCmd) run(_ context.Context, s *session) (result, error) {
	views := s.contactViews(c.Vendor)
	if c.Vendor != "" && len(views) == 0 {
		return result{}, mistake("vendor_unknown", map[string]any{"vendor": c.Vendor})
	}
	all := []vendorContactJSON{}
	r := result{}
	var rows [][]string
	for _, v := range views {
		j := s.standing(v)
		all = append(all, j)
		rows = append(rows, []string{v.Vendor, j.Text})
	}
	r.page.table(rows)
	if len(views) == 0 {
		r.page.add(s.text("cli.contacts.no_vendor", nil))
	}
	j := struct {
		Contacts []vendorContactJSON `json:"contacts"`
		Paused   time.Time           `json:"paused_until,omitzero"`
	}{Contacts: all}
	// A pause that ends before the next contact delays none, and no row tells of it.
	if pause := s.home.Settings().Paused; pause.After(s.now()) && slices.ContainsFunc(views, s.pauses) {
		j.Paused = utc(pause)
		if !slices.ContainsFunc(views, func(v licensing.ContactView) bool { return s.planned(v).Paused }) {
			r.page.add(s.text("cli.contacts.paused", map[string]any{"time": s.say.Until(pause, s.now(), s.zone)}))
		}
	}
	r.json = j
	return r, nil
}

// pauses says that a pause may hold up contacts with a vendor: some are made by themselves.
func (s *session) pauses(v licensing.ContactView) bool {
	hold := s.planned(v).Hold
	return v.Host != "" && hold != reconcile.HoldOff && hold != reconcile.HoldManual
}

func (s *session) standing(v licensing.ContactView) vendorContactJSON {
	j := vendorContactJSON{Vendor: v.Root, VendorName: v.Vendor, Host: v.Host, LastOK: utc(v.OK)}
	if v.Last != nil {
		j.LastTry, j.Cause = utc(v.Last.At), v.Last.Cause
	}
	p := s.planned(v)
	if p != (reconcile.Plan{}) && p.Hold != reconcile.HoldNobody {
		j.Next = &p
	}
	j.Text = s.say.ContactPlan(v.Vendor, p, s.now(), s.zone)
	return j
}

// planned is the next contact with a vendor. A plan may be older than the settings, and without one they say all the same.
func (s *session) planned(v licensing.ContactView) reconcile.Plan {
	switch set := s.home.Settings(); {
	case v.Plan.Running || v.Host == "":
	case set.Network == app.NetworkOff:
		return reconcile.Plan{Hold: reconcile.HoldOff}
	case set.Network == app.NetworkManual:
		return reconcile.Plan{Hold: reconcile.HoldManual}
	case v.Plan.Hold == reconcile.HoldNobody && set.Paused.After(s.now()):
		return reconcile.Plan{Hold: reconcile.HoldNobody, At: set.Paused, Paused: true}
	}
	return v.Plan
}

// contactFinding is what there is to say about a vendor's last contact, with what is planned now.
func (s *session) contactFinding(v licensing.ContactView) terms.Finding {
	f := v.Finding
	if f.State != "" {
		f.Slots = maps.Clone(f.Slots)
		p := s.planned(v)
		f.Slots["hold"] = string(p.Hold)
		if p.Paused {
			f.Slots["hold"], f.Slots["when"] = "paused", p.At
		}
	}
	return f
}

// notReached are the answers about a vendor's last contact, when it did not come through. What is to do is the fix where there is one.
func (s *session) notReached(v licensing.ContactView, at time.Time) (plain.Answers, bool) {
	f := s.contactFinding(v)
	if f.State == "" {
		return plain.Answers{}, false
	}
	a := s.tell(f, at)
	if fix := s.say.ContactFix(*v.Last, v.ClockDoubt, s.home.SourceOf(plain.ContactSetting(v.Last.Cause)).Locked()); fix != "" {
		a.Do = fix
	}
	return a, true
}

type contactsPauseCmd struct {
	chooses
	Until string `arg:"" help:"cli.arg.pause"`
}

func (c *contactsPauseCmd) run(_ context.Context, s *session) (result, error) {
	until, err := s.lastMoment(c.Until)
	var wrong *licensing.Mistake
	if errors.As(err, &wrong) && wrong.Code == "date_unreadable" {
		err = mistake("pause_unclear", map[string]any{"text": c.Until})
	}
	if err != nil {
		return result{}, err
	}
	return s.paused(until)
}

type contactsResumeCmd struct{ chooses }

func (c *contactsResumeCmd) run(_ context.Context, s *session) (result, error) {
	return s.paused(time.Time{})
}

// paused lets contacts rest until a time, or resumes them.
func (s *session) paused(until time.Time) (result, error) {
	if err := s.home.ChangeSettings(func(c *app.Settings) { c.Paused = until }); err != nil {
		return result{}, err
	}
	j := struct {
		Paused time.Time `json:"paused_until,omitzero"`
	}{utc(until)}
	r := result{json: j}
	if until.IsZero() {
		id := "cli.contacts.resumed"
		switch s.home.Settings().Network { // what the pause was not about still holds
		case app.NetworkManual:
			id = "cli.contacts.resumed.manual"
		case app.NetworkOff:
			id = "cli.contacts.resumed.off"
		}
		r.page.add(s.text(id, nil))
	} else {
		r.page.add(s.text("cli.contacts.paused", map[string]any{"time": s.say.Until(until, s.now(), s.zone)}))
	}
	return r, nil
}
