package views

import (
	"context"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/reconcile"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// contactsPlace says with whom there was contact, when, why and what came of it, and what comes next.
func (w *Window) contactsPlace() place {
	return place{section: secUsage, name: "contacts", build: w.contactsScreen}
}

func (w *Window) showContacts() { w.visit(w.contactsPlace()) }

func (w *Window) contactsScreen() *screen {
	p := &contactsPage{v: w.v, page: look.NewPage(nil), opened: w.opened, do: contactsActions{
		check: w.checkNow, stop: w.stopAsking, pause: w.askPause, goOn: w.endPause, settings: w.showNetwork, copy: w.copy,
		files: func(root string) { w.makeFor(w.checkinOptions(root), true) },
		use:   w.useFile, read: w.readBatch, moving: w.stepOn,
	}}
	s := w.sub(w.v.t("contacts.title"), p.page, nil, nil)
	s.enter = func() *look.Button { return p.main }
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	fetched(w, s, func() ([]reconcile.Contact, error) {
		return w.engine.ContactLog(context.Background(), "", contactsShown+1)
	},
		func(log []reconcile.Contact, read bool, err error) contactsModel {
			return w.v.contacts(w.snap, w.contactFacts(log), read, err)
		}, p.Set)
	return s
}

// contactFacts are what the words about contacts are made of beside a snapshot.
func (w *Window) contactFacts(log []reconcile.Contact) contactsFetched {
	_, reads := w.engine.(sentReader)
	d := contactsFetched{
		log: log, settings: w.settings, source: w.o.Desk.SourceOf("network"), send: w.o.Desk.SourceOf("hold_usage"), reads: reads,
		asks: map[string]bool{}, locked: map[string]bool{},
	}
	for _, setting := range []string{"proxy", "ca"} {
		d.locked[setting] = w.o.Desk.SourceOf(setting).Locked()
	}
	for root := range w.asks {
		d.asks[root] = true
	}
	return d
}

// checkinOptions is a check-in by file for a vendor.
func (w *Window) checkinOptions(root string) licensing.RequestOptions {
	return licensing.RequestOptions{Kind: exchange.RequestCheckin, Vendor: root}
}

// actAskNow is the button that asks vendors over the network; only the window knows it.
const actAskNow terms.Action = "ask_now"

// online are the vendors that can be asked over the network about a finding.
func online(s licensing.Snapshot, f terms.Finding) []string {
	var roots []string
	for _, x := range vendorsOf(s, f) {
		if c, ok := contactOf(s, x.Root); ok && reachable(c) {
			roots = append(roots, x.Root)
		}
	}
	return roots
}
