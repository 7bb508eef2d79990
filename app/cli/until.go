package cli

import (
	"context"
	"slices"
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
	// Until is left out when there is no end; Days and Epoch then too.
	Until   time.Time `json:"until,omitzero"`
	Date    string    `json:"date,omitempty"` // in the person's zone
	Days    *int      `json:"days,omitempty"`
	Epoch   int64     `json:"epoch,omitempty"`
	NoEnd   bool      `json:"no_end"`
	Counts  string    `json:"counts,omitempty"` // name of the date that counts
	Product string    `json:"product,omitempty"`
	Vendor  string    `json:"vendor,omitempty"` // root
	// The dates that it is the soonest of, and those that follow.
	OfflineUntil time.Time `json:"offline_until,omitzero"`
	LicenseEnds  time.Time `json:"license_ends,omitzero"`
	GraceUntil   time.Time `json:"grace_until,omitzero"`
	Text         string    `json:"text"`
}

// run prints until when one can work without any contact: the nearest end among what works now.
func (c *untilCmd) run(_ context.Context, s *session) (result, error) {
	v := s.engine.Evaluate(terms.Query{Product: c.Product})
	r := result{code: v.ExitCode(s.Strict)}
	p, found := nearest(v.Products)
	if !found {
		a := s.tell(v.Main, v.At)
		r.json = untilJSON{State: v.Main.State, Text: a.Headline}
		r.page.add(a.Headline, a.Do)
		r.err = true
		return r, nil
	}
	end := endOf(p)
	j := untilJSON{
		State: p.State, Until: end.at.UTC(), NoEnd: end.at.IsZero(), Counts: end.name, Product: p.ID, Vendor: p.Vendor,
		OfflineUntil: p.OfflineUntil.UTC(), LicenseEnds: p.LicenseEnds.UTC(), GraceUntil: p.GraceUntil.UTC(),
	}
	switch {
	case end.at.IsZero():
		j.Text = s.text("cli.until.no_end", nil)
	default:
		days := plain.DaysUntil(end.at, v.At, s.zone)
		j.Days, j.Epoch, j.Date = &days, end.at.Unix(), end.at.In(s.zone).Format(time.DateOnly)
		switch c.Format {
		case "days":
			j.Text = strconv.Itoa(days)
		case "epoch":
			j.Text = strconv.FormatInt(j.Epoch, 10)
		default:
			j.Text = j.Date
		}
	}
	r.page.add(j.Text)
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

// offlineEnd is when a product ends without contact; zero: never.
func offlineEnd(p terms.ProductVerdict) time.Time { return endOf(p).at }

// ending is an end with the name of the event that it is.
type ending struct {
	at   time.Time
	name string
}

// grace names the end of a grace that runs; other endings have the name of their event.
const grace = "grace"

// singleEnds are events that end full use whatever grace there is.
var singleEnds = []string{terms.EventFirstUseEnds, terms.EventUnprovenEnds, terms.EventConfirmBy, terms.EventAnswerBy, terms.EventRevoked}

// endOf is when full use ends without contact: with the offline window or the license, of which one that is over already counts with
// the grace that runs after it, or with a single end, whichever is soonest.
func endOf(p terms.ProductVerdict) ending {
	best := ending{}
	sooner := func(at time.Time, name string) {
		if !at.IsZero() && (best.at.IsZero() || at.Before(best.at)) {
			best = ending{at, name}
		}
	}
	for _, e := range []ending{{p.OfflineUntil, terms.EventOfflineEnds}, {p.LicenseEnds, terms.EventLicenseEnds}} {
		if p.Cause != "" && !e.at.IsZero() && p.At.After(e.at) && p.GraceUntil.After(e.at) {
			e = ending{p.GraceUntil, grace}
		}
		sooner(e.at, e.name)
	}
	for _, e := range p.Next {
		if slices.Contains(singleEnds, e.Name) {
			sooner(e.At, e.Name)
		}
	}
	return best
}
