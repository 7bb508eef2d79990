package plain

import (
	"strconv"
	"strings"
	"time"

	"holdfast/licensing/terms"
)

// Reason puts one step of "why?" into sentences: the rule with its evidence. Times are shown in zone; nil is UTC.
// Sentences about what the evidence does not name are left out. A rule without words of its own is shown by its code
// with the evidence as it is. Source says what it rests on.
func (s *Speaker) Reason(r terms.Reason, zone *time.Location) string {
	id := "why." + r.Rule
	if !s.Has(id) {
		id = "why.other"
	}
	values := evidence(r.Evidence)
	own := map[string]string{"rule": r.Rule, "evidence": r.Evidence, "date": s.DateTime(r.At, zone)}
	fill := func(slot string) filled {
		text := clean(own[slot])
		switch v := values[slot]; {
		case v == "":
		case slot == "parts":
			text = s.parts(v)
		case slot == "what":
			text = s.coded("what."+clean(v), v)
		default:
			text = s.fact(v, zone)
		}
		return filled{text: text, drop: text == ""}
	}
	raw := func(slot string) any {
		n, err := strconv.Atoi(values[slot])
		if err != nil {
			return nil
		}
		return n
	}
	if text := s.say(id, raw, fill); text != "" {
		return text
	}
	return s.say("why.other", raw, fill) // nothing of the evidence was there
}

// Source says what a reason rests on: license, policy version and who issued them; "" when it names none.
func (s *Speaker) Source(r terms.Reason) string {
	args := map[string]any{"license": r.License, "authority": r.Authority, "policy": ""}
	if r.Policy > 0 {
		args["policy"] = strconv.Itoa(r.Policy)
	}
	switch {
	case r.License == "" && r.Authority == "":
		return ""
	case r.License == "" || r.Policy == 0:
		return s.Text("why.issuer", args)
	}
	return s.Text("why.source", args)
}

// evidence takes "name=value name=value" apart. A word without "=" belongs to the value before it.
func evidence(text string) map[string]string {
	values := map[string]string{}
	last := ""
	for _, word := range strings.Fields(text) {
		name, value, pair := strings.Cut(word, "=")
		switch {
		case pair:
			last = name
			values[name] = value
		case last != "":
			values[last] += " " + word
		}
	}
	return values
}

// parts names kinds of hardware that stand with commas between them.
func (s *Speaker) parts(kinds string) string {
	all := strings.Split(kinds, ",")
	for i, k := range all {
		all[i] = s.coded("part."+clean(k), k)
	}
	return s.List(all)
}

// idShown is how much of a long hexadecimal id is shown.
const idShown = 12

// fact puts a value of evidence into words: times as date and time, lengths in days or hours, codes that have a text of their
// own, long ids cut.
func (s *Speaker) fact(v string, zone *time.Location) string {
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return s.DateTime(t, zone)
	}
	if l, err := terms.ParseLength(v); err == nil && !l.IsZero() {
		return s.Length(l)
	}
	if id := "fact." + v; s.Has(id) {
		return s.Text(id, nil)
	}
	if terms.State(v).Known() {
		return s.Title(terms.State(v))
	}
	if len(v) >= 32 && strings.Trim(v, "0123456789abcdef") == "" {
		return v[:idShown] + "…"
	}
	return clean(v)
}
