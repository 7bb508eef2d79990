package plain

import "holdfast/licensing/terms"

// most is how many members of a list are named; the rest is counted.
const most = 12

// List joins names as the language does: "A", "A and B", "A, B and C". Above 12 names the rest is counted:
// "A, B, … and 5 more". Empty names are left out.
func (s *Speaker) List(names []string) string {
	kept := make([]string, 0, len(names))
	for _, n := range names {
		if n = clean(n); n != "" {
			kept = append(kept, n)
		}
	}
	if len(kept) > most+1 {
		more := s.Text("list.more", map[string]any{"n": len(kept) - most})
		kept = append(kept[:most:most], more)
	}
	switch len(kept) {
	case 0:
		return ""
	case 1:
		return kept[0]
	case 2:
		return s.join("list.two", kept[0], kept[1])
	}
	text := s.join("list.start", kept[0], kept[1])
	for _, n := range kept[2 : len(kept)-1] {
		text = s.join("list.middle", text, n)
	}
	return s.join("list.end", text, kept[len(kept)-1])
}

func (s *Speaker) join(id, a, b string) string {
	return s.Text(id, map[string]any{"a": a, "b": b})
}

// names returns texts in the Speaker's language.
func (s *Speaker) names(texts []terms.Text) []string {
	all := make([]string, len(texts))
	for i, t := range texts {
		all[i] = t.In(s.cat.lang)
	}
	return all
}
