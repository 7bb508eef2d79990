package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"holdfast/licensing/terms"
)

// Roles of colour beside the ones that Fyne names itself.
const (
	Background   = theme.ColorNameBackground
	Text         = theme.ColorNameForeground
	Primary      = theme.ColorNamePrimary
	OnPrimary    = theme.ColorNameForegroundOnPrimary
	Stop         = theme.ColorNameError
	OK           = theme.ColorNameSuccess
	Warn         = theme.ColorNameWarning
	FocusRing    = theme.ColorNameFocus
	RailGround   = fyne.ThemeColorName("rail")
	Surface      = fyne.ThemeColorName("surface")
	Raised       = fyne.ThemeColorName("raised")
	Sunken       = fyne.ThemeColorName("sunken")
	Border       = fyne.ThemeColorName("border")
	Outline      = fyne.ThemeColorName("outline")
	Secondary    = fyne.ThemeColorName("secondary")
	Selected     = fyne.ThemeColorName("selected")
	Notice       = fyne.ThemeColorName("notice")
	TintOK       = fyne.ThemeColorName("tintOK")
	LineOK       = fyne.ThemeColorName("lineOK")
	TintNotice   = fyne.ThemeColorName("tintNotice")
	LineNotice   = fyne.ThemeColorName("lineNotice")
	TintWarn     = fyne.ThemeColorName("tintWarn")
	LineWarn     = fyne.ThemeColorName("lineWarn")
	TintStop     = fyne.ThemeColorName("tintStop")
	LineStop     = fyne.ThemeColorName("lineStop")
	PrimaryHover = fyne.ThemeColorName("primaryHover")
	Scrim        = fyne.ThemeColorName("scrim")
	Shade        = fyne.ThemeColorName("shade")
	Later        = fyne.ThemeColorName("later") // a phase of a timeline without a tone
	Clear        = fyne.ThemeColorName("clear")
	Chart2       = fyne.ThemeColorName("chart2") // beside Primary, which is the first of a chart
	Chart3       = fyne.ThemeColorName("chart3")
)

// pair is one role in light and in dark.
type pair struct{ light, dark color.NRGBA }

// palette holds every role; what a widget of Fyne asks for by another name is mapped in aliases.
var palette = map[fyne.ThemeColorName]pair{
	Background:   both(0xF3F6F7, 0x10171C),
	RailGround:   both(0xE9EEF0, 0x0B1115),
	Surface:      both(0xFFFFFF, 0x182128),
	Raised:       both(0xFFFFFF, 0x212C35),
	Sunken:       both(0xEEF2F4, 0x131B21),
	Border:       both(0xD3DBE0, 0x31404B),
	Outline:      both(0x7C8A96, 0x738492),
	Text:         both(0x14212B, 0xE9EFF3),
	Secondary:    both(0x4C5B68, 0xA9B7C2),
	Primary:      both(0x0B6471, 0x54BECB),
	PrimaryHover: both(0x09525D, 0x6CCBD6),
	OnPrimary:    both(0xFFFFFF, 0x05252B),
	Selected:     both(0xD9ECEE, 0x17383E),
	OK:           both(0x18703F, 0x63CB90),
	TintOK:       both(0xE8F4EC, 0x14281F),
	LineOK:       both(0xB5D9C3, 0x2B5A41),
	Notice:       both(0x1D5FAE, 0x86B6F6),
	TintNotice:   both(0xE8F0FB, 0x15253A),
	LineNotice:   both(0xB9D0EE, 0x2F4F7C),
	Warn:         both(0x8A5200, 0xF2BC4B),
	TintWarn:     both(0xFFF4DD, 0x2C2312),
	LineWarn:     both(0xE8CB8F, 0x66501F),
	Stop:         both(0xB3261E, 0xFF8F86),
	TintStop:     both(0xFCEBE9, 0x341B1B),
	LineStop:     both(0xEFBDB8, 0x7A3A38),
	FocusRing:    both(0x1B5FD0, 0x9CC3FF),
	Later:        both(0x6F7C87, 0x8D9BA7),
	Chart2:       both(0xB8541A, 0xF0975C),
	Chart3:       both(0x6A4FB0, 0xB39DF2),
	Scrim:        alpha(0x14212B, 0x66, 0x05080A, 0x99),
	Shade:        alpha(0x14212B, 0x33, 0x000000, 0x66),
	Clear:        alpha(0, 0, 0, 0),

	theme.ColorNameHover:     alpha(0x14212B, 0x0D, 0xE9EFF3, 0x12),
	theme.ColorNamePressed:   alpha(0x14212B, 0x1F, 0xE9EFF3, 0x24),
	theme.ColorNameSelection: alpha(0x0B6471, 0x40, 0x54BECB, 0x50),
	theme.ColorNameScrollBar: alpha(0x14212B, 0x66, 0xE9EFF3, 0x66),
}

// aliases serve the few stock widgets in use (entry, scroller).
var aliases = map[fyne.ThemeColorName]fyne.ThemeColorName{
	theme.ColorNameInputBackground:      Surface,
	theme.ColorNameInputBorder:          Outline,
	theme.ColorNamePlaceHolder:          Secondary,
	theme.ColorNameDisabled:             Outline,
	theme.ColorNameSeparator:            Border,
	theme.ColorNameHyperlink:            Primary,
	theme.ColorNameOverlayBackground:    Raised,
	theme.ColorNameMenuBackground:       Raised,
	theme.ColorNameButton:               Surface,
	theme.ColorNameDisabledButton:       Sunken,
	theme.ColorNameHeaderBackground:     Sunken,
	theme.ColorNameForegroundOnError:    OnPrimary,
	theme.ColorNameForegroundOnSuccess:  OnPrimary,
	theme.ColorNameForegroundOnWarning:  OnPrimary,
	theme.ColorNameScrollBarBackground:  Clear,
	theme.ColorNameShadow:               Clear, // no gradients at the edges of lists
	theme.ColorNameInnerWindowBorder:    Border,
	fyne.ThemeColorName("transparency"): Clear,
}

func both(light, dark uint32) pair { return alpha(light, 0xFF, dark, 0xFF) }

func alpha(light uint32, la uint8, dark uint32, da uint8) pair {
	return pair{rgb(light, la), rgb(dark, da)}
}

func rgb(v uint32, a uint8) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: a}
}

// Tones is the set of colours and the symbol that stand for one tone. A tone is never shown by colour alone.
type Tones struct {
	Ink, Tint, Line fyne.ThemeColorName
	Icon            string
}

// ToneOf returns how t looks; an unknown tone looks like a notice.
func ToneOf(t terms.Tone) Tones {
	switch t {
	case terms.ToneOK:
		return Tones{OK, TintOK, LineOK, "ok"}
	case terms.ToneWarn:
		return Tones{Warn, TintWarn, LineWarn, "warn"}
	case terms.ToneStop:
		return Tones{Stop, TintStop, LineStop, "stop"}
	}
	return Tones{Notice, TintNotice, LineNotice, "notice"}
}
