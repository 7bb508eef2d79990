package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Lane is one thing over the time of all lanes. Places of its phases go from 0 to 1.
type Lane struct {
	Name   string
	Phases []Phase
}

// Tick is a date above all lanes, with a fine line through them.
type Tick struct {
	At   float32
	Word string
}

// Reach is how long something lasts that all lanes have in common, drawn as a thin bar below them.
type Reach struct {
	Name     string
	From, To float32
	Word     string
}

// LanesModel is everything that lanes show.
type LanesModel struct {
	Ticks   []Tick
	Lanes   []Lane
	Reaches []Reach
}

// Measures of lanes at text factor 1.
const (
	laneHigh, laneGap = 24, 4
	reachHigh         = 6
	wordRoom          = 8 // a word needs as much at both of its sides, else the phase has none
)

// lanes compares what happens to several things over the same time.
type lanes struct {
	widget.BaseWidget
	m LanesModel
}

// NewLanes draws a bar of phases for each lane, with dates above and what is assumed below. A phase that is narrower
// than its word shows none: lanes never stand without the same in words.
func NewLanes(m LanesModel) fyne.CanvasObject {
	l := &lanes{m: m}
	l.ExtendBaseWidget(l)
	return l
}

var reachFont = Caption

// nameWidth is the width that names take at the left; 0 when they stand above their bars, because they would leave too
// little for them.
func (l *lanes) nameWidth(total float32) float32 {
	w := float32(0)
	for _, lane := range l.m.Lanes {
		w = max(w, Body.measure(lane.Name).Width)
	}
	for _, r := range l.m.Reaches {
		w = max(w, reachFont.measure(r.Name).Width)
	}
	if w += Gap16; w > total*0.3 {
		return 0
	}
	return w
}

// x is the place of a share of the time.
func (l *lanes) x(total, share float32) float32 {
	left := l.nameWidth(total)
	return left + min(1, max(0, share))*(total-1-left)
}

func (l *lanes) ticks(total float32) []slot {
	var at, w []float32
	for _, t := range l.m.Ticks {
		at, w = append(at, l.x(total, t.At)), append(w, Caption.measure(t.Word).Width)
	}
	return arrange(total, 0, at, w)
}

// nameHigh is the height that a name takes above its bar.
func (l *lanes) nameHigh(total float32, f Font) float32 {
	if l.nameWidth(total) > 0 {
		return 0
	}
	return f.measure("Mg").Height
}

func (l *lanes) top(total float32) float32 {
	if len(l.m.Ticks) == 0 {
		return 0
	}
	return float32(linesOf(l.ticks(total)))*captionHigh() + Gap4
}

// below is where the reaches begin.
func (l *lanes) below(total float32) float32 {
	return l.top(total) + float32(len(l.m.Lanes))*(l.nameHigh(total, Body)+scaled(laneHigh)+laneGap)
}

func (l *lanes) reachLine(total float32) float32 {
	return l.nameHigh(total, reachFont) + max(captionHigh(), scaled(reachHigh)) + laneGap
}

// HeightFor implements Flow.
func (l *lanes) HeightFor(total float32) float32 {
	return l.below(total) + float32(len(l.m.Reaches))*l.reachLine(total)
}

// AccessibilityLabel reads out each lane.
func (l *lanes) AccessibilityLabel() string {
	var all []string
	for _, lane := range l.m.Lanes {
		var words []string
		for _, p := range lane.Phases {
			words = append(words, p.Word)
		}
		all = append(all, lane.Name+": "+strings.Join(words, ", "))
	}
	return strings.Join(all, "; ")
}

// AccessibilityRole implements fyne.Accessible.
func (l *lanes) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (l *lanes) CreateRenderer() fyne.WidgetRenderer {
	r := &lanesRenderer{l: l}
	for range l.m.Ticks {
		r.ticks, r.grid = append(r.ticks, canvas.NewText("", nil)), append(r.grid, canvas.NewRectangle(nil))
	}
	for _, lane := range l.m.Lanes {
		r.names = append(r.names, canvas.NewText("", nil))
		for range lane.Phases {
			r.bars, r.words = append(r.bars, canvas.NewRectangle(nil)), append(r.words, canvas.NewText("", nil))
		}
	}
	for range l.m.Reaches {
		r.names, r.bars = append(r.names, canvas.NewText("", nil)), append(r.bars, canvas.NewRectangle(nil))
		r.words = append(r.words, canvas.NewText("", nil))
	}
	r.paint()
	return r
}

// lanesRenderer holds names of lanes, then of reaches, and in the same order bars with their words.
type lanesRenderer struct {
	l                   *lanes
	grid, bars          []*canvas.Rectangle
	ticks, names, words []*canvas.Text
}

