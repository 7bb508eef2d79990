package cli

import (
	"context"
	"time"

	"holdfast/licensing/simulate"
	"holdfast/licensing/terms"
)

// timelineYears is how far a timeline looks.
const timelineYears = 5

type timelineCmd struct {
	reads
	Product string `help:"cli.flag.product" placeholder:"P"`
}

type timelineJSON struct {
	From     time.Time  `json:"from"`
	Until    time.Time  `json:"until"`
	Products []laneJSON `json:"products"`
}

// run shows every coming date with what it does, when no new file arrives, for five years.
func (c *timelineCmd) run(_ context.Context, s *session) (result, error) {
	snap := s.engine.Snapshot()
	v := snap.Verdict
	wall := snap.Clock.Wall
	if wall.IsZero() {
		wall = v.At
	}
	res := simulate.Timeline(snap.Facts, wall, v.At.AddDate(timelineYears, 0, 0))
	found, err := s.lanes(res.Products, c.Product)
	if err != nil {
		return result{}, err
	}
	j := timelineJSON{From: utc(res.From), Until: utc(res.Until), Products: []laneJSON{}}
	r := result{}
	if len(found) == 0 {
		a := s.tell(v.Main, v.At)
		r.page.add(a.Headline, a.Do)
	} else {
		r.page.add(s.text("cli.timeline.head", map[string]any{"date": s.say.Date(res.Until, s.zone)}))
	}
	for _, l := range found {
		lane, lines := s.lane(l, v.At)
		lane.Dates = s.dates(v, l)
		j.Products = append(j.Products, lane)
		r.page.gap()
		r.page.add(lane.Text)
		r.page.spanTable(lines)
		var rows [][]string
		for _, d := range lane.Dates {
			rows = append(rows, []string{"  " + s.whenOf(d, v.At), d.Title, d.Text})
		}
		if len(rows) > 0 {
			r.page.add(s.text("cli.timeline.dates", nil))
			r.page.table(rows)
		}
	}
	r.json = j
	return r, nil
}

// dates are the coming dates of a lane's product.
func (s *session) dates(v terms.Verdict, l simulate.Lane) []dateJSON {
	var all []dateJSON
	for _, p := range v.Products {
		if p.ID != l.Product || p.Vendor != l.Vendor {
			continue
		}
		for _, step := range s.say.Steps(p, p.At, s.zone) {
			d := dateJSON{Time: utc(step.At), Event: step.Event, Features: step.Features, Title: step.Title, Text: step.Text}
			if !step.At.IsZero() {
				d.Date = step.At.In(s.zone).Format(time.DateOnly)
			}
			all = append(all, d)
		}
	}
	return all
}

func (s *session) whenOf(d dateJSON, at time.Time) string {
	if d.Time.IsZero() {
		return s.text("cli.timeline.later", nil)
	}
	return s.say.ShortUntil(d.Time, at, s.zone)
}
