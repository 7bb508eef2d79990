package views

import (
	"context"

	"holdfast/licensing"
	"holdfast/licensing/alarm"
	"holdfast/views/look"
)

// deleteData leads to the deletion of everything here: it says what is lost, asks, and asks once more.
func (w *Window) deleteData() {
	w.do(w.v.t("busy.look"), func(context.Context) func() {
		held := w.engine.PlacesHeld()
		return func() { w.askToDelete(held) }
	})
}

func (w *Window) askToDelete(held []licensing.PlaceHeld) {
	body := look.Column(look.Gap12, look.NewPara(w.v.t("delete.what"), look.Body))
	if len(held) > 0 {
		var lines []string
		for _, h := range held {
			lines = append(lines, w.v.t("delete.place", "product", w.v.name(h.Product, h.Serial), "vendor", h.Vendor, "serial", h.Serial))
		}
		body.Add(look.NewPara(w.v.t("delete.places"), look.BodyBold))
		body.Add(look.Bullets(lines[:min(len(lines), overviewRows)]))
		if more := len(lines) - overviewRows; more > 0 {
			body.Add(look.NewPara(w.v.t("delete.more", "n", more), look.Caption))
		}
	}
	command := commandLine("data_delete")
	body.Add(look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
	w.askBody(w.v.t("delete.title"), body, w.v.t("delete.keep"), w.v.t("delete.go_on"), true, func() {
		w.ask(w.v.t("delete.sure"), w.v.t("delete.sure.text"), w.v.t("delete.keep"), w.v.t("delete.yes"), true, w.erase)
	})
}

func (w *Window) erase() {
	w.do(w.v.t("busy.delete"), func(ctx context.Context) func() {
		err := w.engine.Erase(w.o.Interactive(ctx))
		if err == nil {
			err = w.o.Desk.ForgetAlarms()
		}
		st := w.look()
		return func() {
			w.set(st)
			if err != nil {
				w.warn(err)
				return
			}
			w.trail, w.checks, w.finder, w.alarm, w.offered = trail{}, checkup{}, licenseFinder{}, alarm.Alarm{}, false
			w.trail.visit(w.home())
			w.reshow()
			w.toast("ok", look.OK, w.v.t("delete.done"))
		}
	})
}
