package views

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"

	"holdfast/licensing/simulate"
	"holdfast/views/look"
)

// planName is the suggested name of a plan that is saved.
func planName(now time.Time, ending string) string {
	return "plan_" + now.Format(time.DateOnly) + ending
}

func (w *Window) savePlanText(m planModel) {
	text := w.v.planText(m, w.snap.Verdict.At)
	w.saveAs("plan.save_text", planName(w.snap.Verdict.At.In(w.v.zone), ".txt"), func() ([]byte, error) { return []byte(text), nil })
}

// savePlanPicture paints the plan as it is shown. Only writing it waits for the person.
func (w *Window) savePlanPicture(m planModel) {
	picture := planPicture(w.v.planSheet(m, w.snap.Verdict.At))
	w.saveAs("plan.save_picture", planName(w.snap.Verdict.At.In(w.v.zone), ".png"), func() ([]byte, error) {
		var b bytes.Buffer
		err := png.Encode(&b, picture)
		return b.Bytes(), err
	})
}

// savePlanScenario saves what was tried, not what came out, for the command line and for other computers.
func (w *Window) savePlanScenario(m planModel) {
	w.saveAs("plan.save_scenario", m.File, func() ([]byte, error) { return simulate.Format(m.Scenario) })
}

// planSheet is a plan that stands for itself: what was tried and when, and what comes of it.
func (v voice) planSheet(m planModel, now time.Time) fyne.CanvasObject {
	return look.Column(look.Gap12, look.NewPara(m.Answers.Headline, look.Title), look.Bullets(m.Conditions), v.planCard(m),
		look.NewPara(v.t("plan.text.title", "date", v.DateTime(now, v.zone)), look.Caption))
}

// Measures of a picture of a plan: as wide as a page, and twice as fine as a usual screen.
const pictureWidth, pictureScale = 760, 2

// planPicture paints a card off screen, in the colours and the text size of now.
func planPicture(card fyne.CanvasObject) image.Image {
	around := look.Inset(look.Gap24, look.Gap24, look.Gap24, look.Gap24, card)
	width := pictureWidth * look.TextFactor()
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetScale(pictureScale)
	c.SetContent(around)
	c.Resize(fyne.NewSize(width, look.HeightFor(around, width)))
	c.Resize(fyne.NewSize(width, look.HeightFor(around, width))) // what wraps knows its width now
	return c.Capture()
}

// planText is a plan to read anywhere.
func (v voice) planText(m planModel, now time.Time) string {
	var b strings.Builder
	line := func(s string) {
		b.WriteString(s)
		b.WriteByte('\n')
	}
	line(v.t("plan.text.title", "date", v.DateTime(now, v.zone)))
	line(v.t("plan.copy"))
	line("")
	line(m.Answers.Headline)
	for _, a := range v.planAnswers(m) {
		line(a.Label + ": " + a.Text)
	}
	for _, c := range m.Conditions {
		line("- " + c)
	}
	for _, p := range m.Products {
		line("")
		line(p.Name)
		for _, s := range p.Steps {
			line("  " + s.Date + ": " + s.Text)
		}
		if p.Avoid != "" {
			line("  " + p.Avoid)
		}
	}
	line("")
	if m.More > 0 {
		line(v.t("plan.more", "n", m.More))
	}
	if m.Assumptions != "" {
		line(v.t("plan.assumed", "list", m.Assumptions))
	}
	line(v.t("command") + ": " + m.Command)
	return b.String()
}
