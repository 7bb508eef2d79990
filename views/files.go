package views

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// fileRow is one file that came in.
type fileRow struct {
	Title, Name, Words string
	Word, Symbol       string // of the chip
	Tone               terms.Tone
	Date               string
	File               licensing.FileView
}

// filesModel is everything the Files page shows.
type filesModel struct {
	Out, Waiting []requestRow
	In           []fileRow
	More         int  // files that came in and have no row
	Read         bool // the list of what came in is here
}

// filesRows is how many files that came in are listed.
const filesRows = 50

// filesPlace is what came in, what must go out, and what waits.
func (w *Window) filesPlace() place {
	return place{section: secFiles, name: secFiles, build: w.filesScreen}
}

// files turns what is known of files into words. in is nil while it is being read.
func (v voice) files(s licensing.Snapshot, made map[string]licensing.Made, in []licensing.FileView, read bool) filesModel {
	m := filesModel{Read: read}
	for _, r := range s.Requests {
		if r.State != terms.RequestOpen {
			continue
		}
		row := v.requestRow(s, made, r)
		if r.File == "" {
			row.File = made[r.ID].Name
		}
		if row.Unsaved {
			m.Out = append(m.Out, row)
		} else {
			m.Waiting = append(m.Waiting, row)
		}
	}
	for _, f := range in {
		if len(m.In) == filesRows {
			m.More = len(in) - filesRows
			break
		}
		m.In = append(m.In, v.fileRow(f))
	}
	return m
}

func (v voice) fileRow(f licensing.FileView) fileRow {
	r := fileRow{
		File: f, Title: v.fileTitle(f), Name: filepath.Base(f.Name), Words: f.Words, Date: v.short(f.Taken),
		Word: v.t("files.kept"), Symbol: "file", Tone: terms.ToneNotice,
	}
	if f.InUse {
		r.Word, r.Symbol, r.Tone = v.t("files.in_use"), "", terms.ToneOK
	}
	return r
}

// fileTitle says what a file is, and about what.
func (v voice) fileTitle(f licensing.FileView) string {
	kind := v.fileKind(f.Kind)
	about := v.name(f.Product, "")
	if about == "" {
		about = f.Vendor
	}
	if about == "" {
		return kind
	}
	return v.t("files.about", "kind", kind, "about", about)
}

func (v voice) fileKind(k exchange.Kind) string {
	if id := "kind." + string(k); v.Has("ui." + id) {
		return v.t(id)
	}
	return v.t("kind.other")
}

// filesScreen lists the files. What came in is read in the background, since there can be many.
func (w *Window) filesScreen() *screen {
	p := &filesPage{v: w.v, page: look.NewPage(nil), cols: look.NewColumns(), show: w.showRequest, file: w.showFile, copy: w.copy}
	use := look.NewButton(look.PrimaryButton, w.v.t("files.use"), w.useFile)
	use.Key = "use_file"
	request := look.NewButton(look.SecondaryButton, w.v.t("act.request"), w.request)
	request.Key = "make_request"
	s := &screen{head: look.PageTitle(w.v.t("rail.files"), request, use), body: p.page}
	s.enter = func() *look.Button {
		if p.main != nil {
			return p.main
		}
		return use
	}
	s.first = func() fyne.Focusable {
		if p.main != nil {
			return p.main
		}
		return nil
	}
	var in []licensing.FileView
	read := false
	renew := live(w, func() filesModel { return w.v.files(w.snap, w.made, in, read) }, p.Set)
	seen := w.snap.Revision
	fetch := func() {
		w.work.quietly(func() func() {
			got, err := w.engine.Files(context.Background())
			return func() {
				if err == nil {
					in = got
				}
				read = true
				renew()
			}
		})
	}
	s.renew = func() {
		renew()
		if seen != w.snap.Revision {
			seen = w.snap.Revision
			fetch()
		}
	}
	fetch()
	return s
}

