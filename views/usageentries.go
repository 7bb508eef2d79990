package views

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

// usageEntriesPlace lists every entry of a usage file. Only the rows in sight exist, so that a hundred thousand are as quick as ten.
func (w *Window) usageEntriesPlace(d *licensing.UsageDraft) place {
	return place{section: secUsage, name: "usage entries " + d.Root, build: func() *screen {
		rows, v, snap := d.Contents.Rows, w.v, w.snap
		list := look.NewList(rowHeight, func() int { return len(rows) },
			func(i int, into *look.ListRow) { *into = v.entryRow(snap, d.Root, rows[i]) },
			func(i int) {
				w.tell(v.t("usagefile.entry.title", "n", whole(rows[i].Seq)), look.Facts(v.entryFacts(rows[i])...), "", "")
			})
		command := commandLine("usage_preview", "--entries")
		lead := v.t("usagefile.entries.lead", "n", len(rows))
		if n := uses(d.Contents); n > 0 {
			lead = v.t("usagefile.uses", "n", n) + " " + lead
		}
		top := look.NewPara(lead, look.Body)
		s := w.sub(v.t("usagefile.entries.title"), nil, nil, nil)
		s.body = look.Filled(top, list, look.NewCommand(v.t("command"), command, v.t("copy"), func() { w.copy(command) }))
		s.first = func() fyne.Focusable { return list }
		return s
	}}
}

// entryRow is one entry as a row of the list; all its fields stand in entryFacts.
func (v voice) entryRow(s licensing.Snapshot, root string, r usage.Row) look.ListRow {
	out := look.ListRow{Side: v.t("usagefile.entry.number", "n", whole(r.Seq))}
	at := time.Time{}
	switch {
	case r.Use != nil:
		u := r.Use
		out.Lead = v.productOf(s, root, u.Product)
		out.Name, out.Sub, at = v.metered(s, root, u.Product, u.Meter, u.Kind, u.Units), out.Lead, u.At
		if len(u.Flags) > 0 {
			out.Sub = strings.Join(append([]string{out.Sub}, v.flags(u.Flags)...), " · ")
		}
	case r.Session != nil:
		out.Name, out.Sub, at = v.t("usagefile.entry.session"), v.t("usagefile.entry.session.text", "version", r.Session.Program), r.Session.At
	case r.Note != nil:
		out.Name, at = v.coded("usagefile.note.kind", r.Note.Kind), r.Note.At
		if out.Sub = r.Note.Cause; r.Note.Code != "" {
			out.Sub = v.coded("usagefile.note.code", r.Note.Code)
		}
	case r.Name != nil:
		out.Lead = v.productOf(s, root, r.Name.Product)
		meter := v.name(meterOf(s, root, r.Name.Product, r.Name.Meter).Name, r.Name.Meter)
		out.Name, out.Sub = v.t("usagefile.entry.named", "meter", meter), out.Lead+" · "+v.coded("usagefile.kind", r.Name.Kind)
	default:
		out.Name, out.Sub = v.t("usagefile.entry.sealed"), v.t("usagefile.entry.sealed.text")
	}
	if out.Lead == "" {
		out.Lead = out.Name
	}
	if !at.IsZero() {
		out.DateLabel, out.Date = v.short(at), v.Time(at, v.zone)
		if at.Second() != 0 {
			out.Date = v.Seconds(at, v.zone)
		}
	}
	return out
}

// entryFacts are all fields of an entry, each as label and value.
func (v voice) entryFacts(r usage.Row) [][2]string {
	var out [][2]string
	for _, l := range v.usageLines(usage.RowLines(r)) {
		out = append(out, [2]string{l.Label, l.Value})
	}
	return out
}
