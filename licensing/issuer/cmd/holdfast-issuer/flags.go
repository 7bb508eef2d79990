package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/issuer"
	"holdfast/licensing/terms"
)

var inLanguage = regexp.MustCompile(`^([a-z]{2,3})=(.*)$`)

// texts reads a text flag: TEXT for every language, or en=TEXT and de=TEXT, each a flag of its own.
func texts(flag string, values []string) (terms.Text, error) {
	all := terms.Text{}
	for _, v := range values {
		lang, text := "", strings.TrimSpace(v)
		if m := inLanguage.FindStringSubmatch(v); m != nil {
			lang, text = m[1], strings.TrimSpace(m[2])
		}
		if _, twice := all[lang]; twice || text == "" || len([]rune(text)) > maxText {
			return nil, badValue(flag, v)
		}
		all[lang] = text
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// maxText is as long as texts in a policy may be.
const maxText = 500

// moment reads a time (RFC 3339) or a day. A day begins with its first second in the zone; as an end it ends with its last.
func moment(flag, value string, zone *time.Location, end bool) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t.UTC(), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, value, zone)
	switch {
	case err != nil:
		return t, badValue(flag, value)
	case end:
		return terms.EndOfDay(t, zone), nil
	}
	return t.UTC(), nil
}

// letterJSON is a signed file that answers no request, in JSON.
type letterJSON struct {
	File    string    `json:"file"`
	Words   string    `json:"check_words"`
	Ref     string    `json:"ref"`
	Version int       `json:"version,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Serials []string  `json:"serials"`
	Again   bool      `json:"again"`
}

// send writes a letter and tells about it. id names the sentence, slots fill it besides the file, its words and its reference.
func (p *program) send(out, order string, l issuer.Letter, id string, slots map[string]any, more any) error {
	name, err := p.putLetter(out, l)
	if err != nil {
		p.note("issuer.say.letter.unwritten", map[string]any{"ref": l.Ref})
		return err
	}
	if p.cli.JSON {
		p.json(struct {
			head
			letterJSON
			Said any `json:"said"`
		}{head{SchemaVersion: 1}, letterJSON{name, l.Words, l.Ref, l.Version, l.Until, orEmpty(l.Serials), l.Again}, more})
		return nil
	}
	say := p.line
	if name == "-" {
		say = p.note // standard output is the file
	}
	slots["file"], slots["words"], slots["ref"], slots["version"] = name, l.Words, l.Ref, l.Version
	say(id, slots)
	if l.Again {
		p.note("issuer.say.letter.again", map[string]any{"order": order})
	}
	if l.Differs {
		p.note("issuer.say.letter.differs", nil)
	}
	return nil
}

// putLetter writes a letter into a folder, where it never takes the place of another file, or under the name that was given.
func (p *program) putLetter(out string, l issuer.Letter) (string, error) {
	into, err := p.asFolder(out)
	switch {
	case err != nil:
		return "", err
	case into:
		return folder{p: p, dir: out}.put(l.Name, l.File)
	}
	return out, p.write(out, l.File)
}

// letterReady refuses what cannot go together, and a place that is not there, before anything is signed.
func (p *program) letterReady(f letterFlags) error {
	if f.Out == "-" {
		if p.cli.JSON {
			return together("--json", "--out -")
		}
		return nil
	}
	into, err := p.asFolder(f.Out)
	switch {
	case err != nil:
		return err
	case into:
		return inFile(f.Out, p.fs.MkdirAll(f.Out, 0o700))
	}
	dir := filepath.Dir(f.Out)
	_, err = p.fs.Stat(dir)
	return inFile(dir, err)
}

// asks puts into words what a request asks a person for.
func (p *program) asks(a *issuer.Ask) string {
	slots := map[string]any{
		"code": a.Computer, "label": a.Label, "serial": a.Serial, "customer": a.Customer, "ends": a.Ends, "until": a.Wanted, "most": a.Most,
	}
	id := "issuer.ask.more_time"
	if a.Kind == exchange.RequestRenew {
		id = "issuer.ask.renewal"
	}
	return p.say.Text(id, slots)
}

// changed is one changed value of a policy on a line.
func (p *program) changed(c issuer.PolicyChange) string {
	none := p.say.Text("issuer.say.publish.none", nil)
	if c.Old == "" {
		c.Old = none
	}
	if c.New == "" {
		c.New = none
	}
	return p.say.Text("issuer.say.publish.change", map[string]any{"path": c.Path, "old": c.Old, "new": c.New})
}
