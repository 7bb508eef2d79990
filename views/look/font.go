package look

import (
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// Font is how a text is set. The zero value is body text.
type Font struct {
	Size  fyne.ThemeSizeName
	Color fyne.ThemeColorName
	Bold  bool
	Mono  bool
}

// Fonts in use.
var (
	Body         = Font{}
	BodyBold     = Font{Bold: true}
	Quiet        = Font{Color: Secondary}
	Caption      = Font{Size: SizeCaption, Color: Secondary}
	Heading      = Font{Size: SizeHeading, Bold: true}
	Title        = Font{Size: SizeTitle, Bold: true}
	VerdictFont  = Font{Size: SizeVerdict, Bold: true}
	FirstFont    = Font{Size: SizeFirst, Bold: true}
	CodeFont     = Font{Size: SizeCaption, Mono: true}
	CodeBold     = Font{Mono: true, Bold: true}
	CodeCaption  = Font{Size: SizeCaption, Mono: true, Color: Secondary}
	QuietHeading = Font{Size: SizeHeading, Color: Secondary}
)

// In returns f in another colour.
func (f Font) In(c fyne.ThemeColorName) Font { f.Color = c; return f }

func (f Font) size() float32 {
	if f.Size == "" {
		return theme.Size(SizeBody)
	}
	return theme.Size(f.Size)
}

func (f Font) style() fyne.TextStyle { return fyne.TextStyle{Bold: f.Bold, Monospace: f.Mono} }

// measure returns the size of s on one line. Layouts ask for the same words again and again, so answers are kept.
func (f Font) measure(s string) fyne.Size {
	key := measuredText{s, f.size(), f.Bold, f.Mono}
	measured.Lock()
	defer measured.Unlock()
	size, ok := measured.sizes[key]
	if !ok {
		size = fyne.MeasureText(s, key.size, f.style())
		if len(measured.sizes) >= measuredLimit {
			clear(measured.sizes)
		}
		measured.sizes[key] = size
	}
	return size
}

type measuredText struct {
	text       string
	size       float32
	bold, mono bool
}

// measuredLimit bounds what is kept: more than all words of all pages.
const measuredLimit = 20000

var measured = struct {
	sync.Mutex
	sizes map[measuredText]fyne.Size
}{sizes: map[measuredText]fyne.Size{}}

// apply sets a raw text to f and the colours of now.
func (f Font) apply(t *canvas.Text) {
	c := f.Color
	if c == "" {
		c = Text
	}
	t.Color, t.TextSize, t.TextStyle = theme.Color(c), f.size(), f.style()
}
