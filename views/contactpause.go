package views

import (
	"time"

	"fyne.io/fyne/v2"

	"holdfast/views/look"
)

// Until when contacts by themselves can be told to rest.
const (
	pauseHour = iota
	pauseTomorrow
	pauseDate
)

// ringRoom is what the ring around a control takes beside it in a dialog, which cuts off what sticks out.
const ringRoom = 6

// pauseEnd is when a pause ends; wrong says what has to be put right in the date.
func (v voice) pauseEnd(choice int, date string, at time.Time) (end time.Time, wrong string) {
	switch choice {
	case pauseHour:
		return at.Add(time.Hour), ""
	case pauseTomorrow:
		return startOfDay(at.In(v.zone)).AddDate(0, 0, 1), ""
	}
	end, wrong = v.readDate(date, at)
	if wrong == "" && !end.After(at) {
		wrong = wrongPast
	}
	return end, wrong
}

// askPause asks until when no vendor is contacted by itself. What a person asks for is contacted all the same.
func (w *Window) askPause() {
	at := w.snap.Verdict.At
	choice := pauseHour
	date := look.NewEntry("date", "")
	wrong := look.NewPara("", look.BodyBold.In(look.Stop))
	wrong.Hide()
	field := look.NewField(w.v.t("contacts.pause.day"), w.v.t("away.date_help"), date)
	var options []*look.Area
	choose := func(i int) {
		choice = i
		for j, o := range options {
			o.SetOn(i == j)
		}
	}
	list := look.Column(0)
	for i, id := range []string{"contacts.pause.hour", "contacts.pause.tomorrow", "contacts.pause.date"} {
		sub := ""
		if end, bad := w.v.pauseEnd(i, "", at); bad == "" {
			sub = capital(w.v.onDay(end, at))
		}
		o := look.NewOption(w.v.t(id), sub, i == choice, func() { choose(i) })
		o.Key = "until " + id
		options = append(options, o)
		list.Add(o)
	}
	date.OnChanged = func(string) {
		wrong.Hide()
		choose(pauseDate)
	}
	body := look.Column(look.Gap12, look.NewPara(w.v.t("contacts.pause.text"), look.Body), look.Inset(0, ringRoom, 0, ringRoom, list),
		look.Inset(0, ringRoom, 0, 42+ringRoom, field), wrong)
	keep := look.NewButton(look.SecondaryButton, w.v.t("not_now"), nil)
	do := look.NewButton(look.PrimaryButton, w.v.t("contacts.pause.yes"), nil)
	d := look.NewDialog(w.canvas(), w.v.t("contacts.pause.title"), w.withCommand(body, "pause", "DATE"), keep, do)
	keep.OnTapped = d.Cancel
	do.OnTapped = func() {
		end, bad := w.v.pauseEnd(choice, date.Text, at)
		if bad != "" {
			wrong.Set(w.v.t(bad))
			wrong.Show()
			body.Refresh()
			return
		}
		d.Hide()
		w.pauseUntil(end)
	}
	d.First = fyne.Focusable(options[0])
	d.Show()
}

func (w *Window) pauseUntil(end time.Time) {
	end = end.UTC().Truncate(time.Second)
	w.change(func(s *Settings) { s.Paused = end })
	w.toast("ok", look.OK, w.v.t("contacts.paused", "when", w.v.onDay(end, w.snap.Verdict.At)))
}

func (w *Window) endPause() {
	w.change(func(s *Settings) { s.Paused = time.Time{} })
	w.toast("ok", look.OK, w.v.t("contacts.goes_on"))
}
