package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"holdfast/licensing/terms"
)

// Card returns a surface with a border around content; its rows are told apart by rules.
func Card(content fyne.CanvasObject) *fyne.Container {
	return Over(NewBox(Surface, Border, RadiusCard), content)
}

// PaddedCard is a card with the usual padding.
func PaddedCard(content fyne.CanvasObject) *fyne.Container {
	return Card(Inset(Gap16, Gap16, Gap16, Gap16, content))
}

// Rows puts rules between rows.
func Rows(rows ...fyne.CanvasObject) *fyne.Container {
	c := Column(0)
	for i, r := range rows {
		if i > 0 {
			c.Add(NewRule())
		}
		c.Add(r)
	}
	return c
}

// NewChip returns a pill with symbol and word in a tone. sym "" takes the tone's own symbol.
func NewChip(t terms.Tone, sym, word string) *fyne.Container {
	tones := ToneOf(t)
	if sym == "" {
		sym = tones.Icon
	}
	return chip(tones, sym, word)
}

// NewQuietChip returns a pill for a word that is no state.
func NewQuietChip(sym, word string) *fyne.Container {
	return chip(Tones{Ink: Secondary, Tint: Sunken, Line: Border}, sym, word)
}

func chip(tones Tones, sym, word string) *fyne.Container {
	pill := NewBox(tones.Tint, tones.Line, canvas.RadiusMaximum)
	pill.Min, pill.Grows = fyne.NewSize(0, 24), true
	font := Font{Size: SizeCaption, Bold: true, Color: tones.Ink}
	return Over(pill, Inset(0, 10, 0, 8, Row(6, Cell{Object: NewIcon(sym, tones.Ink, IconChip)}, Cell{Object: NewLine(word, font)})))
}

// NewInitial returns the square with a vendor's first letter.
func NewInitial(name string) *fyne.Container {
	l := NewLine(initial(name), Font{Size: SizeHeading, Bold: true, Color: Secondary})
	l.Align = fyne.TextAlignCenter
	box := NewBox(Sunken, Border, RadiusInset)
	box.Min, box.Grows = fyne.NewSize(36, 36), true
	return Over(box, l)
}

// Section returns a heading with a symbol and a count; count "" leaves it out.
func Section(sym, title, count string) *fyne.Container {
	cells := []Cell{}
	if sym != "" {
		cells = append(cells, Cell{Object: NewIcon(sym, Secondary, IconRow)})
	}
	cells = append(cells, Cell{Object: NewLine(title, Heading)})
	if count != "" {
		cells = append(cells, Cell{Object: NewLine(count, Caption)})
	}
	return Row(Gap8, cells...)
}

// Answer is one of the four answers of a state.
type Answer struct{ Label, Text string }

// BannerModel is everything a banner shows.
type BannerModel struct {
	Tone     terms.Tone
	Symbol   string // "" takes the tone's
	Eyebrow  string
	Headline string
	Answers  []Answer
	// ButtonAt is the index of the answer beside which Button stands; with no Button it means nothing.
	ButtonAt int
	Button   *Button
	Other    *Button // the same in another way, such as by file; nil: none
	Also     *Button // a second way, of less weight; nil: none
	Columns  bool    // answers side by side, for pages with a body of their own
}

// Banner is the verdict: one sentence, four answers, one button.
type Banner struct {
	block
	Model BannerModel
}

// NewBanner returns the banner of m.
func NewBanner(m BannerModel) *Banner {
	b := &Banner{Model: m}
	t := ToneOf(m.Tone)
	if m.Symbol == "" {
		m.Symbol = t.Icon
	}
	body := Column(Gap4)
	head := Column(0)
	if m.Eyebrow != "" {
		head.Add(NewPara(m.Eyebrow, Font{Size: SizeCaption, Bold: true, Color: t.Ink}))
	}
	headline := NewPara(m.Headline, VerdictFont)
	headline.Narrow, headline.Below = Title, 600
	head.Add(headline)
	body.Add(head)
	if m.Columns {
		body.Add(answerColumns(m))
	} else {
		body.Add(answerRows(m))
	}
	icon := Inset(2, 0, 0, 0, NewIcon(m.Symbol, t.Ink, IconBanner))
	if m.Eyebrow != "" {
		icon = Inset(12, 0, 0, 0, NewIcon(m.Symbol, t.Ink, IconBanner))
	}
	inside := Row(Gap16, Cell{Object: icon, Align: Top}, Cell{Object: body, Width: Stretch, Align: Top})
	b.content = Over(NewBox(t.Tint, t.Line, RadiusBanner), Inset(Gap16, 20, Gap16, 20, inside))
	b.ExtendBaseWidget(b)
	return b
}

