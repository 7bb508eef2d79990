package views

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/views/look"
)

// fileDialog chooses a file to open, or a folder and a name to save under. One press on a file is enough to open it.
type fileDialog struct {
	v       voice
	w       *worker
	canvas  fyne.Canvas
	env     func(string) string
	dir     string
	all     bool
	saving  bool
	chosen  func(path string)
	visited func(dir string)

	dialog  *look.Dialog
	places  *look.Page
	list    *look.Page
	path    *look.Entry
	name    *look.Entry
	warn    *look.Para
	ok      *look.Button
	offered []folderPlace
	listed  bool // the first folder has been listed
	showing int  // number of the listing asked for last; older answers are dropped
}

// fileDialogWidth is the width at the usual size of text.
const fileDialogWidth = 720

// openDialog asks for one file of ours, openAny for one of any kind.
func (w *Window) openDialog(title string, chosen func(path string)) {
	w.askFile(w.fileDialog(chosen), title)
}

func (w *Window) openAny(title string, chosen func(path string)) {
	d := w.fileDialog(chosen)
	d.all = true
	w.askFile(d, title)
}

func (w *Window) askFile(d *fileDialog, title string) {
	cancel := look.NewButton(look.SecondaryButton, w.v.t("cancel"), nil)
	all := look.NewTick(w.v.t("open.all"), func(on bool) { d.all = on; d.enter(d.dir) })
	all.Key = "all"
	all.SetOn(d.all)
	body := d.body(look.Column(0, all))
	d.dialog = look.NewTallDialog(w.canvas(), title, body, cancel)
	d.dialog.Width, d.dialog.Default = fileDialogWidth*look.TextFactor(), nil
	cancel.OnTapped = d.dialog.Cancel
	d.dialog.First = d.path
	d.show(w.startFolder())
}

// saveDialog asks where to save a file under a suggested name.
func (w *Window) saveDialog(title, name string, chosen func(path string)) {
	d := w.fileDialog(chosen)
	d.saving = true
	d.name = look.NewEntry("name", "")
	d.name.SetText(name)
	d.warn = look.NewPara("", look.BodyBold.In(look.Warn))
	d.ok = look.NewButton(look.PrimaryButton, w.v.t("save.save"), d.save)
	d.name.OnSubmitted = func(string) { d.save() }
	d.name.OnChanged = func(string) { d.check() }
	cancel := look.NewButton(look.SecondaryButton, w.v.t("cancel"), nil)
	body := d.body(look.Column(look.Gap8, look.NewField(w.v.t("save.name"), "", d.name), d.warn))
	d.dialog = look.NewTallDialog(w.canvas(), title, body, cancel, d.ok)
	d.dialog.Width = fileDialogWidth * look.TextFactor()
	cancel.OnTapped = d.dialog.Cancel
	d.show(w.startFolder())
}

func (w *Window) fileDialog(chosen func(string)) *fileDialog {
	return &fileDialog{
		v: w.v, w: w.work, canvas: w.canvas(), env: w.o.Env, chosen: chosen, visited: func(dir string) { w.folder = dir },
		places: look.NewPage(nil), list: look.NewPage(nil),
	}
}

// body arranges places at the left, path and list at the right, and foot below.
func (d *fileDialog) body(foot fyne.CanvasObject) fyne.CanvasObject {
	d.path = look.NewEntry("path", "")
	d.path.Whole = true
	d.path.OnSubmitted = d.typed
	up := look.NewButton(look.SecondaryButton, d.v.t("open.up"), func() { d.enter(filepath.Dir(d.dir)) })
	up.Key = upKey
	bar := look.Row(look.Gap8, look.Cell{Object: look.NewBareField(d.path), Width: look.Stretch}, look.Cell{Object: up})
	return look.Sides(170, d.places, bar, d.list, foot)
}

func (d *fileDialog) show(dir string) {
	d.dialog.Show()
	d.w.quietly(func() func() {
		offered := d.v.places(d.env)
		return func() {
			d.offered = offered
			if dir == "" {
				dir = usualFolder(offered)
			}
			d.enter(dir)
		}
	})
}

// usualFolder is where a file most likely is: a stick, else Downloads, else the first place there is.
func usualFolder(offered []folderPlace) string {
	if len(offered) == 0 {
		return string(filepath.Separator)
	}
	return offered[0].Path
}

// enter shows another folder.
func (d *fileDialog) enter(dir string) {
	d.showing++
	asked, all := d.showing, d.all
	d.dir = dir
	d.visited(dir)
	d.path.SetText(dir)
	d.listPlaces()
	d.w.quietly(func() func() {
		entries, err := listFolder(dir, all)
		return func() {
			if asked == d.showing {
				d.fill(entries, err)
			}
		}
	})
}

