package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Sizes of type, at text factor 1. Line heights are the fonts' own.
const (
	SizeBody    = theme.SizeNameText           // 14
	SizeCaption = theme.SizeNameCaptionText    // 12
	SizeHeading = theme.SizeNameSubHeadingText // 16
	SizeTitle   = fyne.ThemeSizeName("title")  // 20
	SizeVerdict = theme.SizeNameHeadingText    // 24
	SizeFirst   = fyne.ThemeSizeName("first")  // 28
)

// Steps of space and radius.
const (
	Gap4, Gap8, Gap12, Gap16, Gap24, Gap32 float32 = 4, 8, 12, 16, 24, 32

	RadiusControl, RadiusInset, RadiusCard, RadiusBanner float32 = 6, 8, 10, 12
)

// Mode says which half of the palette is used.
type Mode int

// Modes. Follow takes what the system says.
const (
	Follow Mode = iota
	Light
	Dark
)

// Theme is the one theme of the program. Factor enlarges text (2 is 200 %); below 1 counts as 1.
type Theme struct {
	Mode   Mode
	Factor float32
}

var _ fyne.Theme = (*Theme)(nil)

// Color returns the colour of a role; unknown roles are the text colour, so that nothing ever vanishes.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if to, ok := aliases[name]; ok {
		name = to
	}
	p, ok := palette[name]
	if !ok {
		p = palette[Text]
	}
	if t.Mode == Dark || t.Mode == Follow && v == theme.VariantDark {
		return p.dark
	}
	return p.light
}

// Font returns Fyne's Noto Sans in regular or bold, or its monospaced font.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(s) }

// Icon returns Fyne's own icons; they appear only inside stock widgets.
func (t *Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size returns a size in Fyne's density-independent pixels.
func (t *Theme) Size(n fyne.ThemeSizeName) float32 {
	f := max(t.Factor, 1)
	switch n {
	case SizeBody:
		return 14 * f
	case SizeCaption:
		return 12 * f
	case SizeHeading:
		return 16 * f
	case SizeTitle:
		return 20 * f
	case SizeVerdict:
		return 24 * f
	case SizeFirst:
		return 28 * f
	case theme.SizeNameInlineIcon:
		return 18 * f
	case theme.SizeNameLineSpacing, theme.SizeNameModalBlurRadius:
		return 0
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInnerPadding:
		return 8
	case theme.SizeNameButtonRadius, theme.SizeNameInputRadius, theme.SizeNameMenuRadius, theme.SizeNamePopupRadius:
		return RadiusControl
	case theme.SizeNameCardRadius:
		return RadiusCard
	case theme.SizeNameDialogRadius:
		return RadiusBanner
	}
	return theme.DefaultTheme().Size(n)
}

// TextFactor returns the factor of the theme in use.
func TextFactor() float32 { return theme.Size(SizeBody) / 14 }

// scaled enlarges a measure that must hold text.
func scaled(v float32) float32 { return v * TextFactor() }
