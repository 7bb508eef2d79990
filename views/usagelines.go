package views

import (
	"path"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

// usageLine is one field of a usage file in words.
type usageLine struct{ Label, Value, Of string }

// title is what a field is, and of what.
func (l usageLine) title() string {
	if l.Of == "" {
		return l.Label
	}
	return l.Label + " · " + l.Of
}

// usageLines puts fields into words. An amount is told as its meter counts: a duration down to its seconds.
func (v voice) usageLines(lines []usage.Line) []usageLine {
	out, kind := make([]usageLine, 0, len(lines)), ""
	for _, l := range lines {
		if s, ok := l.Value.(string); ok && path.Ext(l.Path) == ".kind" {
			kind = s
		}
		out = append(out, usageLine{v.Text(l.Label, nil), v.fieldValue(l, kind), l.Of})
	}
	return out
}

// fieldValue is the value of a field; kind is that of the meter that it belongs to.
func (v voice) fieldValue(l usage.Line, kind string) string {
	name := strings.TrimPrefix(path.Ext(l.Path), ".")
	switch x := l.Value.(type) {
	case string:
		switch {
		case strings.HasPrefix(l.Path, "rows.note.") && (name == "kind" || name == "code"):
			return v.coded("usagefile.note."+name, x)
		case name == "kind":
			return v.coded("usagefile.kind", x)
		case name == "level":
			return v.coded("usagefile.level", x)
		}
		return x
	case []string:
		if name == "flags" {
			x = v.flags(x)
		}
		return strings.Join(x, ", ")
	case time.Time:
		return v.exactly(x)
	case time.Duration:
		return v.duration(int64(x / time.Second))
	case int64:
		if name == "units" || name == "over" {
			return v.units(kind, x)
		}
		if name == "grain" {
			return v.duration(x)
		}
		return v.Number(x)
	case uint64:
		return strconv.FormatUint(x, 10)
	case bool:
		return v.t("usagefile.yes")
	}
	return ""
}

func (v voice) flags(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = v.coded("usagefile.flag", n)
	}
	return out
}

// face are the fields that the file says of itself.
func (v voice) face(c usage.Contents) [][2]string {
	var out [][2]string
	for _, l := range v.usageLines(usage.Lines(usage.Contents{Schema: c.Schema, File: c.File})) {
		out = append(out, [2]string{l.Label, l.Value})
	}
	return out
}

// usageFieldsPlace lists every field of a usage file but its entries: also the parts of the ledger and what each day counted.
func (w *Window) usageFieldsPlace(d *licensing.UsageDraft) place {
	return place{section: secUsage, name: "usage fields " + d.Root, build: func() *screen {
		v, lines := w.v, w.v.usageLines(usage.Lines(d.Contents))
		list := look.NewList(rowHeight, func() int { return len(lines) },
			func(i int, into *look.ListRow) {
				*into = look.ListRow{Lead: lines[i].Label, Name: lines[i].title(), Sub: lines[i].Value}
			},
			func(i int) {
				w.tell(lines[i].Label, look.Facts([2]string{v.t("usagefile.fields.of"), lines[i].Of}, [2]string{v.t("usagefile.fields.value"), lines[i].Value}),
					v.t("copy"), lines[i].Value)
			})
		command := commandLine("usage_preview")
		s := w.sub(v.t("usagefile.fields.title"), nil, nil, nil)
		s.body = look.Filled(look.NewPara(v.t("usagefile.fields.lead", "n", len(lines)), look.Body), list,
			look.NewCommand(v.t("command"), command, v.t("copy"), func() { w.copy(command) }))
		s.first = func() fyne.Focusable { return list }
		return s
	}}
}
