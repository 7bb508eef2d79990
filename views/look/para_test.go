package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

func TestADayAndItsMonthStayOnOneLine(t *testing.T) {
	a := test.NewApp()
	a.Settings().SetTheme(&Theme{Mode: Light})
	t.Cleanup(func() { test.NewApp() })
	p := NewPara("You can work until 13 November 2026.", Body)
	for width := float32(90); width < 260; width += 3 {
		for _, line := range p.wrap(width) {
			if last := line[len(line)-1].text; last == "13" && width > Body.measure("13 November").Width {
				t.Errorf("at %.0f a line ends with %q", width, last)
			}
		}
	}
}

func TestWordsThatStayTogetherKeepTheirSpace(t *testing.T) {
	a := test.NewApp()
	a.Settings().SetTheme(&Theme{Mode: Light})
	t.Cleanup(func() { test.NewApp() })
	p := NewPara("until 13 November 2026 (365 days).", Body)
	p.Resize(fyne.NewSize(600, 40))
	r := test.WidgetRenderer(p)
	r.Layout(fyne.NewSize(600, 40))
	for _, o := range r.Objects() {
		if x := o.(*canvas.Text); x.Text != p.String() {
			t.Errorf("it shows %q", x.Text)
		}
	}
}
