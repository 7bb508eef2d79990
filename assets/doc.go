// Package assets holds what is compiled into the program beside code: icons and the words of each language.
//
// Translations lie in translations/<language>/<area>.json, each a flat object of message id to text, or of message id
// to plural forms. Package licensing/plain reads them; nothing else should.
package assets

import (
	"embed"
	"io/fs"
)

//go:embed translations/*/*.json
var translations embed.FS

//go:embed holdfast-icon.svg holdfast-tray.svg icons/*.svg
var icons embed.FS

// Translations returns the tree of translation files, with one folder per language at its root.
func Translations() fs.FS {
	sub, err := fs.Sub(translations, "translations")
	if err != nil { // only for a malformed constant path
		return translations
	}
	return sub
}

// Icon returns the SVG called name: "holdfast-icon", "holdfast-tray" or a symbol such as "ok", "warn" or "files".
// The symbols are filled outlines, so that a toolkit that recolours fills only can draw them in any colour.
// It returns false for an unknown name. The bytes belong to the caller.
func Icon(name string) ([]byte, bool) {
	for _, path := range []string{"icons/" + name + ".svg", name + ".svg"} {
		if b, err := icons.ReadFile(path); err == nil {
			return b, true
		}
	}
	return nil, false
}
