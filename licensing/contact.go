package licensing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/ledger"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
)

// The engine is the home of contacts: it makes what they carry and takes what they bring (reconcile.Home).
var _ reconcile.Home = (*Engine)(nil)

// contactRecord is how contacts with a vendor stand.
type contactRecord struct {
	Root  string `json:"root"`
	State string `json:"state,omitempty"` // see exchange.Standing
	// StateAt is when a full answer gave the state; a short one says no more than that it still holds. Records of before lack it.
	StateAt time.Time          `json:"state_at,omitzero"`
	OK      time.Time          `json:"ok,omitzero"`     // when the last one began in which the vendor answered
	Fails   int                `json:"fails,omitempty"` // contacts in a row since
	Last    *reconcile.Contact `json:"last,omitempty"`  // the newest one that was recorded
	// Ended is the newest one before Last that came to its own end; only when Last was stopped.
	Ended *reconcile.Contact `json:"ended,omitempty"`
}

// ended is the newest contact that was recorded and not stopped; nil: there is none.
func (m *contactRecord) ended() *reconcile.Contact {
	if m.Last != nil && m.Last.Cause == reconcile.CauseStopped {
		return m.Ended
	}
	return m.Last
}

// contactLive is what no record says: the newest contact, and the next one.
type contactLive struct {
	last  *reconcile.Contact
	ended *reconcile.Contact // the newest one that was not stopped
	plan  reconcile.Plan
}

// show takes c for the newest contact.
func (l *contactLive) show(c *reconcile.Contact) {
	if l.last = c; c.Cause != reconcile.CauseStopped {
		l.ended = c
	}
}

// ContactView is how contacts with a vendor stand, for people. Last is the newest contact that was not stopped, since one that was says
// nothing about the way; nil when there was none yet.
type ContactView struct {
	Root   string
	Vendor string
	Host   string    // of the first address; "" when the vendor has no service
	OK     time.Time // when the vendor answered last
	Last   *reconcile.Contact
	Plan   reconcile.Plan
	// Failures are the contacts in a row since, as far as they were recorded.
	Failures int
	// ClockDoubt: the clock of this computer may be wrong, and with it what it says of a certificate's dates.
	ClockDoubt bool
	// Finding is no_contact or contact_blocked when the last contact did not come through, else without a state.
	Finding terms.Finding
}

// maxCalls bounds the check-ins that are under way. An old one is forgotten: its answer would be refused, and the next contact asks again.
const maxCalls = 16

// fullEvery is how old a state may be that a check-in names: what is no part of it, like the places of others, is heard that often.
const fullEvery = 7 * 24 * time.Hour

// stateNow is the state that a check-in names so that its answer may be short; "" when a full answer is due.
func (m *contactRecord) stateNow(now time.Time) string {
	if m.StateAt.IsZero() || now.Before(m.StateAt) || now.Sub(m.StateAt) > fullEvery {
		return ""
	}
	return m.State
}

// CheckInCall makes a check-in for all licenses of a vendor, which only becomes a record when it is refused.
func (e *Engine) CheckInCall(ctx context.Context, root string, full bool) (reconcile.Call, bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v, ok := e.rec.Vendors[root]
	if !ok {
		return reconcile.Call{}, false, &Mistake{Code: "vendor_unknown", Args: map[string]any{"vendor": root}}
	}
	a, err := e.ask(v, RequestOptions{Kind: exchange.RequestCheckin})
	if err != nil { // no license of this vendor
		return reconcile.Call{}, false, nil
	}
	if err := e.begin(ctx); err != nil {
		return reconcile.Call{}, false, err
	}
	now := e.rec.Home.decision(root, e.clockRead())
	if a.brief = true; !full && !a.restored && !a.changed {
		met := e.rec.Contacts[root]
		a.state = met.stateNow(now)
	}
	q, err := e.newRequest(v, a, RequestOptions{}, now)
	if err != nil {
		return reconcile.Call{}, false, err
	}
	if e.calls == nil {
		e.calls = map[string]requestRecord{}
	}
	for len(e.calls) >= maxCalls {
		oldest := slices.MinFunc(sortedValues(e.calls), func(a, b requestRecord) int { return a.Created.Compare(b.Created) })
		delete(e.calls, oldest.ID)
	}
	e.calls[q.ID] = q
	call, err := e.call(q)
	return call, err == nil, err
}

