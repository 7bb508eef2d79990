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
	{regexp.MustCompile(`^(.+): is empty$`), "cli.usage.empty"},
	{regexp.MustCompile(`^(--[^:]+): expected \w+ value but got "EOL"`), "cli.usage.no_value"},
	{regexp.MustCompile(`^(--[^:]+): expected \w+ value but got "(.*)" \(`), "cli.usage.dash"},
	{regexp.MustCompile(`^(.+): expected a valid 64 bit u?int but got "(.*)"$`), "cli.usage.number"},
	{regexp.MustCompile(`^(.+): expected a float but got "(.*)" \(`), "cli.usage.float"},
	{regexp.MustCompile(`^missing flags?: (.*)$`), "cli.usage.missing"},
	{regexp.MustCompile(`^expected "(<.*)"$`), "cli.usage.missing"},
	{regexp.MustCompile(`^expected (?:one of )?(".*)$`), "cli.usage.verb"},
	{regexp.MustCompile(`^unknown flag (.*), did you mean (?:one of )?(.*)\?$`), "cli.usage.option_like"},
	{regexp.MustCompile(`^unknown flag (.*)$`), "cli.usage.option"},
	{regexp.MustCompile(`^unexpected argument (.*), did you mean (?:one of )?(.*)\?$`), "cli.usage.word_like"},
	{regexp.MustCompile(`^unexpected argument (.*)$`), "cli.usage.word"},
	{regexp.MustCompile(`^(.+) must be one of (.*) but got (.*)$`), "cli.usage.one_of"},
	{regexp.MustCompile(`^(.+) and (.+) can't be used together$`), "cli.usage.together"},
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
