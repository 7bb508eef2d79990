package views

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// newsLimit is how many contacts are looked through for what they changed.
const newsLimit = 200

// unseen says that a person did not look at this yet: what contacts changed is told until they do, and for a week at most.
func unseen(f terms.Finding, seen time.Time) bool {
	at, _ := f.Slots["date"].(time.Time)
	return f.State != terms.StateUpdated || at.After(seen)
}

// contactLines are what the Overview says of contacts: that something blocks the way, and that one did not come through while that
// matters. None of them changes a verdict.
func (v voice) contactLines(s licensing.Snapshot) []line {
	var out []line
	for _, c := range s.Contacts {
		l := line{Tone: c.Finding.Tone, Title: v.headline(c.Finding, s.Verdict.At), Finding: c.Finding}
		switch c.Finding.State {
		case terms.StateContactBlocked:
			if l.Sub = v.t("contacts.line.blocked"); len(s.Verdict.Products) == 0 {
				l.Sub = v.t("contacts.line.blocked_unlicensed")
			}
		case terms.StateNoContact:
			if !contactMatters(s, c.Root) {
				continue
			}
			next := v.nextContact(c.Plan, s.Verdict.At)
			if p := c.Plan; p.Hold == "" && !p.Running && p.At.After(s.Verdict.At.Add(time.Minute)) {
				next = v.t("contacts.line.next", "when", v.about(p.At, s.Verdict.At))
			}
			l.Symbol, l.Sub = "wait", strings.Join([]string{
				v.t("contacts.line.none", "cause", v.ContactCause(*c.Last)), v.calm(len(s.Verdict.Products) > 0), next,
			}, " ")
		default:
			continue
		}
		out = append(out, l)
	}
	return out
}

// withContacts puts what contacts say before the other lines of the Overview, as many as there is room for, and leaves out what a
// person has seen.
func (v voice) withContacts(lines []line, s licensing.Snapshot, seen time.Time) []line {
	all := v.contactLines(s)
	for _, l := range lines {
		if unseen(l.Finding, seen) {
			all = append(all, l)
		}
	}
	return all[:min(len(all), overviewLines)]
}

// showUpdated goes to what contacts changed since a person looked last. It is not told again.
func (w *Window) showUpdated(f terms.Finding) {
	since := w.settings.Seen
	if at, ok := f.Slots["date"].(time.Time); ok && at.After(since) {
		w.change(func(s *Settings) { s.Seen = at.UTC().Truncate(time.Second).Add(time.Second) })
	}
	f.Also = terms.ActAskVendor
	w.visit(place{section: secOverview, name: "updated", build: func() *screen { return w.updatedScreen(f, since) }})
}

// updatedModel is what contacts changed.
type updatedModel struct {
	Banner   banner
	Finding  terms.Finding
	Contacts []updatedContact
}

// updatedContact is what one contact changed.
type updatedContact struct {
	Title   string
	Changes []change
}

func (v voice) updated(s licensing.Snapshot, f terms.Finding, log []reconcile.Contact, since time.Time) updatedModel {
	m := updatedModel{Banner: v.banner(s, f), Finding: f}
	m.Banner.Eyebrow, _ = f.Slots["vendor"].(string)
	for _, c := range log {
		if len(c.Changes) == 0 || !c.At.After(since) || s.Verdict.At.Sub(c.At) >= 7*24*time.Hour {
			continue
		}
		x := updatedContact{Title: v.t("contacts.row", "vendor", vendorName(s, c.Root), "what", v.onDay(c.At, s.Verdict.At))}
		for _, l := range c.Changes {
			x.Changes = append(x.Changes, v.contactChange(l))
		}
		m.Contacts = append(m.Contacts, x)
	}
	return m
}

func (w *Window) updatedScreen(f terms.Finding, since time.Time) *screen {
	page := look.NewPage(nil)
	all := look.NewButton(look.SecondaryButton, w.v.t("contacts.title"), w.showContacts)
	all.Key = "contacts"
	s := w.sub(w.v.Title(terms.StateUpdated), page, nil, nil)
	s.enter = func() *look.Button { return all }
	s.first = func() fyne.Focusable { return all }
	fetched(w, s, func() ([]reconcile.Contact, error) { return w.engine.ContactLog(context.Background(), "", newsLimit) },
		func(log []reconcile.Contact, _ bool, _ error) updatedModel { return w.v.updated(w.snap, f, log, since) },
		func(m updatedModel) {
			view, _ := w.v.bannerView(m.Banner, m.Finding, true, w.act)
			parts := []fyne.CanvasObject{view}
			for _, c := range m.Contacts {
				card := look.Column(look.Gap8, look.NewPara(c.Title, look.Heading))
				for _, l := range c.Changes {
					card.Add(look.NewChange(l.Sign, l.Name, l.Text, l.Was))
				}
				parts = append(parts, look.PaddedCard(card))
			}
			command := commandLine("contacts")
			page.Set(sheet(append(parts, look.Wrapped(0, all), look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))...))
		})
	return s
}
