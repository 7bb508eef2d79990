package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// BrandWith is Brand with something at the right edge, such as a choice of language.
func BrandWith(name string, right fyne.CanvasObject) fyne.CanvasObject {
	icon := Inset(2, 0, 0, 0, NewIcon(AppIcon, Text, IconChoice))
	return Head(Row(Gap8+2, Cell{Object: icon}, Cell{Object: NewLine(name, Heading), Width: Stretch}, Cell{Object: right}))
}

// TrayPicture is the program's picture for the tray, in the colour that the tray wants.
func TrayPicture() fyne.Resource { return theme.NewThemedResource(loadSymbol("holdfast-tray")) }
