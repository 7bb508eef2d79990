package plain

import (
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"holdfast/assets"
)

// Languages returns the languages that have a folder of translations, English first. Pseudo is not among them.
func Languages() []string {
	all := []string{base}
	folders, err := fs.ReadDir(assets.Translations(), ".")
	if err != nil {
		return all
	}
	for _, f := range folders {
		if f.IsDir() && f.Name() != base {
			all = append(all, f.Name())
		}
	}
	slices.Sort(all[1:])
	return all
}

// match returns the best language there is for lang, English when none is near.
func match(lang string) string {
	if lang == Pseudo || strings.HasPrefix(lang, Pseudo+"-") {
		return Pseudo
	}
	all := Languages()
	if slices.Contains(all, lang) {
		return lang
	}
	want, err := language.Parse(lang)
	if err != nil || len(all) == 1 {
		return base
	}
	tags := make([]language.Tag, len(all))
	for i, l := range all {
		tags[i] = language.Make(l)
	}
	_, i, confidence := language.NewMatcher(tags).Match(want)
	if confidence == language.No {
		return base
	}
	return all[i]
}

// Detect returns the language that a POSIX environment asks for, as a tag such as "de-AT": the first of LC_ALL,
// LC_MESSAGES and LANG that is set decides. "C", "POSIX", nothing and what cannot be read mean English.
// env is os.Getenv or a stand-in.
func Detect(env func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value := env(name)
		if value == "" {
			continue
		}
		value, _, _ = strings.Cut(value, ".")
		value, _, _ = strings.Cut(value, "@")
		tag, err := language.Parse(value)
		if err != nil || value == "C" || value == "POSIX" {
			return base
		}
		return tag.String()
	}
	return base
}
