package look

import (
	"fyne.io/fyne/v2"

	"holdfast/assets"
)

// AppIcon is the name of the program's own picture.
const AppIcon = "holdfast-icon"

// loadSymbol reads one symbol; an unknown name gives the notice sign, which a test would see.
func loadSymbol(name string) fyne.Resource {
	if name == "tick" {
		return fyne.NewStaticResource("tick.svg", []byte(tick))
	}
	b, ok := assets.Icon(name)
	if !ok {
		fyne.LogError("no symbol called "+name, nil)
		b, _ = assets.Icon("notice")
	}
	return fyne.NewStaticResource(name+".svg", b)
}

// AppPicture returns the program's own picture.
func AppPicture() fyne.Resource { return symbol(AppIcon, Text) }

// tick is the mark inside a check box, in the line of the other symbols.
const tick = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">` +
	`<path fill="#000000" d="M3.4 12.6L5.2 10.8L9.6 15.2L18.8 6L20.6 7.8L9.6 18.8Z"/></svg>`
