package views

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/calendar"
	"holdfast/licensing/disk"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// coming lists every date that comes, month by month, and takes them into a calendar.
func (p *planPage) coming() []fyne.CanvasObject {
	if len(p.dates.Months) == 0 {
		p.main = look.NewButton(look.SecondaryButton, p.v.t("plan.try_one"), func() { p.change(func(f *planForm) { f.tab = tabWhatIf }) })
		p.main.Key = "what_if"
		return []fyne.CanvasObject{look.EmptyState("plan", p.v.t("plan.none"), p.v.t("plan.no_dates.text"), p.main)}
	}
	save := look.NewButton(look.SecondaryButton, p.v.t("plan.calendar"), p.w.saveCalendar)
	save.Key, save.Symbol = "calendar", "plan"
	p.main = save
	out := []fyne.CanvasObject{look.Wrapped(0, save)}
	for _, m := range p.dates.Months {
		list := look.Column(0)
		for i, r := range m.Rows {
			a := look.NewDateRow(r.Day, r.Month, r.Title, r.Product, r.Effect, func() { p.w.showLicense(r.Key) })
			a.Key = "date " + m.Title + " " + p.v.Number(int64(i))
			list.Add(a)
		}
		out = append(out, look.Column(look.Gap8, look.Section("", m.Title, p.v.Number(int64(len(m.Rows)))), look.Card(look.Inset(6, 6, 6, 6, list))))
	}
	if p.dates.More > 0 {
		out = append(out, look.NewPara(p.v.t("plan.more_dates", "n", p.dates.More), look.Caption))
	}
	return out
}

// planMode is what plans and calendars are written with: they are made to be handed on.
const planMode = 0o644

// saveAs writes something that a person asked for where they choose.
func (w *Window) saveAs(title, name string, data func() ([]byte, error)) {
	w.saveDialog(w.v.t(title), name, func(path string) {
		w.do(w.v.t("busy.save"), func(context.Context) func() {
			b, err := data()
			if err == nil {
				err = disk.WriteFile(disk.OS(), path, b, planMode)
			}
			return func() {
				switch {
				case disk.IsFull(err):
					w.warn(terms.NewProblem(terms.StateDiskFull, nil, err))
				case err != nil:
					w.toast("warn", look.Warn, w.v.t("save.problem"))
				default:
					w.toast("ok", look.OK, w.v.t("plan.saved", "name", filepath.Base(path), "folder", filepath.Dir(path)))
				}
			}
		})
	})
}

// calendarAhead is how long before a date a calendar reminds.
const calendarAhead = 24 * time.Hour

// saveCalendar saves every coming date as a file that calendars read: also those that have no row here.
func (w *Window) saveCalendar() {
	snap, v := w.snap, w.v
	w.saveAs("plan.calendar", "dates.ics", func() ([]byte, error) {
		return calendar.ICS(v.calendarDates(snap), calendar.Options{Now: snap.Verdict.At, Zone: v.zone, Name: programName}), nil
	})
}

// calendarDates are the coming dates as entries. The name of one stays the same when its date moves.
func (v voice) calendarDates(s licensing.Snapshot) []calendar.Date {
	var out []calendar.Date
	spans := aheadOfAll(s)
	for _, p := range s.Verdict.Products {
		steps := v.steps(p, spans[productKey(p)])
		for _, m := range moments(p) {
			i := slices.IndexFunc(steps, func(x step) bool { return x.At.Equal(m.At) })
			if i < 0 {
				continue
			}
			e := m.Events[0]
			out = append(out, calendar.Date{
				ID: productKey(p) + "/" + e.Name + "/" + e.Feature, At: m.At, Details: steps[i].Text, Alarm: calendarAhead,
				Title: v.t("plan.entry", "product", v.name(p.Name, p.ID), "what", steps[i].Title),
			})
		}
	}
	return out
}