// filesPage shows files by what has to be done with them.
type filesPage struct {
	v    voice
	page *look.Page
	cols *look.Columns
	main *look.Button
	show func(request string)
	file func(f licensing.FileView)
	copy func(string)
}

// Set shows m.
func (p *filesPage) Set(m filesModel) {
	p.main, p.cols = nil, look.NewColumns()
	var parts []fyne.CanvasObject
	if len(m.Out) > 0 {
		parts = append(parts, p.group("files.out", "fileout", len(m.Out), p.requests(m.Out, true)))
	}
	if len(m.Waiting) > 0 {
		parts = append(parts, p.group("files.waiting", "wait", len(m.Waiting), p.requests(m.Waiting, false)))
	}
	switch {
	case len(m.In) > 0:
		parts = append(parts, p.group("files.in", "filein", len(m.In)+m.More, p.came(m.In)))
	case m.Read:
		parts = append(parts, p.group("files.in", "filein", 0, look.PaddedCard(look.NewPara(p.v.t("files.none"), look.Quiet))))
	default:
		parts = append(parts, p.group("files.in", "filein", 0, look.PaddedCard(look.NewPara(p.v.t("files.reading"), look.Quiet))))
	}
	if m.More > 0 {
		parts = append(parts, look.NewPara(p.v.t("files.more", "n", m.More), look.Caption))
	}
	command := commandLine("files")
	parts = append(parts, look.DropHint(p.v.t("drop")),
		look.NewCommand(p.v.t("command"), command, p.v.t("copy"), func() { p.copy(command) }))
	p.page.Set(sheet(parts...))
}

func (p *filesPage) group(title, sym string, n int, body fyne.CanvasObject) fyne.CanvasObject {
	count := ""
	if n > 0 {
		count = p.v.Number(int64(n))
	}
	return look.Column(look.Gap8, look.Section(sym, p.v.t(title), count), body)
}

// requests lists requests: those that must go out with the button that saves them.
func (p *filesPage) requests(rows []requestRow, out bool) fyne.CanvasObject {
	models := make([]look.RowModel, 0, len(rows))
	for _, r := range rows {
		show := look.NewButton(look.LinkButton, p.v.t("row.show"), func() { p.show(r.ID) })
		show.Key = "request " + r.ID
		m := look.RowModel{
			Lead: look.NewSymbolTile("fileout"), Name: r.Title, Sub: r.File, SubMono: true,
			Chip:      look.NewChip(terms.ToneNotice, "wait", p.v.t("row.waiting")),
			DateLabel: r.UntilLabel, Date: r.Until, Links: []*look.Button{show},
		}
		if out {
			m.Chip = look.NewChip(terms.ToneWarn, "", p.v.t("files.not_saved"))
			show.Kind, show.Label, show.Small = look.PrimaryButton, p.v.t("save.save"), true
			if p.main == nil {
				p.main = show
			} else {
				show.Kind = look.SecondaryButton
			}
		}
		if m.Note, m.NoteTone = r.Goes, terms.ToneNotice; r.Words != "" {
			m.Side2 = p.v.t("row.words", "words", r.Words)
		}
		models = append(models, m)
	}
	return p.cols.Card(models)
}

func (p *filesPage) came(rows []fileRow) fyne.CanvasObject {
	models := make([]look.RowModel, 0, len(rows))
	for _, r := range rows {
		details := look.NewButton(look.LinkButton, p.v.t("details"), func() { p.file(r.File) })
		details.Key = "file " + r.File.Hash
		m := look.RowModel{
			Lead: look.NewSymbolTile("filein"), Name: r.Title, Sub: r.Name, SubMono: true,
			Chip: look.NewChip(r.Tone, r.Symbol, r.Word), DateLabel: p.v.t("files.used_on"), Date: r.Date, Links: []*look.Button{details},
		}
		if r.Words != "" {
			m.Side2 = p.v.t("row.words", "words", r.Words)
		}
		models = append(models, m)
	}
	return p.cols.Card(models)
}
