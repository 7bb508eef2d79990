package client

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/client/endpoint"
)

// believe judges an answer without the device key's signature, as while the key store is locked: for as long after the last signed answer as
// the license allows (devices.unproven), and no more than that one granted. The documents are those of that answer.
func (c *Client) believe(v Verdict) error {
	if !grants(v) {
		return nil
	}
	c.mu.Lock()
	docs, last := c.documents, c.last
	c.mu.Unlock()
	wall := c.o.Clock.Read().Wall
	if docs == nil || last == nil || wall.Before(last.At.Add(-longest)) {
		return ErrNotProven
	}
	for _, l := range docs.licenses {
		if wall.After(l.Policy.Devices.Unproven.After(last.At, time.UTC)) {
			continue
		}
		if err := covered(v, docs.licenses); err != nil {
			return err
		}
		if !docs.within(v, *last, wall) {
			return ErrNotProven
		}
		return nil
	}
	return ErrNotProven
}

// granted are the features that an answer allows, with their modes.
func granted(v Verdict) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, id := range v.Works {
			if !yield(id, Keep) {
				return
			}
		}
		for _, id := range v.View {
			if !yield(id, View) {
				return
			}
		}
		for id, f := range v.Features {
			if f.Mode != Pause && !yield(id, f.Mode) {
				return
			}
		}
	}
}

// within says whether an answer grants no more than the last signed one did, and nothing whose end that one named and that has come.
func (d *documents) within(v, last Verdict, wall time.Time) bool {
	if v.ExitCode == 0 && last.ExitCode != 0 {
		return false
	}
	some := false
	for id, mode := range granted(v) {
		was := d.had(last, id)
		if was.Mode != Keep && mode != was.Mode || over(was.Until, wall) {
			return false
		}
		some = true
	}
	return some || v.ExitCode != 0 || !over(last.LicenseEnds, wall)
}

func over(end, wall time.Time) bool { return !end.IsZero() && wall.After(end) }

// had is what a signed answer granted of a feature, by its id or a former one.
func (d *documents) had(last Verdict, id string) endpoint.Feature {
	is := func(other string) bool { return strings.EqualFold(id, other) }
	ids := []string{id}
	for _, l := range d.licenses {
		for now, f := range l.Policy.Features {
			if slices.ContainsFunc(f.Was, is) {
				ids = append(ids, now)
			}
		}
	}
	for _, id := range ids {
		is := func(other string) bool { return strings.EqualFold(id, other) }
		for name, f := range last.Features {
			if is(name) {
				return f
			}
		}
		f := endpoint.Feature{Mode: Keep}
		if last.LicenseEnds.After(last.At) {
			f.Until = last.LicenseEnds
		}
		switch {
		case slices.ContainsFunc(last.Works, is):
			return f
		case slices.ContainsFunc(last.View, is):
			return endpoint.Feature{Mode: View}
		}
	}
	return endpoint.Feature{Mode: Pause}
}

// sameGrants says whether two answers grant the same, until the same ends.
func sameGrants(a, b Verdict) bool {
	return a.ExitCode == b.ExitCode && a.LicenseEnds.Equal(b.LicenseEnds) && slices.Equal(a.Works, b.Works) && slices.Equal(a.View, b.View) &&
		maps.EqualFunc(a.Features, b.Features, func(x, y endpoint.Feature) bool { return x.Mode == y.Mode && x.Until.Equal(y.Until) })
}
