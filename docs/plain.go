package docs

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// width of a line on a terminal. Commands may be longer: a broken command cannot be copied.
const width = 78

// Plain returns the guide for a terminal: lines of at most 78 characters, labels in quotes, commands indented.
func (g Guide) Plain() string {
	var out strings.Builder
	underlined(&out, g.Title, "=")
	for i, b := range g.Blocks {
		list := b.Kind == Step || b.Kind == Point
		if !list || i == 0 || g.Blocks[i-1].Kind != b.Kind {
			out.WriteByte('\n')
		}
		switch b.Kind {
		case Heading:
			underlined(&out, plainText(b.Runs), "-")
		case Code:
			for line := range strings.SplitSeq(b.Code, "\n") {
				if line != "" {
					line = "    " + line
				}
				out.WriteString(line + "\n")
			}
		case Step:
			wrap(&out, fmt.Sprintf("%2d. ", b.N), plainText(b.Runs))
		case Point:
			wrap(&out, "  - ", plainText(b.Runs))
		default:
			wrap(&out, "", plainText(b.Runs))
		}
	}
	return out.String()
}

func plainText(runs []Run) string {
	var out strings.Builder
	for _, r := range runs {
		if r.Bold {
			fmt.Fprintf(&out, "\"%s\"", r.Text)
		} else {
			out.WriteString(r.Text)
		}
	}
	return out.String()
}

func underlined(out *strings.Builder, text, line string) {
	fmt.Fprintf(out, "%s\n%s\n", text, strings.Repeat(line, utf8.RuneCountInString(text)))
}

// wrap writes text behind lead, with further lines indented as far.
func wrap(out *strings.Builder, lead, text string) {
	indent := strings.Repeat(" ", len(lead))
	for i, line := range Fold(text, width-len(lead)) {
		if i > 0 {
			lead = indent
		}
		out.WriteString(lead + line + "\n")
	}
}

// Fold returns text in lines of at most width characters, broken at blanks. A word that is longer has a line of its own. There is at
// least one line.
func Fold(text string, width int) []string {
	lines, used := []string{""}, 0
	for i, word := range strings.Fields(text) {
		n, last := utf8.RuneCountInString(word), len(lines)-1
		switch {
		case i == 0:
			lines[last], used = word, n
		case used+1+n > width:
			lines, used = append(lines, word), n
		default:
			lines[last] += " " + word
			used += 1 + n
		}
	}
	return lines
}
