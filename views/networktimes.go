package views

import (
	"strconv"

	"fyne.io/fyne/v2"

	"holdfast/app"
	"holdfast/views/look"
)

// segmentKey is the focus key of the i-th of several controls, segmentID its text.
func segmentKey(key string, i int) string { return key + " " + strconv.Itoa(i) }

func segmentID(id string, i int) string { return id + "." + strconv.Itoa(i) }

// editTimes asks for the days and times of a time window, the i-th or a new one.
func (w *Window) editTimes(i int) {
	days, from, to := [7]bool{false, true, true, true, true, true, false}, "08:00", "18:00"
	if all, err := app.ParseTimes(w.settings.Times); err == nil && i < len(all) {
		if days = all[i].Days; days == [7]bool{} {
			days = [7]bool{true, true, true, true, true, true, true}
		}
		from, to = clockTime(all[i].From), clockTime(all[i].To)
	}
	grid := look.Equal(130, 4, look.Gap12, look.Gap4)
	var first *look.Area
	for n := 1; n <= 7; n++ {
		t := look.NewTick(w.v.weekday(n), func(on bool) { days[n%7] = on })
		t.Key = segmentKey("day", n)
		t.SetOn(days[n%7])
		if first == nil {
			first = t
		}
		grid.Add(t)
	}
	entry := func(key, text string) *look.Entry {
		e := look.NewEntry(key, "")
		e.SetText(text)
		return e
	}
	begin, end := entry("from", from), entry("to", to)
	wrong := look.NewPara("", look.BodyBold.In(look.Stop))
	wrong.Hide()
	body := look.Column(look.Gap12, look.NewPara(w.v.t("network.days.label"), look.BodyBold), look.Inset(0, ringRoom, 0, ringRoom, grid),
		look.Inset(0, ringRoom, 0, ringRoom, look.Equal(160, 2, look.Gap16, look.Gap12,
			look.NewField(w.v.t("network.begin"), "", begin), look.NewField(w.v.t("network.end"), "", end))),
		look.NewPara(w.v.t("network.night"), look.Caption), wrong)
	keep := look.NewButton(look.SecondaryButton, w.v.t("cancel"), nil)
	do := look.NewButton(look.PrimaryButton, w.v.t("network.keep"), nil)
	d := look.NewDialog(w.canvas(), w.v.t("network.times.title"), body, keep, do)
	keep.OnTapped = d.Cancel
	say := func(id string) {
		wrong.Set(w.v.t(id))
		wrong.Show()
		body.Refresh()
	}
	do.OnTapped = func() {
		switch {
		case days == [7]bool{}:
			say("network.wrong.days")
		case begin.Text == "" || end.Text == "" || !w.keepTimes(i, days, begin.Text, end.Text):
			say("network.wrong.times")
		default:
			d.Hide()
		}
	}
	d.First = fyne.Focusable(first)
	d.Show()
}

// keepTimes keeps a time window, or takes the i-th out; false when it is none.
func (w *Window) keepTimes(i int, days [7]bool, from, to string) bool {
	times, err := editedTimes(w.settings.Times, i, days, from, to)
	if err != nil {
		return false
	}
	w.change(func(s *Settings) { s.Times = times })
	return true
}
