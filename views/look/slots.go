package look

// slot is where a text stands: its left edge, its width and its line, counted from the bar.
type slot struct {
	x, w, at float32
	line     int
}

// arrange puts texts of widths w at their places on lines so that none covers another and none sticks out.
func arrange(total, apart float32, at, w []float32) []slot {
	var out []slot
	for i := range at {
		s := slot{x: max(0, min(at[i]-w[i]/2, total-w[i])), w: w[i], at: at[i]}
		for again := true; again; {
			again = false
			for _, o := range out {
				if o.line == s.line && (s.x < o.x+o.w+labelGap && o.x < s.x+s.w+labelGap || abs(o.at-s.at) < apart) {
					s.line++
					again = true
					break
				}
			}
		}
		out = append(out, s)
	}
	return out
}

func abs(v float32) float32 { return max(v, -v) }

func linesOf(slots []slot) int {
	n := 0
	for _, s := range slots {
		n = max(n, s.line+1)
	}
	return n
}

// crossed says whether the line from a ring down to its label would run through another label.
func crossed(slots []slot, i int) bool {
	for _, o := range slots {
		if o.line < slots[i].line && slots[i].at > o.x-2 && slots[i].at < o.x+o.w+2 {
			return true
		}
	}
	return false
}
