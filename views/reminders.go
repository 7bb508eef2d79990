package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/alarm"
	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// reminder is a date that the person was told of, as the Overview shows it.
type reminder struct {
	Text   string
	Snooze string // label of the button that puts it off; "" when it cannot be
}

// remind tells of a date that is due, if the person wants that. What to tell, and how often, the program decides.
func (w *Window) remind() {
	if !w.settings.Remind {
		w.alarm = alarm.Alarm{}
		return
	}
	verdict := w.snap.Verdict
	w.work.quietly(func() func() {
		a, due := w.o.Desk.DueAlarm(verdict)
		if !due {
			return nil
		}
		return func() {
			if a.OS {
				w.app.SendNotification(fyne.NewNotification(a.Words(w.v.Speaker, w.v.zone)))
			}
			w.alarm = a
			if w.now.renew != nil {
				w.now.renew()
			}
		}
	})
}

// reminder is the line about an alarm while what it tells of is still so; false when it is not.
func (v voice) reminder(s licensing.Snapshot, a alarm.Alarm) (reminder, bool) {
	if a.Key == "" || !a.Date.IsZero() && !a.Date.After(s.Verdict.At) || a.Finding.State != "" && !stillSo(s, a.Finding) {
		return reminder{}, false
	}
	what, text := a.Words(v.Speaker, v.zone)
	r := reminder{Text: v.t("reminder.text", "what", what, "text", text)}
	if sameAs(s.Verdict.Main, a.Finding) {
		r.Text = v.t("reminder.told") // the banner says the rest
	}
	if a.Snooze.After(s.Verdict.At) {
		r.Snooze = v.t("reminder.snooze", "date", v.long(a.Snooze))
	}
	return r, true
}

func sameAs(a, b terms.Finding) bool {
	return a.State == b.State && a.Product == b.Product && a.License == b.License
}

// stillSo says that a finding is one of a verdict, or of one of its products.
func stillSo(s licensing.Snapshot, f terms.Finding) bool {
	if _, there := sameFinding(s.Verdict, f); there {
		return true
	}
	for _, p := range s.Verdict.Products {
		if sameAs(p.Finding, f) {
			return true
		}
	}
	return false
}

// snooze puts the reminder off.
func (w *Window) snooze() {
	until := w.alarm.Snooze
	w.work.quietly(func() func() {
		err := w.o.Desk.Snooze(until)
		return func() {
			w.alarm = alarm.Alarm{}
			if w.now.renew != nil {
				w.now.renew()
			}
			if err != nil {
				w.toast("notice", look.Notice, w.v.t("settings.not_kept"))
				return
			}
			w.toast("ok", look.OK, w.v.t("reminder.snoozed", "date", w.v.long(until)))
		}
	})
}

// offerReminders says that the box about reminders stands on the Overview: after the first license, until it is
// answered.
func (w *Window) offerReminders(before licensing.Snapshot) {
	first := len(before.Verdict.Products) == 0 && len(w.snap.Verdict.Products) > 0
	w.offered = (w.offered || first) && !w.settings.Remind
}

// answerOffer takes the answer to that box.
func (w *Window) answerOffer(yes bool) {
	w.offered = false
	if yes {
		w.setRemind(true)
		w.toast("ok", look.OK, w.v.t("remind.done"))
	}
	if w.now.renew != nil {
		w.now.renew()
	}
}

func (w *Window) setRemind(on bool) {
	w.change(func(s *Settings) { s.Remind = on })
	w.remind()
}

// remindRow is the switch among the settings.
func (w *Window) remindRow() fyne.CanvasObject {
	if l := w.lockOf("remind"); l.on() {
		return w.switchLocked("settings.remind", w.settings.Remind, l)
	}
	return look.SettingRow(w.v.t("settings.remind"), w.v.t("settings.remind.sub"),
		look.NewSwitch("remind", w.v.t("settings.remind"), w.settings.Remind, w.setRemind))
}

// reminderLine is the line about an alarm below the banner.
func (o *overview) reminderLine(r reminder) fyne.CanvasObject {
	cells := []look.Cell{{Object: look.NewIcon("wait", look.Notice, look.IconRow)}, {Object: look.NewPara(r.Text, look.Body), Width: look.Stretch}}
	if r.Snooze == "" {
		return look.PaddedCard(look.Row(look.Gap12, cells...))
	}
	button := func() *look.Button {
		b := look.NewButton(look.TextButton, r.Snooze, o.do.snooze)
		b.Key, b.Small = "snooze", true
		return b
	}
	return look.PaddedCard(look.Either(520, look.Row(look.Gap12, append(cells, look.Cell{Object: button()})...),
		look.Column(look.Gap8, look.NewPara(r.Text, look.Body), look.Wrapped(0, button()))))
}

// offer is the box about reminders after the first license.
func (o *overview) offer() fyne.CanvasObject {
	yes := look.NewButton(look.SecondaryButton, o.v.t("remind.yes"), func() { o.do.offer(true) })
	yes.Key = "remind.yes"
	no := look.NewButton(look.TextButton, o.v.t("not_now"), func() { o.do.offer(false) })
	no.Key = "remind.no"
	return look.PaddedCard(look.Column(look.Gap8, look.NewPara(o.v.t("settings.remind"), look.Heading),
		look.NewPara(o.v.t("remind.text"), look.Body), look.Wrapped(look.Gap12, yes, no)))
}
