package look

import (
	"testing"

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
