package issuer

import (
	"context"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// NewExtension describes time to add. Agent and Reason are required, and either By or Until.
type NewExtension struct {
	To
	What   string       // terms.ExtendOffline, ExtendGrace or ExtendLicense
	By     terms.Length // on top of what there is, see Extend
	Until  time.Time    // last moment, instead of By
	Agent  string
	Second string // who signs too, above the agent's limit; somebody else
	Reason terms.Text
	Order  string // the caller's id: the same order gives the same bytes and adds nothing again
}

// Extend adds time by a signed file for one license with all its computers, a customer or a site. What it adds to:
//
//	offline  an ordinary offline window from now on: Until is By after it
//	grace    now: a grace that runs or will run does not end before Until
//	license  the license end; the license's own record moves too, so later answers keep it
//
// The limits are those of the policy of each license, see mayGrant; for license ends what was added since the last renewal counts
// together, and for grace what was added without a break. Every grant is kept for the audit. Errors: CodeSerialUnknown, CodeNobody, CodeNothingToExtend (no
// offline limit, no end, a trial's grace, withdrawn), CodeCovered (Until brings nothing), CodeSecondNeeded, CodeSecondSame, CodeValue.
func (is *Issuer) Extend(ctx context.Context, n NewExtension) (Letter, error) {
	n.Serial = strings.ToUpper(strings.TrimSpace(n.Serial))
	switch {
	case n.To == To{}:
		return Letter{}, say(CodeValue, nil, "flag", "SERIAL, --customer, --site", "value", "")
	case n.What != terms.ExtendOffline && n.What != terms.ExtendGrace && n.What != terms.ExtendLicense:
		return Letter{}, say(CodeValue, nil, "flag", "--what", "value", n.What)
	case n.By.Lasts() == !n.Until.IsZero():
		return Letter{}, say(CodeValue, nil, "flag", "--by, --until", "value", n.By.String())
	case len(n.Reason) == 0:
		return Letter{}, say(CodeValue, nil, "flag", "--reason", "value", "")
	}
	n.Until = n.Until.UTC().Truncate(time.Second)
	return is.write(ctx, "extend", n.Order, n, func(t tx, now time.Time) (letter, error) { return is.extend(t, n, now) })
}

func (is *Issuer) extend(t tx, n NewExtension, now time.Time) (letter, error) {
	list, err := reached(t, n.To, "")
	if err != nil {
		return letter{}, err
	}
	id, ref, err := is.newRef("E")
	if err != nil {
		return letter{}, err
	}
	ends, err := extended(t, list, n, now)
	if err != nil {
		return letter{}, err
	}
	g := grantRecord{Grant: Grant{
		ID: id, Ref: ref, At: now, What: n.What, Agent: n.Agent, Second: n.Second, Reason: n.Reason.In("en"), Audience: *n.audience(),
	}}
	var kept []licenseRecord
	same := true
	for _, e := range ends {
		kept, same = append(kept, e.rec), same && e.until.Equal(ends[0].until)
		g.Serials = append(g.Serials, e.rec.Serial)
		if e.until.After(g.Until) {
			g.Until, g.By = e.until, e.by
		}
	}
	for i, e := range ends {
		p := exchange.Part{Kind: exchange.KindExtension, ID: id, Extension: &exchange.Extension{
			Serial: e.rec.Serial, What: n.What, By: e.by, Until: e.until, Agent: n.Agent, Second: n.Second, Reason: n.Reason, Ref: ref,
		}}
		switch {
		case n.Serial != "":
		case same:
			p.Extension.Serial = "" // one part for the whole audience
		default:
			p.ID += "-" + e.rec.Serial
		}
		if i == 0 || p.Extension.Serial != "" {
			g.Parts = append(g.Parts, p)
		}
	}
	return letter{
		parts: g.Parts, audience: n.audience(), ref: ref, until: g.Until, serials: g.Serials,
		name:  "extension_" + about(kept) + "_until-" + g.Until.In(zoneOf(kept[0].Policy)).Format(time.DateOnly),
		slots: map[string]any{"product": productNames(kept), "until": g.Until.In(zoneOf(kept[0].Policy))},
	}, putGrant(t, g)
}

// extendedEnd is how far an extension goes for one license.
type extendedEnd struct {
	rec   licenseRecord
	until time.Time
	by    terms.Length
}

// extended works out the new end for each license that the extension can mean something for, checks the limits, and moves license ends.
func extended(t tx, list []licenseRecord, n NewExtension, now time.Time) ([]extendedEnd, error) {
	var ends []extendedEnd
	covered := time.Time{}
	for _, rec := range list {
		if no, err := withdrawn(t, rec.Serial); err != nil || no != nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		base, ok := baseOf(rec, n, now)
		if !ok {
			continue
		}
		e := extendedEnd{rec: rec, until: n.Until, by: n.By}
		if n.By.Lasts() {
			e.until = n.By.After(base, zoneOf(rec.Policy))
		} else if e.by = between(base, n.Until, zoneOf(rec.Policy)); !e.by.Lasts() {
			covered = base
			continue
		}
		if err := writable("--until", e.by, e.until); err != nil {
			return nil, err
		}
		added := e.by
		switch n.What {
		case terms.ExtendGrace:
			from, err := graceSince(t, rec, now)
			if err != nil {
				return nil, err
			}
			added = between(from, e.until, zoneOf(rec.Policy))
		case terms.ExtendLicense:
			if rec.Natural.IsZero() {
				rec.Natural = rec.Ends
			} else {
				added = between(rec.Natural, e.until, zoneOf(rec.Policy))
			}
			rec.Ends = e.until
			if err := putLater(t, bucketLicenses, rec.Serial, rec); err != nil {
				return nil, err
			}
			e.rec = rec
		}
		if err := mayGrant(rec.Policy, added, n.Agent, n.Second); err != nil {
			return nil, err
		}
		ends = append(ends, e)
	}
	switch {
	case len(ends) > 0:
		return ends, nil
	case !covered.IsZero():
		return nil, say(CodeCovered, nil, "until", n.Until.In(zoneOf(list[0].Policy)), "base", covered.In(zoneOf(list[0].Policy)))
	}
	return nil, say(CodeNothingToExtend, nil, "what", n.What, "serial", list[0].Serial)
}

// baseOf is what an extension of a license counts from; ok is false when there is nothing to extend.
func baseOf(rec licenseRecord, n NewExtension, now time.Time) (base time.Time, ok bool) {
	switch w := rec.Policy.Offline.Window; {
	case n.What == terms.ExtendOffline:
		return w.After(now, zoneOf(rec.Policy)), w.Lasts()
	case n.What == terms.ExtendGrace:
		return now, rec.Policy.Term.Kind != terms.TermTrial
	case n.By.Lasts() && !n.By.After(rec.Ends, zoneOf(rec.Policy)).After(now):
		return now, !rec.Ends.IsZero() // it ended longer ago than that
	}
	return rec.Ends, !rec.Ends.IsZero()
}

func productNames(list []licenseRecord) string {
	var parts []exchange.Part
	for _, rec := range list {
		parts = append(parts, exchange.Part{License: &terms.License{Policy: rec.Policy}})
	}
	return plainName(parts)
}
