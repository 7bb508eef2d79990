package look

import (
	"strings"
)

// softHyphen marks where a word may break; it shows only there, as a hyphen.
const softHyphen = "\u00ad"

// unbroken is a text without its soft hyphens, for one line and for screen readers.
func unbroken(s string) string { return strings.ReplaceAll(s, softHyphen, "") }

func (p *Para) broken(width float32) [][]piece {
	var lines [][]piece
	var line []piece
	x := float32(0)
	end := func() {
		lines = append(lines, line)
		line, x = nil, 0
	}
	all := p.pieces(width)
	for i := 0; i < len(all); i++ {
		pc := all[i]
		need := pc.width // with everything glued to it
		for j := i + 1; j < len(all) && all[j].glue; j++ {
			need += all[j].space + all[j].width
		}
		if pc.brk && len(line) > 0 {
			end()
		}
		if len(line) > 0 && !pc.glue && x+pc.space+need > width+0.5 {
			end()
		}
		if n := len(line); n > 0 && line[n-1].soft && x+upToSoft(all[i:]) > width+0.5 {
			line[n-1] = line[n-1].hyphened()
			end()
		}
		if len(line) == 0 {
			pc.space = 0
		}
		if pc.width > width && len([]rune(pc.text)) > 1 && width > 0 { // a word longer than the line is broken
			head, tail := breakWord(pc, width-x-pc.space)
			if head.text == "" && len(line) > 0 {
				end()
				i--
				continue
			}
			line = append(line, head)
			end()
			tail.glue = false
			all[i] = tail
			i--
			continue
		}
		line = append(line, pc)
		x += pc.space + pc.width
	}
	if len(line) > 0 || len(lines) == 0 {
		end()
	}
	return lines
}

// hyphened is a piece at whose end a word breaks.
func (p piece) hyphened() piece {
	p.text += "-"
	p.width = p.font.measure(p.text).Width
	return p
}

// upToSoft is the width of a word's pieces up to the next place where it may break.
func upToSoft(word []piece) float32 {
	w := float32(0)
	for i, pc := range word {
		if i > 0 && (!pc.glue || pc.space > 0) {
			break
		}
		if pc.soft {
			return w + pc.hyphened().width
		}
		w += pc.width
	}
	return w
}

func breakWord(pc piece, room float32) (head, tail piece) {
	runes := []rune(pc.text)
	n := 0
	for n < len(runes)-1 && pc.font.measure(string(runes[:n+1])).Width <= room {
		n++
	}
	if n == 0 && pc.space == 0 {
		n = 1
	}
	head, tail = pc, pc
	head.text, tail.text = string(runes[:n]), string(runes[n:])
	head.width, tail.width = pc.font.measure(head.text).Width, pc.font.measure(tail.text).Width
	return head, tail
}
