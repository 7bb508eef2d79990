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
	used := 0
	indent := strings.Repeat(" ", len(lead))
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			out.WriteString(lead)
			used = len(lead)
		case used+1+n > width:
			out.WriteString("\n" + indent)
			used = len(indent)
		default:
			out.WriteByte(' ')
			used++
		}
		out.WriteString(word)
		used += n
	}
	out.WriteByte('\n')
}