// inks are the colours of a phase: tint, line and word.
func (p Phase) inks() (fill, line, word fyne.ThemeColorName) {
	if p.Tone == "" {
		return Sunken, Later, Secondary
	}
	t := ToneOf(p.Tone)
	return t.Tint, t.Ink, t.Ink
}

func (r *lanesRenderer) paint() {
	m := r.l.m
	for i, t := range m.Ticks {
		r.ticks[i].Text, r.grid[i].FillColor = t.Word, theme.Color(Border)
		Caption.apply(r.ticks[i])
	}
	n := 0
	for i, lane := range m.Lanes {
		Body.apply(r.names[i])
		for _, p := range lane.Phases {
			fill, line, word := p.inks()
			b := r.bars[n]
			b.FillColor, b.StrokeColor, b.StrokeWidth, b.CornerRadius = theme.Color(fill), theme.Color(line), 1, 4
			r.words[n].Text, r.words[n].Alignment = p.Word, fyne.TextAlignCenter
			phaseFont.In(word).apply(r.words[n])
			n++
		}
	}
	for i, x := range m.Reaches {
		reachFont.apply(r.names[len(m.Lanes)+i])
		r.bars[n].FillColor, r.bars[n].CornerRadius = theme.Color(Later), scaled(reachHigh)/2
		r.words[n].Text = x.Word
		reachFont.apply(r.words[n])
		n++
	}
}

func (r *lanesRenderer) Layout(size fyne.Size) {
	l, m := r.l, r.l.m
	top, below, line := l.top(size.Width), l.below(size.Width), captionHigh()
	slots := l.ticks(size.Width)
	for i := range m.Ticks {
		y := float32(linesOf(slots)-slots[i].line-1) * line
		place(r.ticks[i], slots[i].x, y, slots[i].w, line)
		place(r.grid[i], slots[i].at, y+line, 1, max(0, below-y-line))
	}
	n, y := 0, top
	for i, lane := range m.Lanes {
		above := l.nameHigh(size.Width, Body)
		r.name(i, lane.Name, Body, size.Width, y+above, scaled(laneHigh))
		y += above
		for _, p := range lane.Phases {
			from, to := l.x(size.Width, p.From), l.x(size.Width, p.To)
			place(r.bars[n], from, y, max(1, to-from-1), scaled(laneHigh))
			h := r.words[n].MinSize().Height
			place(r.words[n], from, y+(scaled(laneHigh)-h)/2, max(0, to-from-1), h)
			r.words[n].Hidden = to-from < phaseFont.measure(p.Word).Width+2*wordRoom
			n++
		}
		y += scaled(laneHigh) + laneGap
	}
	for i, x := range m.Reaches {
		above := l.nameHigh(size.Width, reachFont)
		r.name(len(m.Lanes)+i, x.Name, reachFont, size.Width, y+above, line)
		r.reach(n, x, size.Width, y+above, line)
		y += l.reachLine(size.Width)
		n++
	}
}

// name stands at the left of a bar that is high high, else above it. One that is too long for the whole width is cut.
func (r *lanesRenderer) name(i int, name string, f Font, total, y, high float32) {
	t := r.names[i]
	t.Text = cutMiddle(name, total, func(s string) float32 { return f.measure(s).Width })
	h := f.measure("Mg").Height
	if beside := r.l.nameWidth(total); beside > 0 {
		place(t, 0, y+(high-h)/2, beside, h)
	} else {
		place(t, 0, y-h, total, h)
	}
}

// reach draws one thin bar; its words stand behind it, else before it, else not at all: the list has them.
func (r *lanesRenderer) reach(n int, x Reach, total, y, line float32) {
	from, to := r.l.x(total, x.From), r.l.x(total, x.To)
	w := reachFont.measure(x.Word).Width
	place(r.bars[n], from, y+(line-scaled(reachHigh))/2, max(scaled(reachHigh), to-from), scaled(reachHigh))
	r.words[n].Hidden = false
	switch {
	case to+Gap8+w <= total:
		place(r.words[n], to+Gap8, y, w, line)
	case from-Gap8-w >= r.l.nameWidth(total):
		place(r.words[n], from-Gap8-w, y, w, line)
	default:
		r.words[n].Hidden = true
	}
}

func (r *lanesRenderer) MinSize() fyne.Size {
	return fyne.NewSize(scaled(160), r.l.HeightFor(max(r.l.Size().Width, scaled(160))))
}

func (r *lanesRenderer) Refresh() {
	r.paint()
	r.Layout(r.l.Size())
	canvas.Refresh(r.l)
}

func (r *lanesRenderer) Destroy() {}

func (r *lanesRenderer) Objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := range r.ticks {
		out = append(out, r.grid[i], r.ticks[i])
	}
	for i := range r.bars {
		out = append(out, r.bars[i], r.words[i])
	}
	for _, n := range r.names {
		out = append(out, n)
	}
	return out
}
