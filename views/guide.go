package views

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"holdfast/docs"
	"holdfast/views/look"
)

// showGuide goes to a guide, in the language of the window.
func (w *Window) showGuide(name string) {
	w.visit(place{section: secHelp, name: "guide " + name, build: func() *screen {
		g, err := docs.Read(name, w.v.Language())
		if err != nil { // only for a name that is not a guide's
			return w.helpScreen()
		}
		parts := guideParts(g, w.v.t("copy"), w.copy)
		command := commandLine("guide", name)
		parts = append(parts, look.NewCommand(w.v.t("command"), command, w.v.t("copy"), func() { w.copy(command) }))
		return w.sub(g.Title, look.NewPage(look.Margins(4, 20, look.Narrow(760, look.Column(look.Gap12, parts...)))), nil, nil)
	}})
}

// guideParts are the blocks of a guide as they are shown; every command can be copied.
func guideParts(g docs.Guide, copyWord string, copied func(string)) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i, b := range g.Blocks {
		switch b.Kind {
		case docs.Heading:
			out = append(out, look.Inset(look.Gap8, 0, 0, 0, look.NewRuns(runs(b.Runs), look.Heading)))
		case docs.Text:
			out = append(out, look.NewRuns(runs(b.Runs), look.Body))
		case docs.Step:
			out = append(out, listed(strconv.Itoa(b.N)+".", 26, b.Runs))
		case docs.Point:
			out = append(out, listed("•", 26, b.Runs))
		case docs.Code:
			code := b.Code
			button := look.NewButton(look.LinkButton, copyWord, func() { copied(code) })
			button.Small, button.Key = true, "copy "+strconv.Itoa(i)
			lines := look.Column(2)
			for _, l := range strings.Split(code, "\n") {
				lines.Add(look.NewRuns([]look.Run{{Text: l}}, look.CodeFont))
			}
			out = append(out, look.Sunk(look.Row(look.Gap12, look.Cell{Object: lines, Width: look.Stretch}, look.Cell{Object: button, Align: look.Top})))
		}
	}
	return out
}

func listed(mark string, width float32, r []docs.Run) fyne.CanvasObject {
	return look.Row(look.Gap8, look.Cell{Object: look.NewLine(mark, look.Quiet), Width: width, Align: look.Top},
		look.Cell{Object: look.NewRuns(runs(r), look.Body), Width: look.Stretch})
}

func runs(in []docs.Run) []look.Run {
	out := make([]look.Run, 0, len(in))
	for _, r := range in {
		out = append(out, look.Run{Text: r.Text, Bold: r.Bold, Mono: r.Code})
	}
	return out
}
