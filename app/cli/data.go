package cli

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"

	"holdfast/app"
	"holdfast/licensing"
	"holdfast/licensing/terms"
)

type dataShowCmd struct{ reads }

type dataJSON struct {
	Home     string     `json:"home"`
	Bytes    int64      `json:"bytes"`
	Files    int        `json:"files"`
	Parts    []dataPart `json:"parts"`
	KeyStore struct {
		Backend string      `json:"backend"`
		Name    string      `json:"name"`
		State   terms.State `json:"state,omitempty"`
	} `json:"keystore"`
}

// dataPart is a part of the home by what it is for.
type dataPart struct {
	Name  string `json:"name"` // journal, usage, documents, index, keys, settings, other
	Bytes int64  `json:"bytes"`
	Files int    `json:"files"`
}

// run shows where everything is that this account keeps, and how large it is.
func (c *dataShowCmd) run(ctx context.Context, s *session) (result, error) {
	parts, err := measure(ctx, s.home.Home())
	if err != nil {
		return result{}, err
	}
	snap := s.engine.Snapshot()
	j := dataJSON{Home: s.home.Home(), Parts: parts}
	j.KeyStore.Backend, j.KeyStore.Name, j.KeyStore.State = snap.KeyStore.Backend, snap.KeyStore.Label, snap.KeyStore.State
	r := result{}
	r.page.add(s.text("cli.data.home", map[string]any{"home": j.Home}))
	var rows [][]string
	for _, p := range parts {
		j.Bytes, j.Files = j.Bytes+p.Bytes, j.Files+p.Files
		rows = append(rows, []string{"  " + s.text("cli.data.part."+p.Name, nil), s.size(p.Bytes), s.text("cli.data.files", map[string]any{"n": p.Files})})
	}
	if len(parts) == 0 {
		r.page.indent(s.text("cli.data.nothing", nil))
	}
	r.page.table(rows)
	r.page.add(s.text("cli.data.keys", map[string]any{"name": snap.KeyStore.Label, "backend": snap.KeyStore.Backend}))
	if snap.KeyStore.State != "" {
		f := terms.Finding{State: snap.KeyStore.State, Slots: terms.Slots{"keychain": snap.KeyStore.Label}}
		r.page.add(s.tell(f, snap.Verdict.At).Headline)
	}
	r.json = j
	return r, nil
}

// size is a number of bytes for people, rounded up.
func (s *session) size(bytes int64) string {
	return s.text("cli.data.size", map[string]any{"n": (bytes + 999) / 1000})
}

// partNames are the parts of a home in the order in which they are shown.
var partNames = []string{"journal", "usage", "documents", "index", "keys", "settings", "other"}

// measure adds up the files of a home. One that goes away meanwhile is not counted; a home that is not there has none.
func measure(ctx context.Context, home string) ([]dataPart, error) {
	sums := map[string]*dataPart{}
	err := filepath.WalkDir(home, func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !d.Type().IsRegular() {
			return nil // what cannot be read is not ours to add up
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		part := partOf(home, name)
		if sums[part] == nil {
			sums[part] = &dataPart{Name: part}
		}
		sums[part].Bytes += info.Size()
		sums[part].Files++
		return nil
	})
	parts := []dataPart{}
	for _, name := range partNames {
		if p := sums[name]; p != nil {
			parts = append(parts, *p)
		}
	}
	return parts, err
}

func partOf(home, name string) string {
	rel, err := filepath.Rel(home, name)
	if err != nil {
		return "other"
	}
	switch top, _, _ := strings.Cut(filepath.ToSlash(rel), "/"); {
	case top == "journal" || strings.HasPrefix(top, "journal.old-"):
		return "journal"
	case top == "documents", top == "usage":
		return top
	case strings.HasPrefix(top, "index.db"):
		return "index"
	case top == "keystore":
		return "keys"
	case top == "settings.json", top == "alarms.json":
		return "settings"
	}
	return "other"
}

type dataDeleteCmd struct {
	reads      // nothing is made, on no home
	Yes   bool `help:"cli.flag.yes_delete"`
}

type deleteJSON struct {
	Deleted  bool        `json:"deleted"`
	Home     string      `json:"home"`
	Products []lostJSON  `json:"products"`
	Requests int         `json:"open_requests"`
	Records  uint64      `json:"records"`
	Unsent   uint64      `json:"unsent_entries"` // of usage, which no vendor has seen then
	Places   []placeJSON `json:"places"`         // that vendors go on counting
}

