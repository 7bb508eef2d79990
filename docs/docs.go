package docs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed guides/*/*.md
var files embed.FS

// English is the language of every guide; other languages are translations of it.
const English = "en"

// ErrUnknown is what Read returns for a name that Names does not list.
var ErrUnknown = errors.New("no guide has this name")

// Kinds of a block.
const (
	Heading = "heading" // Runs
	Text    = "text"    // Runs
	Step    = "step"    // Runs, N
	Point   = "point"   // Runs
	Code    = "code"    // Code: commands for a shell, one a line
)

// Guide is one guide in one language.
type Guide struct {
	Name, Title string
	Lang        string // language of its text, which may be English when another was asked for
	Blocks      []Block
}

// Block is a part of a guide that is shown below the one before it.
type Block struct {
	Kind string
	Runs []Run
	Code string // without the fence, no line break at the end
	N    int    // number of a step, from 1
}

// Run is text of one style. Its spaces count; it has no line breaks.
type Run struct {
	Text       string
	Bold, Code bool
}

// names lists the guides in the order in which a person may need them.
var names = []string{"activate-by-file", "never-online", "online", "usage", "dates", "wrong-date", "restored-computer", "lost-keychain"}

// Names returns the names of all guides, in the order in which to list them.
func Names() []string { return slices.Clone(names) }

// Read returns a guide in a language such as "de" or "de-AT", or in English when there is none in that language.
func Read(name, lang string) (Guide, error) {
	if !slices.Contains(names, name) {
		return Guide{}, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	lang, _, _ = strings.Cut(strings.ReplaceAll(lang, "_", "-"), "-")
	for _, l := range []string{strings.ToLower(lang), English} {
		b, err := source(name, l)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			continue
		}
		if err != nil {
			return Guide{}, err
		}
		g, err := parse(string(b))
		if err != nil {
			return Guide{}, fmt.Errorf("guide %s (%s): %w", name, l, err)
		}
		g.Name, g.Lang = name, l
		return g, nil
	}
	return Guide{}, fmt.Errorf("%w: %q", ErrUnknown, name)
}

// source returns the text of a guide as it was written.
func source(name, lang string) ([]byte, error) {
	return files.ReadFile(path.Join("guides", lang, name+".md"))
}
