package issuer

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

// Page is the public page of a policy in plain words: what a customer may count on. It is written as Markdown or HTML.
type Page struct {
	Language string
	Title    string
	blocks   []pageBlock
}

// pageBlock is one block of a page: exactly one member is set.
type pageBlock struct {
	heading string
	text    string
	list    []string
	table   [][]string // the first row is the heading
}

// PolicyPage makes the page of a policy in a language.
func PolicyPage(p terms.Policy, language string) (Page, error) {
	s, err := plain.New(language)
	if err != nil {
		return Page{}, err
	}
	w := pageWriter{s: s, p: p.WithDefaults(), Page: Page{Language: s.Language()}}
	w.Title = w.words("title", nil)
	w.paragraph(w.words("intro", nil))
	w.offline()
	w.grace()
	w.after()
	w.silence()
	w.computers()
	w.usage()
	w.changes()
	return w.Page, nil
}

type pageWriter struct {
	Page
	s *plain.Speaker
	p terms.Policy
}

// words is a text of the page; product and version are always at hand.
func (w *pageWriter) words(id string, slots map[string]any) string {
	all := map[string]any{"product": w.product(), "version": strconv.Itoa(w.p.Version)}
	maps.Copy(all, slots)
	return w.s.Text("issuer.page."+id, all)
}

func (w *pageWriter) product() string {
	if n := w.p.Product.Name.In(w.s.Language()); n != "" {
		return n
	}
	return w.p.Product.ID
}

func (w *pageWriter) heading(id string) {
	w.blocks = append(w.blocks, pageBlock{heading: w.words(id, nil)})
}
func (w *pageWriter) paragraph(text string) { w.blocks = append(w.blocks, pageBlock{text: text}) }
func (w *pageWriter) list(lines ...string)  { w.blocks = append(w.blocks, pageBlock{list: lines}) }

func (w *pageWriter) table(rows [][]string)    { w.blocks = append(w.blocks, pageBlock{table: rows}) }
func (w *pageWriter) features() []string       { return slices.Sorted(maps.Keys(w.p.Features)) }
func (w *pageWriter) feature(id string) string { return featureName(w.s, id, w.p.Features[id]) }

func (w *pageWriter) length(l terms.Length) string {
	if !l.Lasts() {
		return w.words("none", nil)
	}
	return w.s.Length(l)
}

// offline says how long one can work without any contact, and how much more there is at once.
func (w *pageWriter) offline() {
	o := w.p.Offline
	w.heading("offline.heading")
	if !o.Window.Lasts() {
		w.paragraph(w.words("offline.unlimited", nil))
		return
	}
	more := w.words("offline.person", nil)
	if o.MoreTime.Lasts() {
		more = w.words("offline.more", map[string]any{"length": o.MoreTime})
	}
	w.list(w.words("offline.window", map[string]any{"length": o.Window}), w.words("offline.counts", nil), more)
}

// grace is a table of every feature and every cause: two causes never add up, the longest counts.
func (w *pageWriter) grace() {
	w.heading("grace.heading")
	if w.p.Term.Kind == terms.TermTrial {
		w.paragraph(w.words("grace.trial", nil))
		return
	}
	w.paragraph(w.words("grace.what", nil))
	rows := [][]string{{
		w.words("grace.feature", nil), w.words("grace.offline", nil), w.words("grace.renewal", nil), w.words("grace.outage", nil),
		w.words("grace.maintenance", nil), w.words("grace.migration", nil),
	}}
	g := w.p.Grace
	for _, id := range w.features() {
		f := w.p.Features[id]
		row := []string{w.feature(id)}
		for _, cause := range graces(g) {
			if f.After == terms.Keep {
				row = append(row, w.words("grace.for_ever", nil))
			} else {
				row = append(row, w.length(f.Grace.Or(cause)))
			}
		}
		rows = append(rows, row)
	}
	w.table(rows)
	w.paragraph(w.words("grace.longest", nil))
}

// after says what each feature does once its grace is over.
func (w *pageWriter) after() {
	w.heading("after.heading")
	var lines []string
	for _, id := range w.features() {
		f := w.p.Features[id]
		slots := map[string]any{"feature": w.feature(id), "view": f.View}
		switch {
		case f.After == terms.View && len(f.View) > 0:
			lines = append(lines, w.words("after.view_with", slots))
		default:
			lines = append(lines, w.words("after."+string(f.After), slots))
		}
	}
	w.list(lines...)
	w.paragraph(w.words("after.own_work", nil))
}

func (w *pageWriter) silence() {
	w.heading("silence.heading")
	c := w.p.Continuity
	if !c.Silent.Lasts() || c.Then == "" {
		w.paragraph(w.words("silence.none", nil))
		return
	}
	w.paragraph(w.words("silence."+string(c.Then), map[string]any{"length": c.Silent}))
}

func (w *pageWriter) computers() {
	d := w.p.Devices
	w.heading("computers.heading")
	lines := []string{w.words("computers.places", map[string]any{"n": d.Places})}
	if d.Test > 0 {
		lines = append(lines, w.words("computers.test", map[string]any{"n": d.Test}))
	}
	if d.LostPerYear > 0 {
		lines = append(lines, w.words("computers.lost", map[string]any{"n": d.LostPerYear}))
	}
	if d.FirstUse.Lasts() {
		lines = append(lines, w.words("computers.first_use", map[string]any{"length": d.FirstUse}))
	}
	w.list(append(lines, w.words("computers.changed", map[string]any{"length": d.Unproven}))...)
}

// usage says what is measured, when it is due, and how long it is kept.
func (w *pageWriter) usage() {
	w.heading("usage.heading")
	if len(w.p.Meters) == 0 {
		w.paragraph(w.words("usage.nothing", nil))
		return
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(w.p.Meters)) {
		m := w.p.Meters[id]
		name := m.Name.In(w.s.Language())
		if name == "" {
			name = id
		}
		per := m.Per
		if per == "" {
			per = "license"
		}
		slots := map[string]any{"meter": name, "n": m.Included, "per": w.words("usage.per."+per, nil), "overage": w.words("usage.overage."+m.Overage, nil)}
		if m.Included > 0 {
			lines = append(lines, w.words("usage.included", slots))
		} else {
			lines = append(lines, w.words("usage.counted", slots))
		}
	}
	w.list(lines...)
	u := w.p.Usage
	lines = []string{w.words("usage.due."+u.Due, nil)}
	if u.Unreported > 0 {
		lines = append(lines, w.words("usage.unreported", map[string]any{"n": u.Unreported}))
	}
	w.list(append(lines, w.words("usage.level."+u.Level, nil), w.words("usage.late."+u.Late, nil), w.words("usage.keep", map[string]any{"length": u.Keep}))...)
}

// changes is the changelog, newest first.
func (w *pageWriter) changes() {
	if len(w.p.Changes) == 0 {
		return
	}
	w.heading("changes.heading")
	all := slices.Clone(w.p.Changes)
	slices.SortStableFunc(all, func(a, b terms.Change) int { return b.Version - a.Version })
	var lines []string
	for _, c := range all {
		date := c.Date
		if t, err := parseDay(c.Date); err == nil {
			date = w.s.Date(t, nil)
		}
		lines = append(lines, w.words("changes.entry", map[string]any{"n": strconv.Itoa(c.Version), "date": date, "text": strings.TrimSuffix(c.Text.In(w.s.Language()), ".")}))
	}
	w.list(lines...)
}
