package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Entry is a field for one line of text. Esc, F1, F5 and shortcuts that it does not know go to the window.
type Entry struct {
	widget.Entry
	Key      string
	Whole    bool // all of its text is selected when the keyboard comes to it: what is typed takes its place
	onFocus  func(on bool)
	onEscape func() bool // takes Esc when it has a use for it; nil: never
}

// NewEntry returns an empty field. A secret one shows dots until its Show button is pressed; show and hide are that
// button's words.
func NewEntry(key, hint string) *Entry {
	e := &Entry{Key: key}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder = hint
	e.ExtendBaseWidget(e)
	return e
}

// NewSecretEntry returns a field that shows dots until its button is pressed.
func NewSecretEntry(key, hint, show, hide string) *Entry {
	e := NewEntry(key, hint)
	e.Password = true
	var b *Button
	b = NewButton(TextButton, show, func() {
		e.Password = !e.Password
		if e.Password {
			b.SetLabel(show)
		} else {
			b.SetLabel(hide)
		}
		e.Refresh()
	})
	b.Small, b.Key = true, key+".show"
	e.ActionItem = b
	return e
}

// FocusKey names the field across a rebuild.
func (e *Entry) FocusKey() string { return e.Key }

// FocusGained shows the ring.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.onFocus != nil {
		e.onFocus(true)
	}
	e.selectWhole()
	reveal(e)
}

// SetText replaces the text, and selects it where the keyboard is in a Whole field.
func (e *Entry) SetText(text string) {
	e.Entry.SetText(text)
	if e.hasFocus() {
		e.selectWhole()
	}
}

// selectWhole selects all text of a Whole field.
func (e *Entry) selectWhole() {
	if e.Whole {
		e.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
}

func (e *Entry) hasFocus() bool {
	c := canvasOf(e)
	return c != nil && c.Focused() == fyne.Focusable(e)
}

// MouseDown puts the cursor where it is pressed; the press that brings the keyboard to a Whole field selects all.
func (e *Entry) MouseDown(m *desktop.MouseEvent) {
	had := e.hasFocus()
	e.Entry.MouseDown(m)
	if !had {
		e.selectWhole()
	}
}

// FocusLost hides the ring.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.onFocus != nil {
		e.onFocus(false)
	}
}

// TypedKey keeps editing keys and passes Esc, the window's own keys, and Enter when nobody waits for it, on.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	enter := k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter
	if k.Name == fyne.KeyEscape && e.onEscape != nil && e.onEscape() {
		return
	}
	switch {
	case k.Name == fyne.KeyEscape, k.Name == fyne.KeyF1, k.Name == fyne.KeyF5, enter && e.OnSubmitted == nil:
		passOn(e, k)
	default:
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut keeps editing shortcuts and passes the window's own on.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if _, own := s.(*desktop.CustomShortcut); own {
		if c, ok := canvasOf(e).(fyne.Shortcutable); ok {
			c.TypedShortcut(s)
			return
		}
	}
	e.Entry.TypedShortcut(s)
}

// Field is an entry with its label above and a line of help below.
type Field struct {
	widget.BaseWidget
	Entry   *Entry
	label   *Para
	help    *Para
	ring    *canvas.Rectangle
	content *fyne.Container
}

// NewField returns a labelled entry; help may be "".
func NewField(label, help string, e *Entry) *Field {
	f := &Field{Entry: e, label: NewPara(label, BodyBold), help: NewPara(help, Caption), ring: newRing()}
	f.content = Column(Gap4, f.label, e)
	if help != "" {
		f.content.Add(f.help)
	}
	e.onFocus = func(on bool) {
		showRing(f.ring, on)
		f.Refresh()
	}
	f.ExtendBaseWidget(f)
	return f
}

// NewBareField returns an entry with its ring and without words around it; the entry's place says what it is.
func NewBareField(e *Entry) *Field {
	f := &Field{Entry: e, label: NewPara("", Body), help: NewPara("", Body), ring: newRing(), content: Column(0, e)}
	e.onFocus = func(on bool) {
		showRing(f.ring, on)
		f.Refresh()
	}
	f.ExtendBaseWidget(f)
	return f
}

// HeightFor implements Flow.
func (f *Field) HeightFor(w float32) float32 { return HeightFor(f.content, w) }

func (f *Field) children() []fyne.CanvasObject { return []fyne.CanvasObject{f.content} }

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return &fieldRenderer{f} }

type fieldRenderer struct{ f *Field }

func (r *fieldRenderer) Layout(size fyne.Size) {
	place(r.f.content, 0, 0, size.Width, size.Height)
	placeRing(r.f.ring, r.f.Entry.Size(), RadiusControl)
	r.f.ring.Move(r.f.ring.Position().Add(r.f.Entry.Position()))
}

func (r *fieldRenderer) MinSize() fyne.Size { return r.f.content.MinSize() }

func (r *fieldRenderer) Refresh() {
	r.f.ring.StrokeColor = theme.Color(FocusRing)
	r.Layout(r.f.Size())
	canvas.Refresh(r.f)
}

func (r *fieldRenderer) Destroy() {}
func (r *fieldRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.content, r.f.ring}
}
