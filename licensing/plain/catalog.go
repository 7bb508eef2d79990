package plain

import (
	"encoding/json"
	"fmt"
	"io/fs"
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

// catalog is one language, ready to speak.
type catalog struct {
	lang      string
	localizer *i18n.Localizer
	messages  map[string]forms
	counts    map[string][]string // plural messages: slots in order, then n; the first that counts decides the form
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
	c := &catalog{lang: lang, messages: messages, counts: map[string][]string{}}
	tag := language.English
	bundle := i18n.NewBundle(tag)
	if lang == Pseudo {
		for id, f := range messages {
			messages[id] = f.mapped(pseudo)
		}
	}
	if err := c.add(bundle, tag, messages); err != nil {
		return nil, err
	}
	if lang != Pseudo && lang != base {
		own, err := readLanguage(assets.Translations(), lang)
		if err != nil {
			return nil, err
		}
		tag = language.Make(lang)
		if err := c.add(bundle, tag, own); err != nil {
			return nil, err
		}
		for id, f := range own {
			messages[id] = f
		}
	}
	c.localizer = i18n.NewLocalizer(bundle, tag.String())
	return c, nil
}

// add gives the messages to the bundle and notes which slots may count.
func (c *catalog) add(bundle *i18n.Bundle, tag language.Tag, messages map[string]forms) error {
	all := make([]i18n.Message, 0, 2*len(messages)) // one block instead of a thousand allocations
	for id, f := range messages {
		all = append(all, i18n.Message{ID: id, Zero: f.Zero, One: f.One, Two: f.Two, Few: f.Few, Many: f.Many, Other: f.Other})
		if f.plural() {
			c.counts[id] = append(slotsIn(f.Other), "n")
		}
		if f.None != "" {
			all = append(all, i18n.Message{ID: id + noneSuffix, Other: f.None})
		}
	}
	pointers := make([]*i18n.Message, len(all))
	for i := range all {
		pointers[i] = &all[i]
	}
	if err := bundle.AddMessages(tag, pointers...); err != nil {
		return fmt.Errorf("plain: language %s: %w", tag, err)
	}
	return nil
}

// noneSuffix marks the form for zero, which CLDR does not know in most languages.
const noneSuffix = "#none"

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