// WaitingCalls are the requests to a vendor that wait for their answers, oldest first.
func (e *Engine) WaitingCalls(_ context.Context, root string) ([]reconcile.Call, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var open []*requestRecord
	now := e.rec.Home.decision(root, e.clockRead())
	for _, q := range e.rec.Requests {
		if q.sendable() && q.Vendor == root && !now.After(q.Until) {
			open = append(open, q)
		}
	}
	slices.SortFunc(open, func(a, b *requestRecord) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	var calls []reconcile.Call
	for _, q := range open {
		c, err := e.call(*q)
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// call is a request as a contact carries it.
func (e *Engine) call(q requestRecord) (reconcile.Call, error) {
	body, err := exchange.Armor(exchange.KindRequest, "", q.Envelope)
	if err != nil {
		return reconcile.Call{}, err
	}
	h, _ := exchange.PeekHeader(q.Envelope)
	return reconcile.Call{What: q.Kind, ID: q.ID, Trace: h.Trace, Body: body, Essential: true}, nil
}

// UsageCall makes the next batch of usage. What was sent and not confirmed goes again as it was.
func (e *Engine) UsageCall(ctx context.Context, root string, most int) (reconcile.Call, bool, error) {
	d, err := e.DraftUsage(ctx, UsageOptions{Vendor: root, Most: most})
	var m *Mistake
	if errors.As(err, &m) {
		return reconcile.Call{}, false, nil // there is nothing to report
	}
	if err != nil {
		return reconcile.Call{}, false, err
	}
	return reconcile.Call{
		What: string(exchange.KindUsage), ID: d.ID, Trace: d.Contents.File.Trace, Body: d.File, Entries: d.Contents.File.Entries,
	}, true, nil
}

// TakeAnswer imports what came back for c, as it would import a file. What the vendor withdraws is withdrawn: it needs no word of a
// person when the vendor itself says so.
func (e *Engine) TakeAnswer(ctx context.Context, root string, c reconcile.Call, answer []byte) (reconcile.Taken, error) {
	name := fmt.Sprintf("%s_%s_%s", c.What, e.vendorID(root), shortID(c.ID))
	rep, err := e.Import(ctx, []Source{{Name: name, Data: answer}}, ImportOptions{AcceptLoss: true})
	if err != nil {
		return reconcile.Taken{Cause: reconcile.CauseHere}, err
	}
	t := takenFrom(rep)
	answers := func(it Item) bool { return slices.Contains(it.answers, c.ID) }
	if (t.Cause.Reached() || t.Cause == reconcile.CauseOutage) && !slices.ContainsFunc(rep.Items, answers) {
		t.Cause = reconcile.CauseOther // an answer of before, or to something else, is none to this
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range rep.Items {
		if s := rep.Items[i].standing; s != nil {
			t.Drift = e.drift(root, s)
		}
	}
	t.Full = slices.ContainsFunc(t.Drift, func(d reconcile.Drift) bool { return strings.HasPrefix(d.Code, "license_") })
	if c.What == string(exchange.KindUsage) && t.Cause == "" {
		if f := e.rec.UsageFiles[c.ID]; f != nil {
			t.Remains = f.Remains > 0
		}
	}
	return t, nil
}

func (e *Engine) vendorID(root string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return cmp.Or(e.rec.Vendors[root].Profile.Vendor, "vendor")
}

// takenFrom says in the terms of contacts what became of an answer.
func takenFrom(rep Report) reconcile.Taken {
	var t reconcile.Taken
	if rep.Nothing || len(rep.Items) == 0 {
		t.Cause = reconcile.CauseAnswer
		return t
	}
	for i := range rep.Items {
		it := &rep.Items[i]
		t.Kind = cmp.Or(t.Kind, string(it.Kind))
		for _, c := range it.Changes {
			if it.Taken && !c.leavesAll() {
				t.Changes = append(t.Changes, c.line())
			}
		}
		t.Cause = cmp.Or(t.Cause, causeOf(it))
	}
	return t
}

func causeOf(it *Item) reconcile.Cause {
	switch s := it.Finding.State; {
	case it.Taken && it.Kind == exchange.KindRefusal:
		return reconcile.CauseDeclined
	case it.Taken && it.Kind == exchange.KindNotice:
		return reconcile.CauseOutage
	case it.Taken, s == terms.StateFileKnown:
		return ""
	case it.ForOther, s == terms.StateFileWrongRequest, s == terms.StateFileRequestOver, s == terms.StateFileReplayed, s == terms.StateFileOlder:
		return reconcile.CauseOther
	}
	return reconcile.CauseAnswer
}

// KeepContact records a contact that ended. While the records cannot be opened it is shown, and not kept.
func (e *Engine) KeepContact(ctx context.Context, c reconcile.Contact) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || c.Cause == "" && len(c.Sent) == 0 { // there was nothing to say, and nobody was met
		return nil
	}
	e.live(c.Root).show(&c)
	if e.journal == nil || e.o.ReadOnly {
		e.changed()
		return e.writable()
	}
	m := e.rec.Contacts[c.Root]
	ended := m.ended()
	m.Root, m.Last, m.Ended = c.Root, &c, nil
	switch {
	case c.Cause == reconcile.CauseStopped:
		m.Ended = ended
	case c.Cause.Reached():
		m.OK, m.Fails = c.At, 0
	default:
		m.Fails += c.Before
		if c.Reason != reconcile.ReasonPerson || m.Fails == 0 { // a person's own tries make no long wait
			m.Fails++
		}
	}
	authority := "holdfast"
	if c.Reason == reconcile.ReasonPerson {
		authority = "person"
	}
	ev := ledger.Event{Kind: contactKind, Reason: string(c.Reason), Authority: authority, Vendor: c.Root}
	return e.commit(ctx, ev, change{Contacts: []contactRecord{m}, Home: e.newsOf(c)})
}

// ShowContact shows a contact that has no record of its own yet.
func (e *Engine) ShowContact(c reconcile.Contact) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.live(c.Root).show(&c)
		e.changed()
	}
}

// newsOf is the home record with what a contact changed, to be shown once; nil when it changed nothing.
func (e *Engine) newsOf(c reconcile.Contact) *homeRecord {
	n := updated(c.Root, c.At, c.Changes)
	if len(n.Changes) == 0 {
		return nil
	}
	h := e.proven(e.rec.Home)
	h.News = append(slices.DeleteFunc(slices.Clone(h.News), func(old news) bool {
		return c.At.Sub(old.At) >= newsFor || old.State == n.State && old.Root == n.Root
	}), n)
	return h
}

// contactKind is the kind of journal records about contacts.
const contactKind = "contact"

// ShowPlan shows what is planned, or under way, for a vendor.
func (e *Engine) ShowPlan(root string, p reconcile.Plan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.live(root); !e.closed && l.plan != p {
		l.plan = p
		e.changed()
	}
}

func (e *Engine) live(root string) *contactLive {
	if e.contacts == nil {
		e.contacts = map[string]*contactLive{}
	}
	if e.contacts[root] == nil {
		e.contacts[root] = &contactLive{}
	}
	return e.contacts[root]
}

// ContactLog are the newest contacts, newest first: with one vendor, or with all. limit 0 is none. Like History it needs the key store.
// The newest one with a vendor is there before it is recorded.
func (e *Engine) ContactLog(ctx context.Context, root string, limit int) ([]reconcile.Contact, error) {
	j, err := e.openJournal()
	if j == nil {
		return nil, err
	}
	var all []reconcile.Contact
	err = j.Entries(1, func(_ ledger.Entry, ev ledger.Event) error {
		if ev.Kind != contactKind || root != "" && ev.Vendor != root {
			return ctx.Err()
		}
		c, err := decodeChange(ev.Data)
		if err != nil {
			return err
		}
		for _, m := range c.Contacts {
			if m.Last != nil {
				all = append(all, *m.Last)
			}
		}
		if limit > 0 && len(all) >= 2*limit {
			all = slices.Delete(all, 0, len(all)-limit)
		}
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, ledger.ErrDamaged) {
		return nil, err
	}
	slices.Reverse(all)
	for _, c := range e.unrecorded(root, all) {
		i := slices.IndexFunc(all, func(r reconcile.Contact) bool { return r.At.Before(c.At) })
		if i < 0 {
			i = len(all)
		}
		all = slices.Insert(all, i, c)
	}
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}

// unrecorded are the newest contacts that are newer than what is recorded, with one vendor or with all.
func (e *Engine) unrecorded(root string, recorded []reconcile.Contact) []reconcile.Contact {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []reconcile.Contact
	for _, l := range sortedValues(e.contacts) {
		if l.last == nil || root != "" && l.last.Root != root {
			continue
		}
		c := *l.last
		c.Unrecorded = true
		if !slices.ContainsFunc(recorded, func(r reconcile.Contact) bool { return r.Root == c.Root && (r.ID == c.ID || !r.At.Before(c.At)) }) {
			all = append(all, c)
		}
	}
	return all
}
