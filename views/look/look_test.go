package look

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"holdfast/assets"
	"holdfast/licensing/terms"
)

func useTheme(t *testing.T, th *Theme) {
	t.Helper()
	a := test.NewApp()
	a.Settings().SetTheme(th)
	t.Cleanup(func() { test.NewApp() })
}

// contrast is the ratio of WCAG 2.
func contrast(a, b color.Color) float64 {
	l := func(c color.Color) float64 {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		f := func(v uint8) float64 {
			x := float64(v) / 255
			if x <= 0.03928 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*f(n.R) + 0.7152*f(n.G) + 0.0722*f(n.B)
	}
	x, y := l(a), l(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestTextCanBeReadOnEveryGroundInLightAndDark(t *testing.T) {
	pairs := [][2]fyne.ThemeColorName{
		{Text, Background},
		{Text, Surface},
		{Text, RailGround},
		{Text, Raised},
		{Text, Sunken},
		{Text, Selected},
		{Secondary, Background},
		{Secondary, Surface},
		{Secondary, RailGround},
		{Secondary, Raised},
		{Secondary, Sunken},
		{Primary, Background},
		{Primary, Surface},
		{Primary, Raised},
		{Primary, Selected},
		{OnPrimary, Primary},
		{OnPrimary, PrimaryHover},
		{OnPrimary, Stop},
	}
	for _, tone := range []terms.Tone{terms.ToneOK, terms.ToneNotice, terms.ToneWarn, terms.ToneStop} {
		c := ToneOf(tone)
		pairs = append(pairs, [][2]fyne.ThemeColorName{{c.Ink, c.Tint}, {c.Ink, Surface}, {Text, c.Tint}, {Secondary, c.Tint}}...)
	}
	for _, mode := range []Mode{Light, Dark} {
		th := &Theme{Mode: mode}
		for _, p := range pairs {
			if r := contrast(th.Color(p[0], 0), th.Color(p[1], 0)); r < 4.5 {
				t.Errorf("mode %d: %s on %s has %.2f", mode, p[0], p[1], r)
			}
		}
		for _, ground := range []fyne.ThemeColorName{Background, Surface, Raised} {
			for _, line := range []fyne.ThemeColorName{Outline, FocusRing} {
				if r := contrast(th.Color(line, 0), th.Color(ground, 0)); r < 3 {
					t.Errorf("mode %d: %s beside %s has %.2f", mode, line, ground, r)
				}
			}
		}
	}
}

func TestTheThemeFollowsTheSystemUnlessToldOtherwise(t *testing.T) {
	light, dark := rgb(0xF3F6F7, 0xFF), rgb(0x10171C, 0xFF)
	for _, c := range []struct {
		mode    Mode
		variant fyne.ThemeVariant
		want    color.Color
	}{
		{Follow, theme.VariantLight, light}, {Follow, theme.VariantDark, dark}, {Light, theme.VariantDark, light}, {Dark, theme.VariantLight, dark},
	} {
		if got := (&Theme{Mode: c.mode}).Color(Background, c.variant); got != c.want {
			t.Errorf("mode %d, variant %d: %v", c.mode, c.variant, got)
		}
	}
}

func TestTextGrowsAndSpaceDoesNot(t *testing.T) {
	one, two := &Theme{}, &Theme{Factor: 2}
	if two.Size(SizeBody) != 2*one.Size(SizeBody) || two.Size(theme.SizeNamePadding) != one.Size(theme.SizeNamePadding) {
		t.Error("sizes at 200 % are wrong")
	}
	for _, n := range []fyne.ThemeSizeName{SizeBody, SizeCaption, SizeHeading, SizeTitle, SizeVerdict, SizeFirst} {
		if one.Size(n) < 12 {
			t.Errorf("%s is below 12", n)
		}
	}
}

func TestEverySymbolIsThere(t *testing.T) {
	for _, tone := range []terms.Tone{terms.ToneOK, terms.ToneNotice, terms.ToneWarn, terms.ToneStop} {
		if _, ok := assets.Icon(ToneOf(tone).Icon); !ok {
			t.Errorf("no symbol for tone %s", tone)
		}
	}
	if _, ok := assets.Icon(AppIcon); !ok {
		t.Error("no picture of the program")
	}
}

func TestAFileNameLosesItsMiddle(t *testing.T) {
	letters := func(s string) float32 { return float32(len([]rune(s))) }
	for _, c := range []struct {
		width float32
		want  string
	}{
		{40, "license_AcmeCAD_2027.hflic"}, {13, "licens….hflic"}, {3, "l…c"}, {1, "l…"},
	} {
		if got := cutMiddle("license_AcmeCAD_2027.hflic", c.width, letters); got != c.want {
			t.Errorf("%.0f: %q, want %q", c.width, got, c.want)
		}
	}
}

func TestAParagraphWrapsAtWordsAndBreaksOnlyWhatIsLongerThanALine(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	p := NewPara("one two three four five six seven eight nine ten", Body)
	for _, width := range []float32{60, 100, 200, 400} {
		p.Resize(fyne.NewSize(width, p.HeightFor(width)))
		var words []string
		for _, line := range p.wrap(width) {
			x := float32(0)
			for _, pc := range line {
				x += pc.space + pc.width
				words = append(words, pc.text)
			}
			if x > width+1 {
				t.Errorf("a line of %.0f in %.0f", x, width)
			}
		}
		if strings.Join(words, " ") != p.String() {
			t.Errorf("%.0f: the words are %v", width, words)
		}
	}
	long := NewPara("a "+strings.Repeat("x", 200)+" b", Body)
	var all string
	for _, line := range long.wrap(100) {
		for _, pc := range line {
			if pc.width > 100 {
				t.Errorf("%q is wider than its line", pc.text)
			}
			all += pc.text
		}
	}
	if want := "a" + strings.Repeat("x", 200) + "b"; all != want {
		t.Errorf("letters were lost: %d of %d", len(all), len(want))
	}
}

func TestTextAfterABoldWordKeepsItsStopWithIt(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	p := NewPara("Press **Unlock**. Then wait.", Body)
	if p.String() != "Press Unlock. Then wait." {
		t.Errorf("%q", p.String())
	}
	all := p.pieces(1000)
	if len(all) != 5 || all[1].text != "Unlock" || !all[1].font.Bold || !all[2].glue || all[2].text != "." {
		t.Errorf("%+v", all)
	}
}

func TestAHeightFollowsFromAWidth(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	text := strings.Repeat("word ", 60)
	for name, o := range map[string]fyne.CanvasObject{
		"column": Column(8, NewPara(text, Body), NewPara(text, Body)),
		"row":    Row(8, Cell{Object: NewPara(text, Body), Width: Stretch}, Cell{Object: NewButton(PrimaryButton, "Press", nil)}),
		"equal":  Equal(100, 4, 8, 8, NewPara(text, Body), NewPara(text, Body), NewPara(text, Body), NewPara(text, Body)),
		"inset":  Inset(1, 2, 3, 4, NewPara(text, Body)),
		"banner": NewBanner(BannerModel{Tone: terms.ToneWarn, Headline: text, Answers: []Answer{{"a", text}, {"b", text}}}),
	} {
		narrow, wide := HeightFor(o, 300), HeightFor(o, 900)
		if narrow <= wide {
			t.Errorf("%s: %.0f at 300, %.0f at 900", name, narrow, wide)
		}
	}
}

func TestEnterAndSpacePressAndADisabledButtonDoesNothing(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	n := 0
	b := NewButton(PrimaryButton, "Go", func() { n++ })
	w := test.NewWindow(b)
	defer w.Close()
	w.Canvas().Focus(b)
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyA} {
		b.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if n != 3 {
		t.Errorf("pressed %d times", n)
	}
	b.Disable()
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.Tapped(nil)
	if n != 3 {
		t.Error("a disabled button was pressed")
	}
}

func TestFocusShowsAsARingThatStandsOff(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	b := NewButton(PrimaryButton, "Go", nil)
	w := test.NewWindow(Inset(20, 20, 20, 20, b))
	defer w.Close()
	w.Resize(fyne.NewSize(200, 100))
	if b.ring.Visible() {
		t.Error("a ring without focus")
	}
	w.Canvas().Focus(b)
	if !b.ring.Visible() || b.ring.StrokeWidth != 2 {
		t.Fatal("focus does not show")
	}
	if off := -b.ring.Position().X - b.ring.StrokeWidth/2; off != 2 {
		t.Errorf("the ring stands off %.1f", off)
	}
}

func TestADialogKeepsTheKeyboardAndGivesItBack(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	below := NewButton(PrimaryButton, "below", nil)
	w := test.NewWindow(below)
	defer w.Close()
	w.Resize(fyne.NewSize(600, 400))
	c := w.Canvas()
	c.Focus(below)
	yes, cancelled := 0, 0
	ok := NewButton(PrimaryButton, "yes", func() { yes++ })
	d := NewDialog(c, "title", NewPara("text", Body), NewButton(SecondaryButton, "no", nil), ok)
	d.OnCancel = func() { cancelled++ }
	d.Show()
	if c.Focused() != ok {
		t.Error("the main button has no focus")
	}
	for range 5 {
		c.FocusNext()
		if c.Focused() == below {
			t.Fatal("focus left the dialog")
		}
	}
	d.Key(&fyne.KeyEvent{Name: fyne.KeyReturn})
	d.Key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if yes != 1 || cancelled != 1 || c.Focused() != below {
		t.Errorf("yes %d, cancelled %d, focus on %v", yes, cancelled, c.Focused())
	}
}

func TestTabScrollsWhatHasTheFocusIntoView(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	col := Column(40)
	var last *Button
	for range 20 {
		last = NewButton(SecondaryButton, "b", nil)
		col.Add(last)
	}
	p := NewPage(col)
	w := test.NewWindow(p)
	w.SetPadded(false)
	defer w.Close()
	w.Resize(fyne.NewSize(300, 200))
	w.Canvas().Focus(last)
	bottom := fyne.CurrentApp().Driver().AbsolutePositionForObject(last).Y + last.Size().Height
	if bottom > 200 || p.scroll.Offset.Y == 0 {
		t.Errorf("the button ends at %.0f of 200", bottom)
	}
}

func TestABarNeverScrollsOutOfSight(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	for _, rows := range []int{1, 50} {
		col := Column(10)
		for range rows {
			col.Add(NewPara("text", Body))
		}
		p := NewPage(col)
		p.SetBar(NewButton(PrimaryButton, "Use", nil))
		w := test.NewWindow(p)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(300, 200))
		bottom := p.bar.Position().Y + p.bar.Size().Height
		if bottom > 200 || rows == 50 && bottom != 200 || p.scroll.Size().Height > 200 {
			t.Errorf("%d rows: the bar ends at %.0f, the scroller at %.0f", rows, bottom, p.scroll.Size().Height)
		}
		w.Close()
	}
}

func TestColoursChangeWithTheTheme(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	b := NewBox(Surface, Border, 4)
	l := NewLine("x", Body)
	w := test.NewWindow(Column(0, b, l))
	defer w.Close()
	was, ink := b.raw.FillColor, l.raw.Color
	fyne.CurrentApp().Settings().SetTheme(&Theme{Mode: Dark})
	b.Refresh()
	l.Refresh()
	if b.raw.FillColor == was || l.raw.Color == ink {
		t.Error("colours stayed")
	}
}
