package plain

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"holdfast/assets"
)

// base is the language that is always complete; every other one falls back to it, message by message.
const base = "en"

// Pseudo is the made-up language of tests: English with accents, 40 % longer, in brackets. It shows text that does not
// come from the translation files and places that cut long words.
const Pseudo = "qps"

// forms are the forms of one message; a plain text has only Other. None is used for a count of zero.
type forms struct {
	None, Zero, One, Two, Few, Many, Other string
}

// readForms takes a text, or an object of forms, as encoding/json decodes it.
func readForms(v any) (forms, error) {
	switch v := v.(type) {
	case string:
		return forms{Other: v}, nil
	case map[string]any:
		var f forms
		places := map[string]*string{
			"none": &f.None, "zero": &f.Zero, "one": &f.One, "two": &f.Two, "few": &f.Few, "many": &f.Many, "other": &f.Other,
		}
		for name, text := range v {
			place, known := places[name]
			s, isText := text.(string)
			if !known || !isText {
				return f, fmt.Errorf("a plural has no form %q", name)
			}
			*place = s
		}
		return f, nil
	}
	return forms{}, fmt.Errorf("a message is a text or an object of plural forms, not %v", v)
}

func (f forms) plural() bool {
	return f.Zero != "" || f.One != "" || f.Two != "" || f.Few != "" || f.Many != "" || f.None != ""
}

// mapped applies fn to every form.
func (f forms) mapped(fn func(string) string) forms {
	for _, s := range []*string{&f.None, &f.Zero, &f.One, &f.Two, &f.Few, &f.Many, &f.Other} {
		if *s != "" {
			*s = fn(*s)
		}
	}
	return f
}

// catalog is one language, ready to speak. Messages are given to go-i18n one by one when they are said: adding all of
// them to a bundle first would cost a short command more than everything it says.
type catalog struct {
	lang      string
	localizer *i18n.Localizer
	messages  map[string]forms
	parsed    sync.Map // text → parsed
}

// counting are the slots of a plural message that may count: those in the text in their order, then n. The first that
// has a number or a list decides the form.
func counting(f forms) []string {
	if !f.plural() {
		return nil
	}
	return append(slotsIn(f.Other), "n")
}

var catalogs = struct {
	sync.Mutex
	byLang map[string]*catalog
}{byLang: map[string]*catalog{}}

// load returns the catalog of lang, which must be one of Languages or Pseudo. It is read on first use only.
func load(lang string) (*catalog, error) {
	catalogs.Lock()
	defer catalogs.Unlock()
	if c, ok := catalogs.byLang[lang]; ok {
		return c, nil
	}
	c, err := build(lang)
	if err == nil {
		catalogs.byLang[lang] = c
	}
	return c, err
}

func build(lang string) (*catalog, error) {
	messages, err := readLanguage(assets.Translations(), base)
	if err != nil {
		return nil, err
	}
	tag := language.English
	switch lang {
	case base:
	case Pseudo:
		for id, f := range messages {
			messages[id] = f.mapped(pseudo)
		}
	default:
		own, err := readLanguage(assets.Translations(), lang)
		if err != nil {
			return nil, err
		}
		maps.Copy(messages, own)
		tag = language.Make(lang)
	}
	return &catalog{lang: lang, localizer: i18n.NewLocalizer(i18n.NewBundle(tag), tag.String()), messages: messages}, nil
}

// readLanguage reads every file of one language. When an id stands in two files, the first by file name wins.
func readLanguage(tree fs.FS, lang string) (map[string]forms, error) {
	files, err := fs.Glob(tree, path.Join(lang, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("plain: language %s: %w", lang, err)
	}
	all := make(map[string]forms, 1024)
	for _, name := range files {
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, fmt.Errorf("plain: %w", err)
		}
		var area map[string]any // faster than a type with its own UnmarshalJSON, and every command waits for it
		if err := json.Unmarshal(b, &area); err != nil {
			return nil, fmt.Errorf("plain: translations/%s: %w", name, err)
		}
		for id, v := range area {
			if _, taken := all[id]; taken {
				continue
			}
			if all[id], err = readForms(v); err != nil {
				return nil, fmt.Errorf("plain: translations/%s: %s: %w", name, id, err)
			}
		}
	}
	return all, nil
}
