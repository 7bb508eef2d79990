package cli

import (
	"context"
	"strconv"
	"time"

	"holdfast/licensing/plain"
	"holdfast/licensing/terms"
)

type untilCmd struct {
	reads
	Product string `help:"cli.flag.product" placeholder:"P"`
	Format  string `help:"cli.flag.format" enum:"date,days,epoch" default:"date" placeholder:"date|days|epoch"`
}

type untilJSON struct {
	State terms.State `json:"state"`
	// Until is left out when there is no end; Days then too.
	Until   time.Time `json:"until,omitzero"`
	Days    *int      `json:"days,omitempty"`
	NoEnd   bool      `json:"no_end"`
	Product string    `json:"product,omitempty"`
}

// run prints until when one can work without any contact: the nearest end among what works now.
func (c *untilCmd) run(_ context.Context, s *session) (result, error) {
	v := s.engine.Evaluate(terms.Query{Product: c.Product})
	r := result{code: v.ExitCode(s.Strict)}
	p, found := nearest(v.Products)
	if !found {
		a := s.tell(v.Main, v.At)
		r.json = untilJSON{State: v.Main.State}
		r.page.add(a.Headline, a.Do)
		r.err = true
		return r, nil
	}
	end := offlineEnd(p)
	j := untilJSON{State: p.State, Until: end.UTC(), NoEnd: end.IsZero(), Product: p.ID}
	switch {
	case end.IsZero():
		r.page.add(s.text("cli.until.no_end", nil))
	default:
		days := plain.DaysUntil(end, v.At, s.zone)
		j.Days = &days
		switch c.Format {
		case "days":
			r.page.add(strconv.Itoa(days))
		case "epoch":
			r.page.add(strconv.FormatInt(end.Unix(), 10))
		default:
			r.page.add(end.In(s.zone).Format(time.DateOnly))
		}
	}
	r.json = j
	return r, nil
}

// nearest is the product whose end comes first, among those that work now when there is one.
func nearest(all []terms.ProductVerdict) (best terms.ProductVerdict, found bool) {
	for _, p := range all {
		if found && works(best) && !works(p) {
			continue
		}
		b, e := offlineEnd(best), offlineEnd(p)
		if !found || (works(p) && !works(best)) || (!e.IsZero() && (b.IsZero() || e.Before(b))) {
			best, found = p, true
		}
	}
	return best, found
}

func works(p terms.ProductVerdict) bool { return p.State.ExitCode(false) == codeOK }

// offlineEnd is when a product ends without contact: with the grace that runs, else with the offline window, the license,
// the time to confirm a first use or to unlock the keys again, whichever is soonest. Zero: never.
func offlineEnd(p terms.ProductVerdict) time.Time {
	end := statedEnd(p)
	for _, e := range p.Next {
		if (e.Name == terms.EventFirstUseEnds || e.Name == terms.EventUnprovenEnds) && (end.IsZero() || e.At.Before(end)) {
			end = e.At
		}
	}
	return end
}

func statedEnd(p terms.ProductVerdict) time.Time {
	switch {
	case p.GraceActive && !p.GraceEnds.IsZero():
		return p.GraceEnds
	case p.OfflineUntil.IsZero():
		return p.LicenseEnds
	case p.LicenseEnds.IsZero() || p.OfflineUntil.Before(p.LicenseEnds):
		return p.OfflineUntil
	}
	return p.LicenseEnds
}
