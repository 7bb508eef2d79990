package views

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"holdfast/licensing"
	"holdfast/licensing/plain"
	"holdfast/views/look"
)

// bench is a window on a fake engine, with everything done at once.
type bench struct {
	t      testing.TB
	w      *Window
	engine *fake
	clicks int
}

type benchOptions struct {
	lang   string
	mode   look.Mode
	factor float32
	size   fyne.Size
	spawn  func(func())
	after  func(time.Duration, func()) func()
	env    func(string) string
	desk   Desk
	sticks []string
}

func open(t testing.TB, e *fake, o benchOptions) *bench {
	t.Helper()
	a := test.NewApp()
	t.Cleanup(func() { test.NewApp() })
	a.Settings().SetTheme(&look.Theme{Mode: o.mode, Factor: o.factor})
	if o.lang == "" {
		o.lang = "en"
	}
	words, err := plain.New(o.lang)
	if err != nil {
		t.Fatal(err)
	}
	if o.spawn == nil {
		o.spawn = func(f func()) { f() }
	}
	if o.after == nil {
		o.after = func(time.Duration, func()) func() { return func() {} }
	}
	if o.env == nil {
		home := t.TempDir()
		o.env = func(name string) string {
			if name == "HOME" || name == "USERPROFILE" {
				return home
			}
			return ""
		}
	}
	var engine Engine
	if e != nil {
		engine = e
	}
	w := NewWindow(a, Options{
		Engine: engine, Words: words, Zone: time.UTC, Dir: t.TempDir(), Env: o.env, System: o.lang,
		Dispatch: func(f func()) { f() }, Spawn: o.spawn, After: o.after, Desk: o.desk, Sticks: func() []string { return o.sticks },
		Read: func(paths []string, _ string) []licensing.Source {
			var out []licensing.Source
			for _, p := range paths {
				out = append(out, licensing.Source{Name: p, Data: []byte("data")})
			}
			return out
		},
	})
	b := &bench{t: t, w: w, engine: e}
	if o.size.IsZero() {
		o.size = fyne.NewSize(960, 640)
	}
	b.resize(o.size)
	return b
}

func (b *bench) resize(s fyne.Size) { b.w.win.Resize(s) }

// root is what the person sees: the dialog on top, else the window.
func (b *bench) root() fyne.CanvasObject {
	if d := b.w.canvas().Overlays().Top(); d != nil {
		return d
	}
	return b.w.frame
}

// texts returns every text on the screen, from top to bottom.
func (b *bench) texts() []string {
	var out []string
	walkAll(b.root(), func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *look.Line:
			out = append(out, v.Text)
		case *look.Para:
			out = append(out, v.String())
		case *look.Button:
			out = append(out, v.Label)
		case *look.List:
			walkAll(v, func(o fyne.CanvasObject) {
				if x, ok := o.(*canvas.Text); ok {
					out = append(out, x.Text)
				}
			})
		}
	})
	return out
}

func (b *bench) says(want string) bool {
	for _, s := range b.texts() {
		if strings.Contains(s, want) {
			return true
		}
	}
	return false
}

func (b *bench) mustSay(want ...string) {
	b.t.Helper()
	for _, s := range want {
		if !b.says(s) {
			b.t.Errorf("the window does not say %q; it says\n  %s", s, strings.Join(b.texts(), "\n  "))
		}
	}
}

func (b *bench) mustNotSay(want ...string) {
	b.t.Helper()
	for _, s := range want {
		if b.says(s) {
			b.t.Errorf("the window says %q", s)
		}
	}
}

// click presses the button, choice or tick with that label.
func (b *bench) click(label string) {
	b.t.Helper()
	var hit fyne.Tappable
	walkAll(b.root(), func(o fyne.CanvasObject) {
		v, ok := o.(interface {
			fyne.Tappable
			fyne.Focusable
			fyne.Accessible
		})
		if ok && v.AccessibilityLabel() == label && hit == nil {
			hit = v
		}
	})
	if hit == nil {
		b.t.Fatalf("nothing to press is called %q; there is\n  %s", label, strings.Join(b.texts(), "\n  "))
	}
	b.clicks++
	hit.Tapped(&fyne.PointEvent{})
}

// clickID presses what the text ui.<id> names, in whatever language.
func (b *bench) clickID(id string) {
	b.t.Helper()
	b.click(b.w.v.t(id))
}

func (b *bench) press(k fyne.KeyName) {
	if f := b.w.canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: k})
		return
	}
	b.w.canvas().OnTypedKey()(&fyne.KeyEvent{Name: k})
}

// focused is the name of what has the focus.
func (b *bench) focused() string { return look.FocusKeyOf(b.w.canvas().Focused()) }

// walkAll visits every visible object, through the renderers of widgets.
func walkAll(o fyne.CanvasObject, fn func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	fn(o)
	switch v := o.(type) {
	case *fyne.Container:
		for _, c := range v.Objects {
			walkAll(c, fn)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(v).Objects() {
			walkAll(c, fn)
		}
	}
}

// goTo presses an item of the rail.
func (b *bench) goTo(section string) {
	b.t.Helper()
	for _, it := range append(b.w.sections(), b.w.railItem(secSettings, "gear", b.w.settingsPlace)) {
		if it.Key == section {
			b.clicks++
			it.Tapped()
			return
		}
	}
	b.t.Fatalf("the rail has no %q", section)
}

// tabTo moves the focus with the Tab key until it is on what has that name.
func (b *bench) tabTo(key string) {
	b.t.Helper()
	for range 200 {
		if b.focused() == key {
			return
		}
		b.w.canvas().FocusNext()
	}
	b.t.Fatalf("Tab does not reach %q", key)
}

func shortcutName(k fyne.KeyName) string {
	return (&desktop.CustomShortcut{KeyName: k, Modifier: ctrl}).ShortcutName()
}

// clickPrefix presses what begins with those words.
func (b *bench) clickPrefix(words string) {
	b.t.Helper()
	for _, s := range b.texts() {
		if strings.HasPrefix(s, words) {
			b.click(s)
			return
		}
	}
	b.t.Fatalf("nothing begins with %q", words)
}
