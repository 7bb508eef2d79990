package look

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"holdfast/licensing/terms"
)

func threeLanes() LanesModel {
	return LanesModel{
		Ticks: []Tick{{0, "1 Dec 2026"}, {0.5, "1 Jan 2027"}, {0.55, "5 Jan"}, {0.9, "29 Jan"}},
		Lanes: []Lane{
			{"AcmeCAD Pro", []Phase{{0, 0.5, terms.ToneOK, "Works"}, {0.5, 0.55, terms.ToneWarn, "Grace"}, {0.55, 1, "", "View mode"}}},
			{"Nordlicht Studio", []Phase{{0, 1, terms.ToneOK, "Works, does not end"}}},
		},
		Reaches: []Reach{{"no internet", 0, 0.6, "60 days, to 29 Jan"}, {"never online", 0, 1, "for good"}},
	}
}

// laneTexts are the words of lanes that can be seen, with their places.
func laneTexts(o fyne.CanvasObject) map[string]*canvas.Text {
	out := map[string]*canvas.Text{}
	for _, c := range test.WidgetRenderer(o.(fyne.Widget)).Objects() {
		if x, ok := c.(*canvas.Text); ok && x.Visible() {
			out[x.Text] = x
		}
	}
	return out
}

func TestAPhaseThatIsNarrowerThanItsWordShowsNone(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	l := NewLanes(threeLanes())
	for width, grace := range map[float32]bool{600: false, 2000: true} {
		l.Resize(fyne.NewSize(width, HeightFor(l, width)))
		seen := laneTexts(l)
		if _, shown := seen["Grace"]; shown != grace {
			t.Errorf("%.0f wide: the word of the narrow phase is shown: %v", width, shown)
		}
		if seen["Works"] == nil || seen["View mode"] == nil || seen["60 days, to 29 Jan"] == nil {
			t.Errorf("%.0f wide: a word is missing: %v", width, seen)
		}
		if seen["for good"] != nil {
			t.Errorf("%.0f wide: the words of a bar without room beside it are shown", width)
		}
	}
}

func TestNoWordOfLanesCoversAnotherOrSticksOut(t *testing.T) {
	for _, factor := range []float32{1, 2} {
		useTheme(t, &Theme{Mode: Light, Factor: factor})
		for _, width := range []float32{200, 330, 500, 700, 1100} {
			l := NewLanes(threeLanes())
			high := HeightFor(l, width)
			l.Resize(fyne.NewSize(width, high))
			seen := laneTexts(l)
			for a, x := range seen {
				if right := x.Position().X + x.MinSize().Width; x.Position().X < 0 || right > width+1 && x.Alignment != fyne.TextAlignCenter {
					t.Errorf("%.0f wide, text %v: %q ends at %.0f", width, factor, a, right)
				}
				if low := x.Position().Y + x.Size().Height; low > high+1 {
					t.Errorf("%.0f wide, text %v: %q ends at %.0f of %.0f", width, factor, a, low, high)
				}
				for b, y := range seen {
					if a < b && covers(x, y) {
						t.Errorf("%.0f wide, text %v: %q covers %q", width, factor, a, b)
					}
				}
			}
		}
	}
}

// covers says whether two texts share a place; a centred text is as wide as its word.
func covers(a, b *canvas.Text) bool {
	box := func(x *canvas.Text) (l, t, r, b float32) {
		p, s, m := x.Position(), x.Size(), x.MinSize()
		if x.Alignment == fyne.TextAlignCenter {
			return p.X + (s.Width-m.Width)/2, p.Y, p.X + (s.Width+m.Width)/2, p.Y + s.Height
		}
		return p.X, p.Y, p.X + m.Width, p.Y + s.Height
	}
	al, at, ar, ab := box(a)
	bl, bt, br, bb := box(b)
	return al < br-1 && bl < ar-1 && at < bb-1 && bt < ab-1
}

func TestLanesAreReadOutAsWords(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	said := NewLanes(threeLanes()).(fyne.Accessible).AccessibilityLabel()
	if want := "AcmeCAD Pro: Works, Grace, View mode; Nordlicht Studio: Works, does not end"; said != want {
		t.Errorf("it says %q, want %q", said, want)
	}
}

func TestNamesStandAboveTheLanesWhereTheyWouldTakeTooMuch(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	l := NewLanes(threeLanes())
	for width, beside := range map[float32]bool{700: true, 300: false} {
		l.Resize(fyne.NewSize(width, HeightFor(l, width)))
		seen := laneTexts(l)
		if got := strings.Contains(seen["AcmeCAD Pro"].Text, "Acme") && seen["Works"].Position().X > seen["AcmeCAD Pro"].MinSize().Width; got != beside {
			t.Errorf("%.0f wide: the name stands beside its lane: %v", width, got)
		}
	}
}

func TestARowOfADateSaysEverythingAndCanBePressed(t *testing.T) {
	useTheme(t, &Theme{Mode: Light})
	pressed := 0
	a := NewDateRow("14", "Mar", "License ends", "AcmeCAD Pro", "Grace starts by itself.", func() { pressed++ })
	if a.Label != "14 Mar: License ends, AcmeCAD Pro" {
		t.Errorf("it is read out as %q", a.Label)
	}
	a.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if pressed != 1 {
		t.Errorf("pressed %d times", pressed)
	}
}
