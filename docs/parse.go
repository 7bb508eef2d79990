package docs

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a guide. They keep a page readable, and the parser's work small whatever it is given.
const (
	maxBytes  = 32 << 10
	maxBlocks = 200
	maxRuns   = 64
	maxLine   = 400 // bytes
)

const fence = "```"

// parse reads the Markdown that the package comment describes, and nothing else.
func parse(text string) (Guide, error) {
	switch {
	case len(text) > maxBytes:
		return Guide{}, fmt.Errorf("longer than %d bytes", maxBytes)
	case !utf8.ValidString(text):
		return Guide{}, fmt.Errorf("not UTF-8")
	}
	p := parser{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	if err := p.page(); err != nil {
		return Guide{}, fmt.Errorf("line %d: %w", p.at+1, err)
	}
	return p.guide, nil
}

type parser struct {
	lines []string
	at    int // the line that is looked at
	steps int // number of the last step of the present list
	guide Guide
}

func (p *parser) page() error {
	for i, line := range p.lines {
		p.at = i
		if err := checkLine(line); err != nil {
			return err
		}
	}
	p.at = 0
	title, ok := strings.CutPrefix(p.lines[0], "# ")
	if !ok || plainOnly(title) != nil {
		return fmt.Errorf("a guide begins with its title: # Title")
	}
	p.guide.Title = title
	for p.at++; p.at < len(p.lines); {
		if p.lines[p.at] == "" {
			p.at++
			continue
		}
		if len(p.guide.Blocks) == maxBlocks {
			return fmt.Errorf("more than %d blocks", maxBlocks)
		}
		b, err := p.block()
		if err != nil {
			return err
		}
		p.guide.Blocks = append(p.guide.Blocks, b)
	}
	if len(p.guide.Blocks) == 0 {
		return fmt.Errorf("a guide without text")
	}
	return nil
}

// checkLine says what no line of a guide may hold.
func checkLine(line string) error {
	if len(line) > maxLine {
		return fmt.Errorf("longer than %d bytes", maxLine)
	}
	if strings.HasSuffix(line, " ") {
		return fmt.Errorf("a space at the end")
	}
	for _, r := range line {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return fmt.Errorf("a character that cannot be seen: %U", r)
		}
	}
	return nil
}

// block reads the block that begins at the present line and goes to the line after it.
func (p *parser) block() (Block, error) {
	line := p.lines[p.at]
	if lang, ok := strings.CutPrefix(line, fence); ok {
		return p.code(lang)
	}
	if text, ok := strings.CutPrefix(line, "## "); ok {
		p.steps = 0
		p.at++
		r, err := runs(text)
		return Block{Kind: Heading, Runs: r}, err
	}
	if text, ok := strings.CutPrefix(line, "- "); ok {
		p.steps = 0
		return p.text(Block{Kind: Point}, text, "  ")
	}
	if n, text, ok := step(line); ok {
		if n != p.steps+1 && (n != 1 || p.afterStep()) {
			return Block{}, fmt.Errorf("step %d does not follow step %d", n, p.steps)
		}
		p.steps = n
		return p.text(Block{Kind: Step, N: n}, text, "   ")
	}
	return p.text(Block{Kind: Text}, line, "")
}

// afterStep says whether the block before is a step too: a list then goes on, and does not begin.
func (p *parser) afterStep() bool {
	n := len(p.guide.Blocks)
	return n > 0 && p.guide.Blocks[n-1].Kind == Step
}

// step reads "2. text".
func step(line string) (int, string, bool) {
	number, text, ok := strings.Cut(line, ". ")
	n, err := strconv.Atoi(number)
	return n, text, ok && err == nil && n > 0 && n <= maxBlocks && strconv.Itoa(n) == number
}

// text reads the rest of a paragraph, step or point, whose further lines begin with indent.
func (p *parser) text(b Block, first, indent string) (Block, error) {
	all := []string{first}
	for p.at++; p.at < len(p.lines); p.at++ {
		line := p.lines[p.at]
		if line == "" || indent != "" && !strings.HasPrefix(line, indent) {
			break
		}
		all = append(all, strings.TrimPrefix(line, indent))
	}
	for i, line := range all {
		if err := starts(line); err != nil {
			p.at += i - len(all)
			return b, err
		}
	}
	var err error
	if b.Runs, err = runs(strings.Join(all, " ")); err != nil {
		p.at-- // the last line of the block
	}
	return b, err
}

// starts refuses a line of text that Markdown would read as something else.
func starts(line string) error {
	_, _, number := step(line)
	if line == "" || number || strings.ContainsRune(" #>|+-=~<![\\:", rune(line[0])) || strings.HasPrefix(line, fence) {
		return fmt.Errorf("text cannot begin so: %q", line)
	}
	return nil
}

func (p *parser) code(lang string) (Block, error) {
	if lang != "sh" {
		return Block{}, fmt.Errorf("a block of commands begins with %ssh", fence)
	}
	begin := p.at + 1
	for p.at = begin; p.at < len(p.lines); p.at++ {
		if !strings.HasPrefix(p.lines[p.at], fence) {
			continue
		}
		b := Block{Kind: Code, Code: strings.Join(p.lines[begin:p.at], "\n")}
		if p.lines[p.at] != fence || strings.TrimSpace(b.Code) == "" {
			return Block{}, fmt.Errorf("a block of commands ends with %s alone and is not empty", fence)
		}
		p.at++
		return b, nil
	}
	p.at = begin - 1
	return Block{}, fmt.Errorf("a block of commands without an end")
}

// runs splits text at **bold** and `code`.
func runs(text string) ([]Run, error) {
	var all []Run
	for text != "" {
		if len(all) == maxRuns {
			return nil, fmt.Errorf("more than %d changes of style", maxRuns)
		}
		i := strings.IndexAny(text, "*`")
		if i < 0 {
			i = len(text)
		}
		if i > 0 {
			if err := plainOnly(text[:i]); err != nil {
				return nil, err
			}
			all, text = append(all, Run{Text: text[:i]}), text[i:]
			continue
		}
		mark := "`"
		if text[0] == '*' {
			mark = "**"
		}
		if !strings.HasPrefix(text, mark) {
			return nil, fmt.Errorf("one * alone; bold is **so**")
		}
		inside, rest, ok := strings.Cut(text[len(mark):], mark)
		if !ok || inside == "" || strings.TrimSpace(inside) != inside {
			return nil, fmt.Errorf("%s without its end, or nothing between", mark)
		}
		r := Run{Text: inside, Bold: mark == "**", Code: mark == "`"}
		if r.Bold {
			if err := plainOnly(inside); err != nil {
				return nil, err
			}
		}
		all, text = append(all, r), rest
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no text")
	}
	return all, nil
}

// plainOnly refuses characters that Markdown gives a meaning, so that every reader of the file sees the same.
func plainOnly(text string) error {
	if strings.TrimSpace(text) == "" && text != " " {
		return fmt.Errorf("no text")
	}
	if strings.Contains(text, "  ") {
		return fmt.Errorf("two spaces")
	}
	if strings.Contains(strings.ReplaceAll(text, " & ", " "), "&") {
		return fmt.Errorf("an & stands between two spaces")
	}
	if i := strings.IndexAny(text, "*`_[]<>|\\~#$"); i >= 0 {
		return fmt.Errorf("%q has a meaning of its own in Markdown; write it as code", text[i])
	}
	return nil
}
