package cli

import (
	"cmp"
	"context"
	"errors"
	"time"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// Contacts makes contacts with vendors: an *app.App, for the commands that may reach the network.
type Contacts interface {
	// SyncNow has everything sent, CheckNow all but usage that waits for a word.
	SyncNow(ctx context.Context, root string) (reconcile.Contact, error)
	CheckNow(ctx context.Context, root string) (reconcile.Contact, error)
}

// Exit codes of contacts, of words.md 6.2.
const (
	codeNoContact = 50
	codeBlocked   = 51
	codeBusy      = 52
	codeRefused   = 53
	codePolicy    = 60 // the policy file has errors
	codeLocked    = 61 // not allowed by policy
)

type syncCmd struct {
	contacting
	Vendor  string `help:"cli.flag.vendor" placeholder:"ID"`
	Timeout string `help:"cli.flag.timeout" placeholder:"TIME" default:"20s"`
}

type syncJSON struct {
	Contacts []contactJSON `json:"contacts"`
}

// run contacts the vendors one after the other, all within the timeout.
func (c *syncCmd) run(ctx context.Context, s *session) (result, error) {
	limit, err := length(c.Timeout)
	span := limit.Span + time.Duration(limit.Days)*24*time.Hour
	if err != nil || span > reconcile.Budget {
		return result{}, mistake("timeout_unclear", map[string]any{"text": c.Timeout, "most": reconcile.Budget.String()})
	}
	ctx, cancel := context.WithTimeoutCause(ctx, span, errTimeout)
	defer cancel()
	views := s.contactViews(c.Vendor)
	if c.Vendor != "" && len(views) == 0 {
		return result{}, mistake("vendor_unknown", map[string]any{"vendor": c.Vendor})
	}
	j, r, codes := syncJSON{Contacts: []contactJSON{}}, result{}, []int{}
	for _, v := range views {
		if v.Host == "" {
			r.page.add(s.text("cli.sync.no_address", map[string]any{"vendor": v.Vendor}))
			continue
		}
		done, err := s.reach(ctx, s.contacts.SyncNow, v.Root)
		switch {
		case noAddress(err):
			r.page.add(s.text("cli.sync.no_address", map[string]any{"vendor": v.Vendor}))
			continue
		case err != nil:
			return result{}, err
		}
		if done.Cause == "" && len(done.Sent) == 0 {
			r.page.add(s.text("cli.sync.quiet", map[string]any{"vendor": v.Vendor}))
			continue
		}
		r.page.gap()
		codes = append(codes, s.contacted(&r.page, v.Vendor, done))
		j.Contacts = append(j.Contacts, s.endedJSON(v.Vendor, done))
	}
	if s.home.Settings().HoldUsage && len(j.Contacts) > 0 {
		id := "cli.sync.usage_held"
		if s.home.SourceOf("hold_usage").Meanwhile() {
			id = "cli.sync.usage_held.meanwhile"
		}
		r.page.add(s.text(id, nil))
	}
	if len(j.Contacts) == 0 {
		r.code = codeNothing
		if len(r.page) == 0 {
			r.page.add(s.text("cli.sync.nothing", nil))
		}
	} else {
		r.code = joint(codes)
	}
	r.json = j
	return r, nil
}

var errTimeout = errors.New("the time for contacts is over")

// reach contacts a vendor, as one of s.contacts does. When the time of ctx is over (errTimeout) that is the cause of the contact, and no error.
func (s *session) reach(ctx context.Context, how func(context.Context, string) (reconcile.Contact, error), root string) (reconcile.Contact, error) {
	done, err := how(ctx, root)
	timeout := errors.Is(context.Cause(ctx), errTimeout)
	switch {
	case noAddress(err):
		return done, err
	case timeout && err != nil:
		done = reconcile.Contact{At: s.now(), Reason: reconcile.ReasonPerson, Root: root, Cause: reconcile.CauseTimeout}
	case err == nil && !timeout:
		err = ctx.Err()
	}
	if err != nil && !timeout {
		return done, err
	}
	if done.Cause == reconcile.CauseStopped {
		done.Cause = reconcile.CauseTimeout
	}
	return done, nil
}

// noAddress says that a vendor has no online service.
func noAddress(err error) bool {
	var wrong *licensing.Mistake
	return errors.As(err, &wrong) && wrong.Code == "no_address"
}

// contacted says what came of a contact, and what to do when it did not come through. It returns the exit code.
func (s *session) contacted(p *page, vendor string, done reconcile.Contact) int {
	*p = append(*p, s.contactLines(vendor, done)...)
	if a, ok := s.whatNow(done); ok {
		p.indent(s.four("", a.Works, a.Do, a.By)...)
	}
	return s.contactCode(done)
}

// endedJSON is a contact that just ended, with the next one and, when it did not come through, what to do.
func (s *session) endedJSON(vendor string, done reconcile.Contact) contactJSON {
	j := s.contactJSON(vendor, done)
	for _, v := range s.contactViews(done.Root) {
		j.Next = s.standing(v).Next
	}
	if a, ok := s.whatNow(done); ok {
		j.Works, j.Do, j.By = a.Works, a.Do, a.By
	}
	return j
}

// joint is the code of several contacts: their own when they are alike, else that some came through, else the first one's.
func joint(codes []int) int {
	some, all := false, true
	for _, c := range codes {
		some, all = some || c == codeOK, all && c == codes[0]
	}
	if some && !all {
		return codePartly
	}
	return codes[0]
}

// contactCode is the exit code of a contact.
func (s *session) contactCode(c reconcile.Contact) int {
	switch {
	case c.Cause == "":
		return codeOK
	case c.Cause.Blocked():
		return codeBlocked
	}
	switch c.Cause {
	case reconcile.CauseBusy, reconcile.CauseServer, reconcile.CauseOutage:
		return codeBusy
	case reconcile.CauseDeclined:
		return codeRefused
	case reconcile.CauseWaiting, reconcile.CauseStopped:
		return codeLater
	case reconcile.CauseHere:
		return cmp.Or(s.engine.Snapshot().KeyStore.State, terms.StateDiskFull).ExitCode(s.Strict)
	}
	return codeNoContact
}

// whatNow are the answers about a contact that just ended without coming through; false for every other one.
func (s *session) whatNow(done reconcile.Contact) (plain.Answers, bool) {
	if code := s.contactCode(done); code != codeNoContact && code != codeBlocked {
		return plain.Answers{}, false
	}
	snap := s.engine.Snapshot()
	for _, c := range snap.Contacts {
		if c.Root == done.Root {
			return s.notReached(c, snap.Verdict.At)
		}
	}
	return plain.Answers{}, false
}

// contactViews are the vendors that a name means; all for "".
func (s *session) contactViews(name string) []licensing.ContactView {
	var all []licensing.ContactView
	for _, v := range s.engine.Snapshot().Contacts {
		if s.isVendor(v.Root, name) {
			all = append(all, v)
		}
	}
	return all
}

// locked is the error of a setting that the organization decided, for people.
func (s *session) locked(l *app.Locked) []string {
	said := *l
	if k, ok := settingNamed(l.Key); ok {
		said.Key = k.key
	}
	a := s.say.Problem(&said, s.now(), s.zone)
	return []string{a.Headline, a.Do}
}