type lostJSON struct {
	ID      string      `json:"id"`
	Name    string      `json:"name,omitempty"`
	Vendor  string      `json:"vendor"`
	License string      `json:"license,omitempty"`
	State   terms.State `json:"state"`
}

type placeJSON struct {
	Vendor     string `json:"vendor"`
	VendorName string `json:"vendor_name"`
	Contact    string `json:"contact,omitempty"`
	Product    string `json:"product,omitempty"`
	License    string `json:"license"`
}

// run says what would be lost, or with --yes deletes it for good. Places at vendors are never given back silently: they
// stay taken until the vendor frees them.
func (c *dataDeleteCmd) run(ctx context.Context, s *session) (result, error) {
	if app.Fresh(s.home.Home()) {
		r := result{code: codeNothing, json: deleteJSON{Home: s.home.Home(), Products: []lostJSON{}, Places: []placeJSON{}}}
		r.page.add(s.text("cli.data.nothing", nil))
		return r, nil
	}
	snap, places := s.engine.Snapshot(), s.engine.PlacesHeld()
	j := s.lost(snap, places)
	r := result{code: codeAct}
	if !c.Yes {
		r.json = j
		r.page.add(s.text("cli.data.delete", map[string]any{"home": j.Home}))
		for _, p := range snap.Verdict.Products {
			r.page.indent("- " + s.text("cli.data.lost.license", map[string]any{"product": nameOr(p.Name.In(s.say.Language()), p.ID), "vendor": s.vendorName(p.Vendor), "serial": p.License}))
		}
		if j.Requests > 0 {
			r.page.indent("- " + s.text("cli.data.lost.requests", map[string]any{"n": j.Requests}))
		}
		if j.Records > 0 {
			r.page.indent("- " + s.text("cli.data.lost.records", map[string]any{"n": int64(j.Records)}))
		}
		if j.Unsent > 0 {
			r.page.indent("- " + s.text("cli.data.lost.usage", map[string]any{"n": int64(min(j.Unsent, 1<<62))}))
		}
		s.placesLines(&r.page, places)
		r.page.add(s.text("cli.data.delete.settings", nil), s.text("cli.data.delete.yes", nil))
		return r, nil
	}
	if err := s.engine.Erase(ctx); err != nil {
		return result{}, err
	}
	if err := s.home.ForgetAlarms(); err != nil {
		return result{}, err
	}
	j.Deleted = true
	r.code, r.json = codeOK, j
	r.page.add(s.text("cli.data.deleted", nil))
	s.placesLines(&r.page, places)
	return r, nil
}

func (s *session) lost(snap licensing.Snapshot, places []licensing.PlaceHeld) deleteJSON {
	j := deleteJSON{Home: s.home.Home(), Products: []lostJSON{}, Places: []placeJSON{}, Records: snap.Records.Seq}
	lang := s.say.Language()
	for _, p := range snap.Verdict.Products {
		j.Products = append(j.Products, lostJSON{ID: p.ID, Name: p.Name.In(lang), Vendor: p.Vendor, License: p.License, State: p.State})
	}
	for _, q := range snap.Requests {
		if q.State == terms.RequestOpen {
			j.Requests++
		}
	}
	for _, u := range snap.Usage {
		j.Unsent += u.Unsent
	}
	for _, p := range places {
		j.Places = append(j.Places, placeJSON{Vendor: p.Root, VendorName: p.Vendor, Contact: p.Support, Product: p.Product.In(lang), License: p.Serial})
	}
	return j
}

// placesLines name the licenses whose place stays taken, and how to go on.
func (s *session) placesLines(p *page, places []licensing.PlaceHeld) {
	if len(places) == 0 {
		return
	}
	p.add(s.text("cli.data.places", map[string]any{"n": len(places)}))
	for _, h := range places {
		p.indent("- " + s.text("cli.data.place", map[string]any{"vendor": h.Vendor, "contact": h.Support, "product": h.Product.In(s.say.Language()), "serial": h.Serial}))
	}
	p.add(s.text("cli.data.places.free", nil))
}

func nameOr(name, id string) string {
	if name == "" {
		return id
	}
	return name
}
