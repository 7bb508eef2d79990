package views

import (
	"time"

	"holdfast/licensing"
)

func (v voice) changeName(c licensing.Change) string { return v.name(c.Name, c.Product) }

func (v voice) change(c licensing.Change) change {
	out := change{Sign: c.Sign, Name: v.changeName(c)}
	switch c.Code {
	case "vendor":
		out.Text = v.t("change.vendor")
	case "key_changed":
		out.Text = v.t("change.key")
	case "refused":
		out.Name, out.Text = v.t("change.refused"), ""
	case "removed":
		out.Text = v.t("change.removed")
	case "feature":
		out.Text = v.t("change.new")
	case "notice_withdrawn", "hold_lifted", "revocation_lifted":
		out.Text = v.t("change." + c.Code)
	case "notice", "policy_change", "extension_offline", "extension_grace", "extension_license", "hold", "revocation", "confirmed":
		out.Text, out.Was = v.partChange(c)
	default:
		out.Text, out.Was = v.endChange(c)
	}
	return out
}

// partChange tells what a notice, extension, hold or revocation does, with its date and the date before.
func (v voice) partChange(c licensing.Change) (text, was string) {
	id := "change." + c.Code
	if c.Until.IsZero() && v.Has("ui."+id+".open") {
		id += ".open"
	}
	text = v.t(id, "date", v.short(c.Until))
	if !c.Was.IsZero() && !c.Was.Equal(c.Until) {
		was = v.t("change.was", "date", v.short(c.Was))
	}
	return text, was
}

// endChange tells a new end and, when there was one, the old end.
func (v voice) endChange(c licensing.Change) (text, was string) {
	switch {
	case c.New && c.Until.IsZero():
		return v.t("change.new_no_end"), ""
	case c.New:
		return v.t("change.new_until", "date", v.short(c.Until)), ""
	case c.Until.IsZero():
		text = v.t("change.no_end")
	default:
		text = v.t("change.until", "date", v.short(c.Until))
	}
	if sameEnd(c.Until, c.Was) {
		return text, v.t("change.same")
	}
	if c.Was.IsZero() {
		return text, v.t("change.was_no_end")
	}
	return text, v.t("change.was", "date", v.short(c.Was))
}

func sameEnd(a, b time.Time) bool { return a.Equal(b) || a.IsZero() && b.IsZero() }
