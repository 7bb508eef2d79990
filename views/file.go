package views

import (
	"context"
	"reflect"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/views/look"
)

// fileModel is one file that came in as its page shows it.
type fileModel struct {
	Row     fileRow // its title and chip
	Facts   [][2]string
	License string // key of the product whose license it is; "" when that is not here
}

// cameIn turns a file that came in into words.
func (v voice) cameIn(s licensing.Snapshot, f licensing.FileView) fileModel {
	m := fileModel{Row: v.fileRow(f), Facts: [][2]string{
		{v.t("files.what"), v.fileKind(f.Kind)},
		{v.t("detail.vendor"), f.Vendor},
		{v.t("files.product"), v.name(f.Product, "")},
		{v.t("detail.serial"), f.Serial},
		{v.t("open_request.created"), v.long(f.Issued)},
		{v.t("files.used_on"), v.long(f.Taken)},
		{v.t("files.name"), f.Name},
		{v.t("open_request.words"), f.Words},
		{v.t("files.sum"), f.Hash},
	}}
	for _, p := range s.Verdict.Products {
		if p.Vendor == f.Root && p.License == f.Serial && f.Serial != "" {
			m.License = productKey(p)
			break
		}
	}
	return m
}

// showFile goes to one file that came in.
func (w *Window) showFile(f licensing.FileView) {
	w.visit(place{section: secFiles, name: "file " + f.Hash, build: func() *screen { return w.fileScreen(&f) }})
}

// fileScreen is everything about one file. f is as it was last read, and is read again when something changes.
func (w *Window) fileScreen(f *licensing.FileView) *screen {
	page := look.NewPage(nil)
	row := w.v.fileRow(*f)
	s := w.sub(row.Title, page, []fyne.CanvasObject{look.NewChip(row.Tone, row.Symbol, row.Word)}, nil)
	renew := live(w, func() fileModel { return w.v.cameIn(w.snap, *f) }, func(m fileModel) { w.fillFile(page, m) })
	seen := w.snap.Revision
	s.renew = func() {
		renew()
		if seen == w.snap.Revision {
			return
		}
		seen = w.snap.Revision
		w.work.quietly(func() func() {
			all, err := w.engine.Files(context.Background())
			return func() {
				for _, now := range all {
					if err == nil && now.Hash == f.Hash && !reflect.DeepEqual(now, *f) && w.now == s {
						*f = now
						w.reshow() // its head changes too
						return
					}
				}
			}
		})
	}
	return s
}

func (w *Window) fillFile(page *look.Page, m fileModel) {
	parts := []fyne.CanvasObject{look.PaddedCard(look.Facts(m.Facts...))}
	if m.License != "" {
		b := look.NewButton(look.SecondaryButton, w.v.t("files.show_license"), func() { w.showLicense(m.License) })
		b.Key = "license"
		parts = append(parts, look.Wrapped(0, b))
	}
	command := commandLine("files")
	parts = append(parts, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
	page.Set(sheet(parts...))
}
