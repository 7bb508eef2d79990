package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Kind is the weight of a button.
type Kind int

// Kinds. One Primary per section of a page.
const (
	PrimaryButton Kind = iota
	SecondaryButton
	TextButton  // primary colour, no frame
	LinkButton  // underlined, as wide as its text
	DangerPlain // outline and text in stop
	DangerFull  // filled, in the dialog that confirms
)

// Button is a button that the keyboard can reach: Enter and Space press it, and focus shows as a ring that stands off.
type Button struct {
	widget.BaseWidget
	Label    string
	Spoken   string // what a screen reader says instead of Label; "" for Label
	Symbol   string // "" for none
	Kind     Kind
	Small    bool // 32 high, for rows
	OnTapped func()
	// Key names the button across a rebuild of its page, so that focus can stay.
	Key string

	off, hover, focused bool
	ring, plate         *canvas.Rectangle
	text                []*canvas.Text // a line each
	line                *canvas.Rectangle
	img                 *canvas.Image
}

var (
	_ fyne.Focusable     = (*Button)(nil)
	_ fyne.Tappable      = (*Button)(nil)
	_ fyne.Disableable   = (*Button)(nil)
	_ fyne.Accessible    = (*Button)(nil)
	_ desktop.Hoverable  = (*Button)(nil)
	_ desktop.Cursorable = (*Button)(nil)
)

// NewButton returns a button of a kind.
func NewButton(kind Kind, label string, tapped func()) *Button {
	b := &Button{Label: label, Kind: kind, OnTapped: tapped, Key: label}
	b.ExtendBaseWidget(b)
	return b
}

// SetLabel changes the words.
func (b *Button) SetLabel(s string) { b.Label = s; b.Refresh() }

// Tapped presses the button.
func (b *Button) Tapped(*fyne.PointEvent) {
	if !b.off && b.OnTapped != nil {
		b.OnTapped()
	}
}

// FocusGained shows the ring and scrolls the button into view.
func (b *Button) FocusGained() { b.focused = true; b.Refresh(); reveal(b) }

// FocusLost hides the ring.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune has no use for text.
func (b *Button) TypedRune(rune) {}

// TypedKey presses the button on Enter and Space and passes other keys on.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if pressed(e) {
		b.Tapped(nil)
		return
	}
	passOn(b, e)
}

// Enable, Disable and Disabled implement fyne.Disableable.
func (b *Button) Enable() { b.off = false; b.Refresh() }

// Disable turns the button off.
func (b *Button) Disable() { b.off = true; b.Refresh() }

// Disabled says whether the button is off.
func (b *Button) Disabled() bool { return b.off }

// FocusKey names the button for SetFocusKey.
func (b *Button) FocusKey() string { return b.Key }

// MouseIn, MouseMoved and MouseOut implement desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.hover = true; b.Refresh() }

// MouseMoved does nothing.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends the hover.
func (b *Button) MouseOut() { b.hover = false; b.Refresh() }

// Cursor is a hand over links.
func (b *Button) Cursor() desktop.Cursor {
	if b.off {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// AccessibilityLabel implements fyne.Accessible.
func (b *Button) AccessibilityLabel() string {
	if b.Spoken != "" {
		return b.Spoken
	}
	return b.Label
}

// AccessibilityRole implements fyne.Accessible.
func (b *Button) AccessibilityRole() fyne.AccessibleRole {
	if b.Kind == LinkButton {
		return fyne.AccessibleRoleLink
	}
	return fyne.AccessibleRoleButton
}

// face is how a kind of button is painted.
type face struct{ fill, line, ink fyne.ThemeColorName }

func (b *Button) face() face {
	if b.off {
		switch b.Kind {
		case TextButton, LinkButton:
			return face{Clear, "", Outline}
		}
		return face{Sunken, Border, Secondary}
	}
	switch b.Kind {
	case PrimaryButton:
		if b.hover {
			return face{PrimaryHover, "", OnPrimary}
		}
		return face{Primary, "", OnPrimary}
	case SecondaryButton:
		if b.hover {
			return face{Sunken, Outline, Text}
		}
		return face{Surface, Outline, Text}
	case DangerPlain:
		if b.hover {
			return face{TintStop, Stop, Stop}
		}
		return face{Surface, Stop, Stop}
	case DangerFull:
		return face{Stop, "", OnPrimary}
	case TextButton:
		if b.hover {
			return face{Selected, "", Primary}
		}
	}
	return face{Clear, "", Primary}
}

func (b *Button) font() Font {
	f := Font{Bold: b.Kind == PrimaryButton || b.Kind == DangerFull, Color: b.face().ink}
	if b.Small && b.link() {
		f.Size = SizeCaption
	}
	return f
}

func (b *Button) link() bool { return b.Kind == LinkButton }
