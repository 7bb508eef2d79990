package views

import (
	"fyne.io/fyne/v2"

	"holdfast/licensing/terms"
	"holdfast/views/look"
)

// sections are the items of the rail above its foot, in order.
func (w *Window) sections() []look.RailItem {
	waiting := 0
	for _, r := range w.snap.Requests {
		if r.State == terms.RequestOpen {
			waiting++
		}
	}
	return []look.RailItem{
		w.railItem(secOverview, "overview", w.home),
		w.railItem(secLicenses, "licenses", w.licensesPlace),
		w.counted(w.railItem(secFiles, "files", w.filesPlace), waiting),
		w.railItem(secUsage, "usage", w.usagePlace),
		w.railItem(secPlan, "plan", w.planPlace),
		w.railItem(secHelp, "help", w.helpPlace),
	}
}

func (w *Window) railItem(section, symbol string, to func() place) look.RailItem {
	on := w.now != nil && len(w.trail.places) > 0 && w.trail.here().section == section
	return look.RailItem{Key: section, Symbol: symbol, Label: w.v.t("rail." + section), On: on, Tapped: func() {
		if w.ready() {
			w.visit(to())
		}
	}}
}

func (w *Window) counted(i look.RailItem, n int) look.RailItem {
	i.Count, i.CountTone = n, terms.ToneNotice
	return i
}

// isSection says whether a place is the own page of an item of the rail: Esc stays there.
func (w *Window) isSection(name string) bool {
	switch name {
	case secOverview, secLicenses, secFiles, secUsage, secPlan, secHelp, secSettings:
		return true
	}
	return false
}

// renewedRail is the rail as it stands, or none.
func (w *Window) renewedRail() fyne.CanvasObject {
	if w.now.bare || !w.have {
		return nil
	}
	foot := []look.RailItem{w.railItem(secSettings, "gear", w.settingsPlace)}
	if w.rail == nil {
		w.rail = look.NewRail(programName, w.sections(), foot)
	} else {
		w.rail.Set(w.sections(), foot)
	}
	return w.rail
}

// redress builds everything anew that holds words: after another language was chosen.
func (w *Window) redress() {
	w.closeOverlays()
	key := look.FocusKeyOf(w.canvas().Focused())
	w.rail, w.foot, w.footer = nil, nil, nil
	w.renewTray()
	switch {
	case w.have:
		w.renewFoot()
		w.reshow()
		w.refocus(key)
	case w.refused != nil:
		w.Refuse(w.refused)
	default:
		w.show(w.opening())
	}
}

// sectionPlace is the own page of a section.
func (w *Window) sectionPlace(section string) place {
	switch section {
	case secLicenses:
		return w.licensesPlace()
	case secFiles:
		return w.filesPlace()
	case secUsage:
		return w.usagePlace()
	case secPlan:
		return w.planPlace()
	case secHelp:
		return w.helpPlace()
	case secSettings:
		return w.settingsPlace()
	}
	return w.home()
}
