package cli

import (
	"slices"
	"strings"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// laneJSON is what happens to one product in the course of time.
type laneJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Vendor     string     `json:"vendor"` // root
	VendorName string     `json:"vendor_name,omitempty"`
	Text       string     `json:"text"`
	Lost       time.Time  `json:"lost,omitzero"` // first moment at which something no longer works
	Spans      []spanJSON `json:"spans"`
	Avoid      []wayJSON  `json:"avoid,omitempty"`
	Dates      []dateJSON `json:"dates,omitempty"`
}

type spanJSON struct {
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to,omitzero"` // last moment; none: for good
	State   terms.State `json:"state"`
	Cause   terms.Cause `json:"cause,omitempty"`
	Mode    string      `json:"mode"`
	Works   []string    `json:"works"`
	View    []string    `json:"view"`
	Paused  []string    `json:"paused"`
	Text    string      `json:"text"`
	Explain string      `json:"explain"` // headline of the state then
}

type wayJSON struct {
	Kind  string    `json:"kind"`
	By    time.Time `json:"by,omitzero"`
	More  string    `json:"more,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// dateJSON is a coming date and what it does. Date is in the person's zone; Later has none.
type dateJSON struct {
	Date     string    `json:"date,omitempty"`
	Time     time.Time `json:"time,omitzero"`
	Event    string    `json:"event,omitempty"`
	Features []string  `json:"features,omitempty"` // names
	Title    string    `json:"title"`
	Text     string    `json:"text"`
}

// lane puts what happens to a product into words for people and programs.
func (s *session) lane(l simulate.Lane, at time.Time) (laneJSON, []plain.SpanLine) {
	j := laneJSON{
		ID: l.Product, Name: nameOr(l.Name.In(s.say.Language()), l.Product), Vendor: l.Vendor, VendorName: s.vendorName(l.Vendor), Lost: utc(l.Lost), Spans: []spanJSON{},
	}
	features := s.featureNames(l.Vendor, l.Product)
	var spans, shown []plain.Span
	for _, x := range l.Spans {
		p := plain.Span{
			From: x.From, To: x.To, State: x.State, Cause: x.Cause, Mode: string(x.Mode),
			Works: features.of(x.Works), View: features.of(x.View), Paused: features.of(x.Paused),
		}
		spans = append(spans, p)
		y := spanJSON{
			From: utc(x.From), To: utc(x.To), State: x.State, Cause: x.Cause, Mode: string(x.Mode),
			Works: list(x.Works), View: list(x.View), Paused: list(x.Paused),
			Text: s.say.Span(p, at, s.zone).Text, Explain: s.tell(x.Finding, x.From).Headline,
		}
		// For a person, a state that changes nothing needs no line of its own.
		if n := len(shown); n > 0 && j.Spans[len(j.Spans)-1].Text == y.Text && shown[n-1].Mode == p.Mode {
			shown[n-1].To = p.To
		} else {
			shown = append(shown, p)
		}
		j.Spans = append(j.Spans, y)
	}
	ways := s.ways(l.Avoid)
	for _, w := range ways {
		j.Avoid = append(j.Avoid, wayJSON{Kind: w.Kind, By: utc(w.By), More: w.More.String(), Until: utc(w.Until)})
	}
	j.Text = s.say.Plan(j.Name, spans, ways, at, s.zone).Headline
	return j, s.say.Spans(shown, at, s.zone)
}

func (s *session) ways(all []simulate.Avoid) []plain.Way {
	var ways []plain.Way
	for _, a := range all {
		ways = append(ways, plain.Way{Kind: string(a.Kind), By: a.By, More: a.More, Until: a.Until})
	}
	return ways
}

// names are names by feature id.
type names map[string]string

func (n names) of(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		if out[i] = n[id]; out[i] == "" {
			out[i] = id
		}
	}
	return out
}

func (s *session) featureNames(vendor, product string) names {
	all := names{}
	for _, p := range s.verdictNow().Products {
		if p.Vendor == vendor && p.ID == product {
			for id, f := range p.Features {
				all[id] = f.Name.In(s.say.Language())
			}
		}
	}
	return all
}

// verdictNow is the present verdict, asked for once a command.
func (s *session) verdictNow() terms.Verdict {
	if s.seen == nil {
		v := s.engine.Snapshot().Verdict
		s.seen = &v
	}
	return *s.seen
}

// spanTable lists what happens, one span a line.
func (p *page) spanTable(lines []plain.SpanLine) {
	var rows [][]string
	for _, l := range lines {
		rows = append(rows, []string{"  " + l.When, l.Word, l.Text})
	}
	p.table(rows)
}

// lanes are those of a product, as a query finds it, or all. A product that is not here is a mistake.
func (s *session) lanes(all []simulate.Lane, product string) ([]simulate.Lane, error) {
	if product == "" {
		return all, nil
	}
	found := slices.DeleteFunc(slices.Clone(all), func(l simulate.Lane) bool {
		return !slices.ContainsFunc(s.engine.Evaluate(terms.Query{Product: product}).Products, func(p terms.ProductVerdict) bool {
			return p.Vendor == l.Vendor && strings.EqualFold(p.ID, l.Product)
		})
	})
	if len(found) == 0 {
		return nil, mistake("product_unknown", map[string]any{"product": product})
	}
	return found, nil
}
