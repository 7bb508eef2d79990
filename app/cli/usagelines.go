package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/usage"
)

// contentLines are everything in a usage file but its single entries: first what was counted, then what the file says of
// itself, then the parts of the ledger with the numbers and seals that prove it.
func (s *session) contentLines(c usage.Contents) page {
	sections := map[string]page{}
	lines := usage.Lines(c)
	for i := 0; i < len(lines); {
		top, _, _ := strings.Cut(lines[i].Path, ".")
		if lines[i].Of == "" {
			sections["file"] = append(sections["file"], "  "+s.labelled(lines[i]))
			i++
			continue
		}
		n := i // neighbors that belong to the same thing are one line
		var facts []string
		kind := ""
		for ; n < len(lines) && lines[n].Of == lines[i].Of && under(lines[n].Path, top); n++ {
			l := lines[n]
			switch name := l.Path[strings.LastIndexByte(l.Path, '.')+1:]; {
			case name == "kind" && top != "file":
				kind, _ = l.Value.(string)
				l.Value = s.coded("cli.usage.kind."+kind, kind)
			case kind == usage.Duration && (name == "units" || name == "over"):
				if units, ok := l.Value.(int64); ok {
					l.Value = s.amount(kind, units)
				}
			}
			if !inTitle[l.Path] {
				facts = append(facts, s.labelled(l))
			}
		}
		section := "file"
		if top == "epochs" || top == "sums" {
			section = top
		}
		sections[section] = append(sections[section], "  "+s.text("cli.usage.line."+section, map[string]any{"of": lines[i].Of, "facts": strings.Join(facts, "; ")}))
		i = n
	}
	return slices.Concat(sections["sums"], sections["file"], sections["epochs"])
}

// inTitle are the fields that usage.Line.Of says already.
var inTitle = map[string]bool{
	"epochs.number": true, "epochs.closed.product": true, "epochs.closed.meter": true, "epochs.closed.day": true,
	"sums.product": true, "sums.meter": true, "sums.day": true,
}

func under(path, top string) bool { return path == top || strings.HasPrefix(path, top+".") }

// faceLines are what a usage file says outside its seal.
func (s *session) faceLines(u exchange.Usage) []string {
	var all []string
	for _, l := range usage.Lines(usage.Contents{File: u}) {
		if under(l.Path, "file") {
			all = append(all, s.labelled(l))
		}
	}
	return all
}

// labelled is one fact with its label. Of many of a kind it says which.
func (s *session) labelled(l usage.Line) string {
	label := s.coded("usage.field."+l.Path, l.Path)
	if l.Of != "" && under(l.Path, "file") {
		label += " " + l.Of
	}
	return s.text("cli.usage.fact", map[string]any{"label": label, "value": s.lineValue(l.Value)})
}

// lineValue is a value as it is in the file; a time is in the person's zone, to the second where it has seconds.
func (s *session) lineValue(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return s.text("cli.usage.yes", nil)
		}
		return s.text("cli.usage.no", nil)
	case []string:
		return strings.Join(v, ", ")
	case time.Time:
		return s.moments(v)
	default:
		return fmt.Sprint(v)
	}
}

// moments is a time with its seconds, unless it was cut to less.
func (s *session) moments(t time.Time) string {
	if t.Second() == 0 || t.IsZero() {
		return s.say.DateTime(t, s.zone)
	}
	return s.text("cli.usage.moment", map[string]any{"date": s.say.Date(t, s.zone), "time": s.say.Seconds(t, s.zone)})
}

// rowLines are the single entries of a usage file.
func (s *session) rowLines(rows []usage.Row) page {
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, s.rowCells(r))
	}
	var p page
	p.table(cells)
	return p
}

// rowCells are an entry in columns: its number, its part of the ledger, its time, and what it says.
func (s *session) rowCells(r usage.Row) []string {
	head := []string{"  " + entry(r.Seq), s.text("cli.usage.row.epoch", map[string]any{"epoch": entry(r.Epoch)})}
	switch {
	case r.Use != nil:
		u := r.Use
		return append(head, s.moments(u.At), u.Product, u.Meter, s.amount(u.Kind, u.Units), s.coded("cli.usage.kind."+u.Kind, u.Kind), s.flags(u.Flags))
	case r.Name != nil:
		return append(head, "", s.text("cli.usage.row.name", map[string]any{
			"product": r.Name.Product, "meter": r.Name.Meter, "kind": s.coded("cli.usage.kind."+r.Name.Kind, r.Name.Kind),
		}))
	case r.Session != nil:
		x := r.Session
		return append(head, s.moments(x.At), s.text("cli.usage.row.session", map[string]any{
			"boot": x.Boot, "wall": s.moments(x.Wall), "running": x.Running.String(), "program": x.Program, "grain": strconv.FormatInt(x.Grain, 10),
		}))
	case r.Note != nil:
		return append(head, s.moments(r.Note.At), s.noteText(*r.Note))
	}
	return append(head, "", s.text("cli.usage.row.sealed", nil))
}

// noteText is a note with everything that it says.
func (s *session) noteText(n usage.Note) string {
	parts := []string{n.Code, n.Cause, n.Detail}
	if !n.From.IsZero() || !n.To.IsZero() {
		parts = append(parts, s.text("cli.usage.row.range", map[string]any{"from": s.moments(n.From), "to": s.moments(n.To)}))
	}
	if n.Seq > 0 || n.Head != "" {
		parts = append(parts, s.text("cli.usage.row.seq", map[string]any{"seq": entry(n.Seq), "head": n.Head}))
	}
	if n.Count > 0 {
		parts = append(parts, s.text("cli.usage.row.count", map[string]any{"n": int64(min(n.Count, 1<<62))}))
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return s.text("cli.usage.row.note", map[string]any{"text": s.coded("cli.usage.note."+n.Kind, n.Kind), "detail": strings.Join(parts, ", ")})
}

func (s *session) flags(codes []string) string {
	var all []string
	for _, c := range codes {
		all = append(all, s.coded("cli.usage.flag."+c, c))
	}
	return strings.Join(all, ", ")
}

// coded is the text called id for a code, or the code itself.
func (s *session) coded(id, code string) string {
	if code != "" && s.say.Has(id) {
		return s.text(id, nil)
	}
	return code
}