func (d *fileDialog) listPlaces() {
	col := look.Column(2)
	for _, p := range d.offered {
		a := look.NewPlace(p.Symbol, p.Name, p.Path == d.dir, func() { d.enter(p.Path) })
		a.Key = "place " + p.Path
		col.Add(a)
	}
	key := look.FocusKeyOf(d.canvas.Focused())
	d.places.Set(look.Inset(4, 4, 4, 4, col))
	d.refocus(key, upKey)
}

func (d *fileDialog) fill(entries []fileEntry, err error) {
	col := look.Column(2)
	switch {
	case err != nil:
		col.Add(look.Inset(look.Gap16, look.Gap12, 0, look.Gap12, look.NewPara(d.v.t("open.denied"), look.Quiet)))
	case len(entries) == 0 && !d.saving:
		col.Add(look.Inset(look.Gap16, look.Gap12, 0, look.Gap12, look.NewPara(d.v.t("open.empty"), look.Quiet)))
	}
	var lines []*look.Area
	for _, e := range entries {
		lines = append(lines, d.line(e))
		col.Add(lines[len(lines)-1])
	}
	d.arrows(lines)
	key := look.FocusKeyOf(d.canvas.Focused())
	d.list.Set(look.Inset(4, 4, 4, 4, col))
	d.list.ToTop()
	first := upKey
	if len(entries) > 0 {
		first = lineKey(entries[0])
	}
	if !d.listed && !d.saving && len(entries) > 0 {
		key = first // the file is most likely here: Enter takes it
	}
	d.listed = true
	d.refocus(key, first)
	if d.saving {
		d.check()
	}
}

// arrows lets Up and Down move between the lines.
func (d *fileDialog) arrows(lines []*look.Area) {
	for i, a := range lines {
		a.OnKeys(func(e *fyne.KeyEvent) bool {
			to := i
			switch e.Name {
			case fyne.KeyUp:
				to--
			case fyne.KeyDown:
				to++
			default:
				return false
			}
			if to >= 0 && to < len(lines) {
				d.canvas.Focus(lines[to])
			}
			return true
		})
	}
}

// upKey names the button to the folder above.
const upKey = "up"

// lineKey names the line of a file or folder.
func lineKey(e fileEntry) string { return "file " + e.Path }

// refocus keeps the keyboard where it was when a list was made anew, else puts it on what is called other: never on
// what is gone.
func (d *fileDialog) refocus(key, other string) {
	if key == "" || d.canvas.Overlays().Top() != fyne.CanvasObject(d.dialog) {
		return // nothing had the keyboard, or the dialog is closed
	}
	f := look.ByFocusKey(d.dialog, key)
	if f == nil {
		f = look.ByFocusKey(d.dialog, other)
	}
	if f != nil {
		d.canvas.Focus(f)
	}
}

func (d *fileDialog) line(e fileEntry) *look.Area {
	sym, ink, side, tapped := "file", look.Secondary, "", func() { d.pick(e.Path) }
	switch {
	case e.Folder:
		sym, tapped = "files", func() { d.enter(e.Path) }
	case e.Ours:
		sym, ink = "filein", look.Primary
	}
	if !e.Folder {
		side = d.v.short(e.Time.In(time.Local))
	}
	a := look.NewFileLine(sym, ink, e.Name, side, tapped)
	a.Key = lineKey(e)
	return a
}

// pick opens a file at once, or takes its name for saving.
func (d *fileDialog) pick(path string) {
	if d.saving {
		d.name.SetText(filepath.Base(path))
		return
	}
	d.dialog.Hide()
	d.chosen(path)
}

// typed follows a path that was typed: into a folder, or to a file.
func (d *fileDialog) typed(path string) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join(homeFolder(d.env), rest)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(d.dir, path)
	}
	d.w.quietly(func() func() {
		info, err := os.Stat(path)
		return func() {
			switch {
			case err == nil && info.IsDir():
				d.enter(path)
			case d.saving:
				d.name.SetText(filepath.Base(path))
				d.enter(filepath.Dir(path))
			default: // what is not there is explained like any other file
				d.pick(path)
			}
		}
	})
}

// target is where the file would be saved.
func (d *fileDialog) target() string {
	return filepath.Join(d.dir, filepath.Base(strings.TrimSpace(d.name.Text)))
}

// check says beforehand when a file would be replaced.
func (d *fileDialog) check() {
	target := d.target()
	if strings.TrimSpace(d.name.Text) == "" {
		d.ok.Disable()
		return
	}
	d.ok.Enable()
	d.w.quietly(func() func() {
		_, err := os.Lstat(target)
		return func() {
			if target != d.target() {
				return
			}
			if err == nil {
				d.warn.Set(d.v.t("save.exists"))
				d.ok.SetLabel(d.v.t("save.replace"))
			} else {
				d.warn.Set("")
				d.ok.SetLabel(d.v.t("save.save"))
			}
			d.dialog.Refresh()
		}
	})
}

func (d *fileDialog) save() {
	if d.ok.Disabled() {
		return
	}
	d.dialog.Hide()
	d.chosen(d.target())
}
