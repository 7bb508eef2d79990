package views

import (
	"cmp"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// Orders of the list of licenses.
const (
	sortUrgent = iota
	sortName
	sortVendor
	sortEnd
)

// licenseFinder is what a person looks for among the licenses; it is kept while the window is open.
type licenseFinder struct {
	text string
	sort int
}

// licensesPlace is the list of everything licensed here.
func (w *Window) licensesPlace() place {
	return place{section: secLicenses, name: secLicenses, build: w.licensesScreen}
}

// found are the products that a person looks for, in the order that they chose. Every word must be somewhere in a
// product's name, vendor, license number or state.
func (v voice) found(s licensing.Snapshot, f licenseFinder) []terms.ProductVerdict {
	words := strings.Fields(strings.ToLower(f.text))
	vendors := map[string]string{}
	for _, x := range s.Vendors {
		vendors[x.Root] = x.Name
	}
	var out []terms.ProductVerdict
	for _, p := range s.Verdict.Products {
		text := ""
		if len(words) > 0 {
			text = strings.ToLower(strings.Join([]string{v.name(p.Name, p.ID), p.ID, vendors[p.Vendor], p.License, v.Short(p.State)}, "\n"))
		}
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			out = append(out, p)
		}
	}
	name := func(p terms.ProductVerdict) string { return strings.ToLower(v.name(p.Name, p.ID)) }
	slices.SortStableFunc(out, func(a, b terms.ProductVerdict) int {
		switch f.sort {
		case sortName:
			return cmp.Compare(name(a), name(b))
		case sortVendor:
			return cmp.Or(cmp.Compare(vendors[a.Vendor], vendors[b.Vendor]), cmp.Compare(name(a), name(b)))
		case sortEnd:
			return cmp.Or(terms.CompareEnds(a.LicenseEnds, b.LicenseEnds), cmp.Compare(name(a), name(b)))
		}
		return byUrgency(a, b)
	})
	return out
}

// licensesScreen lists the licenses with search and order. Only the rows on the screen exist, so that ten thousand are
// as quick as ten.
func (w *Window) licensesScreen() *screen {
	use := look.NewButton(look.PrimaryButton, w.v.t("act.use_file"), w.useFile)
	use.Key = "use_file"
	s := &screen{head: look.PageTitle(w.v.t("rail.licenses"), use)}
	s.enter = func() *look.Button { return use }
	empty := len(w.snap.Verdict.Products) == 0
	if empty {
		s.head = look.PageTitle(w.v.t("rail.licenses"))
		s.body = look.NewPage(look.EmptyState("licenses", w.v.t("licenses.none"), w.v.t("licenses.none.text"), use))
		s.first = func() fyne.Focusable { return use }
		s.renew = func() {
			if len(w.snap.Verdict.Products) > 0 {
				w.reshow()
			}
		}
		return s
	}
	shown := w.v.found(w.snap, w.finder)
	count := look.NewLine("", look.Caption)
	list := look.NewList(rowHeight, func() int { return len(shown) },
		func(i int, into *look.ListRow) { *into = w.v.listRow(w.v.row(w.snap, shown[i])) },
		func(i int) { w.showLicense(productKey(shown[i])) })
	refill := func() {
		shown = w.v.found(w.snap, w.finder)
		count.Set(w.v.t("licenses.count", "n", len(shown), "all", len(w.snap.Verdict.Products)))
		list.Reload()
	}
	search := look.NewSearch("search", w.v.t("licenses.search"), func(text string) {
		w.finder.text = text
		refill()
	})
	search.Clears(w.v.t("licenses.clear"))
	search.Entry.SetText(w.finder.text)
	order := look.NewChooser("sort", w.canvas(), w.v.t("licenses.sort"),
		[]string{w.v.t("licenses.sort.urgent"), w.v.t("licenses.sort.name"), w.v.t("licenses.sort.vendor"), w.v.t("licenses.sort.end")},
		w.finder.sort, func(i int) {
			w.finder.sort = i
			refill()
		})
	refill()
	bar := look.Either(480, look.Row(look.Gap12, look.Cell{Object: search, Width: look.Stretch, Least: 240}, look.Cell{Object: order}),
		look.Column(look.Gap8, search, order))
	command := commandLine("status")
	s.body = look.Filled(look.Column(look.Gap8, bar, count), list,
		look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
	s.first = func() fyne.Focusable { return list }
	s.renew = func() {
		if len(w.snap.Verdict.Products) == 0 {
			w.reshow()
			return
		}
		refill()
	}
	return s
}

// rowHeight is that of one license in the list, at text factor 1.
const rowHeight = 58

// listRow is a row of the list; what has a note of its own says it on its page.
func (v voice) listRow(r row) look.ListRow {
	return look.ListRow{
		Lead: r.Vendor, Name: r.Name, Sub: r.Vendor, Tone: r.Tone, Symbol: r.Symbol, Word: r.Word,
		DateLabel: r.DateLabel, Date: r.Date, Side: r.Days,
	}
}

// productKey names a product among all vendors.
func productKey(p terms.ProductVerdict) string { return p.Vendor + "/" + p.ID }

// productOf finds a product again.
func productOf(s licensing.Snapshot, key string) (terms.ProductVerdict, bool) {
	for _, p := range s.Verdict.Products {
		if productKey(p) == key {
			return p, true
		}
	}
	return terms.ProductVerdict{}, false
}

// find goes to the list and puts the cursor into its search.
func (w *Window) find() {
	if !w.ready() {
		return
	}
	w.visit(w.licensesPlace())
	if f := look.ByFocusKey(w.now.body, "search"); f != nil {
		w.canvas().Focus(f)
	}
}
