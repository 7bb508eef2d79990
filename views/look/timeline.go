package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"holdfast/licensing/terms"
)

// Mark is a date on a timeline.
type Mark struct {
	At         float32 // 0 at the left end, 1 at the tip, where it has no ring
	Date, Name string
}

// Phase is a stretch of a timeline.
type Phase struct {
	From, To float32
	Tone     terms.Tone // "" is later
	Word     string
}

func (p Phase) colors() (bar, word fyne.ThemeColorName) {
	if p.Tone == "" {
		return Later, Secondary
	}
	return ToneOf(p.Tone).Ink, ToneOf(p.Tone).Ink
}

// Measures of a timeline at text factor 1.
const (
	barHigh, markSide, tipWide, tipHigh = 10, 16, 16, 22
	labelApart                          = 80 // marks that are closer have their labels on different lines
	labelGap                            = 8
)

// timeline is a bar of phases with an arrow at its end and rings at dates.
type timeline struct {
	widget.BaseWidget
	phases []Phase
	marks  []Mark
}

// NewTimeline draws phases as a bar, with marks at dates. Words stand above it and dates below, on as many lines as
// they need. NewSteps is its form for those who do not see it.
func NewTimeline(phases []Phase, marks []Mark) fyne.CanvasObject {
	t := &timeline{phases: phases, marks: marks}
	t.ExtendBaseWidget(t)
	return t
}

var (
	phaseFont = Font{Size: SizeCaption, Bold: true}
	dateFont  = Font{Size: SizeCaption, Bold: true, Color: Text}
)

// x is the place of a share of the bar.
func (t *timeline) x(total, share float32) float32 {
	left, right := scaled(markSide)/2, total-scaled(tipWide)
	return left + min(1, max(0, share))*(right-left)
}

func (t *timeline) slots(total float32) (words, dates []slot) {
	var at, w []float32
	for _, p := range t.phases {
		at, w = append(at, (t.x(total, p.From)+t.x(total, p.To))/2), append(w, phaseFont.measure(p.Word).Width)
	}
	words = arrange(total, 0, at, w)
	at, w = nil, nil
	for _, m := range t.marks {
		at = append(at, t.x(total, m.At))
		w = append(w, max(dateFont.measure(m.Date).Width, Caption.measure(m.Name).Width))
	}
	return words, arrange(total, scaled(labelApart), at, w)
}

func captionHigh() float32 { return Caption.measure("Mg").Height }

// HeightFor implements Flow.
func (t *timeline) HeightFor(total float32) float32 {
	words, dates := t.slots(total)
	line := captionHigh()
	return float32(linesOf(words))*line + Gap4 + scaled(tipHigh) + Gap4 + float32(linesOf(dates))*(2*line+Gap4)
}

// AccessibilityLabel reads out the dates.
func (t *timeline) AccessibilityLabel() string {
	var parts []string
	for _, m := range t.marks {
		parts = append(parts, m.Date+" "+m.Name)
	}
	return strings.Join(parts, ", ")
}

// AccessibilityRole implements fyne.Accessible.
func (t *timeline) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (t *timeline) CreateRenderer() fyne.WidgetRenderer {
	r := &timelineRenderer{t: t, tip: &canvas.ArbitraryPolygon{NormalizedPoints: true}}
	r.tip.Points = []fyne.Position{{X: 0, Y: 0}, {X: 1, Y: 0.5}, {X: 0, Y: 1}}
	for range t.phases {
		r.bars, r.words = append(r.bars, canvas.NewRectangle(nil)), append(r.words, canvas.NewText("", nil))
	}
	for range t.marks {
		r.rings, r.leads = append(r.rings, canvas.NewCircle(nil)), append(r.leads, canvas.NewRectangle(nil))
		r.dates, r.names = append(r.dates, canvas.NewText("", nil)), append(r.names, canvas.NewText("", nil))
	}
	r.paint()
	return r
}

type timelineRenderer struct {
	t            *timeline
	bars, leads  []*canvas.Rectangle
	rings        []*canvas.Circle
	words        []*canvas.Text
	dates, names []*canvas.Text
	tip          *canvas.ArbitraryPolygon
}

func (r *timelineRenderer) paint() {
	r.tip.FillColor = theme.Color(Later)
	for i, p := range r.t.phases {
		bar, word := p.colors()
		r.bars[i].FillColor, r.tip.FillColor = theme.Color(bar), theme.Color(bar)
		r.words[i].Text = p.Word
		phaseFont.In(word).apply(r.words[i])
	}
	for i, m := range r.t.marks {
		r.rings[i].FillColor, r.rings[i].StrokeColor, r.rings[i].StrokeWidth = theme.Color(Surface), theme.Color(Text), 2.5
		r.rings[i].Hidden = m.At >= 1
		r.leads[i].FillColor = theme.Color(Outline)
		r.dates[i].Text, r.names[i].Text = m.Date, m.Name
		dateFont.apply(r.dates[i])
		Caption.apply(r.names[i])
	}
}

func (r *timelineRenderer) Layout(size fyne.Size) {
	t, line := r.t, captionHigh()
	words, dates := t.slots(size.Width)
	top := float32(linesOf(words))*line + Gap4
	middle := top + scaled(tipHigh)/2
	for i, p := range t.phases {
		from, to := t.x(size.Width, p.From), t.x(size.Width, p.To)
		place(r.bars[i], from, middle-scaled(barHigh)/2, max(0, to-from), scaled(barHigh))
		place(r.words[i], words[i].x, top-Gap4-float32(words[i].line+1)*line, words[i].w, line)
	}
	place(r.tip, size.Width-scaled(tipWide)-1, top, scaled(tipWide), scaled(tipHigh))
	for i := range t.marks {
		s, side := dates[i], scaled(markSide)
		place(r.rings[i], s.at-side/2, middle-side/2, side, side)
		y := top + scaled(tipHigh) + Gap4 + float32(s.line)*(2*line+Gap4)
		r.leads[i].Hidden = s.line == 0 || crossed(dates, i)
		place(r.leads[i], s.at-0.5, middle+side/2+1, 1, y-middle-side/2-1)
		align := fyne.TextAlignCenter
		switch {
		case s.x == 0:
			align = fyne.TextAlignLeading
		case s.x >= size.Width-s.w-0.5:
			align = fyne.TextAlignTrailing
		}
		r.dates[i].Alignment, r.names[i].Alignment = align, align
		place(r.dates[i], s.x, y, s.w, line)
		place(r.names[i], s.x, y+line-1, s.w, line)
	}
}

func (r *timelineRenderer) MinSize() fyne.Size {
	return fyne.NewSize(scaled(160), r.t.HeightFor(max(r.t.Size().Width, scaled(160))))
}

func (r *timelineRenderer) Refresh() {
	r.paint()
	r.Layout(r.t.Size())
	canvas.Refresh(r.t)
}

func (r *timelineRenderer) Destroy() {}

func (r *timelineRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := range r.bars {
		out = append(out, r.bars[i], r.words[i])
	}
	out = append(out, r.tip)
	for i := range r.rings {
		out = append(out, r.leads[i], r.rings[i], r.dates[i], r.names[i])
	}
	return out
}
