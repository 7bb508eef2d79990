package terms

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

var (
	idForm       = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$`)
)

const (
	idWant      = "small letters, digits, dot, dash and underscore, at most 64"
	lengthWant  = "a length such as 30d, 12h or 45s, at most 36525d"
	maxText     = 500
	maxFeatures = 1000
	maxFormer   = 50
	maxChanges  = 1000
)

// clean says whether a text has no control characters and nothing that turns the direction of other text around.
func clean(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool {
		return (unicode.IsControl(c) && c != '\n' && c != '\t') || unicode.Is(unicode.Bidi_Control, c)
	}) < 0
}

func list(values []string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:len(values)-1], ", ") + " or " + values[len(values)-1]
}

func (r *policyReader) policy(n *yamlNode) (p Policy) {
	r.object(n, "", map[string]reads{
		"schema":     r.oneOf(&p.Schema, PolicySchema),
		"version":    r.count(&p.Version, 1, 1_000_000),
		"product":    func(n *yamlNode, path string) { r.product(n, path, &p.Product) },
		"term":       func(n *yamlNode, path string) { r.term(n, path, &p.Term) },
		"zone":       r.checked(&p.Zone, "a time zone such as Europe/Berlin", func(s string) bool { _, err := Zone(s); return err == nil }),
		"renewal":    func(n *yamlNode, path string) { r.renewal(n, path, &p.Renewal) },
		"offline":    func(n *yamlNode, path string) { r.offline(n, path, &p.Offline) },
		"grace":      func(n *yamlNode, path string) { r.grace(n, path, &p.Grace) },
		"continuity": func(n *yamlNode, path string) { r.continuity(n, path, &p.Continuity) },
		"features":   func(n *yamlNode, path string) { p.Features = r.features(n, path) },
		"meters":     func(n *yamlNode, path string) { p.Meters = r.meters(n, path) },
		"devices":    func(n *yamlNode, path string) { r.devices(n, path, &p.Devices) },
		"extensions": func(n *yamlNode, path string) { r.extensions(n, path, &p.Extensions) },
		"usage":      func(n *yamlNode, path string) { r.usage(n, path, &p.Usage) },
		"changes":    func(n *yamlNode, path string) { p.Changes = r.changes(n, path, p.Version) },
	}, "schema", "version", "product", "features")
	return p
}

func (r *policyReader) product(n *yamlNode, path string, p *Product) {
	r.object(n, path, map[string]reads{
		"id":   r.checked(&p.ID, idWant, idForm.MatchString),
		"name": r.names(&p.Name),
		"versions": r.checked(&p.Versions, `versions such as ">=4 <6"`, func(s string) bool {
			_, err := readConstraint(s)
			return err == nil || strings.TrimSpace(s) == ""
		}),
	}, "id")
}

func (r *policyReader) term(n *yamlNode, path string, t *Term) {
	r.object(n, path, map[string]reads{
		"length":    r.length(&t.Length),
		"perpetual": r.yes(&t.Perpetual),
		"kind":      r.oneOf(&t.Kind, TermTrial),
		"starts": r.checked(&t.Starts, "a day such as 2026-11-01 or a time such as 2026-11-01T08:00:00Z", func(s string) bool {
			_, err := parseStart(s, time.UTC)
			return err == nil
		}),
	})
	at := &yamlNode{line: n.line, column: n.column}
	switch {
	case t.Perpetual && (t.Length.Lasts() || t.Kind == TermTrial):
		r.fail(at, under(path, "perpetual"), PolicyValue, "either perpetual, or a length or trial")
	case t.Length.None:
		r.fail(at, under(path, "length"), PolicyValue, lengthWant+", or perpetual: true")
	}
}

func (r *policyReader) renewal(n *yamlNode, path string, v *Renewal) {
	r.object(n, path, map[string]reads{
		"contact": r.text(&v.Contact), "number": r.text(&v.Number), "remind_from": r.length(&v.RemindFrom),
		"url": r.checked(&v.URL, "an address that starts with https:// or http://", func(s string) bool {
			u, err := url.Parse(s)
			return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
		}),
	})
}

func (r *policyReader) offline(n *yamlNode, path string, v *Offline) {
	r.object(n, path, map[string]reads{"window": r.length(&v.Window), "more_time": r.length(&v.MoreTime)})
}

func (r *policyReader) grace(n *yamlNode, path string, g *Grace) {
	r.object(n, path, map[string]reads{
		"offline": r.length(&g.Offline), "renewal": r.length(&g.Renewal), "outage": r.length(&g.Outage),
		"maintenance": r.length(&g.Maintenance), "migration": r.length(&g.Migration),
	})
}

func (r *policyReader) continuity(n *yamlNode, path string, c *Continuity) {
	r.object(n, path, map[string]reads{"silent": r.length(&c.Silent), "then": r.after(&c.Then)})
}

func (r *policyReader) devices(n *yamlNode, path string, d *Devices) {
	r.object(n, path, map[string]reads{
		"places": r.count(&d.Places, 1, 1_000_000), "first_use": r.length(&d.FirstUse), "unproven": r.length(&d.Unproven),
		"lost_per_year": r.count(&d.LostPerYear, 0, 1_000_000), "test": r.count(&d.Test, 0, 1_000_000), "site": r.text(&d.Site),
	})
}

func (r *policyReader) extensions(n *yamlNode, path string, x *Extensions) {
	r.object(n, path, map[string]reads{"agent": r.length(&x.Agent), "second_person_above": r.length(&x.SecondPersonAbove)})
}

func (r *policyReader) usage(n *yamlNode, path string, u *Usage) {
	r.object(n, path, map[string]reads{
		"due": r.oneOf(&u.Due, "weekly", "monthly", "quarterly", "yearly", "never"), "level": r.oneOf(&u.Level, "contract", "computer", "full"),
		"late": r.oneOf(&u.Late, "nothing", string(View), string(Pause)), "keep": r.length(&u.Keep),
		"unreported": r.number(&u.Unreported, 0, 1<<53),
	})
}

func (r *policyReader) features(n *yamlNode, path string) map[string]Feature {
	all := map[string]Feature{}
	former := map[string]bool{}
	r.entries(n, path, maxFeatures, func(id string, n *yamlNode, path string) {
		var f Feature
		r.object(n, path, map[string]reads{
			"name": r.names(&f.Name), "grace": r.length(&f.Grace), "after": r.after(&f.After), "view": r.names(&f.View),
			"was": func(n *yamlNode, path string) { f.Was = r.former(n, path, former) },
		})
		all[id] = f
	})
	for _, k := range n.keys {
		if former[k.name] {
			r.fail(&yamlNode{line: k.line, column: k.column, text: k.name}, under(path, k.name), PolicyTwice, "former ids that no feature has now")
		}
	}
	if len(n.keys) == 0 && n.kind == yamlMap {
		r.fail(n, path, PolicyMissing, "at least one feature")
	}
	return all
}

func (r *policyReader) former(n *yamlNode, path string, seen map[string]bool) (was []string) {
	r.each(n, path, maxFormer, func(n *yamlNode, path string) {
		var id string
		r.checked(&id, idWant, idForm.MatchString)(n, path)
		if seen[id] {
			r.fail(n, path, PolicyTwice, "")
		}
		seen[id] = true
		was = append(was, id)
	})
	return was
}

func (r *policyReader) meters(n *yamlNode, path string) map[string]Meter {
	all := map[string]Meter{}
	r.entries(n, path, maxFeatures, func(id string, n *yamlNode, path string) {
		var m Meter
		r.object(n, path, map[string]reads{
			"name": r.names(&m.Name), "unit": r.text(&m.Unit), "kind": r.oneOf(&m.Kind, "counter", "duration", "peak"),
			"included": r.number(&m.Included, 0, 1<<53), "per": r.oneOf(&m.Per, "month", "year"), "overage": r.oneOf(&m.Overage, "allow", "warn", "stop"),
			"stops": func(n *yamlNode, path string) {
				r.each(n, path, maxFeatures, func(n *yamlNode, path string) {
					var id string
					r.checked(&id, idWant, idForm.MatchString)(n, path)
					m.Stops = append(m.Stops, id)
				})
			},
		})
		all[id] = m
	})
	return all
}

// changes reads the changelog. It may stand before the version, so version 0 is not compared with.
func (r *policyReader) changes(n *yamlNode, path string, version int) (all []Change) {
	most := int64(1_000_000)
	if version > 0 {
		most = int64(version)
	}
	r.each(n, path, maxChanges, func(n *yamlNode, path string) {
		var c Change
		r.object(n, path, map[string]reads{
			"version": r.count(&c.Version, 1, most), "text": r.names(&c.Text),
			"date": r.checked(&c.Date, "a day such as 2026-11-01", func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }),
		}, "version", "date", "text")
		all = append(all, c)
	})
	return all
}
