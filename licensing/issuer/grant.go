package issuer

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"holdfast/licensing/exchange"
	"holdfast/licensing/terms"
)

// Grant is one line of the audit of added time: who gave how much to whom, when and why.
type Grant struct {
	ID       string            `json:"id"`
	Ref      string            `json:"ref"`
	At       time.Time         `json:"at"`
	What     string            `json:"what"` // offline, grace, license, or renewal
	By       terms.Length      `json:"by"`
	Until    time.Time         `json:"until"`  // the latest, when licenses differ
	Agent    string            `json:"agent"`  // "": given at once, within the policy
	Second   string            `json:"second"` // who signed too
	Reason   string            `json:"reason"`
	Audience exchange.Audience `json:"audience"`
	Serials  []string          `json:"serials"`
	Request  string            `json:"request,omitempty"` // that asked for it
}

// GrantRenewal is the Grant.What of a renewal that a person granted to a request.
const GrantRenewal = "renewal"

// Extensions lists every grant, oldest first; of one license with a serial. Error: CodeSerialUnknown.
func (is *Issuer) Extensions(serial string) ([]Grant, error) {
	all := []Grant{}
	err := is.db.View(func(t tx) error {
		take := func(_ string, value []byte) error {
			var g grantRecord
			if err := json.Unmarshal(value, &g); err != nil {
				return say(CodeDamaged, err, "file", storeName)
			}
			all = append(all, g.Grant)
			return nil
		}
		if serial == "" {
			return t.Each(bucketGrants, "", take)
		}
		rec, err := licenseIn(t, serial)
		for _, a := range rec.reaching() {
			if err == nil {
				err = t.Each(bucketGrants, reachKey(a), take)
			}
		}
		return err
	})
	slices.SortStableFunc(all, func(a, b Grant) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref, b.Ref)) })
	return all, err
}

func putGrant(t tx, g grantRecord) error {
	return putLater(t, bucketGrants, reachKey(g.Audience)+g.ID, g)
}

// grantsOf are the extensions of a license that still count, as parts that name it. One that was given to a whole audience gets
// an id of its own for each license: a computer takes an id once.
func grantsOf(t tx, rec licenseRecord, now time.Time) ([]exchange.Part, error) {
	var parts []exchange.Part
	for _, a := range rec.reaching() {
		err := t.Each(bucketGrants, reachKey(a), func(_ string, value []byte) error {
			var g grantRecord
			if err := json.Unmarshal(value, &g); err != nil {
				return say(CodeDamaged, err, "file", storeName)
			}
			for _, p := range g.Parts {
				x := *p.Extension
				switch {
				case x.Serial != "" && x.Serial != rec.Serial, now.After(x.Until):
					continue
				case x.Serial == "":
					x.Serial, p.ID = rec.Serial, p.ID+"-"+rec.Serial
				}
				p.Extension = &x
				parts = append(parts, p)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// mayGrant says whether an agent may add that much to a license: alone up to extensions.agent and to extensions.second_person_above
// of its policy, above that with a second person. by is what the policy does not give by itself. Errors: CodeValue without a
// name, CodeSecondNeeded, CodeSecondSame.
func mayGrant(p terms.Policy, by terms.Length, agent, second string) error {
	agent, second = strings.TrimSpace(agent), strings.TrimSpace(second)
	if agent == "" {
		return say(CodeValue, nil, "flag", "--agent", "value", agent)
	}
	if second != "" && strings.EqualFold(agent, second) {
		return say(CodeSecondSame, nil, "agent", agent)
	}
	limit := p.Extensions.Agent
	if above := p.Extensions.SecondPersonAbove; above.Lasts() && spanOf(above) < spanOf(limit) {
		limit = above
	}
	if spanOf(by) > spanOf(limit) && second == "" {
		return say(CodeSecondNeeded, nil, "by", by, "limit", limit, "agent", agent)
	}
	return nil
}

// graceSince is when the extensions of grace began that one given now goes on from; now when there are none.
func graceSince(t tx, rec licenseRecord, now time.Time) (time.Time, error) {
	var given []Grant
	for _, a := range rec.reaching() {
		err := t.Each(bucketGrants, reachKey(a), func(_ string, value []byte) error {
			var g grantRecord
			if err := json.Unmarshal(value, &g); err != nil {
				return say(CodeDamaged, err, "file", storeName)
			}
			if g.What == terms.ExtendGrace && slices.Contains(g.Serials, rec.Serial) {
				given = append(given, g.Grant)
			}
			return nil
		})
		if err != nil {
			return now, err
		}
	}
	slices.SortFunc(given, func(a, b Grant) int { return b.Until.Compare(a.Until) })
	from := now
	for _, g := range given {
		if g.At.Before(from) && !g.Until.Before(from) {
			from = g.At
		}
	}
	return from, nil
}

// writable refuses a length that no file can carry: more than terms.ParseLength reads.
func writable(flag string, by terms.Length, until time.Time) error {
	if _, err := terms.ParseLength(by.String()); err != nil {
		return say(CodeValue, err, "flag", flag, "value", until.UTC().Format(time.DateOnly))
	}
	return nil
}

// spanOf compares lengths; a day is 24 hours.
func spanOf(l terms.Length) time.Duration { return time.Duration(l.Days)*24*time.Hour + l.Span }

// between is the length from one moment to a later one as people count it: days of the calendar in a zone, and within a day to the
// second.
func between(from, to time.Time, zone *time.Location) terms.Length {
	if !to.After(from) {
		return terms.Length{None: true}
	}
	noon := func(t time.Time) time.Time {
		y, m, d := t.In(zone).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	if days := int(noon(to).Sub(noon(from)) / (24 * time.Hour)); days > 0 {
		return terms.Days(days)
	}
	return terms.Length{Span: to.Sub(from).Round(time.Second)}
}
