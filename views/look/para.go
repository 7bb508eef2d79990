package look

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Run is a stretch of a paragraph that is set in one way.
type Run struct {
	Text string
	Bold bool
	Mono bool
	// Color replaces the paragraph's colour when set.
	Color fyne.ThemeColorName
}

// Rich splits a sentence at **bold** marks.
func Rich(s string) []Run {
	parts := strings.Split(s, "**")
	if len(parts)%2 == 0 { // an odd mark is text
		return []Run{{Text: s}}
	}
	var runs []Run
	for i, p := range parts {
		if p != "" {
			runs = append(runs, Run{Text: p, Bold: i%2 == 1})
		}
	}
	return runs
}

// Para is text that wraps at words. It is as high as its width needs.
type Para struct {
	widget.BaseWidget
	Font   Font
	Narrow Font    // instead of Font where the text is narrower than Below (at text factor 1)
	Below  float32 // 0: never
	Center bool
	runs   []Run
	lines  []fyne.CanvasObject
	width  float32
	last   wrappedText
}

// NewPara returns a wrapping text; **…** marks bold.
func NewPara(s string, f Font) *Para { return NewRuns(Rich(s), f) }

// NewRuns returns a wrapping text of several runs.
func NewRuns(runs []Run, f Font) *Para {
	p := &Para{Font: f, runs: runs}
	p.ExtendBaseWidget(p)
	return p
}

// Set changes the text.
func (p *Para) Set(s string) {
	p.runs = Rich(s)
	p.width, p.last = 0, wrappedText{}
	p.Refresh()
}

// String returns the text without marks and soft hyphens.
func (p *Para) String() string {
	var b strings.Builder
	for _, r := range p.runs {
		b.WriteString(r.Text)
	}
	return unbroken(b.String())
}

// piece is a word with the space before it, in one font.
type piece struct {
	text  string
	font  Font
	space float32 // before it, unless it begins a line
	width float32
	glue  bool // belongs to the piece before it
	brk   bool // begins a new line
	soft  bool // ends at a soft hyphen: the line may end here, with a hyphen
}

func (p *Para) fontAt(width float32) Font {
	if width < scaled(p.Below) {
		return p.Narrow
	}
	return p.Font
}

func (p *Para) pieces(width float32) []piece {
	var out []piece
	glue := false
	for _, r := range p.runs {
		f := p.fontAt(width)
		f.Bold = f.Bold || r.Bold
		if r.Mono && !f.Mono {
			f.Mono, f.Size = true, SizeCaption
		}
		if r.Color != "" {
			f.Color = r.Color
		}
		space := f.measure("n n").Width - f.measure("nn").Width
		for i, para := range strings.Split(r.Text, "\n") {
			if i > 0 {
				glue = false
			}
			brk := i > 0
			lead := strings.HasPrefix(para, " ")
			bound := false // to the number before: "2" and "April" stay on one line
			for j, w := range strings.Fields(para) {
				parts := strings.Split(w, softHyphen)
				for k, part := range parts {
					pc := piece{text: part, font: f, width: f.measure(part).Width, brk: brk, soft: k < len(parts)-1}
					pc.glue = k > 0 || j == 0 && glue && !lead && !brk
					if !pc.glue {
						pc.space = space
					}
					pc.glue = pc.glue || k == 0 && bound
					out = append(out, pc)
					brk = false
				}
				bound = dayNumber(w)
			}
			glue = para != "" && !strings.HasSuffix(para, " ")
		}
	}
	return out
}

// dayNumber says whether a word is a short number, as of a day or of some days: it is never the last word of a line.
func dayNumber(w string) bool {
	digits := strings.TrimSuffix(strings.TrimPrefix(w, "("), ".")
	return len(digits) > 0 && len(digits) <= 3 && strings.Trim(digits, "0123456789") == ""
}

// wrappedText is the answer of the last wrap, which a layout asks for several times.
type wrappedText struct {
	width, factor float32
	lines         [][]piece
}

// wrap breaks the pieces into lines of at most width.
func (p *Para) wrap(width float32) [][]piece {
	factor := TextFactor()
	if p.last.lines == nil || p.last.width != width || p.last.factor != factor {
		p.last = wrappedText{width, factor, p.broken(width)}
	}
	return p.last.lines
}

func (p *Para) lineHeight(width float32) float32 { return p.fontAt(width).measure("Mg").Height }

// HeightFor implements Flow.
func (p *Para) HeightFor(width float32) float32 {
	if len(p.runs) == 0 {
		return 0
	}
	return p.lineHeight(width) * float32(len(p.wrap(width)))
}

// CreateRenderer implements fyne.Widget.
func (p *Para) CreateRenderer() fyne.WidgetRenderer { return &paraRenderer{p} }

type paraRenderer struct{ p *Para }

func (r *paraRenderer) Layout(size fyne.Size) {
	p := r.p
	if p.width == size.Width && p.lines != nil {
		return
	}
	p.width = size.Width
	p.lines = p.lines[:0]
	h := p.lineHeight(size.Width)
	for i, line := range p.wrap(size.Width) {
		total := float32(0)
		for _, pc := range line {
			total += pc.space + pc.width
		}
		x := float32(0)
		if p.Center {
			x = (size.Width - total) / 2
		}
		for at := 0; at < len(line); { // words of one font become one text, as the shaper likes it
			to, s := at+1, line[at].text
			for to < len(line) && line[to].font == line[at].font {
				if line[to].space > 0 {
					s += " "
				}
				s += line[to].text
				to++
			}
			t := canvas.NewText(s, nil)
			line[at].font.apply(t)
			x += line[at].space
			m := t.MinSize()
			place(t, x, float32(i)*h+(h-m.Height)/2, m.Width, m.Height)
			x += m.Width
			p.lines = append(p.lines, t)
			at = to
		}
	}
}

func (r *paraRenderer) MinSize() fyne.Size {
	if len(r.p.runs) == 0 {
		return fyne.Size{}
	}
	return fyne.NewSize(scaled(40), r.p.HeightFor(max(r.p.Size().Width, scaled(40))))
}

func (r *paraRenderer) Refresh() {
	r.p.width, r.p.last = 0, wrappedText{}
	r.p.lines = nil
	r.Layout(r.p.Size())
	canvas.Refresh(r.p)
}

func (r *paraRenderer) Objects() []fyne.CanvasObject { return r.p.lines }
func (r *paraRenderer) Destroy()                     {}