// answerRows: a label at the left, its answer beside it, the button at the right of its answer, several below it.
// Where there is no room for that, the label stands above and the button below.
func answerRows(m BannerModel) fyne.CanvasObject {
	wide, narrow := Column(5), Column(Gap8)
	labels := &Share{Least: 108}
	for i, a := range m.Answers {
		if a.Text == "" {
			continue
		}
		buttons := m.buttons()
		button := len(buttons) > 0 && i == m.ButtonAt
		cells := []Cell{
			{Object: NewLine(a.Label, Quiet), Share: labels, Align: Top},
			{Object: NewPara(a.Text, Body), Width: Stretch, Least: 190, Align: Top},
		}
		if button {
			cells[0].Align, cells[1].Align = Middle, Middle
			if len(buttons) == 1 {
				cells = append(cells, Cell{Object: buttons[0]})
			}
		}
		wide.Add(Row(Gap16, cells...))
		if button && len(buttons) > 1 {
			wide.Add(Inset(3, 0, 3, 0, Row(Gap16, Cell{Object: Space(0, 0), Share: labels}, Cell{Object: m.buttonRow(buttons), Width: Stretch})))
		}
		narrow.Add(Column(0, NewPara(a.Label, Caption), NewPara(a.Text, Body)))
		if button {
			narrow.Add(Inset(2, 0, Gap4, 0, m.buttonRow(buttons)))
		}
	}
	return Either(500, wide, narrow)
}

func answerColumns(m BannerModel) fyne.CanvasObject {
	grid := Fair(Gap24, Gap8)
	for _, a := range m.Answers {
		if a.Text != "" {
			grid.Add(Column(0, NewPara(a.Label, Caption), NewPara(a.Text, Body)))
		}
	}
	buttons := m.buttons()
	if len(buttons) == 0 {
		return grid
	}
	return Column(Gap12, grid, m.buttonRow(buttons))
}

// buttonRow puts the buttons side by side. The word of one without a frame that stands first begins where the column does.
func (m BannerModel) buttonRow(buttons []fyne.CanvasObject) fyne.CanvasObject {
	row := Wrapped(Gap4, buttons...)
	if m.Button != nil {
		return row
	}
	side, _ := m.Also.pad()
	return Inset(0, 0, 0, -side, row)
}

// buttons are the one that stands out and the other ways, as far as there are any.
func (m BannerModel) buttons() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, b := range []*Button{m.Button, m.Other, m.Also} {
		if b != nil {
			all = append(all, b)
		}
	}
	return all
}

// NewCommand returns the line that says how to do the same on the command line. A long command goes on in more lines.
func NewCommand(label, command, copyLabel string, copied func()) *fyne.Container {
	b := NewButton(LinkButton, copyLabel, copied)
	b.Small, b.Key = true, "copy.command"
	return Row(Gap8,
		Cell{Object: NewIcon("cmd", Secondary, IconRow)},
		Cell{Object: NewLine(label, Caption), HideBelow: 560},
		Cell{Object: NewRuns([]Run{{Text: command}}, CodeFont), Width: Stretch},
		Cell{Object: b},
	)
}

// Bullets is a list without order.
func Bullets(lines []string) fyne.CanvasObject {
	list := Column(Gap4)
	for _, s := range lines {
		list.Add(Row(Gap8, Cell{Object: NewLine("•", Quiet), Width: 10, Align: Top}, Cell{Object: NewPara(s, Body), Width: Stretch}))
	}
	return list
}

// Code is a command to be copied as it stands.
func Code(text string) fyne.CanvasObject {
	return Over(NewBox(Sunken, Border, RadiusInset), Inset(Gap12, Gap16, Gap12, Gap16, NewRuns([]Run{{Text: text}}, CodeFont)))
}

// Waiting is the quiet word in the middle of an empty window.
func Waiting(text string) fyne.CanvasObject {
	return Inset(scaled(180), 0, 0, 0, Centered(Row(Gap12, Cell{Object: NewIcon("wait", Secondary, IconRow)}, Cell{Object: NewLine(text, Quiet)})))
}
