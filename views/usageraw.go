package views

import (
	"bytes"
	"encoding/json"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/licensing"
	"holdfast/licensing/usage"
	"holdfast/views/look"
)

// rawChunk is how many lines of the raw file are on the screen at once.
const rawChunk = 100

// rawFile is what is in a usage file as JSON, with an entry a line. Entries become text when they are looked at.
type rawFile struct {
	before, after []string
	rows          []usage.Row
}

// rawFileOf splits the JSON of c around its entries.
func rawFileOf(c usage.Contents) (rawFile, error) {
	f := rawFile{rows: c.Rows}
	c.Rows = []usage.Row{}
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return rawFile{}, err
	}
	head, tail, _ := strings.Cut(string(b), `"rows": [`)
	f.before, f.after = strings.Split(head+`"rows": [`, "\n"), strings.Split("  "+tail, "\n")
	return f, nil
}

func (f rawFile) lines() int { return len(f.before) + len(f.rows) + len(f.after) }

// line is one line of the file.
func (f rawFile) line(i int) string {
	switch {
	case i < len(f.before):
		return f.before[i]
	case i >= len(f.before)+len(f.rows):
		return f.after[i-len(f.before)-len(f.rows)]
	}
	i -= len(f.before)
	b, err := json.Marshal(f.rows[i])
	if err != nil { // has no value that JSON lacks
		return ""
	}
	if i < len(f.rows)-1 {
		b = append(b, ',')
	}
	return "    " + string(b)
}

// text is the whole file.
func (f rawFile) text() []byte {
	var b bytes.Buffer
	for i := range f.lines() {
		b.WriteString(f.line(i))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// usageRawPlace shows the raw file, some lines at a time.
func (w *Window) usageRawPlace(d *licensing.UsageDraft) place {
	at := 0
	return place{section: secUsage, name: "usage raw " + d.Root, build: func() *screen {
		page := look.NewPage(nil)
		button := func(key, id string, tapped func()) *look.Button {
			b := look.NewButton(look.SecondaryButton, w.v.t(id), tapped)
			b.Key = key
			return b
		}
		var raw rawFile
		var draw func()
		step := func(by int) func() {
			return func() {
				at += by
				draw()
				page.ToTop()
			}
		}
		earlier, next := button("earlier", "usagefile.raw.earlier", step(-rawChunk)), button("next", "usagefile.raw.next", step(rawChunk))
		save := button("save", "usagefile.raw.save", func() {
			w.saveAs("usagefile.raw.save", strings.TrimSuffix(d.Name, ".hfuse")+".json", func() ([]byte, error) { return raw.text(), nil })
		})
		command := commandLine("usage_preview", "--raw")
		page.SetBar(look.Wrapped(look.Gap12, earlier, next, save))
		draw = func() {
			last := min(at+rawChunk, raw.lines())
			lines := look.Column(0)
			for i := at; i < last; i++ {
				rest := strings.TrimLeft(raw.line(i), " ")
				depth := float32(len(raw.line(i)) - len(rest))
				lines.Add(look.Inset(0, 0, 0, depth*look.Gap8, look.NewRuns([]look.Run{{Text: rest}}, look.CodeFont)))
			}
			earlier.Enable()
			next.Enable()
			if at == 0 {
				earlier.Disable()
			}
			if last == raw.lines() {
				next.Disable()
			}
			page.Set(sheet(look.NewPara(w.v.t("usagefile.raw.lead"), look.Body),
				look.NewPara(w.v.t("usagefile.raw.lines", "from", w.v.Number(int64(at+1)), "to", w.v.Number(int64(last)), "all", w.v.Number(int64(raw.lines()))), look.Caption),
				look.Sunk(lines),
				look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) })))
		}
		s := w.sub(w.v.t("usagefile.raw.title"), page, nil, nil)
		s.first = func() fyne.Focusable {
			if !next.Disabled() {
				return next
			}
			return save
		}
		page.Set(sheet(look.Waiting(w.v.t("busy.look"))))
		w.work.quietly(func() func() {
			made, err := rawFileOf(d.Contents)
			return func() {
				if err != nil {
					w.warn(err)
					return
				}
				raw = made
				draw()
				if w.now == s {
					w.focusFirst()
				}
			}
		})
		return s
	}}
}
