package plain

import (
	"regexp"
	"strings"
)

// mistakes are what the parser of a command line says is wrong, in its own words, and the texts that say it in ours. Each part is a slot: a, b.
var mistakes = []struct {
	said *regexp.Regexp
	id   string
}{
	{regexp.MustCompile(`^(.+): is empty$`), "mistyped.empty"},
	{regexp.MustCompile(`^(--[^:]+): expected \w+ value but got "EOL"`), "mistyped.no_value"},
	{regexp.MustCompile(`^(--[^:]+): expected \w+ value but got "(.*)" \(`), "mistyped.dash"},
	{regexp.MustCompile(`^(.+): expected a valid 64 bit u?int but got "(.*)"$`), "mistyped.number"},
	{regexp.MustCompile(`^(.+): expected a float but got "(.*)" \(`), "mistyped.float"},
	{regexp.MustCompile(`^missing flags?: (.*)$`), "mistyped.missing"},
	{regexp.MustCompile(`^expected "(<.*)"$`), "mistyped.missing"},
	{regexp.MustCompile(`^expected (?:one of )?(".*)$`), "mistyped.verb"},
	{regexp.MustCompile(`^unknown flag (.*), did you mean (?:one of )?(.*)\?$`), "mistyped.option_like"},
	{regexp.MustCompile(`^unknown flag (.*)$`), "mistyped.option"},
	{regexp.MustCompile(`^unexpected argument (.*), did you mean (?:one of )?(.*)\?$`), "mistyped.word_like"},
	{regexp.MustCompile(`^unexpected argument (.*)$`), "mistyped.word"},
	{regexp.MustCompile(`^(.+) must be one of (.*) but got (.*)$`), "mistyped.one_of"},
	{regexp.MustCompile(`^(.+) and (.+) can't be used together$`), "mistyped.together"},
}

// words writes what the parser names as help does: <file> ... as FILE, "a","b" as a, b.
func words(text string) string {
	if strings.HasPrefix(strings.TrimLeft(text, "["), "<") {
		text = strings.ToUpper(strings.NewReplacer("<", "", ">", "", "[", "", "]", "", " ...", "").Replace(text))
	}
	return strings.TrimSuffix(strings.NewReplacer(`","`, ", ", `"`, "").Replace(text), ", ")
}

// Mistyped says in the person's language what the parser of a command line (alecthomas/kong) found wrong with it; what is not known here
// stays in the parser's words. It ends with a full stop or a question mark.
func (s *Speaker) Mistyped(err error) string {
	text := err.Error()
	for _, m := range mistakes {
		if parts := m.said.FindStringSubmatch(text); parts != nil {
			parts = append(parts, "", "")
			return s.Text(m.id, map[string]any{"a": words(parts[1]), "b": words(parts[2]), "c": words(parts[3])})
		}
	}
	return strings.TrimRight(text, ".") + "."
}
