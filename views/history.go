package views

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// historyLimit is how many records a license's page shows.
const historyLimit = 100

// historyRow is one record about a license.
type historyRow struct{ Date, Text string }

// history puts records into words.
func (v voice) history(entries []licensing.LedgerEntry) []historyRow {
	var out []historyRow
	for _, e := range entries {
		out = append(out, historyRow{v.moment(e.At), v.record(e)})
	}
	return out
}

// record is one sentence about a journal record.
func (v voice) record(e licensing.LedgerEntry) string {
	id := "history." + e.Kind
	state, _, _ := strings.Cut(e.Reason, ":")
	switch {
	case v.Has("ui." + id + "." + e.Reason):
		id += "." + e.Reason
	case !v.Has("ui." + id):
		id = "history.other"
	}
	args := []any{"kind", e.Kind, "who", e.Authority, "state", ""}
	if terms.State(state).Known() {
		args[len(args)-1] = v.Title(terms.State(state))
	}
	return v.t(id, args...)
}

// moment is a date with its time of day, short enough for a column.
func (v voice) moment(t time.Time) string {
	return v.Text("date.with_time", map[string]any{"date": v.short(t), "time": v.Time(t, v.zone)})
}

// fetchHistory reads the records about a product when that tab is open.
func (w *Window) fetchHistory(d *licensePage, p terms.ProductVerdict) {
	if *d.tab != tabHistory {
		return
	}
	w.work.quietly(func() func() {
		entries, err := w.engine.History(context.Background(), p.Vendor, p.License, historyLimit)
		return func() {
			d.history, d.problem = w.v.history(entries), err
			d.asked = true
			d.draw()
		}
	})
}

// records lists what happened, newest first.
func (d *licensePage) records() fyne.CanvasObject {
	switch {
	case !d.asked:
		return look.PaddedCard(look.NewPara(d.v.t("history.reading"), look.Quiet))
	case d.problem != nil:
		return look.PaddedCard(look.NewPara(d.v.t("history.locked"), look.Quiet))
	case len(d.history) == 0:
		return look.PaddedCard(look.NewPara(d.v.t("history.none"), look.Quiet))
	}
	var facts [][2]string
	for _, h := range d.history {
		facts = append(facts, [2]string{h.Date, h.Text})
	}
	card := look.PaddedCard(look.Facts(facts...))
	if len(d.history) < historyLimit {
		return card
	}
	return look.Column(look.Gap8, card, look.NewPara(d.v.t("history.more", "command", commandLine("history")), look.Caption))
}
