package issuer

import (
	_ "embed"
	"html/template"
	"strings"
	"time"
)

func parseDay(s string) (time.Time, error) { return time.Parse(time.DateOnly, s) }

// Markdown writes the page as Markdown. Texts of the policy are escaped: they make no links, headings or HTML.
func (p Page) Markdown() []byte {
	var b strings.Builder
	b.WriteString("# " + markdown(p.Title) + "\n")
	for _, block := range p.blocks {
		b.WriteString("\n")
		switch {
		case block.heading != "":
			b.WriteString("## " + markdown(block.heading) + "\n")
		case block.text != "":
			b.WriteString(markdown(block.text) + "\n")
		case block.table != nil:
			for i, row := range block.table {
				for _, cell := range row {
					b.WriteString("| " + markdown(cell) + " ")
				}
				b.WriteString("|\n")
				if i == 0 {
					b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
				}
			}
		default:
			for _, line := range block.list {
				b.WriteString("- " + markdown(line) + "\n")
			}
		}
	}
	return []byte(b.String())
}

var markdownMarks = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `&lt;`, `>`, `&gt;`, `#`, `\#`, `|`, `\|`, `&`, `&amp;`, `~`, `\~`,
	"\n", " ", "\r", " ",
)

func markdown(s string) string { return markdownMarks.Replace(s) }

//go:embed page.html
var pageSource string

var pageForm = template.Must(template.New("page").Parse(pageSource))

// HTML writes the page as one file that needs nothing else: no script, no address to load from. Every text is escaped.
func (p Page) HTML() ([]byte, error) {
	type block struct {
		Heading, Text string
		List          []string
		Head          []string
		Rows          [][]string
	}
	data := struct {
		Language, Title string
		Blocks          []block
	}{Language: p.Language, Title: p.Title}
	for _, b := range p.blocks {
		out := block{Heading: b.heading, Text: b.text, List: b.list}
		if b.table != nil {
			out.Head, out.Rows = b.table[0], b.table[1:]
		}
		data.Blocks = append(data.Blocks, out)
	}
	var b strings.Builder
	if err := pageForm.Execute(&b, data); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}
